"""What of a run its partner may read, in any format: its own findings, and of others no name, address, sentence or answer.

It is as discreet as a pack (:mod:`cxcontracts.packs.packing`): names are found by their words and said in other words, customers
are told as estate.yaml allows, and what is ours alone to keep stays at home. What is not surely the partner's is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Final
from urllib.parse import urlsplit

from cxcontracts.errors import UsageError
from cxcontracts.estate.folders import PARTNER_FILE
from cxcontracts.estate.model import Disclosure, Estate, Journey
from cxcontracts.exchanges import JSON, Exchange, Request
from cxcontracts.findings import Attribution, Change, Finding, Outline, PartnerRun, Run, Stage
from cxcontracts.hiding import ANOTHER, ELSEWHERE, PRIVATE, disclosed, hiding
from cxcontracts.kinds.interactions import Pact
from cxcontracts.problems import Place, Problem, did_you_mean
from cxcontracts.redaction import redacted_json

_OURS: Final = frozenset({"effort", "survives"})
"""The kinds that are not the partner's to keep: they count what only a whole journey shows, or are of our own application."""

_BETWEEN: Final = frozenset({"keep"})
"""The kinds that two partners have to keep: what proves them may be an exchange with the other one."""

_VARIABLE: Final = re.compile(r"\$env\.[A-Za-z_][A-Za-z0-9_]*|\$file\.\S+|\$\{[A-Za-z_][A-Za-z0-9_]*\}")
_LOGIN: Final = {"$e": "$env.TOKEN", "$f": "$env.TOKEN", "${": "${TOKEN}"}
"""What stands for a secret of ours, whose very name is ours, too."""


def for_partner(run: Run, partner: str, estate: Estate) -> Run:
    """Return what a partner may read of a run.

    Args:
        run: The run, with its places as the estate has them.
        partner: The partner's id.
        estate: The estate that it is of: it says what is not to be named, and how much of customers is told.

    Raises:
        UsageError: If the run is not of that partner, or the estate does not know it.
    """
    known = [each.partner for each in run.partners if each.partner in estate.partners]
    if partner not in known:
        raise UsageError(f"the run judged nothing of {partner!r}; {did_you_mean(partner, known)}")
    return _Excerpt(run, partner, estate).run()


