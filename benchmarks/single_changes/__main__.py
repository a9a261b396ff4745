"""``impact`` on single changes of real contracts, beside others: ``python -m benchmarks.single_changes [--share 0.01]``.

Journeys are drawn from the contracts of the corpus, and every change is made by a rule that says which findings it breaks.
Whether that is so is tried a second way: an independent validator judges values drawn from both versions. It fails where the two
ways differ, and where ``impact`` does not name exactly the findings that break: recall and precision have to be 1.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.corpus import Pair, Version
from benchmarks.measure import measured
from benchmarks.peers import PEERS, Said, ours, told
from benchmarks.single_changes.cases import Case, cases, trial, tried, write

_LIMIT = 300.0


@dataclass
class Outcome:
    """What became of one change.

    Attributes:
        tried: What the second way says breaks; None where it could not tell.
        named: The findings that ``impact`` calls broken on their own account.
        verdict: The verdict of its run.
        doubts: What is wrong with a finding: its words, or its witness.
        said: What each detector made of it.
    """

    case: Case
    tried: frozenset[str] | None
    named: frozenset[str] = frozenset()
    verdict: str = ""
    doubts: list[str] = field(default_factory=list)
    said: dict[str, Said] = field(default_factory=dict)


def main(words: Sequence[str] | None = None) -> int:
    """Judge, print, write it down, and return 1 where something is not named right."""
    options = _options(words)
    chosen = [case for case in cases(options.only) if zlib.crc32(str(case).encode()) < options.share * 2**32]
    if options.others:
        for peer in _OTHERS:
            peer.install()
    with ProcessPoolExecutor(options.jobs, get_context("spawn")) as pool:
        found = list(pool.map(tried, chosen, chunksize=8))
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(options.jobs) as threads:
        outcomes = list(threads.map(lambda case, ids: judged(case, ids, Path(folder), others=options.others), chosen, found))
    wrong = [line for outcome in outcomes for line in complaints(outcome)]
    print("\n".join(wrong))
    report = "\n".join(_report(outcomes, " ".join(["benchmarks.single_changes", *(sys.argv[1:] if words is None else words)])))
    print(report)
    if options.output:
        options.output.write_text(report, encoding="utf-8")
    return 1 if wrong or not outcomes else 0


def _options(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.single_changes", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--share", type=float, default=1.0, help="how many of all changes, 0 to 1; the same ones at every run")
    parser.add_argument("--only", default="", help="contracts with this in their name")
    parser.add_argument("--others", action="store_true", help="oasdiff and breakwatch as well")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at a time")
    parser.add_argument("--output", type=Path, help="where to write the table (benchmarks/results/single_changes.md)")
    return parser.parse_args(words)


# --- held against what detectors say ------------------------------------------------------------------------------------------


def judged(case: Case, ids: frozenset[str] | None, workspace: Path, *, others: bool = False) -> Outcome:
    """Return what ``impact``, and the others where they are wanted, make of one change.

    Args:
        ids: What the second way says of it.
        workspace: A folder for its estate.
    """
    outcome = Outcome(case, ids)
    folder = workspace / str(case.number)
    estate, candidate = write(case, folder)
    printed = folder / "printed"
    printed.mkdir()
    command = ours("--estate", estate, "impact", case.edit.partner, "--candidate", candidate, "--format", "json")
    cost = measured(command, printed, limit=_LIMIT)
    if cost.exit not in (0, 1):
        outcome.verdict = f"ended with {cost.exit}: {cost.complaints[-500:]}"
    else:
        run = json.loads(cost.output)
        outcome.verdict = run["verdict"]
        broken = [each for each in run["findings"] if each["verdict"] == "broken" and "cause" not in each]
        outcome.named = frozenset(each["id"] for each in broken)
        outcome.doubts = [doubt for each in broken for doubt in _doubts(case, each)]
    if others:
        record = estate / "partners" / case.edit.partner / f"openapi{candidate.suffix}"
        versions = Pair(str(case.number), *(Version(file.parent, Path(file.name), alone=True) for file in (record, candidate)))
        for peer in (_OTHERS[0], *told([str(step.operation) for step in case.drawn.of(case.edit.partner)])):
            made = folder / peer.name
            made.mkdir()
            outcome.said[peer.name] = peer.said(measured(peer.command(versions, made), printed, limit=_LIMIT))
    return outcome


def _doubts(case: Case, finding: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with a finding: it names another journey, step or kind than its id, or proves nothing."""
    where = f"{finding['journey']}/{finding['step']}/{finding['kind']}"
    if not f"{finding['id']}:".startswith(f"{where}:"):
        yield f"{finding['id']} is told as of {where}"
    if finding.get("witness") is None:
        yield f"{finding['id']} has no witness"
    elif not trial(case).confirms(finding["id"], finding["witness"].get("response") or {}):
        yield f"the witness of {finding['id']} does not show it: {json.dumps(finding['witness'])[:500]}"


_OTHERS = PEERS[1:3]


# --- what comes of it ---------------------------------------------------------------------------------------------------------


