"""``init --from-openapi`` on every contract of the corpus: ``python -m benchmarks.long.proposals [--share 0.01]``.

For each document of the corpus that says it is OpenAPI, Swagger or AsyncAPI, an estate is proposed in a process of its own and
checked. It fails where anything crashes, where ``check`` does not accept what was proposed, where a second run proposes something
else, and at 2 GB. A refusal with a reason is no failure; the reasons are listed.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import corpus, pairs

_DOCUMENT = re.compile(rb"""^\s*\{?\s*["']?(openapi|swagger|asyncapi)["']?\s*:""", re.MULTILINE)
_FOLDERS = ("arazzo", "oasdiff-pairs", "openapi-pact-comparator", "pact-broker")
_ENDINGS = frozenset({".json", ".yaml", ".yml"})
_MOST_ADDRESSES = 2 << 30
_MOST_SECONDS = 300
_ACCEPTED, _REFUSED, _FAILED = "accepted", "refused", "FAILED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document; *said* is its path, or why there is none."""

    name: str
    verdict: str
    seconds: float
    steps: int
    said: str


def main(words: Sequence[str] | None = None) -> int:
    """Propose, check, print, and return 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long.proposals", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--share", type=float, default=1.0, help="how many of all documents, 0 to 1; the same ones at every run")
    parser.add_argument("--only", default="", help="documents with this in their name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="documents at a time")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as unpacked, ThreadPoolExecutor(options.jobs) as pool:
        chosen = [
            (name, path)
            for name, path in documents(Path(unpacked))
            if options.only in name and zlib.crc32(name.encode()) < options.share * 2**32
        ]
        outcomes = []
        for outcome in pool.map(proposed, chosen):
            print(f"{outcome.seconds:6.2f} s  {outcome.verdict:8} {outcome.name}: {outcome.said}", flush=True)
            outcomes.append(outcome)
    counted = Counter(outcome.verdict for outcome in outcomes)
    steps = Counter(outcome.steps for outcome in outcomes if outcome.verdict == _ACCEPTED)
    print(f"\n{len(outcomes)} documents: " + ", ".join(f"{number} {verdict}" for verdict, number in counted.most_common()))
    print("steps: " + ", ".join(f"{number} with {length}" for length, number in sorted(steps.items())))
    print(f"at most {max((outcome.seconds for outcome in outcomes), default=0):.1f} CPU seconds for one")
    return 1 if counted[_FAILED] or not outcomes else 0


def documents(unpacked: Path) -> Iterator[tuple[str, Path]]:
    """Yield each document of the corpus with its name.

    Args:
        unpacked: An empty folder for those that come as archives.
    """
    for pair in pairs(unpacked):
        yield f"{pair.name} (old)", pair.old.file
        yield f"{pair.name} (new)", pair.new.file
    for folder in _FOLDERS:
        for path in sorted((corpus() / folder).rglob("*")):
            if path.suffix in _ENDINGS and path.is_file() and _DOCUMENT.search(path.read_bytes()[:4000]):
                yield str(path.relative_to(corpus())), path


def proposed(document: tuple[str, Path]) -> Outcome:
    """Propose an estate for a document, twice, and check it."""
    name, path = document
    with tempfile.TemporaryDirectory() as here:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ran, again = (_run(here, "init", folder, "--from-openapi", str(path)) for folder in ("one", "other"))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 2
        if ran.returncode == 2 and ran.stderr:
            return Outcome(name, _REFUSED, seconds, 0, ran.stderr.splitlines()[0][:200])
        if ran.returncode != 0 or again.returncode != 0:
            return Outcome(name, _FAILED, seconds, 0, ran.stderr[-400:] or again.stderr[-400:] or f"exit {ran.returncode}")
        one, other = (next(Path(here, folder, "journeys").iterdir()).read_text(encoding="utf-8") for folder in ("one", "other"))
        path_ = re.findall(r"^  [1-9]\. (.*)$", ran.stdout, re.MULTILINE)
        if one != other:
            return Outcome(name, _FAILED, seconds, len(path_), "a second run proposes something else")
        checked = _run(here, "--no-cache", "--estate", "one", "check")
        if checked.returncode != 0:
            return Outcome(name, _FAILED, seconds, len(path_), f"check exits with {checked.returncode}: {checked.stderr[-400:]}")
        return Outcome(name, _ACCEPTED, seconds, len(path_), " > ".join(path_))


def _run(here: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cxcontracts", *words]
    return subprocess.run(command, cwd=here, capture_output=True, encoding="utf-8", check=False, preexec_fn=_limit)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_ADDRESSES, _MOST_ADDRESSES))


if __name__ == "__main__":
    sys.exit(main())
