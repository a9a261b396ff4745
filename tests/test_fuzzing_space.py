from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.calls import entries_of
from cxcontracts.exchanges import JSON, NO_BODY
from cxcontracts.fuzzing.space import Field, Space, joined, space_of
from cxcontracts.scenes import Scene
from cxcontracts.sending import filled
from tests.estates_made import one_step, operation, taking
from tests.shop import scenes

BODY = "{type: object, properties: {name: {type: string, maxLength: 40}, plan: {enum: [s, m, l]}, tags: {type: array}}}"


def scene(folder: Path, step: str, given: str = "", document: str = taking(BODY), call: str = "POST /thing") -> Scene:
    (found,) = scenes(folder, one_step(step, call, given), document)
    return found


def space(folder: Path, step: str, given: str = "", **values: JSON) -> Space:
    return space_of(scene(folder, step, given), values)


def names(space: Space) -> list[str]:
    return [each.name for each in space.fields]


def test_each_given_that_the_step_sends_varies_in_what_it_promises(tmp_path: Path) -> None:
    given = "{who: {from: customer, maxLength: 30, examples: [Ann]}, other: {from: customer, examples: [1]}}"
    (field,) = space(tmp_path, "with: {name: $who}", given).fields
    assert (field.name, field.schema, field.sample, field.places) == (
        "who",
        {
            "type": "string",
            "maxLength": 30,
        },
        "Ann",
        ("body",),
    )
    assert [field.admits(value) for value in ("x" * 30, "x" * 31, 1)] == [True, False, False]


def test_examples_alone_are_the_space(tmp_path: Path) -> None:
    (field,) = space(tmp_path, "with: {name: $who}", "{who: {from: customer, examples: [Ann, Bo]}}", who="Bo").fields
    assert (field.sample, field.admits("Ann"), field.admits("Cy")) == ("Bo", True, False)


def test_what_accepts_promises_varies_too(tmp_path: Path) -> None:
    found = space(tmp_path, "with: {plan: s}\naccepts: {plan: [s, m], tags: {type: array, maxItems: 2}}")
    assert [(each.name, each.key, each.sample) for each in found.fields] == [
        ("plan", "plan", "s"),
        ("tags", "tags", NO_BODY),
    ]
    assert found.sample == {"plan": "s"}
    assert found.replaced({"plan": "m", "tags": ["a"]}, lambda key: NO_BODY) == {"plan": "m", "tags": ["a"]}


def test_accepts_inside_of_what_is_sent_replaces_that_part_alone(tmp_path: Path) -> None:
    step = "with: {body: {name: $who, plan: s}}\naccepts: {plan: [s, m]}"
    made = scene(tmp_path, step, "{who: {from: customer, examples: [Ann]}}")
    found = space_of(made, {})
    (entry,) = entries_of(made)
    assert found.sample == {"who": "Ann", "plan": "s"}
    whole = found.replaced({"plan": "m"}, lambda key: filled(entry.template, {"who": "Bo"}))
    assert whole == {"body": {"name": "Bo", "plan": "m"}}


def test_accepts_widens_the_given_that_is_sent_there_and_nowhere_else(tmp_path: Path) -> None:
    given = "{plan: {from: customer, examples: [s]}}"
    (field,) = space(tmp_path, "with: {plan: $plan}\naccepts: {plan: [m]}", given).fields
    assert (field.key, field.admits("s"), field.admits("m"), field.admits("l")) == ("", True, True, False)
    twice = space(tmp_path, "with: {plan: $plan, name: $plan}\naccepts: {plan: [m]}", given)
    assert names(twice) == ["plan", "with.plan"]
    assert twice.replaced({"with.plan": "m"}, lambda key: "s") == {"plan": "m"}


def test_constants_vary_only_when_asked_for(tmp_path: Path) -> None:
    made = scene(tmp_path, "with: {plan: s, name: $who}", "{who: {from: customer, examples: [Ann]}}")
    assert names(space_of(made, {})) == ["who"]
    (who, plan) = space_of(made, {}, inputs=True).fields
    assert (who.name, plan.name, plan.sample, plan.admits("l"), plan.admits("xl")) == ("who", "plan", "s", True, False)


