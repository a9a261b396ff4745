"""The map of an estate: both ways, with its blind spots, in every format."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import orjson
import pytest

from cxcontracts.mapping import EstateMap, Outage
from cxcontracts.reports.maps import json, mermaid, svg, text
from tests.estates_made import answers, opened, operation, write
from tests.test_event import data, three
from tests.workplace import Workplace, workplace

RAIL = Path(__file__).parent.parent / "contracts" / "rail"

JOURNEY = """
customers: {commuter: 100, leisure: 7}
given: {ref: {from: customer, examples: [x]}}
steps:
  - {step: one, customer: I ask, channel: app, call: p GET /thing, needs: {a: text}, keep: {k: b.c}, fallback: help}
  - {step: two, call: q GET /thing, needs-when: [{when: 'a is "x"', needs: {b: text}}], must: [a is "x"]}
fallbacks: [{step: help, call: q GET /thing, keep: {k: a}}]
recognises: {me: [{at: one, field: id}, {is: $ref}]}
"""
P = answers(
    "{a: {type: string}, b: {type: object, required: [c], properties: {c: {type: string}}}, id: {type: string}}", "[a, b, id]"
)
Q = answers("{a: {type: string}, b: {type: string}}", "[a]")


@pytest.fixture
def found(tmp_path: Path) -> EstateMap:
    return drawn(write(tmp_path, JOURNEY, {"p": P, "q": Q}))


def drawn(root: Path) -> EstateMap:
    return opened(root).mapped()[0]


def test_each_step_says_whom_it_asks_for_what_and_who_stands_in(found: EstateMap) -> None:
    one, two, help_ = found.uses

    assert (one.partner, one.operation, one.fields, one.fallback) == ("p", "GET /thing", ("a", "b.c", "id"), "help")
    assert (two.fields, two.fallback, two.helps) == (("a", "b"), "", False)
    assert (help_.step, help_.helps) == ("help", True)


def test_a_call_among_partners_says_who_makes_it(tmp_path: Path) -> None:
    journey = "steps: [{step: one, call: p GET /thing}, {step: two, visible: false, by: p, for-steps: [one], call: q GET /thing}]"
    found = drawn(write(tmp_path, journey, {"p": P, "q": Q}))

    assert [use.by for use in found.uses] == ["", "p"]
    assert "two: q GET /thing (by p, below the line of visibility)" in text.render(found, colour=False, width=100, verbose=False)


def test_what_a_pact_file_calls_is_used(tmp_path: Path) -> None:
    record = P.replace("  /thing:", "  /other: {get: {responses: {'200': {description: ok}}}}\n  /thing:")
    root = write(tmp_path, "steps: [{step: one, call: p GET /thing}]", {"p": record}, partners={"p": "pacts: [web.json]"})
    asked = {"description": "d", "request": {"method": "GET", "path": "/other"}, "response": {"status": 200}}
    (root / "partners/p/web.json").write_bytes(orjson.dumps({"consumer": {"name": "web"}, "interactions": [asked]}))

    assert drawn(root).partners[0].unused == ()


def test_an_outage_stops_what_has_no_fallback_at_another_partner(found: EstateMap) -> None:
    outages = {partner.name: partner.outage for partner in found.partners}

    assert (outages["p"].stops, outages["p"].caught, outages["p"].customers) == ((), ("j",), {})
    assert (outages["q"].stops, outages["q"].customers, outages["q"].exact) == (("j",), {"commuter": 100, "leisure": 7}, True)
    assert [partner.name for partner in found.alone] == ["q"]


def test_customers_are_a_union_over_journeys_and_upper_bounds_where_one_names_its_groups_only() -> None:
    operator = next(each for each in drawn(RAIL).partners if each.name == "operator")

    assert operator.outage.customers == {"commuter": 126_000, "leisure": 45_000, "assisted": 9_000}
    assert not operator.outage.exact


def test_what_is_needed_and_not_promised_is_listed_with_its_partner(found: EstateMap) -> None:
    assert [(each.id, each.partner) for each in found.unpromised] == [("j/two/needs-when:b", "q")]


def test_what_no_journey_uses_is_listed_events_and_setup_considered(tmp_path: Path) -> None:
    journey = "setup: [{step: s, call: p GET /thing}]\nsteps: [{step: told, event: n train.late}]"
    other = three(data()).replace("{train.late: ", "{train.early: {payload: {}}, train.late: ")

    found = drawn(write(tmp_path, journey, {"p": operation("responses: {'200': {description: ok}}")}, events={"n": other}))

    assert {partner.name: partner.unused for partner in found.partners} == {"n": ("event train.early",), "p": ()}


@pytest.mark.parametrize(
    ("properties", "surplus"),
    [
        ("{a: {}, email: {type: string}}", ["email"]),
        ("{a: {}, who: {type: string, format: email}}", ["who"]),
        ("{a: {}, mobile_phone: {type: string}, phoneModel: {type: object, properties: {x: {}}}}", ["mobile_phone"]),
        (
            "{a: {}, people: {type: array, items: {type: object, properties: {dateOfBirth: {type: string}}}}}",
            ["people.*.dateOfBirth"],
        ),
        ("{a: {}, b: {type: object, properties: {street: {type: string}}}}", ["b.street"]),
        ("{a: {}, name: {type: string}, emailbox: {type: string}, filename: {type: string}}", []),
        ("{a: {type: object, properties: {email: {type: string}}}}", []),  # what a need asks for is asked for whole
    ],
)
def test_personal_data_that_nothing_asks_for_is_found_by_its_name_or_format(
    properties: str, surplus: list[str], tmp_path: Path
) -> None:
    root = write(tmp_path, "steps: [{step: one, call: p GET /thing, needs: {a: {}}}]", {"p": answers(properties, "[a]")})

    assert [field for each in drawn(root).surplus for field in each.fields] == surplus


def test_a_schema_that_contains_itself_ends(tmp_path: Path) -> None:
    rest = (
        "components: {schemas: {N: {type: object, properties: {email: {type: string}, next: {$ref: '#/components/schemas/N'}}}}}"
    )
    contract = answers("{a: {}, n: {$ref: '#/components/schemas/N'}}", "[a]", rest=rest)

    found = drawn(write(tmp_path, "steps: [{step: one, call: p GET /thing, needs: {a: {}}}]", {"p": contract}))

    assert found.surplus[0].fields[0] == "n.email"
    assert len(found.surplus[0].fields) < 10


def test_a_part_of_the_map_has_what_concerns_one_partner_or_one_journey(found: EstateMap) -> None:
    of_p = found.of_partner("p")

    assert ([use.step for use in of_p.uses], [each.name for each in of_p.partners], of_p.unpromised) == (["one"], ["p"], ())
    assert found.of_journey("j").uses == found.uses
    assert found.of_journey("nothing").partners == ()


# --- formats ------------------------------------------------------------------------------------------------------------------

ODD = "</text><script>alert(1)</script> \"]; click s0 ::set-output \x1b[2J & 'x'"


@pytest.fixture
def odd(tmp_path: Path) -> EstateMap:
    journey = JOURNEY.replace("customer: I ask", "customer: " + orjson.dumps(ODD).decode())
    return drawn(write(tmp_path, journey, {"p": P, "q": Q}))


def test_json_fits_its_schema_and_keeps_texts_as_they_are(odd: EstateMap) -> None:
    report = orjson.loads(json.render(odd))

    assert jsonschema_rs.Draft202012Validator(json.schema()).is_valid(report)
    assert report["steps"][0]["customer"] == ODD


def test_a_picture_is_well_formed_and_inert(odd: EstateMap) -> None:
    picture = svg.render(odd)

    root = ElementTree.fromstring(picture)
    assert {each.tag.rpartition("}")[2] for each in root.iter()} == {"svg", "title", "style", "path", "text", "g", "rect"}
    assert all(not name.startswith("on") and "href" not in name for each in root.iter() for name in each.attrib)
    assert "\x1b" not in picture


def test_a_picture_has_a_row_for_each_step_and_operation_and_a_line_for_each_use(found: EstateMap) -> None:
    root = ElementTree.fromstring(svg.render(found))
    boxes = [each for each in root.iter() if each.tag.endswith("}rect")]

    assert len(boxes) == 3 + 2
    assert len([each for each in root.iter() if each.tag.endswith("}path")]) == 3
    assert len({(each.attrib["x"], each.attrib["y"]) for each in boxes}) == len(boxes)


def test_a_flowchart_has_no_label_that_could_end_or_begin_anything(odd: EstateMap) -> None:
    lines = mermaid.render(odd).splitlines()

    assert lines[0] == "flowchart LR"
    for line in lines:
        if '"' in line:
            inside = line[line.index('"') + 1 : line.rindex('"')]
            assert not set(inside) & set('"<>[]{}|;&\x1b') - {";"}
    assert "  s0 -. fallback .-> s2" in lines


def test_text_is_of_the_width_asked_for_and_harmless(odd: EstateMap) -> None:
    shown = text.render(odd, colour=False, width=80, verbose=False)

    assert "\x1b" not in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "if down   j would stop, for 100 commuters and 7 leisure a month" in shown


def test_an_estate_of_which_nothing_is_asked_is_drawn_all_the_same(tmp_path: Path) -> None:
    (partner, _) = drawn(write(tmp_path, JOURNEY, {"p": P, "q": Q})).partners
    empty = EstateMap("made", (), (replace(partner, uses=(), outage=Outage((), (), {}, exact=True)),), (), ())

    assert "p: no journey needs it" in text.render(empty, colour=False, width=80, verbose=True)
    ElementTree.fromstring(svg.render(empty))
    assert mermaid.render(empty) == "flowchart LR\n"


# --- the command --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


@pytest.mark.parametrize(
    ("format_", "start"), [("text", "MAP  "), ("mermaid", "flowchart LR"), ("svg", "<svg "), ("json", "{\n")]
)
def test_the_command_draws_in_each_format(format_: str, start: str, here: Workplace) -> None:
    ran = here.run("map", "--format", format_)

    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.startswith(start)


def test_the_command_draws_one_partner_or_one_journey(here: Workplace) -> None:
    of_partner, of_journey = here.run("map", "--partner", "courier"), here.run("map", "--journey", "track-parcel")

    assert "orders GET" not in of_partner.stdout
    assert "orders GET" in of_journey.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--partner", "couriers"], "there is no partner 'couriers' in the estate; did you mean 'courier'?"),
        (["--journey", "track"], "there is no journey 'track' in the estate; one of: track-parcel"),
    ],
)
def test_a_name_that_is_not_there_is_told_with_the_nearest(words: list[str], message: str, here: Workplace) -> None:
    ran = here.run("map", *words)

    assert (ran.exit_code, ran.stdout) == (2, "")
    assert message in ran.stderr


def test_what_is_unsound_is_said_and_the_rest_is_drawn(here: Workplace) -> None:
    here.edit("contracts/journeys/track-parcel.yaml", "GET /parcels", "GET /percels")

    ran = here.run("map")

    assert ran.exit_code == 2
    assert "open-order: orders GET /orders/{orderNumber}" in ran.stdout
    assert "Not looked at (1)\n  - journeys/track-parcel.yaml:27:5: operation 'GET /percels" in ran.stdout
    assert ran.stderr.endswith("cxcontracts: 1 problem; what depends on that was not drawn\n")
    assert "is not in courier's contract" in ran.stderr
