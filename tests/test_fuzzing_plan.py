from __future__ import annotations

from itertools import combinations, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.exchanges import JSON, NO_BODY
from cxcontracts.fuzzing.edges import MOST_EDGES
from cxcontracts.fuzzing.plan import MOST_MEETING, MOST_PAIRED, Variation, Waves, interleaved
from cxcontracts.fuzzing.space import Field, Space

CURRENCY = Field("currency", {"enum": ["USD", "EUR", "GBP"]}, "USD", ("body",))
GIFT = Field("gift", {"type": "boolean"}, False, ("body",))
QUANTITY = Field("qty", {"type": "integer", "minimum": 1, "maximum": 100}, 2, ("query",))
SURNAME = Field("surname", {"type": "string", "minLength": 1, "maxLength": 80}, "Okafor", ("query",))
REFERENCE = Field("ref", {"type": "string", "pattern": "^[A-Z0-9]{6}$"}, "QX7T2M", ("path",))
BASKET = Field(
    "basket",
    {
        "type": "object",
        "required": ["items"],
        "additionalProperties": False,
        "properties": {
            "items": {
                "type": "array",
                "maxItems": 3,
                "items": {
                    "type": "object",
                    "required": ["qty"],
                    "properties": {"qty": {"type": "integer", "minimum": 1, "maximum": 9}},
                },
            },
            "note": {"type": "string", "maxLength": 5},
        },
    },
    {"items": [{"qty": 2}], "note": "hi"},
    ("body",),
)
ALL = (CURRENCY, GIFT, QUANTITY, SURNAME, REFERENCE, BASKET)

spaces = st.lists(st.sampled_from(ALL), unique_by=lambda each: each.name).map(lambda fields: Space(tuple(fields)))


def wave(number: int, space: Space) -> list[Variation]:
    return [each for each in Waves(space) if each.wave == number]


@given(spaces)
def test_no_variation_leaves_the_space_or_comes_twice(space: Space) -> None:
    found = list(Waves(space))
    assert [each for each in found if not space.admits(each.varied)] == []
    assert len({repr(sorted(each.varied.items())) for each in found}) == len(found)


@given(spaces)
def test_the_same_space_gives_the_same_waves_in_their_order(space: Space) -> None:
    found = list(Waves(space))
    assert found == list(Waves(space))
    assert [each.wave for each in found] == sorted(each.wave for each in found)


@given(spaces)
def test_the_second_wave_varies_one_thing_at_a_time(space: Space) -> None:
    assert [each for each in wave(1, space) if len(each.varied) != 1] == []


@given(spaces)
def test_the_plan_stays_as_small_as_it_promises(space: Space) -> None:
    assert len(wave(1, space)) <= 40 * MOST_EDGES
    assert len(wave(2, space)) < 300


def test_the_largest_plan_meets_in_fewer_than_300_calls() -> None:
    listed = [Field(f"f{number}", {"enum": list(range(7))}, 0, ("body",)) for number in range(MOST_MEETING + 3)]
    assert len(wave(2, Space(tuple(listed)))) < 300


def test_every_two_listed_values_meet() -> None:
    space = Space((CURRENCY, GIFT, Field("speed", {"enum": ["slow", "fast", "same-day"]}, "slow", ("body",))))
    singles = [(name, value) for each in wave(1, space) for name, value in each.varied.items()]
    wanted = {frozenset(two) for two in combinations(singles, 2) if two[0][0] != two[1][0]}
    assert {frozenset(two) for each in wave(2, space) for two in combinations(each.varied.items(), 2)} == wanted


def test_of_many_listed_values_the_first_meet_others() -> None:
    space = Space((GIFT, Field("size", {"enum": list(range(20))}, 0, ("body",))))
    assert [each.varied["size"] for each in wave(2, space)] == list(range(1, 1 + MOST_PAIRED))


def test_two_places_inside_of_one_value_meet() -> None:
    varied = [each.varied["basket"] for each in wave(2, Space((BASKET,)))]
    assert {(len(each["items"]), each["items"][0]["qty"]) for each in varied if each["items"]} >= {(3, 1), (3, 9), (2, 1), (2, 9)}
    assert any("note" not in each and len(each["items"]) == 3 for each in varied)


def test_it_begins_with_the_working_call_and_the_other_rows() -> None:
    row = {"currency": "GBP", "gift": True}
    found = list(islice(Waves(Space((CURRENCY, GIFT), rows=(row,))), 2))
    assert [each.varied for each in found] == [{}, row]


def test_what_the_step_reads_comes_first_and_what_a_path_names_last() -> None:
    read = Field("qty", QUANTITY.schema, 2, ("query",), read=True)
    order = [name for each in wave(1, Space((REFERENCE, GIFT, read))) for name in each.varied]
    assert list(dict.fromkeys(order)) == ["qty", "gift", "ref"]


def test_a_part_that_the_step_reads_comes_before_other_parts() -> None:
    first = wave(1, Space((GIFT, BASKET), names=frozenset({"note"})))[0]
    assert first.because == "basket.note: 5 letters, the most"


def test_what_a_path_names_stays_as_it_is_where_values_meet() -> None:
    assert [each for each in wave(2, Space((REFERENCE, CURRENCY, GIFT))) if "ref" in each.varied] == []