def test_what_is_handed_out_or_used_up_does_not_vary_and_the_space_says_why(tmp_path: Path) -> None:
    given = "{one: {from: customer, examples: [a, b], once: true}, new: {from: customer, pattern: '^[a-z]+$'}}"
    found = space(tmp_path, "with: {name: $one, plan: $new}", given)
    assert found.fields == ()
    assert found.left_out == {"one": "each row of it is used once", "new": "each run takes one that nobody used"}


def test_what_the_answer_is_read_for_comes_first(tmp_path: Path) -> None:
    given = (
        "{who: {from: customer, examples: [Ann]}, thePlan: {from: customer, examples: [s]}, tags: {from: customer, enum: [[]]}}"
    )
    step = "with: {name: $who, plan: $thePlan, tags: $tags}\nneeds: {x.the_plan: text}\nmust: [tags is $tags]"
    assert names(space(tmp_path, step, given)) == ["thePlan", "tags", "who"]


def test_other_rows_are_told_as_far_as_they_differ(tmp_path: Path) -> None:
    given = "{who: {from: customer, examples: [Ann, Bo]}, plan: {from: customer, examples: [s, s]}}"
    made = scene(tmp_path, "with: {name: $who, plan: $plan}", given)
    rows = [{"who": "Ann", "plan": "s", "unsent": 1}, {"who": "Bo", "plan": "s", "unsent": 2}]
    assert space_of(made, rows[0], rows).rows == ({"who": "Bo"},)


def test_what_the_contract_takes_is_known_where_the_given_is_sent_as_it_is(tmp_path: Path) -> None:
    given = "{who: {from: customer, minLength: 1, examples: [Ann]}}"
    (alone,) = space(tmp_path, "with: {name: $who}", given).fields
    (amid,) = space(tmp_path, "with: {name: Dr $who}", given).fields
    assert amid.accepted is True
    assert alone.accepted is not True


def test_a_contract_that_takes_nothing_of_what_is_promised_says_nothing_of_what_to_try(tmp_path: Path) -> None:
    (field,) = space(tmp_path, "with: {plan: $plan}", "{plan: {from: customer, enum: [xl], examples: [xl]}}").fields
    assert field.accepted is True


@pytest.mark.parametrize(
    ("place", "unsendable"),
    [
        ("path", ["", ".", ".."]),
        ("header", [" a", "a\n", "é", "a\tb"]),
        ("cookie", ["a;b", "a b", "a,b"]),
        ("body", [2**64, "\ud800", {"a": ["\udfff"]}]),
    ],
)
def test_what_no_request_can_carry_is_never_tried(place: str, unsendable: list[JSON]) -> None:
    field = Field("x", True, "a", (place,))
    assert [value for value in unsendable if field.admits(value)] == []
    assert field.admits("a-b")


def test_an_estate_of_three_steps_has_a_space_each(tmp_path: Path) -> None:
    assert [names(space_of(made, {})) for made in scenes(tmp_path)] == [
        ["currency", "who", "gift", "note", "items"],
        ["name", "email"],
        ["currency", "sku", "qty", "coupon"],
    ]


def test_a_path_parameter_is_varied_last(tmp_path: Path) -> None:
    document = operation(
        "responses: {'200': {description: ok}}\nparameters: [{name: id, in: path}, {name: q, in: query}]", call="GET /things/{id}"
    )
    made = scene(
        tmp_path,
        "with: {id: $a, q: $b}",
        "{a: {from: customer, examples: [1]}, b: {from: customer, examples: [2]}}",
        document,
        "GET /things/{id}",
    )
    assert names(space_of(made, {})) == ["b", "a"]


def test_what_several_steps_send_varies_in_what_all_of_them_may_send() -> None:
    wide, narrow = {"type": "string", "maxLength": 90}, {"type": "string", "maxLength": 30}
    one = Space((Field("who", wide, "Ann", ("body",), accepted={"maxLength": 60}), Field("a", True, 1)), names=frozenset({"x"}))
    other = Space((Field("who", narrow, "Ann", ("path",), accepted={"maxLength": 20}),), names=frozenset({"y"}))
    found = joined([one, other])
    assert (names(found), found.names) == (["a", "who"], frozenset({"x", "y"}))
    who = found.fields[1]
    assert [who.admits(value) for value in ("x" * 30, "x" * 31, "..")] == [True, False, False]
    assert (who.places, who.accepted, who.others) == (("body", "path"), {"maxLength": 60}, ({"maxLength": 20},))
