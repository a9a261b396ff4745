"""Memory over many exchanges: ``python -m benchmarks.long.exchanges [--share 0.01]``.

Journeys are walked over and over against a partner with limits, and each walk is recorded and let go. From the first tenth on,
memory may not grow. It fails where it does. Then a tenth as many are held, as a run does until it has judged them.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import Final

from benchmarks.answering import answering
from benchmarks.measure import peak
from benchmarks.verify import STEPS, Journeys
from cxcontracts.recordings.marks import recorded
from cxcontracts.running.recording import HarWriter

EXCHANGES: Final = 100_000
MOST_GROWTH: Final = 4.0
"""Megabytes: what a heap gains by chance."""
_LIMITS: Final = {"rate": "100000/s", "requests": 10_000_000, "at-once": 2}


def main() -> int:
    """Walk, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long.exchanges", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--share", type=float, default=1.0, help="how much of it: 0.01 is one exchange in a hundred")
    count = round(EXCHANGES * parser.parse_args().share)
    started = time.process_time()
    with answering() as partner, tempfile.TemporaryDirectory() as folder:
        early, late = _walked(Path(folder), partner.url, count)
        told = partner.told()
        held = _held(Path(folder), partner.url, max(count // 10, 1_000))
    seconds = time.process_time() - started
    print(f"{told.requests:,} exchanges: {early:.1f} MB after the first tenth, {late:.1f} MB at the end, {seconds:.1f} s of CPU")
    print(f"{held:.1f} KB for each exchange that is held: an answer of 80 bytes, with its headers, its request and what is known")
    if told.requests < count or late - early > MOST_GROWTH:
        print(f"memory grew by more than {MOST_GROWTH:g} MB, or some were not asked for", file=sys.stderr)
        return 1
    return 0


def _walked(folder: Path, url: str, count: int) -> tuple[float, float]:
    """Return the most memory in MB until a tenth is done, and until all is."""
    early = 0.0
    with Journeys(folder, STEPS, url, _LIMITS) as made, HarWriter(folder / "recording.har", lambda text: text) as writer:
        for number in range(count // STEPS):
            for entry in recorded(made.walker.walk(made.all[0], 0), number + 1):
                writer.add(entry)
            if number == count // STEPS // 10:
                early = peak()
    return early, peak()


def _held(folder: Path, url: str, count: int) -> float:
    """Return the KB that an exchange takes whose walk is held."""
    with Journeys(folder, STEPS, url) as made:
        tracemalloc.start()
        walks = [made.walker.walk(made.all[0], 0) for _ in range(count // STEPS)]
        gc.collect()
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return taken / 1024 / sum(len(walk.sightings) for walk in walks)


if __name__ == "__main__":
    sys.exit(main())
