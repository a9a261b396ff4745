"""Laws of ``diff``: what holds for any two contracts, whatever changed between them and however they are laid out.

What is true is known from how the contracts were made (:mod:`tests.contracts_made`), never from the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import jsonschema_rs
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.comparing import Asked, compare
from cxcontracts.exchanges import JSON, NO_BODY
from cxcontracts.findings import Change, Verdict
from cxcontracts.scenes import Side
from tests.contracts_drawn import contracts, law, layouts, sound_pairs, values_of, written
from tests.contracts_made import Layout, Made, Reading, Type, Writer
from tests.estates_made import TODAY

GONE = ("-removed", "-members-changed")
"""How the rules end by which it is the loss that breaks somebody: what is left is nothing new."""
CLOSED_SET = ("response-enum-widened", "response-enum-changed")


def opened(schema: JSON) -> JSON:
    """Return what a reader takes who passes over members that it does not know."""
    if isinstance(schema, list):
        return [opened(part) for part in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {key: opened(part) for key, part in schema.items() if not (key == "additionalProperties" and part is False)}


def understood(reading: Reading, type_: Type, value: JSON) -> bool:
    """Tell whether a reader that was made for a type understands a value."""
    schema: Mapping[str, Any] = opened(reading.schema(type_))
    return jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True, offline=True).is_valid(value)


def answer_of(made: Made, status: int) -> Type | None:
    keys = (str(status), f"{status // 100}XX", "default")
    return next((made.answers[key] for key in keys if key in made.answers), None)


def told(record: Side, candidate: Side) -> tuple[Change, ...]:
    return compare(record, candidate, "made", Asked(TODAY)).changes


def harmless(changes: Iterable[Change], side: str) -> bool:
    """Tell whether nothing was found that breaks, or may break, one side."""
    mine = [change for change in changes if change.rule.startswith(side) or change.rule == "not-compared"]
    return not any(change.verdict is not Verdict.INTACT or change.rule in CLOSED_SET for change in mine)


def shown(change: Change, record: Made, candidate: Made) -> str:
    return f"{change}\n{Writer(record, Layout()).document()}\n{Writer(candidate, Layout()).document()}"


@law(150)
@given(st.data())
def test_a_contract_in_another_layout_has_no_changes(data: st.DataObject) -> None:
    made = data.draw(contracts())

    changes = told(written(made, data.draw(layouts)), written(made, data.draw(layouts)))

    assert changes == ()


@law(250)
@given(st.data())
def test_an_answer_that_proves_a_break_is_one_that_the_candidate_gives_and_the_record_never_gave(data: st.DataObject) -> None:
    record, candidate = data.draw(sound_pairs)

    for change in told(written(record, data.draw(layouts)), written(candidate, data.draw(layouts))):
        if change.breaking and change.rule.startswith("response-") and change.element.split(" ")[3:4] == ["application/json"]:
            assert change.witness is not None
            response = change.witness.response
            after, before = answer_of(candidate, response.status), answer_of(record, response.status)
            if response.assumed or after is None or before is None or response.body is NO_BODY:
                continue
            assert Reading(candidate).admits(after, response.body), shown(change, record, candidate)
            hidden = "writeOnly" in str(Writer(record, Layout()).document())  # its presence tells a reader which branch it is not
            if not change.rule.endswith(GONE) and not hidden:
                assert not understood(Reading(record), before, response.body), shown(change, record, candidate)


@law(250)
@given(st.data())
def test_a_body_that_proves_a_break_is_one_that_the_record_took_and_the_candidate_refuses(data: st.DataObject) -> None:
    record, candidate = data.draw(sound_pairs)

    for change in told(written(record, data.draw(layouts)), written(candidate, data.draw(layouts))):
        if change.breaking and change.element.split(" ")[2:4] == ["body", "application/json"] and record.request:
            assert change.witness is not None
            sent = change.witness.request.body
            assert Reading(record, "request").admits(record.request, sent), shown(change, record, candidate)
            if not change.rule.endswith((*GONE, "alternatives-changed")) and candidate.request is not None:
                assert not Reading(candidate, "request").admits(candidate.request, sent), shown(change, record, candidate)


@law(250)
@given(st.data())
def test_where_no_answer_breaks_anybody_every_answer_is_one_that_was_promised(data: st.DataObject) -> None:
    record, candidate = data.draw(sound_pairs)
    changes = told(written(record, data.draw(layouts)), written(candidate, data.draw(layouts)))

    if harmless(changes, "response"):
        for key, after in candidate.answers.items():
            before = record.answers.get(key)
            for value in values_of(Reading(candidate), after, 12) if before is not None and after is not None else ():
                assert before is None or understood(Reading(record), before, value), f"{value} {changes}"


@law(250)
@given(st.data())
def test_where_no_body_is_refused_every_body_that_was_taken_is_still_taken(data: st.DataObject) -> None:
    record, candidate = data.draw(sound_pairs)
    changes = told(written(record, data.draw(layouts)), written(candidate, data.draw(layouts)))

    if harmless(changes, "request") and record.request is not None and candidate.request is not None:
        for value in values_of(Reading(record, "request"), record.request, 12):
            assert Reading(candidate, "request").admits(candidate.request, value), f"{value} {changes}"


@law(100)
@given(st.data())
def test_no_fingerprint_hangs_on_the_order_in_which_things_are_written(data: st.DataObject) -> None:
    record, candidate = data.draw(sound_pairs)
    layout = data.draw(layouts)

    turned = replace(layout, turned=not layout.turned)
    found = [told(written(record, each), written(candidate, each)) for each in (layout, turned)]

    assert {change.fingerprint for change in found[0]} == {change.fingerprint for change in found[1]}, str(found)
