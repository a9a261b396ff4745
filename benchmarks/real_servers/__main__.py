"""What is said of the move from one release of a real server to another: ``python -m benchmarks.real_servers [NAME…]``.

Each server is installed from the package index, in two releases, started on this machine, and asked for its contract. Then
``impact`` judges the newer contract, and ``verify`` both running releases, against a small estate. ``checked.yaml`` has what is
so, found by hand in both documents and with curl; whatever it does not list has to be intact. It fails where we say otherwise.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from benchmarks.leaves import parse
from benchmarks.measure import measured
from benchmarks.peers import ours
from benchmarks.real_servers.servers import SERVERS, Running, Server, running

REPOSITORY: Final = Path(__file__).parents[2]
CHECKED: Final = Path(__file__).with_name("checked.yaml")
_PROMISED: Final = frozenset({"intact", "unpromised"})
"""What ``impact`` says where nothing gets worse."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was said of one requirement.

    Attributes:
        verdicts: Of the newer contract, the older release, and the newer one; empty where it was not judged.
        because: What was said of the gravest.
    """

    verdicts: tuple[str, str, str]
    because: str

    @property
    def well(self) -> bool:
        """Whether nothing is wrong with it."""
        impact, *seen = self.verdicts
        return impact in {*_PROMISED, ""} and set(seen) <= {"intact", ""}


def main() -> int:
    """Say it of each server, and write what was said beside what is so."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.real_servers", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--output", type=Path, default=REPOSITORY / "benchmarks" / "results" / "real_servers.md")
    parser.add_argument("names", nargs="*", help="which servers; all of them by default")
    arguments = parser.parse_args()
    chosen = [each for each in SERVERS if not arguments.names or each.name in arguments.names]
    checked: Mapping[str, Any] = parse(CHECKED.read_bytes())
    lines, wrong = [*_heading()], 0
    for server in chosen:
        with tempfile.TemporaryDirectory() as folder:
            reports = _reports(server, Path(folder))
        so: Mapping[str, Any] = checked[server.name]
        differing = list(_differing(_told(reports), so["findings"]))
        wrong += len(differing)
        lines += [*_section(server, reports, so), *differing, *([""] if differing else [])]
    print("\n".join(lines))
    if not arguments.names:
        arguments.output.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    return 1 if wrong else 0


def _heading() -> Iterator[str]:
    yield "# Real servers, in two releases each"
    yield ""
    yield f"{date.today()}, Python {sys.version.split()[0]}: `python -m benchmarks.real_servers`."
    yield ""
    yield "*impact* is what is said of the newer contract, *older* and *newer* what `verify` says of each release as it runs, all"
    yield "held against one estate whose contract of record is the older one. Every line was checked by hand: in both documents,"
    yield "and with curl."
    yield ""


# --- what we say --------------------------------------------------------------------------------------------------------------


def _reports(server: Server, folder: Path) -> tuple[Any, Any, Any]:
    """Return the reports of the newer contract, and of both releases."""
    with running(server, server.older) as older, running(server, server.newer) as newer:
        estate = folder / "estate"
        shutil.copytree(server.estate, estate)
        (estate / "partners" / server.name / server.file).write_bytes(older.contract)
        candidate = folder / f"candidate{Path(server.file).suffix}"
        candidate.write_bytes(newer.contract)
        impact = _report(server, folder, "impact", server.name, "--candidate", candidate)
        return impact, *(_report(server, folder, "verify", *_at(server, each)) for each in (older, newer))


def _at(server: Server, release: Running) -> Sequence[str]:
    environment = ["--env", server.environment] if server.environment else []
    return [*environment, "--url", f"{server.name}={release.url}", "--budget", "300"]


def _report(server: Server, folder: Path, *words: str | Path) -> Any:
    secrets = [f"{name}={value}" for name, value in server.secrets.items()]
    printed = measured(["env", *secrets, *ours("--estate", folder / "estate", *words, "--format", "json")], folder)
    if printed.exit not in (0, 1, 3):
        raise SystemExit(f"{words} ended with {printed.exit}:\n{printed.output}{printed.complaints}")
    return json.loads(printed.output)


def _told(reports: Sequence[Any]) -> dict[str, Told]:
    found = [{each["id"]: each for each in report["findings"]} for report in reports]
    told: dict[str, Told] = {}
    for id in dict.fromkeys(id for each in found for id in each):
        verdicts = [each[id]["verdict"] if id in each else "" for each in found]
        grave = next((each[id]["because"] for each in found if id in each and each[id]["verdict"] not in _PROMISED), "")
        told[id] = Told((verdicts[0], verdicts[1], verdicts[2]), grave)
    return told


# --- what is so ---------------------------------------------------------------------------------------------------------------


def _differing(told: Mapping[str, Told], so: Mapping[str, Any]) -> Iterator[str]:
    """Yield what we say and is not so, and what is so and we do not say."""
    for id in sorted(told.keys() | so.keys()):
        said = told[id].verdicts if id in told else ("", "", "")
        if (id in so and list(said) != so[id]["verdicts"]) or (id not in so and not told[id].well):
            wanted = ", ".join(so[id]["verdicts"]) if id in so else "intact"
            because = told[id].because if id in told else ""
            yield f"**Not as checked:** `{id}` is said to be {', '.join(said)}, not {wanted}. {because}"


def _section(server: Server, reports: Sequence[Any], so: Mapping[str, Any]) -> Iterator[str]:
    told = _told(reports)
    grave = {id: each for id, each in told.items() if not each.well}
    counted = Counter(_in_all(each) for each in told.values() if each.well)
    changes = reports[0]["changes"]
    felt = sum(1 for each in changes if each["felt_by"])
    yield f"## {server.package} {server.older[0]} → {server.newer[0]}"
    yield ""
    yield " ".join(so["about"].split())
    yield ""
    yield f"{len(told)} needs: " + ", ".join(f"{count} {words}" for words, count in sorted(counted.items())) + "."
    yield f"{len(changes)} changes of the contract, {felt} of them where a journey looks."
    older, newer = (f"{report['exchanges']:,}" for report in reports[1:])
    yield f"`verify` made {older} exchanges with the older one, {newer} with the newer one."
    yield ""
    if grave:
        yield "| need | impact | older | newer | we say | by hand |"
        yield "| --- | --- | --- | --- | --- | --- |"
    for id, each in sorted(grave.items()):
        found = " ".join(so["findings"].get(id, {}).get("by-hand", "not checked").split())
        verdicts = " | ".join(verdict or "not judged" for verdict in each.verdicts)
        yield f"| `{id}` | {verdicts} | {each.because.replace('|', '&#124;')} | {found} |"
    if grave:
        yield ""


def _in_all(told: Told) -> str:
    impact, *_ = told.verdicts
    return {"intact": "promised and kept", "unpromised": "kept, and promised by neither", "": "kept, which no contract shows"}[
        impact
    ]


if __name__ == "__main__":
    sys.exit(main())
