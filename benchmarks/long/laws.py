"""The laws of judging, tried on many more contracts than the tests try: ``python -m benchmarks.long.laws [--times 20]``.

The tests try the same examples at every run; this tries others each time. It fails where a law does, with the smallest example.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
LAWS = ("laws", "sets", "samples", "texts", "patterns", "narrowing", "building", "emptiness")


def main() -> int:
    """Run the tests that hold laws, and return pytest's exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--times", type=int, default=20, help="how many times as many examples as the tests try (20)")
    files = [f"tests/test_{name}.py" for name in LAWS]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "auto", *files]
    return subprocess.run(command, cwd=REPOSITORY, env={**os.environ, "CX_LAWS": str(options.parse_args().times)}).returncode


if __name__ == "__main__":
    sys.exit(main())
