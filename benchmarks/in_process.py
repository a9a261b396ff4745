"""What a measured interpreter runs: CPU seconds with every import done before, printed as JSON on the last line.

``python -m benchmarks.in_process parse FILE…`` is the floor: the documents, read by the fastest parser for each.
``python -m benchmarks.in_process impact ESTATE PARTNER CANDIDATE`` is the product, as the command line calls it.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.leaves import parse
from benchmarks.measure import peak


def main(task: str, *arguments: str) -> None:
    """Run a task, and print what it cost and what it said."""
    run = {"parse": _parse, "impact": _impact}[task](arguments)
    gc.collect()
    started = time.process_time()
    said = run()
    print(json.dumps({"cpu": time.process_time() - started, "peak": peak(), "said": said}))


def _parse(files: Sequence[str]) -> Callable[[], dict[str, int]]:
    def run() -> dict[str, int]:
        documents = [parse(Path(file).read_bytes()) for file in files]
        return {"documents": len(documents)}

    return run


def _impact(arguments: Sequence[str]) -> Callable[[], dict[str, int]]:
    from cxcontracts.opening import open_estate
    from cxcontracts.plugins import kinds

    kinds()  # imports them
    estate, partner, candidate = arguments

    def run() -> dict[str, int]:
        outcome = open_estate(Path(estate), {partner: Path(candidate)}).impact()
        changes = sum(len(judged.changes) for judged in outcome.partners)
        return {**{str(verdict): count for verdict, count in outcome.summary.items()}, "changes": changes}

    return run


if __name__ == "__main__":
    main(*sys.argv[1:])
