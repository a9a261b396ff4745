"""``diff`` on damaged contracts, led by what code they reach: ``python -m benchmarks.long.fuzz_diff [--minutes 10]``.

The damage is that of :mod:`benchmarks.damage`; atheris decides which to try next, and keeps what reaches something new. It fails
where anything but a change or a typed error comes out, where a contract differs from itself, and where one comparison takes more
than ten seconds.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.corpus import REPOSITORY, corpus
from benchmarks.damage import KINDS, Stroke, damaged
from benchmarks.leaves import parse

SEEDS = ("contracts/rail/partners/*/openapi.yaml",)
REAL = ("oasdiff-pairs/pairs/*/revision.*", "real-pairs/camara/*/new.yaml", "real-pairs/openfinance-br/insurances*/new.yaml")
LARGEST = 80_000
_MOST_STROKES = 6
_MOST_SECONDS = 10.0
_MEGABYTES = 2048
_MOST_SHOWN = 40
_FIRST = 50
"""How many random inputs the fuzzer begins with."""


def main() -> int:
    """Fuzz in a process of its own, print what was found, and return 1 where that is anything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.long.fuzz_diff", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1, help="of the fuzzer")
    parser.add_argument("--keep", type=Path, help="a folder for the two documents of each finding")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if importlib.util.find_spec("atheris") is None:
        raise SystemExit("atheris is not installed; pip install '.[fuzz-parsers]'")
    if options.inside is not None:
        return _fuzz(options.inside, options.minutes, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        findings = Path(options.keep or folder)
        findings.mkdir(parents=True, exist_ok=True)
        asked = [
            f"--{name}={value}" for name, value in (("minutes", options.minutes), ("seed", options.seed), ("inside", findings))
        ]
        ended = subprocess.run(
            [sys.executable, "-m", "benchmarks.long.fuzz_diff", *asked], cwd=REPOSITORY, stderr=subprocess.PIPE, text=True
        )
        return _told(findings, ended)


def _told(findings: Path, ended: subprocess.CompletedProcess[str]) -> int:
    found = sorted(findings.glob("*.txt"))
    for file in found:
        print(f"FOUND: {file.stem}\n{file.read_text(encoding='utf-8')}")
    if ended.returncode:
        print(f"the fuzzer ended with {ended.returncode}\n{ended.stderr[-3000:]}")
    told = [line for line in ended.stderr.splitlines() if line.startswith(("Done ", "#"))]
    print("\n".join(told[-2:]))
    print(f"{len(found)} findings")
    return 1 if found or ended.returncode else 0


def _fuzz(findings: Path, minutes: float, seed: int) -> int:
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["cxcontracts"]):
        from cxcontracts.comparing import Asked, compare
        from cxcontracts.errors import CxError
        from cxcontracts.opening import read_contract
    documents = [parse(file.read_bytes()) for file in _seeds()]
    folder = Path(tempfile.mkdtemp(dir=findings))
    paths = folder / "sound.json", folder / "broken.json"

    def changes(old: Path, new: Path) -> int:
        try:
            record, candidate = read_contract(old, "api"), read_contract(new, "api")
            return len(compare(record, candidate, "api", Asked()).changes)
        except CxError:
            return 0

    def once(data: bytes) -> None:
        drawn = atheris.FuzzedDataProvider(data)
        sound = documents[drawn.ConsumeIntInRange(0, len(documents) - 1)]
        strokes = [Stroke(*(drawn.ConsumeIntInRange(0, most) for most in (len(KINDS) - 1, 5000, 5000, 200)))
                   for _ in range(drawn.ConsumeIntInRange(1, _MOST_STROKES))]  # fmt: skip
        for path, document in zip(paths, (sound, damaged(sound, strokes)), strict=True):
            path.write_text(json.dumps(document), encoding="utf-8")
        for old, new in (paths, paths[::-1], paths[1:] * 2):
            _tried(lambda old=old, new=new: changes(old, new), old == new, findings, paths)  # type: ignore[misc]

    limits = [f"-max_total_time={max(1, round(minutes * 60))}", f"-rss_limit_mb={_MEGABYTES}", "-timeout=60", f"-seed={seed}"]
    kept = folder / "kept"
    kept.mkdir()
    drawn_at_first = random.Random(seed)
    for number in range(_FIRST):
        (kept / str(number)).write_bytes(drawn_at_first.randbytes(64))
    atheris.Setup([sys.argv[0], *limits, "-max_len=256", "-print_final_stats=1", str(kept)], once)
    atheris.Fuzz()
    return 0


def _tried(run: Callable[[], int], same: bool, findings: Path, paths: tuple[Path, Path]) -> None:
    """Run once, and keep both documents where something is found that was not found before."""
    started = time.process_time()
    try:
        count = run()
        said = f"differs from itself: {count} changes" if same and count else ""
        name = "differs-from-itself"
    except Exception as error:  # whatever it is, it is what we are looking for
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if f"cxcontracts{os.sep}" in frame.filename]
        last = frames[-1] if frames else None
        name = f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}" if last else type(error).__name__
        said = "".join(traceback.format_exception(error, limit=-4))
    seconds = time.process_time() - started
    if not said and seconds > _MOST_SECONDS:
        name, said = "slow", f"took {seconds:.1f} CPU seconds"
    file = findings / f"{name}.txt"
    if said and not file.exists() and len(list(findings.glob("*.txt"))) < _MOST_SHOWN:
        file.write_text(said, encoding="utf-8")
        for path in paths:
            (findings / f"{name}-{path.name}").write_bytes(path.read_bytes())


def _seeds() -> Iterator[Path]:
    """Yield the contracts that are damaged: ours, and real ones that are not too large to be many."""
    for root, patterns in ((REPOSITORY, SEEDS), (corpus(), REAL)):
        for pattern in patterns:
            yield from (file for file in sorted(root.glob(pattern)) if file.stat().st_size < LARGEST)


if __name__ == "__main__":
    sys.exit(main())