def test_a_value_that_fails_alone_meets_nothing() -> None:
    waves = Waves(Space((CURRENCY, GIFT, QUANTITY)))
    rest = []
    for each in waves:
        if each.varied == {"currency": "EUR"}:
            waves.refused(each)
        if each.wave == 2:
            rest.append(each.varied.get("currency"))
    assert "GBP" in rest
    assert "EUR" not in rest


def test_what_the_working_call_leaves_out_is_sent_once_at_least() -> None:
    extra = Field(
        "extra", {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}}, NO_BODY, ("body",), "body.extra"
    )
    assert [each.varied for each in wave(1, Space((extra,)))] == [{"extra": {"a": 1}}]


def test_what_comes_later_is_asked_for_no_sooner_and_never_leaves_the_space() -> None:
    asked = []

    def further() -> list[Variation]:
        asked.append(True)
        return [Variation({"gift": value}, 3, "a case") for value in (True, "yes", None)] + [Variation({"other": 1}, 3, "a case")]

    waves = Waves(Space((GIFT, QUANTITY)), further)
    first = list(islice(waves, 3))
    assert (len(first), asked) == (3, [])
    assert [each for each in waves if each.wave == 3] == []
    assert asked == [True]


# Many at a time


def together(*fields: Field) -> Waves:
    return Waves(Space(fields), together=True)


@given(spaces)
def test_together_each_value_is_sent_that_is_sent_one_at_a_time(space: Space) -> None:
    def values(waves: Waves) -> set[tuple[str, str]]:
        return {(name, repr(value)) for each in waves.first() for name, value in each.varied.items() if name != "basket"}

    assert values(Waves(space, together=True)) == values(Waves(space))


def test_together_there_are_as_many_calls_as_the_place_with_the_most_values_has() -> None:
    found = [each.varied for each in together(SURNAME, QUANTITY, CURRENCY, GIFT).first()][1:]
    alone = [each.varied for each in Waves(Space((SURNAME,))).first()][1:]
    assert len(found) == len(alone)
    assert found[0].keys() == {"surname", "qty", "currency", "gift"}


def test_together_what_a_path_names_is_varied_alone() -> None:
    found = [each.varied.keys() for each in together(REFERENCE, SURNAME, GIFT).first()]
    assert [names for names in found if "ref" in names and len(names) > 1] == []
    assert {"ref"} in found


def test_together_what_cannot_stand_beside_another_value_waits_for_the_next_call() -> None:
    baskets = [each.varied["basket"] for each in together(BASKET).first() if each.varied]
    assert {len(each["items"]) for each in baskets} >= {0, 1, 2, 3}
    assert {each["items"][0]["qty"] for each in baskets if each["items"]} >= {1, 8, 9}


def test_what_failed_is_sent_again_before_all_else_without_what_it_failed_for() -> None:
    waves = together(SURNAME, QUANTITY, GIFT)
    _, first, *_ = islice(waves, 2)
    waves.again(first, {"surname"})
    assert next(waves).varied == {"qty": first.varied["qty"], "gift": first.varied["gift"]}


def test_what_failed_for_nobody_knows_what_is_sent_again_in_halves_and_one_value_never() -> None:
    waves = together(SURNAME, QUANTITY, GIFT, CURRENCY)
    _, first = islice(waves, 2)
    waves.again(first, {"ref"})
    halves = [each.varied for each in islice(waves, 2)]
    assert [len(each) for each in halves] == [2, 2]
    assert {**halves[0], **halves[1]} == first.varied
    following = next(waves)
    waves.again(Variation({"gift": True}, 1, ""), ())
    assert len(next(waves).varied) == len(following.varied)


def test_together_a_value_that_fails_alone_is_sent_no_more() -> None:
    waves = together(SURNAME, CURRENCY)
    waves.refused(Variation({"currency": "EUR"}, 1, ""))
    assert "EUR" not in {each.varied.get("currency") for each in waves}


def stream(count: int) -> list[Variation]:
    return [Variation({"n": number}, 1, "") for number in range(count)]


@pytest.mark.parametrize(
    ("weights", "turns"),
    [((1, 1), "abababab"), ((2, 1), "abaabaab"), ((1, 3), "babbbabb")],
)
def test_streams_take_turns_by_weight(weights: tuple[int, int], turns: str) -> None:
    streams = [("a", weights[0], stream(50)), ("b", weights[1], stream(50))]
    assert "".join(name for name, _ in islice(interleaved(streams), 8)) == turns


@given(st.lists(st.tuples(st.integers(1, 200_000), st.integers(0, 20)), max_size=6))
def test_every_stream_is_sent_whole_and_in_order_and_each_has_its_first_turn_first(streams: list[tuple[int, int]]) -> None:
    made = [(index, weight, stream(count)) for index, (weight, count) in enumerate(streams)]
    found: list[tuple[int, Variation]] = list(interleaved(made))
    for index, _, variations in made:
        assert [each for name, each in found if name == index] == variations
    waiting = [index for index, _, variations in made if variations]
    assert sorted(name for name, _ in found[: len(waiting)]) == waiting


def test_nothing_is_made_that_nobody_asks_for() -> None:
    def endless() -> JSON:
        number = 0
        while True:
            number += 1
            yield Variation({"n": number}, 4, "")

    assert len(list(islice(interleaved([("a", 1, endless())]), 3))) == 3
