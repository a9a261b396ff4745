"""Reading an estate: files in, values out, and everything that is wrong at once."""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxcontracts.documents import parse
from cxcontracts.errors import EstateError, UsageError
from cxcontracts.estate.model import Call, Environment, Given, Journey, NotCovered, Partner, Step
from cxcontracts.estate.reading import find_estate, read_estate
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Harm
from cxcontracts.problems import Place
from tests.estates import KINDS, TODAY, Files, Speaks, read, sound_files, swap, write
from tests.test_values import JSON_VALUES

JOURNEY = "journeys/late-train.yaml"
OPERATOR = "partners/operator/partner.yaml"


@pytest.fixture
def journey(tmp_path: Path) -> Journey:
    return read(sound_files(), tmp_path)[0].journeys["late-train"]


def messages(files: Files, folder: Path) -> list[str]:
    with pytest.raises(EstateError) as raised:
        read(files, folder)
    return [str(problem) for problem in raised.value.problems]


def with_steps(text: str) -> Files:
    """Return the sound estate with a journey that has these steps alone."""
    files = sound_files()
    files["journeys/other.yaml"] = f"journey: other\ngoal: x\nowner: x\ncustomers: [commuter]\n{text}".encode()
    return files


# --- what is read -------------------------------------------------------------------------------------------------------------


def test_the_policy_is_read(tmp_path: Path) -> None:
    estate, _ = read(sound_files(), tmp_path)
    assert (estate.root, estate.name) == (str(tmp_path.resolve()), "rail-retail")
    assert estate.customers == {"commuter": 126000, "assisted": 9000}
    assert estate.fail_on == {Harm.BLOCKED, Harm.MISLED}
    assert estate.apps == {"web": {"journeys": ["late-train"]}}
    assert estate.freshness == {"contract": "1d", "fuzz": "7d", "live": "1d", "emulated": "14d"}


def test_every_harm_closes_the_gate_unless_the_estate_says_which(tmp_path: Path) -> None:
    files = sound_files()
    swap(files, "estate.yaml", "fail-on: [blocked, misled]\n", "")
    assert read(files, tmp_path)[0].fail_on == set(Harm)


def test_a_partner_is_read(tmp_path: Path) -> None:
    partner = read(sound_files(), tmp_path)[0].partners["operator"]
    assert partner == Partner(
        name="operator",
        title="Rail operator",
        kind="partner",
        folder=PurePosixPath("partners/operator"),
        contract="openapi.yaml",
        owner={"team": "Information", "contact": "api@operator.example"},
        pacts=("pacts/*.json",),
        environments={
            "sandbox": Environment(
                name="sandbox",
                url="https://sandbox.operator.example/v2",
                auth={"bearer": "$env.OPERATOR_TOKEN"},
                identities={"clerk": {"basic": {"user": "$env.CLERK", "password": "$file.secrets/clerk"}}},
                given={"surname": "Okafor"},
                hosts=("files.operator.example",),
                may=("read", "write"),
            )
        },
        limits={"rate": "10/s", "requests": 2000},
    )


def test_a_partner_that_says_little_gets_the_defaults(tmp_path: Path) -> None:
    partner = read(sound_files(), tmp_path)[0].partners["parking"]
    assert (partner.title, partner.kind, partner.contract) == ("parking", "partner", "")
    assert partner.not_covered == NotCovered("nobody parks yet", datetime.date(2027, 6, 30))


def test_an_environment_takes_over_the_partners_logins_and_adds_its_own(tmp_path: Path) -> None:
    files = sound_files()
    top = "auth: {hook: signer}\nidentities: {guest: {bearer: $env.GUEST}}\nenvironments:\n  live: {}\n"
    swap(files, OPERATOR, "environments:\n", top)
    environments = read(files, tmp_path)[0].partners["operator"].environments
    assert environments["live"].auth == {"hook": "signer"}
    assert environments["live"].may == ("read",)
    assert environments["sandbox"].auth == {"bearer": "$env.OPERATOR_TOKEN"}
    assert sorted(environments["sandbox"].identities) == ["clerk", "guest"]


def test_a_journey_is_read(journey: Journey) -> None:
    assert (journey.name, journey.file, journey.owner) == ("late-train", JOURNEY, "cx-rail@example.com")
    assert (journey.customers, journey.exact) == ({"commuter": 126000, "assisted": 9000}, False)
    assert [(step.part, step.name) for step in journey.steps] == [
        ("setup", "booked"),
        ("steps", "find"),
        ("steps", "told"),
        ("fallbacks", "planned"),
    ]
    assert list(journey.asks) == ["effort", "recognises", "consistent", "succeeds"]
    assert journey.givens == {
        "booking": Given("booking", "customer", {"pattern": "^[A-Z0-9]{6}$"}, ("QX7T2M",)),
        "surname": Given("surname", "customer", {}, ("Okafor", "Ng")),
    }


