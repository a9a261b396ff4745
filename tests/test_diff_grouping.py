"""Which changes of a diff are told as one."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.comparing import Asked, compare
from cxcontracts.findings import Change, Compared, Level, Verdict
from cxcontracts.reports.diff.grouping import Group, foremost, grouped, several
from cxcontracts.reports.diff.sorting import Entry
from cxcontracts.rules import RULES
from cxcontracts.scenes import Side
from tests.diffs import ADDED, DOUBTED, EVERY, NULLABLE, compared, of_rule
from tests.estates_made import TODAY, answers, read

OPERATOR = compared()
FARES = compared(name="fares.yaml")


def groups(*changes: Change, coarse: bool = False, of: Compared = OPERATOR) -> tuple[Group, ...]:
    return grouped([Entry(of, each) for each in changes], coarse=coarse)


def sentences(*changes: Change, coarse: bool = False) -> list[str]:
    return [group.sentence for group in groups(*changes, coarse=coarse)]


# -- what is told together -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "elements", "sentence", "element", "noun", "names"),
    [
        (
            "response-property-removed",
            ("GET /stations 200 application/json zone.*.id", "GET /stations 200 application/json zone.*.name"),
            "2 fields of zone.* are no longer answered",
            "GET /stations 200 application/json zone.*",
            "fields",
            ("id", "name"),
        ),
        (
            "request-property-became-required",
            ("POST /bookings body application/json a", "POST /bookings body application/json b"),
            "2 fields are required now, and could be left out before",
            "POST /bookings body application/json",
            "fields",
            ("a", "b"),
        ),
        (
            "response-property-removed",
            ("GET /stations 200 application/json *.id", r"GET /stations 200 application/json *.a\.b"),
            "2 fields of each item are no longer answered",
            "GET /stations 200 application/json *",
            "fields",
            ("id", r"a\.b"),
        ),
        (
            "operation-removed",
            ("GET /stations", "DELETE /bookings/{bookingRef}"),
            "2 operations are gone: every call of them fails",
            "",
            "operations",
            ("GET /stations", "DELETE /bookings/{bookingRef}"),
        ),
        (
            "request-parameter-required-added",
            ("GET /stations query from", "GET /stations query to"),
            "a call now needs 2 query parameters, which did not exist",
            "GET /stations query",
            "parameters",
            ("from", "to"),
        ),
        (
            "response-header-added",
            ("GET /stations 200 header.etag", "GET /stations 200 header.age"),
            "2 headers may be answered now",
            "GET /stations 200",
            "headers",
            ("etag", "age"),
        ),
        (
            "response-status-added",
            ("GET /stations 404", "GET /stations default"),
            "2 statuses may be answered now",
            "GET /stations",
            "statuses",
            ("404", "default"),
        ),
        (
            "response-media-type-added",
            ("GET /map 200 image/png", "GET /map 200 image/webp"),
            "the answer may come as 2 media types now",
            "GET /map 200",
            "types",
            ("image/png", "image/webp"),
        ),
    ],
)
def test_what_one_rule_says_of_the_parts_of_one_whole_is_told_once(
    rule: str, elements: Sequence[str], sentence: str, element: str, noun: str, names: Sequence[str]
) -> None:
    (group,) = groups(*of_rule(rule, *elements))

    assert (group.sentence, group.element, group.noun, group.names) == (sentence, element, noun, names)


def test_one_sentence_for_many_operations_is_told_once() -> None:
    elements = [f"GET /{name} 200 application/json result" for name in "abc"]
    (group,) = groups(*of_rule("response-became-nullable", *elements))

    assert group.sentence == "result may be null now, in 3 operations"
    assert (group.element, group.names) == ("", ("GET /a", "GET /b", "GET /c"))


def test_one_sentence_for_several_parts_of_an_operation_counts_every_place() -> None:
    first, second = of_rule("response-became-nullable", "GET /a 400 application/json code", "GET /a 404 application/json code")
    (group,) = groups(first, dataclasses.replace(second, places=4))

    assert group.sentence == "code may be null now, in 5 places"
    assert group.names == ("GET /a 400", "GET /a 404 and 3 more places")


def test_one_thing_that_happened_to_many_parts_is_told_once_wherever_they_stand() -> None:
    elements = ("GET /a 200 application/json x.price", "GET /b 200 application/json cost")
    (group,) = groups(*of_rule("response-type-changed", *elements, change="text; it was a number"))

    assert group.sentence == "2 fields are text; they were a number"
    assert group.names == ("GET /a 200 x.price", "GET /b 200 cost")


def test_parts_of_one_whole_that_changed_alike_say_how_once() -> None:
    elements = ("GET /a query x", "GET /a query y")
    (group,) = groups(*of_rule("request-enum-narrowed", *elements, change='no longer "lost"'))

    assert group.sentence == '2 query parameters take fewer values: no longer "lost"'
    assert group.names == ("x", "y")


def test_a_sentence_that_is_all_change_stays_whole() -> None:
    elements = ("GET /a 200 application/json x", "GET /b 200 application/json y")
    changes = of_rule("response-members-changed", *elements, change="their members are named now")

    assert sentences(*changes, coarse=True) == ["2 fields: their members are named now"]


def test_callbacks_are_named_by_their_place() -> None:
    changes = of_rule("event-address-changed", "POST /a callback.x", "POST /b callback.y", change='"/b", it was "/a"')
    (group,) = groups(*changes)

    assert group.sentence == '2 callbacks are sent to another address: "/b", it was "/a"'
    assert group.names == ("POST /a callback.x", "POST /b callback.y")


def test_what_many_parts_have_of_their_own_follows_their_name() -> None:
    first, second = (
        dataclasses.replace(
            of_rule("request-enum-widened", f"POST /{name} body application/json {name}", change=f'"{name}"')[0], places=places
        )
        for name, places in (("a", 1), ("b", 3))
    )
    (group,) = groups(first, second, coarse=True)

    assert group.sentence == "2 fields take more values"
    assert group.names == ('POST /a body a: "a"', 'POST /b body b and 2 more places: "b"')


def test_parts_of_one_whole_that_changed_each_in_its_own_way_say_how() -> None:
    first, second = (
        of_rule("response-enum-widened", f"GET /a 200 application/json {name}", change=value)[0]
        for name, value in (("state", '"lost"'), ("kind", '"bus"'))
    )
    (group,) = groups(first, second)

    assert group.sentence == "2 fields may have more values"
    assert group.names == ('state: "lost"', 'kind: "bus"')


def test_a_change_goes_with_the_most_others() -> None:
    many = of_rule("response-became-nullable", *(f"GET /{name} 200 application/json meta" for name in "abc"))
    beside = of_rule("response-became-nullable", "GET /a 200 application/json links")

    assert sentences(*many, *beside) == ["meta may be null now, in 3 operations", "links may be null now"]


def test_what_is_left_of_one_kin_is_told_with_another() -> None:
    statuses = [f"{method} /pet {status}" for method in ("GET", "PUT", "POST") for status in ("422", "default")]
    found = sentences(*of_rule("response-status-added", *statuses), *of_rule("response-status-added", "GET /shop default"))

    assert found == ["422 may be answered now, in 3 operations", "any other status may be answered now, in 4 operations"]


def test_what_is_harmless_is_told_by_its_rule_and_a_status_by_its_number() -> None:
    fields = of_rule("response-property-added", "GET /a 200 application/json x", "GET /b 200 application/json y.z")
    statuses = of_rule("response-status-added", "GET /a 404", "GET /a 422")

    assert sentences(*fields) == ["x may be answered now", "y.z may be answered now"]
    assert sentences(*fields, coarse=True) == ["2 fields may be answered now"]
    assert sentences(*statuses, *of_rule("response-status-added", "GET /b 404"), coarse=True) == [
        "404 may be answered now, in 2 operations",
        "422 may be answered now",
    ]


def test_where_some_are_cut_those_that_show_most_often_come_first() -> None:
    once, often, felt = (
        dataclasses.replace(NULLABLE, because=word, places=places) for word, places in (("1", 1), ("9", 9), ("f", 1))
    )
    found = groups(dataclasses.replace(felt, felt_by=("a/b/c",)), once, often)

    assert [group.sentence for group in foremost(found, 3)] == ["f", "1", "9"]
    assert [group.sentence for group in foremost(found, 2)] == ["f", "9", "1"]


# -- what is not ---------------------------------------------------------------------------------------------

FIRST, SECOND = of_rule("response-property-removed", "GET /a 200 application/json x", "GET /a 200 application/json y")


@pytest.mark.parametrize(
    "other",
    [
        {"rule": "response-property-became-optional"},
        {"verdict": Verdict.UNPROVEN},
        {"level": Level.WARNING},
        {"felt_by": ("a/b/c",)},
        {"element": "GET /a 200 application/json z.y", "because": "z.y is no longer answered"},
        {"element": "GET /b 200 application/json y"},
        {"element": "GET /a 201 application/json y"},
        {"because": "y is no longer answered: for reasons of its own"},
    ],
)
def test_what_differs_in_more_than_its_name_is_told_by_itself(other: dict[str, object]) -> None:
    assert len(groups(FIRST, SECOND)) == 1
    assert len(groups(FIRST, dataclasses.replace(SECOND, **other))) == 2  # type: ignore[arg-type]


def test_two_contracts_have_no_change_together() -> None:
    assert len(grouped([Entry(OPERATOR, FIRST), Entry(FARES, FIRST)])) == 2


def test_a_single_change_keeps_its_sentence_and_its_element() -> None:
    (group,) = groups(NULLABLE)

    assert (group.sentence, group.element, group.names) == (NULLABLE.because, NULLABLE.element, ())


def test_a_change_without_a_sentence_is_told_by_what_changed() -> None:
    assert sentences(dataclasses.replace(DOUBTED, because="", change="other")) == ["other"]
    assert sentences(dataclasses.replace(DOUBTED, because="", change="")) == ["response-pattern-changed"]


@given(st.lists(st.sampled_from([*EVERY, FIRST, SECOND, ADDED, *of_rule("operation-removed", "GET /a", "GET /b")]), max_size=12))
def test_each_change_is_told_once_and_the_groups_come_in_its_order(changes: list[Change]) -> None:
    for coarse in (False, True):
        found = groups(*changes, coarse=coarse)
        told = [entry.change for group in found for entry in group.entries]
        assert sorted(map(id, told)) == sorted(map(id, changes))
        firsts = [changes.index(group.first.change) for group in found]
        assert firsts == sorted(firsts)
        assert all(len(group.names) == (len(group.entries) if len(group.entries) > 1 else 0) for group in found)


# -- its words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", [rule for rule, row in RULES.items() if row.sentence.startswith("{name} ")])
def test_what_is_said_of_several_has_the_verb_of_several(rule: str) -> None:
    elements = ("GET /a 200 application/json p.x", "GET /a 200 application/json p.y")
    (group,) = groups(*of_rule(rule, *elements, change="is deprecated" if rule == "deprecated" else "text"))

    verb = group.sentence.removeprefix("2 fields of p ").removeprefix("no longer ").split(" ")[0]
    assert verb in {"are", "have", "may", "take", "end", "stay", "list", "cannot"}


@pytest.mark.parametrize(
    ("one", "more"),
    [
        (" is gone before its sunset: it was to stay", " are gone before their sunset: they were to stay"),
        (" is deprecated, and ends on 2031-03-31", " are deprecated, and end on 2031-03-31"),
        (" is deprecated, and nobody says until when it stays", " are deprecated, and nobody says until when they stay"),
        (", left out, means something else: 50", ", left out, mean something else: 50"),
        (" is no longer taken: a call that sends it is refused", " are no longer taken: a call that sends them is refused"),
        (" no longer lists 1 under x-extensible-enum", " no longer list 1 under x-extensible-enum"),
        (' is "it was"; it was 1, it was "of it"', ' are "it was"; they were 1, it was "of it"'),
        (" may be null now", " may be null now"),
        (" (in 404) is no longer answered", " (in 404) are no longer answered"),
    ],
)
def test_verbs_and_pronouns_follow_the_number(one: str, more: str) -> None:
    assert several(one) == more


def test_the_sentences_of_a_comparison_are_known() -> None:
    before, after = (Side(read(answers(fields))) for fields in ("{a: {}, b: {}, c: {}}", "{c: {}}"))
    found = compare(before, after, "made", Asked(TODAY))

    assert sentences(*found.changes) == ["2 fields are no longer answered"]
