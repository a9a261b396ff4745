"""What each detector finds of the behaviours that are switched on at running partners while their documents stay as they are.

``python -m benchmarks.breaks_found`` runs our ``verify``, ``schemathesis run`` with its default settings and pact-python's
verifier on Pact files of the same journeys, each on healthy partners and on every behaviour of :mod:`tests.partners.behaviours`,
and writes ``results/breaks_found.md``. Every outcome is kept in a file, so that a run that was ended goes on where it stood.

A detector is given the benefit of the doubt: what Schemathesis says of the healthy partner as well (a kind of failure, at an
operation) does not count as an alarm, and anything else that it says of a partner with a behaviour that hurts counts as found.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from benchmarks.cached import home
from benchmarks.measure import measured
from cxcontracts.exchanges import JSON
from tests.partners.behaviours import BEHAVIOURS, Behaviour
from tests.partners.running import CREDENTIALS, ESTATE, NAMES, Partner, running
from tests.partners.samples import PACTS

RESULTS = Path(__file__).parent / "results" / "breaks_found.md"
HEALTHY = "healthy"
_LIMIT = 900.0

Partners = Mapping[str, Partner]
Command = Sequence[str | Path]


@dataclass(frozen=True)
class Outcome:
    """What a detector made of one behaviour.

    Attributes:
        tool: The detector.
        behaviour: What was switched on; at healthy partners ``healthy``, with the partner's name where one alone is asked.
        exit: Its exit code.
        found: What it says is wrong: ids of requirements, of failures, of interactions.
        causes: Those of *found* that it says follow from another.
        tolerated: What it says is tolerated.
        whose: Id to whose it is, where it says so.
        requests: How many requests the partners counted.
        cpu: CPU seconds of the detector.
    """

    tool: str
    behaviour: str
    exit: int
    found: tuple[str, ...]
    requests: int
    cpu: float
    causes: tuple[str, ...] = ()
    tolerated: tuple[str, ...] = ()
    whose: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tool:
    """One detector.

    Attributes:
        name: What it is called.
        alone: Whether it is run on one partner at a time.
        run: Runs it on partners as they are; the name of the one that is asked, and a folder for what it writes.
    """

    name: str
    alone: bool
    run: Callable[[Partners, str, Path], Outcome]


# --- the detectors ------------------------------------------------------------------------------------------------------------


def ours(words: Sequence[str]) -> Tool:
    """Return our own ``verify``, with further words for its command line."""

    def run(partners: Partners, _: str, workspace: Path) -> Outcome:
        urls = [word for name, each in partners.items() for word in ("--url", f"{name}={each.url}")]
        states = [word for name, each in partners.items() for word in ("--states", f"{name}={each.root}/_pact/state")]
        environment = [f"{name}={value}" for name, value in CREDENTIALS.items()]
        python: Command = ["env", *environment, sys.executable, "-m", "cxcontracts", "--estate", ESTATE]
        where = ["verify", "--env", "sandbox", "--format", "json", *urls, *states]
        cost = measured([*python, *where, *words], workspace, limit=_LIMIT)
        findings = _json(cost.output, cost.complaints)["findings"]
        broken = [each for each in findings if each["verdict"] == "broken"]
        return Outcome(
            "cxcontracts",
            "",
            cost.exit,
            tuple(each["id"] for each in broken),
            sum(each.count() for each in partners.values()),
            cost.cpu,
            tuple(each["id"] for each in broken if each.get("cause")),
            tuple(each["id"] for each in findings if each["verdict"] == "tolerated"),
            {each["id"]: each["attribution"]["fault"] for each in broken if each.get("attribution")},
        )

    return Tool("cxcontracts", False, run)


def schemathesis(program: str, seed: int) -> Tool:
    """Return ``schemathesis run`` with its default settings, but for the seed."""

    def run(partners: Partners, name: str, workspace: Path) -> Outcome:
        partner, report = partners[name], workspace / "report.json"
        login = [word for header, value in _login(partner) for word in ("-H", f"{header}: {value}")]
        where = [f"{partner.root}/openapi.json", "--url", partner.url, *login]
        how: Command = ["--seed", str(seed), "--no-color", "--report-json-path", report]
        cost = measured(["env", "-C", workspace, program, "run", *where, *how], workspace, limit=_LIMIT)
        failures = _json(report.read_text(encoding="utf-8"), cost.complaints)["failures"]
        found = sorted(f"{each['type']} {operation}" for each in failures for operation in each["operations"])
        return Outcome("schemathesis", "", cost.exit, tuple(found), partner.count(), cost.cpu)

    return Tool("schemathesis", True, run)


def pact(python: str) -> Tool:
    """Return pact-python's verifier, run by an interpreter that has it."""

    def run(partners: Partners, name: str, workspace: Path) -> Outcome:
        partner = partners[name]
        login = "=".join(_login(partner)[0])
        words: Command = [PACTS / f"{name}.json", name, partner.root, login]
        cost = measured([python, "-m", "benchmarks.pact_verifier", *words], workspace, limit=_LIMIT)
        said = _json(cost.output.strip().rpartition("\n")[2], cost.complaints)
        if not said["interactions"]:
            raise SystemExit(f"pact verified nothing of {name}: {said['complaint']}")
        return Outcome("pact", "", int(bool(said["failed"])), tuple(said["failed"]), partner.count(), cost.cpu)

    return Tool("pact", True, run)