def test_a_step_is_read(journey: Journey) -> None:
    step = journey.step("find")
    assert step == Step(
        name="find",
        part="steps",
        call=Call("operator", "GET", "/bookings/{ref}"),
        customer="I open my booking",
        channel="app",
        sends={"ref": "$booking", "surname": "$surname"},
        harm=Harm.BLOCKED,
        groups=("commuter",),
        fallback="planned",
        asks=step.asks,
    )
    assert list(step.asks) == [
        *("asks-at-most", "needs", "needs-when", "may-have", "accepts", "keep", "must", "responds-within", "informs")
    ]
    assert step.asks["needs"] == {"trains.*.id": "text", "state": {"values": ["open", "closed"], "otherwise": "closed"}}


def test_an_event_is_read(journey: Journey) -> None:
    step = journey.step("told")
    assert (step.event, step.partner, step.after) == ("notify train.late", "notify", "find")
    assert step.asks == {"match": {"data.train": "$train"}, "within": "2m", "needs": {"data.text": "text"}}


def test_what_stands_in_a_data_file_is_sent_in_its_place(journey: Journey) -> None:
    assert journey.step("booked").sends["passengers"] == [{"name": "Okafor"}]


def test_a_file_is_read_in_for_what_brings_an_error_about_too(tmp_path: Path) -> None:
    files = sound_files()
    swap(files, JOURNEY, "with: {ref: ZZZZZZ}", "with: {ref: {$file: data/ref.json}}")
    files["data/ref.json"] = b'"$5"'
    step = read(files, tmp_path)[0].journeys["late-train"].step("find")
    assert step.asks["informs"][0]["with"] == {"ref": "$$5"}


def test_a_step_of_setup_may_ask_for_a_state(tmp_path: Path) -> None:
    text = "setup:\n  - step: s\n    state: a booking exists\n    params: {seats: 2}\nsteps:\n  - {step: a, call: operator a}\n"
    step = read(with_steps(text), tmp_path)[0].journeys["other"].step("s")
    assert (step.call, step.state, step.params, step.partner) == (None, "a booking exists", {"seats": 2}, "")


def test_a_partner_may_send_words_and_schemas_that_are_no_templates(tmp_path: Path) -> None:
    text = (
        "steps:\n  - step: a\n    by: notify\n    call: operator a\n    for-steps: [b]\n"
        '    with: {id: {type: string, pattern: "^[0-9]$"}, day: date}\n  - {step: b, call: operator b}\n'
    )
    step = read(with_steps(text), tmp_path)[0].journeys["other"].step("a")
    assert (step.by, step.for_steps) == ("notify", ("b",))
    assert step.sends == {"id": {"type": "string", "pattern": "^[0-9]$"}, "day": "date"}


def test_a_pattern_without_examples_takes_a_fresh_value_each_run(tmp_path: Path) -> None:
    given = "given:\n  a: {from: system, pattern: '^[0-9]{9}$'}\n  b: {from: system, pattern: '^[0-9]$', fresh: false}\n"
    text = given + "steps:\n  - {step: s, call: operator a, with: {a: $a, b: $b}}\n"
    givens = read(with_steps(text), tmp_path)[0].journeys["other"].givens
    assert (givens["a"].fresh, givens["b"].fresh) == (True, False)


def test_a_journey_that_says_how_many_take_it_is_exact(tmp_path: Path) -> None:
    files = sound_files()
    swap(files, JOURNEY, "customers: [commuter, assisted]", "customers: {commuter: 5000}")
    read_journey = read(files, tmp_path)[0].journeys["late-train"]
    assert (read_journey.customers, read_journey.exact) == ({"commuter": 5000}, True)


@pytest.mark.parametrize("name", ["journey/other.yaml", "Partners/other.yaml", "waiver.yml", "waver.yaml", "wavers.json"])
def test_what_has_nearly_the_name_that_is_read_is_odd(name: str, tmp_path: Path) -> None:
    _, warnings = read({**sound_files(), name: b"{}"}, tmp_path)
    assert [(warning.code, warning.place.file) for warning in warnings] == [("misnamed", name.partition("/")[0])]


@pytest.mark.parametrize(
    "name", ["README.md", "data.yaml", "journal/other.yaml", "parts/a.yaml", "waivers.md", ".journey/a.yaml"]
)
def test_what_else_lies_in_an_estate_is_left_alone(name: str, tmp_path: Path) -> None:
    assert read({**sound_files(), name: b"{}"}, tmp_path)[1] == ()


def test_waivers_are_read(tmp_path: Path) -> None:
    (waiver,) = read(sound_files(), tmp_path)[0].waivers
    assert (waiver.id, waiver.who, waiver.until) == ("late-train/find/needs:state", "Ada", datetime.date(2027, 5, 31))
    assert waiver.where == Place("waivers.yaml", 1, 3)


