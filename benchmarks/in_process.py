"""What a measured interpreter runs: CPU seconds with every import done before, printed as JSON on the last line.

``python -m benchmarks.in_process parse FILE…`` is the floor: the documents, read by the fastest parser for each.
``python -m benchmarks.in_process impact ESTATE PARTNER CANDIDATE`` is the product: the same call that the command line makes.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import pkgutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import peak


def _parse(files: list[str]) -> Callable[[], object]:
    from benchmarks.leaves import parse

    def run() -> object:
        return [parse(Path(file).read_bytes()) for file in files]

    return run


def _impact(arguments: list[str]) -> Callable[[], object]:
    import cxcontracts

    for module in pkgutil.walk_packages(cxcontracts.__path__, "cxcontracts."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    from cxcontracts.cli import main

    estate, partner, candidate = arguments

    def run() -> object:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
            main(["--estate", estate, "impact", partner, "--candidate", candidate, "--format", "json"])
        return json.loads(said.getvalue())["summary"]

    return run


def _measured(run: Callable[[], object]) -> None:
    gc.collect()
    started = time.process_time()
    result = run()
    spent = time.process_time() - started
    said = result if isinstance(result, dict) else {}
    print(json.dumps({"cpu": spent, "peak": peak(), "said": said}))


if __name__ == "__main__":
    task, *rest = sys.argv[1:]
    _measured({"parse": _parse, "impact": _impact}[task](rest))
