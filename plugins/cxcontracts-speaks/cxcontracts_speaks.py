"""``speaks``: I am answered in my language.

On contracts, for each language of ``speaks: [de, fr]``: the operation takes it as ``Accept-Language``, and each success that the
step accepts says in ``Content-Language`` what it was answered in.

Source: RFC 9110, sections 12.5.4 (Accept-Language) and 8.5 (Content-Language); RFC 5646 for the tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

from pydantic import StringConstraints

from cxcontracts.acceptance import Point, judge_taken, refusal
from cxcontracts.calls import request_of
from cxcontracts.estate.model import Journey, Step
from cxcontracts.exchanges import JSON, Exchange, Request
from cxcontracts.findings import Harm, Verdict
from cxcontracts.paths import parse_path
from cxcontracts.plugins import hookimpl
from cxcontracts.promises import Need, judge_need
from cxcontracts.requirements import Judgement, Kind, Meaning, Requirement
from cxcontracts.scenes import Scene
from cxcontracts.sending import Entry

LanguageTag = Annotated[str, StringConstraints(pattern="^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")]

_ACCEPT = "header.Accept-Language"
_CONTENT = parse_path("header.Content-Language")
_GRAVEST_FIRST = (Verdict.BROKEN, Verdict.UNPROVEN, Verdict.UNPROMISED, Verdict.INTACT)


class Speaks:
    """One requirement a language."""

    name = "speaks"
    key = "speaks"
    form: Any = list[LanguageTag]
    harm = Harm.UNINFORMED
    meaning = Meaning(
        customer="I am answered in my language",
        kept="the operation takes the language, and each success says in which one it answers",
        breaks="takes the language no more, or no longer says in which one it answers",
        example="speaks: [de, fr]",
        remedy="Have the partner keep the language, or tell the customer what comes in another one.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield one requirement a language, in the order written."""
        for index, language in enumerate(step.asks.get(self.key, ())):
            where = step.locate(self.key, index)
            yield Requirement(self.name, language, journey, step, step.harm or self.harm, language, where, step.groups)

    def on_contract(self, requirement: Requirement, scene: Scene) -> Judgement:
        """Judge both halves: the language is taken, and the answer names its own. The graver one speaks for both."""
        language = str(requirement.what)

        def request(value: JSON = language) -> Request:
            return request_of(scene, {_ACCEPT: value})

        def refused(value: JSON) -> Exchange:
            return Exchange(request(value), refusal(scene.renewed))

        asked = Entry(_ACCEPT, "header", "Accept-Language", ("header", "accept-language"), language)
        named = Need(_CONTENT, {"type": "string"}, statuses=requirement.step.status)
        halves = (judge_taken(scene, Point(asked), [{"const": language}], "", refused), judge_need(scene, named, request))
        return min(halves, key=lambda half: _GRAVEST_FIRST.index(half.verdict))


@hookimpl
def cxcontracts_kinds() -> Sequence[Kind]:
    """Return the kind that this plugin adds."""
    return (Speaks(),)