def _login(partner: Partner) -> list[tuple[str, str]]:
    """Return the headers that log in."""
    return [(name, value) for name, value in partner.client().headers.items() if name in ("authorization", "x-api-key")]


def _json(text: str, complaints: str) -> JSON:
    try:
        parsed: JSON = json.loads(text)
    except ValueError:
        raise SystemExit(f"no report: {text[-500:]}\n{complaints[-2000:]}") from None
    return parsed


# --- running them -------------------------------------------------------------------------------------------------------------


def outcomes(tools: Sequence[Tool], behaviours: Sequence[Behaviour], kept: Path) -> Iterator[Outcome]:
    """Yield what each detector makes of each behaviour and of healthy partners; what *kept* has is not run again."""
    known = {(each.tool, each.behaviour): each for each in _read(kept)}
    with running() as partners:
        for tool in tools:
            for label, name, switch in _turns(tool, behaviours):
                outcome = known.get((tool.name, label)) or _one(tool, partners, label, name, switch)
                if (tool.name, label) not in known:
                    with kept.open("a", encoding="utf-8") as file:
                        file.write(json.dumps(asdict(outcome)) + "\n")
                    print(
                        f"{tool.name:13} {label:40} exit {outcome.exit} {outcome.requests:5} requests {len(outcome.found)} found"
                    )
                yield outcome


def _turns(tool: Tool, behaviours: Sequence[Behaviour]) -> Iterator[tuple[str, str, str]]:
    """Yield what a turn is called, the partner that is asked, and what is switched on there."""
    if tool.alone:
        yield from ((f"{HEALTHY} {name}", name, "") for name in NAMES)
    else:
        yield HEALTHY, NAMES[0], ""
    yield from ((behaviour.name, behaviour.partner, behaviour.name) for behaviour in behaviours)


def _one(tool: Tool, partners: Partners, label: str, name: str, switch: str) -> Outcome:
    for partner in partners.values():
        partner.switch()
    partners[name].switch(switch)
    with tempfile.TemporaryDirectory() as workspace:
        outcome = tool.run(partners, name, Path(workspace))
    return Outcome(**{**asdict(outcome), "behaviour": label})


def _read(kept: Path) -> Iterator[Outcome]:
    if kept.is_file():
        for line in kept.read_text(encoding="utf-8").splitlines():
            yield Outcome(**json.loads(line))


