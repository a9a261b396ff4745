"""What a measured interpreter runs: CPU seconds with every import done before, printed as JSON on the last line.

``python -m benchmarks.in_process parse FILE…`` is the floor: the documents, read by the fastest parser for each.
``python -m benchmarks.in_process parse-held FILE…`` is the same while the garbage collector is held, as the product holds it.
``python -m benchmarks.in_process impact ESTATE PARTNER CANDIDATE`` is the product, as the command line calls it.
``python -m benchmarks.in_process verdicts ESTATE PARTNER CANDIDATE`` is the same without the list of what changed.
``python -m benchmarks.in_process diff OLD NEW`` is the comparison of two documents, reading them included.
"""

from __future__ import annotations

import gc
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.leaves import parse
from benchmarks.measure import peak

if TYPE_CHECKING:
    from cxcontracts.opening import Opened


def main(task: str, *arguments: str) -> None:
    """Run a task, and print what it cost and what it said."""
    run = {"parse": _parse, "parse-held": _parse_held, "impact": _impact, "verdicts": _verdicts, "diff": _diff}[task](arguments)
    gc.collect()
    started = time.process_time()
    said = run()
    print(json.dumps({"cpu": time.process_time() - started, "peak": peak(), "said": said}))


def _parse(files: Sequence[str]) -> Callable[[], dict[str, int]]:
    def run() -> dict[str, int]:
        documents = [parse(Path(file).read_bytes()) for file in files]
        return {"documents": len(documents)}

    return run


def _parse_held(files: Sequence[str]) -> Callable[[], dict[str, int]]:
    gc.disable()
    return _parse(files)


def _opener(arguments: Sequence[str]) -> Callable[[], Opened]:
    from cxcontracts.opening import open_estate
    from cxcontracts.plugins import kinds

    kinds()  # imports them
    estate, partner, candidate = arguments
    return lambda: open_estate(Path(estate), {partner: Path(candidate)})


def _impact(arguments: Sequence[str]) -> Callable[[], dict[str, int]]:
    opened = _opener(arguments)

    def run() -> dict[str, int]:
        outcome = opened().impact()
        changes = sum(len(judged.changes) for judged in outcome.partners)
        return {**{str(verdict): count for verdict, count in outcome.summary.items()}, "changes": changes}

    return run


def _verdicts(arguments: Sequence[str]) -> Callable[[], dict[str, int]]:
    opened = _opener(arguments)

    def run() -> dict[str, int]:
        judge = opened().judge
        return dict(Counter(str(judge.finding(requirement).verdict) for requirement in judge.requirements))

    return run


def _diff(files: Sequence[str]) -> Callable[[], dict[str, int]]:
    from cxcontracts.comparing import compare
    from cxcontracts.opening import read_contract

    def run() -> dict[str, int]:
        gc.disable()
        record, candidate = (read_contract(Path(file), Path(file).parent.name) for file in files)
        return dict(Counter(str(change.verdict) for change in compare(record, candidate, "api").changes))

    return run


if __name__ == "__main__":
    main(*sys.argv[1:])