def test_a_plugins_kind_brings_its_own_key(tmp_path: Path) -> None:
    files = sound_files()
    swap(files, JOURNEY, "    harm: blocked\n", "    harm: blocked\n    speaks: Frisian\n")
    assert read(files, tmp_path)[0].journeys["late-train"].step("find").asks["speaks"] == "Frisian"
    with pytest.raises(EstateError, match="'speaks' is no key of a step"):
        read_estate(tmp_path, (), today=TODAY)


def test_no_kind_may_own_a_key_that_every_step_has(tmp_path: Path) -> None:
    class Calls(Speaks):
        key = "call"

    with pytest.raises(ValueError, match="'call' is no kind's to own"):
        read_estate(write(sound_files(), tmp_path), (Calls(),))


def test_the_place_of_each_key_is_found_when_it_is_asked_for(journey: Journey) -> None:
    step = journey.step("find")
    assert step.locate() == Place(JOURNEY, 14, 5)
    assert step.locate("needs", "state") == Place(JOURNEY, 22, 7)
    assert step.locate("must", 0) == Place(JOURNEY, 27, 12)
    assert journey.locate("effort") == Place(JOURNEY, 8, 1)
    assert journey.givens["surname"].where == Place(JOURNEY, 7, 3)


# --- which names are known ----------------------------------------------------------------------------------------------------

_TWO_STEPS = """\
setup:
  - {step: s, call: operator s, keep: {prepared: id}}
steps:
  - {step: a, call: operator a, with: {x: $prepared}, keep: {first: id}, fallback: f}
  - {step: b, call: operator b, with: {x: $first}, keep: {second: id}, must: [x is $second]}
fallbacks:
  - {step: f, call: operator f, with: {x: $prepared}, keep: {first: id}}
cleanup:
  - {step: c, call: operator c, with: {x: $second, y: $first}, keep: {third: id}}
  - {step: d, call: operator d, with: {x: $third}}
"""


def test_a_step_knows_what_was_kept_before_it(tmp_path: Path) -> None:
    assert read(with_steps(_TWO_STEPS), tmp_path)[1] == ()


def test_a_fallback_knows_what_the_step_knows_that_it_stands_in_for(tmp_path: Path) -> None:
    text = _TWO_STEPS.replace("operator f, with: {x: $prepared}", "operator f, with: {x: $second}")
    assert messages(with_steps(text), tmp_path) == [
        "journeys/other.yaml:11:43: $second is not known yet: step 'b' keeps it, and comes later; move that step before this one"
    ]


def test_a_name_in_a_sentence_or_a_filter_has_to_be_known_as_well(tmp_path: Path) -> None:
    text = """\
steps:
  - step: a
    call: operator a
    must: ["id is $idd", 'text is "$5"']
    needs: {"legs.(id=$leg).from": text}
"""
    assert [message.partition("; ")[0] for message in messages(with_steps(text), tmp_path)] == [
        "journeys/other.yaml:8:12: nothing is called $idd here",
        "journeys/other.yaml:9:13: nothing is called $leg here",
    ]


def test_a_kept_address_has_to_be_known(tmp_path: Path) -> None:
    text = "steps:\n  - {step: a, call: operator a, keep: {next: links.next}}\n  - {step: b, call: operator GET $nxt}\n"
    assert messages(with_steps(text), tmp_path) == ["journeys/other.yaml:7:21: nothing is called $nxt here; did you mean $next?"]


# --- everything at once -------------------------------------------------------------------------------------------------------


def test_all_problems_of_all_files_are_told_at_once_in_the_order_of_their_places(tmp_path: Path) -> None:
    files = sound_files()
    swap(files, "estate.yaml", "fail-on: [blocked, misled]", "fail-on: [blokced]")
    swap(files, OPERATOR, "contract: openapi.yaml", "contract: missing.yaml")
    swap(files, JOURNEY, "trains.*.id: text", "trains.*.id: txt")
    swap(files, JOURNEY, "fallback: planned", "fallback: plan")
    swap(files, JOURNEY, "    channel: app\n", "    chanel: app\n")
    swap(files, "waivers.yaml", "2027-05-31", "soon")
    files["partners/notify/partner.yaml"] = b"partner: [\n"
    told = [message.split(": ")[0] for message in messages(files, tmp_path)]
    assert told == [
        "estate.yaml:8:11",
        f"{JOURNEY}:16:5",
        f"{JOURNEY}:21:20",
        f"{JOURNEY}:33:15",
        "partners/notify/partner.yaml:2:1",
        f"{OPERATOR}:5:11",
        "waivers.yaml:4:10",
    ]