class _Excerpt:
    def __init__(self, run: Run, partner: str, estate: Estate) -> None:
        self._run = run
        self._partner = partner
        self._estate = estate
        self._hide = hiding(estate, estate.partners[partner])
        self._hosts = {urlsplit(each.url).netloc for each in estate.partners[partner].environments.values() if each.url}
        self._judged = next(each for each in run.partners if each.partner == partner)
        self._told = {
            finding.id: self._id(finding.id, self._is_at_theirs(finding))
            for finding in self._judged.findings
            if self._is_theirs(finding)
        }

    def run(self) -> Run:
        findings = tuple(self._finding(finding) for finding in self._judged.findings if finding.id in self._told)
        problems = tuple(self._problems())
        observed: dict[tuple[str, str], int] = {}
        for finding in findings:
            where = (finding.journey, finding.step)
            observed[where] = max(observed.get(where, 0), finding.observed)
        return Run(
            command=self._run.command,
            estate=self._hide.name(self._estate.name),
            partners=(self._partner_run(findings),),
            fail_on=self._run.fail_on,
            complete=self._run.complete and len(problems) == len(self._run.problems),
            problems=problems,
            not_exercised=dict(self._not_exercised()),
            exchanges=sum(observed.values()),
            environment=self._hide.text(self._run.environment),
            unfelt=tuple(self._hide.text(each) for each in self._run.unfelt if each.startswith(f"{self._partner} ")),
            journeys=tuple(self._outlines()),
            only=("a part of the estate",) if self._run.only else (),
            told_to=self._partner,
        )

    def _partner_run(self, findings: tuple[Finding, ...]) -> PartnerRun:
        judged = self._judged
        return replace(
            judged,
            findings=findings,
            changes=tuple(map(self._change, judged.changes)),
            warnings=tuple(map(self._hide.text, judged.warnings)),
            not_covered=self._hide.text(judged.not_covered),
        )

    def _change(self, change: Change) -> Change:
        """Return a change of the partner's own contract, with those who feel it as the partner knows them."""
        felt_by = tuple(self._told[id] for id in change.felt_by if id in self._told)
        return replace(change, felt_by=felt_by or ((PRIVATE,) if change.felt_by else ()))

    def _problems(self) -> Iterator[Problem]:
        """Yield what is wrong in the partner's own files."""
        folder = f"{self._estate.partners[self._partner].folder}/"
        for problem in self._run.problems:
            if problem.place.file.startswith(folder) and not problem.place.file.endswith(f"/{PARTNER_FILE}"):
                yield replace(problem, what=self._hide.text(problem.what), remedy=self._hide.text(problem.remedy))

    def _not_exercised(self) -> Iterator[tuple[str, str]]:
        for id, why in self._run.not_exercised.items():
            name, _, rest = id.partition("/")
            step, _, need = rest.partition("/")
            journey = self._journey(name)
            kind = need.partition(":")[0]
            if journey is not None and step in _own_steps(journey, self._partner) and kind not in _OURS:
                yield self._id(id), self._sentence(why, journey)

    # --- findings

    def _is_theirs(self, finding: Finding) -> bool:
        """Tell whether a finding is for the partner to know: of a journey that is no secret, and of a kind that it can keep."""
        return finding.kind not in _OURS and finding.journey not in self._estate.private

    def _finding(self, finding: Finding) -> Finding:
        journey = self._journey(finding.journey)
        own = _own_steps(journey, self._partner) if journey is not None else ()
        here = self._is_at_theirs(finding)
        witness = self._witness(finding)
        shown = finding.element.startswith(finding.operation) and self._is_theirs_alone(finding)
        policy = self._estate.packs.customers
        return replace(
            finding,
            id=self._told[finding.id],
            journey=self._hide.name(finding.journey),
            step=self._hide.name(finding.step) if here else "",
            customers=disclosed(self._estate, self._hide, finding.customers),
            share=policy is Disclosure.SHARE or finding.share,
            channel=self._hide.text(finding.channel) if here else "",
            customer=self._hide.text(finding.customer) if here else "",
            where=self._place(finding),
            element=self._hide.text(finding.element) if shown else "",
            because=self._sentence(finding.because, journey),
            cause=None if finding.cause is None else self._told.get(finding.cause, ELSEWHERE),
            witness=witness,
            waived=self._waived(finding),
            for_steps=tuple(self._hide.name(name) for name in finding.for_steps if name in own),
            attribution=self._attribution(finding.attribution, journey),
            curl=self._curl(finding) if witness is not None and witness.request.base else "",
        )

    def _is_at_theirs(self, finding: Finding) -> bool:
        """Tell whether a finding is of a step at which the partner is asked: of others it only knows that there are."""
        if finding.journey == Pact.name:
            return True
        journey = self._journey(finding.journey)
        return journey is not None and finding.step in _own_steps(journey, self._partner)

    def _is_theirs_alone(self, finding: Finding) -> bool:
        return self._is_at_theirs(finding) and finding.kind not in _BETWEEN

    def _witness(self, finding: Finding) -> Exchange | None:
        """Return what proves a finding, where it is surely an exchange with the partner."""
        exchange = finding.witness
        if exchange is None or not self._is_theirs_alone(finding):
            return None
        if not exchange.message and not _fits(exchange.request, finding.operation):
            return None
        request = exchange.request
        asked = Request(
            request.method,
            self._hide.text(request.path),
            tuple((self._hide.text(name), self._value(value)) for name, value in request.query),
            {self._hide.text(name): self._value(value) for name, value in request.headers.items()},
            self._value(request.body),
            request.base if urlsplit(request.base).netloc in self._hosts else "",
        )
        said = exchange.response
        headers, body = (redacted_json(told, _without_login, numbers=False) for told in (said.headers, said.body))
        return replace(exchange, request=asked, response=replace(said, headers=headers, body=body))

    def _value(self, value: JSON) -> JSON:
        """Return what we sent, without what is not to be named, and without the names of our secrets."""
        return redacted_json(value, lambda text: _without_login(self._hide.text(text)), numbers=False)

    def _curl(self, finding: Finding) -> str:
        """Return the line that sends it again, where there is nothing in it to hide."""
        return "" if any(True for _ in self._hide.found(finding.curl)) else _without_login(finding.curl)

    def _attribution(self, told: Attribution | None, journey: Journey | None) -> Attribution | None:
        if told is None:
            return None
        partners = tuple(name if name == self._partner else ANOTHER for name in told.partners)
        return Attribution(told.fault, partners, self._sentence(told.because, journey))

    def _waived(self, finding: Finding) -> str:
        """Return until when and why a break is accepted; who accepts it is not the partner's to know."""
        if not finding.waived:
            return ""
        waiver = next((each for each in self._estate.waivers if str(each) == finding.waived), None)
        if waiver is None:
            return "us"
        return f"us{f' until {waiver.until}' if waiver.until else ''}: {self._hide.text(waiver.why)}"

    def _place(self, finding: Finding) -> Place:
        """Return where a requirement stands: in the partner's own files, or in the journey as a pack names it."""
        where = finding.where
        if where.file.startswith(f"{self._estate.partners[self._partner].folder}/"):
            return where
        return Place(f"journeys/{self._hide.name(finding.journey)}.yaml", where.line, where.column)

    def _id(self, id: str, at_theirs: bool = True) -> str:
        journey, _, rest = id.partition("/")
        step, _, need = rest.partition("/")
        if journey == Pact.name:
            return id
        return f"{self._hide.name(journey)}/{self._hide.name(step) if step and at_theirs else ''}/{self._hide.name(need)}"

    def _sentence(self, text: str, journey: Journey | None) -> str:
        """Return a sentence without the names of others, and without those of the steps at which they are asked."""
        for step in journey.steps if journey is not None else ():
            if step.partner != self._partner and step.asks_somebody:
                known_by = rf"\b{re.escape(step.name)}\b" if "-" in step.name else rf"\b(?<=at ){re.escape(step.name)}\b"
                text = re.sub(known_by, "another step", text)
        return _without_login(self._hide.text(text))

    # --- journeys

    def _journey(self, name: str) -> Journey | None:
        return None if name in self._estate.private else self._estate.journeys.get(name)

    def _outlines(self) -> Iterator[Outline]:
        for outline in self._run.journeys:
            if outline.name in self._estate.private or all(stage.partner != self._partner for stage in outline.steps):
                continue
            yield Outline(
                self._hide.name(outline.name),
                self._hide.text(outline.goal),
                disclosed(self._estate, self._hide, outline.customers),
                outline.exact,
                tuple(self._stages(outline)),
                self._estate.packs.customers is Disclosure.SHARE or outline.share,
            )

    def _stages(self, outline: Outline) -> Iterator[Stage]:
        """Yield the partner's steps, and between them that there are others; provider states are nobody's to see."""
        own = {stage.name for stage in outline.steps if stage.partner == self._partner}
        others = 0
        stages = (stage for stage in outline.steps if stage.partner)
        for (part, theirs), group in groupby(stages, lambda stage: (stage.part, stage.name in own)):
            if theirs:
                yield from (self._stage(stage, own) for stage in group)
            else:
                others += 1
                name = self._hide.name(f"{ELSEWHERE}-{others}")
                yield Stage(name, part, "What others do", "", ANOTHER, "", "")

    def _stage(self, stage: Stage, own: set[str]) -> Stage:
        fallback = self._hide.name(stage.fallback) if stage.fallback in own else ANOTHER if stage.fallback else ""
        return replace(
            stage,
            name=self._hide.name(stage.name),
            customer=self._hide.text(stage.customer),
            channel=self._hide.text(stage.channel),
            by=ANOTHER if stage.by and stage.by != self._partner else stage.by,
            what=self._hide.text(stage.what),
            fallback=fallback,
        )


def _own_steps(journey: Journey, partner: str) -> tuple[str, ...]:
    return tuple(step.name for step in journey.steps if step.partner == partner)


def _fits(request: Request, operation: str) -> bool:
    """Tell whether a request is a call of an operation, written ``METHOD /path``."""
    method, _, path = operation.partition(" ")
    template = path.partition(" ")[0]
    if not template or method.upper() != request.method.upper():
        return False
    pieces = (re.escape(piece) for piece in re.split(r"\{[^}]*\}", template))
    return re.search(f"{'[^/]*'.join(pieces)}$", request.path) is not None


def _without_login(text: str) -> str:
    return _VARIABLE.sub(lambda found: _LOGIN[found[0][:2]], text)