# --- what came of it ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """What a detector made of one behaviour, held against what it should have made of it.

    Attributes:
        behaviour: The behaviour.
        outcome: What came of it.
        hits: What it says that is right.
        astray: What it says beyond that.
        attributed: Whether it says whose it is, rightly; None where it says nothing of it.
    """

    behaviour: Behaviour
    outcome: Outcome
    hits: tuple[str, ...]
    astray: tuple[str, ...]
    attributed: bool | None

    @property
    def detected(self) -> bool:
        """Whether it says that something is wrong, at the right place where it knows places."""
        return bool(self.hits)


def row(behaviour: Behaviour, outcome: Outcome, noise: Sequence[str]) -> Row:
    """Return an outcome with what is to be made of it.

    Args:
        noise: What the detector says of healthy partners.
    """
    new = [each for each in outcome.found if each not in noise]
    if outcome.tool != "cxcontracts":
        return Row(behaviour, outcome, tuple(new) if behaviour.hurts else (), () if behaviour.hurts else tuple(new), None)
    hits = [each for each in behaviour.findings if each in new]
    ratios = {
        f"{finding.partition('/')[0]}//succeeds" for finding in behaviour.findings
    }  # a journey that breaks fails more often
    known = (*behaviour.findings, *behaviour.also, *ratios)
    own = [each for each in new if each not in outcome.causes]
    astray = [each for each in own if each not in behaviour.findings and not any(fnmatchcase(each, glob) for glob in known)]
    said = [outcome.whose[each] for each in sorted(hits, key=lambda each: each in outcome.causes) if each in outcome.whose]
    return Row(behaviour, outcome, tuple(hits), tuple(astray), said[0] == behaviour.whose if said else None)


def report(found: Sequence[Outcome], behaviours: Sequence[Behaviour]) -> Iterator[str]:
    """Yield the lines of the report."""
    by_name = {behaviour.name: behaviour for behaviour in behaviours}
    tools = list(dict.fromkeys(outcome.tool for outcome in found))
    rows: dict[str, list[Row]] = {}
    for tool in tools:
        noise = [each for outcome in found if outcome.tool == tool and _is_healthy(outcome) for each in outcome.found]
        rows[tool] = [
            row(by_name[each.behaviour], each, noise) for each in found if each.tool == tool and each.behaviour in by_name
        ]
    hurting = sum(behaviour.hurts for behaviour in behaviours)
    yield from ("# Breaks found at running partners", "")
    yield f"{len(behaviours)} behaviours, {hurting} of which hurt a journey; documents unchanged."
    yield from (
        "",
        "| | found | attributed rightly | alarms at what is harmless | at healthy partners | astray | requests, median | CPU s |",
    )
    yield "| --- | --- | --- | --- | --- | --- | --- | --- |"
    for tool in tools:
        yield _summary(tool, rows[tool], [each for each in found if each.tool == tool and _is_healthy(each)])
    yield from _requests(rows)
    yield from _healthy_requests(found)
    for tool in tools:
        yield from _details(tool, rows[tool])


def _is_healthy(outcome: Outcome) -> bool:
    return outcome.behaviour.split()[0] == HEALTHY


def _summary(tool: str, rows: Sequence[Row], healthy: Sequence[Outcome]) -> str:
    hurting, harmless = [each for each in rows if each.behaviour.hurts], [each for each in rows if not each.behaviour.hurts]
    detected = [each for each in hurting if each.detected]
    attributed = f"{sum(each.attributed is True for each in detected)} of {len(detected)}" if tool == "cxcontracts" else "-"
    cells = [
        f"{len(detected)} of {len(hurting)}",
        attributed,
        f"{sum(bool(each.astray) for each in harmless)} of {len(harmless)}",
        str(sum(len(each.found) for each in healthy)),
        str(sum(bool(each.astray) for each in hurting)) if tool == "cxcontracts" else "-",
        f"{statistics.median([each.outcome.requests for each in rows] or [0]):.0f}",
        f"{statistics.median([each.outcome.cpu for each in rows] or [0]):.1f}",
    ]
    return f"| {tool} | " + " | ".join(cells) + " |"


def _requests(rows: Mapping[str, Sequence[Row]]) -> Iterator[str]:
    """Yield how many requests we need for what Schemathesis finds, beside its own."""
    ours_by_name = {each.behaviour.name: each for each in rows.get("cxcontracts", ())}
    theirs = [each for each in rows.get("schemathesis", ()) if each.detected and each.behaviour.name in ours_by_name]
    if theirs:
        they = sum(each.outcome.requests for each in theirs)
        we = sum(ours_by_name[each.behaviour.name].outcome.requests for each in theirs)
        why = "it asks the one partner that changed, and we all three"
        yield from ("", f"Requests for the {len(theirs)} that Schemathesis finds: it {they}, we {we} ({we / they:.2f}): {why}.")


def _healthy_requests(found: Sequence[Outcome]) -> Iterator[str]:
    """Yield what a run over all partners costs: one of ours asks all of them, one of Schemathesis asks one."""
    healthy = [each for each in found if _is_healthy(each)]
    they = sum(each.requests for each in healthy if each.tool == "schemathesis")
    we = sum(each.requests for each in healthy if each.tool == "cxcontracts")
    if they and we:
        yield f"On all three partners, healthy, it makes {they} requests, and we {we} ({we / they:.2f} of its)."


def _details(tool: str, rows: Sequence[Row]) -> Iterator[str]:
    yield from ("", f"## {tool}", "")
    for each in rows:
        if each.behaviour.hurts and not each.detected:
            yield f"- missed: {each.behaviour.name} ({each.behaviour.needed}): {each.behaviour.costs}"
        if each.astray:
            yield f"- astray: {each.behaviour.name}: {', '.join(f'`{name}`' for name in each.astray)}"
        if each.detected and each.attributed is False:
            said = sorted({each.outcome.whose[name] for name in each.hits if name in each.outcome.whose})
            yield f"- attributed wrongly: {each.behaviour.name}: {', '.join(said)} in place of {each.behaviour.whose}"
        if each.behaviour.tolerated and tool == "cxcontracts" and each.behaviour.tolerated not in each.outcome.tolerated:
            yield f"- not said to be tolerated: {each.behaviour.name}"


def main() -> None:
    """Run the detectors that are named, or all, and write the report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("tools", nargs="*", help="cxcontracts, schemathesis, pact; all by default")
    parser.add_argument("--only", action="append", default=[], help="a behaviour's name, * stands for any; can be repeated")
    parser.add_argument("--with", dest="words", default="", help="further words for our command line, as --with='--seed 1'")
    parser.add_argument("--seed", type=int, default=1, help="of Schemathesis")
    parser.add_argument("--schemathesis", default="schemathesis", help="its program")
    parser.add_argument("--pact-python", default=sys.executable, help="an interpreter that has pact-python")
    parser.add_argument("--kept", type=Path, default=None, help="where outcomes are kept; by default outside the repository")
    parser.add_argument("--output", type=Path, default=RESULTS, help="where the report goes")
    asked = parser.parse_args()
    every = {
        "cxcontracts": ours(asked.words.split()),
        "schemathesis": schemathesis(asked.schemathesis, asked.seed),
        "pact": pact(asked.pact_python),
    }
    kept = asked.kept or home("breaks_found") / "outcomes.jsonl"
    kept.parent.mkdir(parents=True, exist_ok=True)
    chosen = [each for each in BEHAVIOURS if not asked.only or any(fnmatchcase(each.name, glob) for glob in asked.only)]
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parent.parent))
    found = list(outcomes([every[name] for name in asked.tools or every], chosen, kept))
    asked.output.write_text("\n".join(report(found, chosen)) + "\n", encoding="utf-8")
    print(f"written to {asked.output}")


if __name__ == "__main__":
    main()