def test_a_file_that_cannot_be_read_is_told_once_and_never_missed_by_others(tmp_path: Path) -> None:
    files = sound_files()
    files[JOURNEY] = b"journey: [\n"
    files[OPERATOR] = b"partner: [\n"
    assert [message.split(":")[0] for message in messages(files, tmp_path)] == [JOURNEY, OPERATOR]


def test_an_estate_yaml_that_cannot_be_read_keeps_nobody_from_looking_at_the_rest(tmp_path: Path) -> None:
    files = sound_files()
    files["estate.yaml"] = b"format: [\n"
    swap(files, JOURNEY, "within: 2m", "within: soon")
    assert [message.split(":")[0] for message in messages(files, tmp_path)] == ["estate.yaml", JOURNEY]


def test_problems_alone_are_told_as_long_as_there_are_any_and_warnings_after(tmp_path: Path) -> None:
    files = sound_files()
    swap(files, JOURNEY, "owner: cx-rail@example.com\n", "")
    assert [problem.code for problem in read(files, tmp_path)[1]] == ["no-owner"]
    swap(files, JOURNEY, "within: 2m", "within: soon")
    assert len(messages(files, tmp_path)) == 1


def test_a_key_written_twice_wrongly_is_not_missing_as_well(tmp_path: Path) -> None:
    files = sound_files()
    swap(files, "waivers.yaml", "  who: Ada\n", "  whom: Ada\n")
    assert messages(files, tmp_path) == ["waivers.yaml:2:3: 'whom' is no key of a waiver; did you mean 'who'?"]


def test_a_group_of_a_value_has_to_take_the_journey(tmp_path: Path) -> None:
    files = sound_files()
    swap(files, JOURNEY, "{type: integer, minimum: 0}", "{type: integer, for: [comuter]}")
    assert messages(files, tmp_path) == [f"{JOURNEY}:24:45: 'comuter' does not take this journey; did you mean 'commuter'?"]


# --- never anything but an answer ---------------------------------------------------------------------------------------------

_SOUND = {name: parse(text, name).value for name, text in sound_files().items() if name.endswith(".yaml")}
_OURS = [name for name in _SOUND if "api" not in name]


def _pointers(value: JSON, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield here
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield from _pointers(inner, (*here, key))


_PLACES = [(name, pointer) for name in _OURS for pointer in _pointers(_SOUND[name])]


def _replaced(value: JSON, pointer: tuple[str | int, ...], new: JSON) -> JSON:
    if not pointer:
        return new
    changed: Any = copy.copy(value)
    changed[pointer[0]] = _replaced(value[pointer[0]], pointer[1:], new)
    return changed


_ODD = JSON_VALUES | st.sampled_from(
    ["$x", "${", "$repeat", "a..b", "/", "*", "GET /", "operator", {"$file": ".."}, {"$repeat": 1}]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(_PLACES), _ODD), min_size=1, max_size=2))
def test_whatever_is_written_anywhere_gets_an_answer(
    tmp_path: Path, changes: list[tuple[tuple[str, tuple[str | int, ...]], JSON]]
) -> None:
    files = sound_files()
    for (name, pointer), new in changes:
        files[name] = json.dumps(_replaced(_SOUND[name], pointer, new)).encode()
    try:
        _, warnings = read(files, tmp_path)
        problems = warnings
    except EstateError as error:
        problems = error.problems
        assert problems
    assert all(problem.what and problem.remedy and problem.code for problem in problems)


# --- where the estate is ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("start", [".", "app", "app/src", "app/contracts", "app/contracts/journeys"])
def test_the_estate_is_found_upwards_from_here(tmp_path: Path, start: str) -> None:
    write({f"contracts/{name}": text for name, text in sound_files().items()}, tmp_path / "app")
    (tmp_path / "app/src").mkdir()
    if start == ".":
        with pytest.raises(UsageError, match=r"there is no estate here: .*; run: cxcontracts init"):
            find_estate(tmp_path)
    else:
        assert find_estate(tmp_path / start) == (tmp_path / "app/contracts").resolve()


def test_a_folder_of_other_contracts_is_no_estate(tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    write({"estate.yaml": b""}, tmp_path)
    assert find_estate(tmp_path / "contracts") == tmp_path.resolve()


def test_a_link_does_not_lead_out_of_the_estate(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text("{}")
    estate = write(sound_files(), tmp_path / "estate")
    (estate / "data/passengers.json").unlink()
    (estate / "data/passengers.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(EstateError, match="leads out of the estate's folder"):
        read_estate(estate, KINDS, today=TODAY)


def test_the_day_is_todays_unless_it_is_said(tmp_path: Path) -> None:
    files = sound_files()
    swap(files, "waivers.yaml", "2027-05-31", "2001-01-01")
    _, warnings = read_estate(write(files, tmp_path), KINDS)
    assert "waiver-expired" in [warning.code for warning in warnings]