def complaints(outcome: Outcome) -> Iterator[str]:
    """Yield what is wrong: the two ways to the truth differ, or ``impact`` says something else, or proves it badly."""
    case = outcome.case
    if outcome.tried is None:
        yield f"NOT TRIED {case}"
    elif outcome.tried != case.edit.breaks:
        yield f"THE TWO WAYS DIFFER {case}\n  the rule: {_listed(case.edit.breaks)}\n  tried:    {_listed(outcome.tried)}"
    if outcome.verdict != ("broken" if case.harmful else "intact") or outcome.named != case.edit.breaks:
        expected, named = case.edit.breaks - outcome.named, outcome.named - case.edit.breaks
        yield f"NAMED WRONG {case}: {outcome.verdict}\n  not named: {_listed(expected)}\n  no break:  {_listed(named)}"
    yield from (f"IN DOUBT {case}: {doubt}" for doubt in outcome.doubts)


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(sorted(ids)) or "nothing"


def _report(outcomes: Sequence[Outcome], command: str) -> Iterator[str]:
    harmful = [each for each in outcomes if each.case.harmful]
    harmless = [each for each in outcomes if not each.case.harmful]
    rules = {each.case.edit.rule for each in outcomes}
    contracts = {(each.case.drawn.name, each.case.edit.partner) for each in outcomes}
    agreed = sum(each.tried == each.case.edit.breaks for each in outcomes)
    yield "# `impact` on single changes of real contracts, beside others"
    yield ""
    yield f"{datetime.datetime.now(datetime.UTC).date()}, Python {platform.python_version()}: `python -m {command}`."
    yield ""
    yield (
        f"{len(outcomes)} changes of {len(contracts)} contracts, made by {len(rules)} rules: {len(harmful)} break the journey "
        f"that is drawn over the contract, {len(harmless)} do not, most of them the same edit at something that the journey does "
        "not depend on. What each breaks is known from its rule, and tried with values drawn from both versions, which "
        f"jsonschema-rs judges: the two ways agree on {agreed}. The others cannot be told what a journey "
        "reads or sends: their columns say what a team lives with that closes its gate on them."
    )
    yield ""
    older = sum(each.case.as_swagger for each in outcomes)
    yield f"{older} changes are of contracts written down as Swagger 2.0, for which oasdiff and breakwatch are not made."
    yield ""
    yield from (f"- {peer.name}: {peer.version}" for peer in _OTHERS)
    yield ""
    yield "| detector | harmful caught | not read | harmless alarmed | not read |"
    yield "| --- | --- | --- | --- | --- |"
    for name, said in _columns(outcomes):
        caught, unread = _count(harmful, said)
        alarmed, unread_too = _count(harmless, said)
        cells = [f"{caught} of {len(harmful)}", unread or "", f"{alarmed} of {len(harmless)}", unread_too or ""]
        yield f"| {' | '.join(map(str, [name, *cells]))} |"
    yield ""
    yield from _figures(harmful, harmless)
    yield ""
    yield from _by_rule(outcomes)


def _figures(harmful: Sequence[Outcome], harmless: Sequence[Outcome]) -> Iterator[str]:
    """Yield recall and precision: of changes, and of the findings that they are named by."""
    caught = sum(each.verdict == "broken" for each in harmful)
    alarmed = sum(each.verdict == "broken" for each in harmless)
    expected = sum(len(each.case.edit.breaks) for each in harmful)
    right = sum(len(each.case.edit.breaks & each.named) for each in harmful)
    named = sum(len(each.named) for each in (*harmful, *harmless))
    of_changes = caught, len(harmful), caught + alarmed
    for words, (found, wanted, said) in (("changes", of_changes), ("findings", (right, expected, named))):
        yield f"- {words}: recall {_ratio(found, wanted)}, precision {_ratio(found, said)}"


def _ratio(part: int, whole: int) -> str:
    return f"{part / whole if whole else 1:.3f} ({part} of {whole})"


_Column = Callable[[Outcome], bool | None]


def _columns(outcomes: Sequence[Outcome]) -> Iterator[tuple[str, _Column]]:
    """Yield what each detector made of a change: whether it breaks something, None where that cannot be told."""
    yield "cxcontracts impact", lambda outcome: outcome.verdict == "broken" if outcome.verdict in _VERDICTS else None
    for name in dict.fromkeys(name for outcome in outcomes for name in outcome.said):
        yield name, _column(name)


def _column(name: str) -> _Column:
    return lambda outcome: outcome.said[name].breaking


_VERDICTS = ("broken", "intact", "tolerated")


def _count(outcomes: Sequence[Outcome], said: _Column) -> tuple[int, int]:
    """Return how many are called breaking, and of how many nothing was said."""
    answers = [said(each) for each in outcomes]
    return sum(answer is True for answer in answers), sum(answer is None for answer in answers)


def _by_rule(outcomes: Sequence[Outcome]) -> Iterator[str]:
    columns = list(_columns(outcomes))
    yield "## By rule"
    yield ""
    yield "Harmful ones caught, and harmless ones alarmed; what is not read counts as neither."
    yield ""
    yield f"| change | {' | '.join(name for name, _ in columns)} |"
    yield f"| --- | {' | '.join('---' for _ in columns)} |"
    for rule in dict.fromkeys(each.case.edit.rule for each in outcomes):
        cells = []
        for _, said in columns:
            parts = []
            for harmful, words in ((True, "caught"), (False, "alarmed")):
                some = [each for each in outcomes if each.case.edit.rule == rule and each.case.harmful is harmful]
                parts += [f"{_count(some, said)[0]} of {len(some)} {words}"] if some else []
            cells.append(", ".join(parts))
        yield f"| {rule} | {' | '.join(cells)} |"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
