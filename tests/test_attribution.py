"""Whose a break is, by what was sent, what came back, and what each contract says of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.findings import Attribution
from tests.estates_made import answers, contract, operation, write
from tests.partners_running import Partner, answer, running
from tests.verified import query, replying, verify
from tests.walks_made import OPEN

NEEDS = "steps: [{step: s, call: p GET /thing, needs: {a: text}}]"
STRICT = answers("{a: {type: string}}", "[a]")
LOOSE = answers("{a: {type: [string, 'null']}}")


def whose(
    folder: Path, partners: dict[str, Partner], journey: str, records: dict[str, str], id: str
) -> tuple[str, tuple[str, ...]]:
    """Return whose a break is."""
    told = of(verify(write(folder, journey, records), partners)[id].attribution)
    return str(told.fault), told.partners


def of(attribution: Attribution | None) -> Attribution:
    assert attribution is not None
    assert attribution.because
    return attribution


@pytest.mark.parametrize(
    ("record", "body", "fault", "promised"),
    [
        (STRICT, {}, "breaks-its-contract", True),
        (STRICT, {"a": None}, "breaks-its-contract", True),
        (LOOSE, {}, "keeps-its-contract", False),
        (LOOSE, {"a": None}, "keeps-its-contract", False),
        (LOOSE, {"a": 1}, "breaks-its-contract", False),
        (
            answers("{a: {type: string}, b: {type: string}}", "[b]"),
            {},
            "keeps-its-contract",
            False,
        ),  # b has nothing to do with it
        (answers("{a: {type: string}}", "[a]"), [], "breaks-its-contract", True),
    ],
)
def test_who_answers_what_the_contract_rules_out_breaks_it_and_else_keeps_it(
    record: str, body: dict[str, None], fault: str, promised: bool, tmp_path: Path
) -> None:
    with running(answer(body)) as p:
        found = verify(write(tmp_path, NEEDS, {"p": record}), {"p": p})["s/needs:a"]
    told = of(found.attribution)
    assert (str(told.fault), told.partners, found.promised) == (fault, ("p",), promised)


@pytest.mark.parametrize(("body", "fault"), [({"a": None}, "contract-changed"), ({"a": 1}, "breaks-its-contract")])
def test_who_answers_as_its_own_version_allows_has_another_contract(body: dict[str, None], fault: str, tmp_path: Path) -> None:
    with running(answer(body)) as p:
        keys = f"environments: {{sandbox: {{url: '{p.url}', contract: next.yaml}}}}"
        root = write(tmp_path, NEEDS, {"p": STRICT}, partners={"p": keys})
        (root / "partners/p/next.yaml").write_text(LOOSE.replace("version: 1.0.0", "version: 2.0.0"))
        told = of(verify(root, environment="sandbox")["s/needs:a"].attribution)
    assert (str(told.fault), told.partners) == (fault, ("p",))
    assert ("2.0.0" in told.because) == (fault == "contract-changed")


TAKES = operation(
    "parameters: [{name: q, in: query, required: true, schema: {type: string, pattern: '^[A-Z]+$'}}]\n"
    "responses: {'200': {description: ok}, '422': {description: no}}"
)
LAX = TAKES.replace(", pattern: '^[A-Z]+$'", "")


@pytest.mark.parametrize(("record", "value", "fault"), [(LAX, "ABC", "breaks-its-contract"), (TAKES, "abc", "ours")])
def test_a_refusal_is_of_who_refuses_what_it_promised_to_take_or_of_who_sent_what_it_did_not(
    record: str, value: str, fault: str, tmp_path: Path
) -> None:
    journey = f"steps: [{{step: s, call: p GET /thing, with: {{q: {value}}}}}]"
    with running(answer({}, 422)) as p:
        assert whose(tmp_path, {"p": p}, journey, {"p": record}, "s/answers")[0] == fault


def test_a_value_that_one_hands_out_and_the_next_does_not_take_is_of_the_seam(tmp_path: Path) -> None:
    journey = "steps:\n  - {step: one, call: o GET /thing, keep: {it: a}}\n  - {step: two, call: p GET /thing, with: {q: $it}}"
    records = {"o": OPEN, "p": TAKES}
    with running(answer({"a": "abc"})) as o, running(answer({}, 422)) as p:
        assert whose(tmp_path, {"o": o, "p": p}, journey, records, "two/answers") == ("seam", ("o", "p"))
    with running(answer({"a": "ABC"})) as o, running(answer({}, 500)) as p:
        assert whose(tmp_path, {"o": o, "p": p}, journey, records, "two/answers") == ("breaks-its-contract", ("p",))


def test_of_a_call_that_says_nothing_nobody_knows(tmp_path: Path) -> None:
    with running(answer({}, 503)) as p:
        assert whose(tmp_path, {"p": p}, NEEDS, {"p": STRICT}, "s/answers") == ("nobody-knows", ())


def test_an_error_that_is_brought_about_on_purpose_is_not_ours(tmp_path: Path) -> None:
    record = contract(
        """
        /thing:
          get:
            parameters: [{name: q, in: query, schema: {type: string, pattern: '^[A-Z]+$'}}]
            responses: {'200': {description: ok}, '404': {description: none}, '422': {description: no}}
        """
    )
    step = "{step: s, call: p GET /thing, with: {q: A}, informs: [{when: none, with: {q: '?'}, status: 404}]}"
    with running(answer({}), answer({}, 422), answer({}), answer({}, 422)) as p:
        fault, _ = whose(tmp_path, {"p": p}, f"steps: [{step}]", {"p": record}, "s/informs:none")
    assert fault == "keeps-its-contract"


def test_a_header_that_the_contract_requires_is_looked_for_whatever_its_capitals(tmp_path: Path) -> None:
    headers = "headers: {ETag: {required: true, schema: {type: string}}}"
    record = operation(f"responses: {{'200': {{description: ok, {headers}}}}}")
    journey = "steps: [{step: s, call: p GET /thing, needs: {header.ETag: text}}]"
    with running(answer({})) as p:
        assert whose(tmp_path, {"p": p}, journey, {"p": record}, "s/needs:header.ETag")[0] == "breaks-its-contract"


BY_NAME = contract(
    """
    /things/{id}:
      get:
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses: {'200': {description: ok, content: {application/json: {schema: {}}}}, '404': {description: none}}
    /others/{id}:
      get:
        parameters: [{name: id, in: path, required: true, schema: {type: string}}]
        responses: {'200': {description: ok, content: {application/json: {schema: {}}}}, '404': {description: none}}
    """
)
GIVEN = "given: {it: {from: customer, examples: [T1]}}\nsteps:\n  - {step: one, call: 'p GET /things/{id}', with: {id: $it}"
NOTHING = answer({}, 404)


def test_where_nothing_is_there_by_what_the_journey_starts_from_nobody_knows_and_a_value_is_asked_for(tmp_path: Path) -> None:
    with running(NOTHING) as p:
        root = write(tmp_path, f"{GIVEN}}}", {"p": BY_NAME})
        told = of(verify(root, {"p": p})["one/answers"].attribution)
    assert (str(told.fault), told.partners) == ("nobody-knows", ())
    assert "--given it=VALUE" in told.because


@pytest.mark.parametrize("status", [404, 410])
def test_an_answer_that_nothing_is_there_which_no_contract_declares_breaks_it(status: int, tmp_path: Path) -> None:
    undeclared = BY_NAME.replace("'404'", "'409'")
    with running(answer({}, status)) as p:
        fault, _ = whose(tmp_path, {"p": p}, f"{GIVEN}}}", {"p": undeclared}, "one/answers")
    assert fault == "breaks-its-contract"


@pytest.mark.parametrize(
    "journey",
    [
        f"{GIVEN}, keep: {{other: a}}}}\n  - {{step: two, call: 'p GET /others/{{id}}', with: {{id: $other}}}}",
        f"{GIVEN}}}\n  - {{step: two, call: 'p GET /others/{{id}}', with: {{id: $it}}}}",
    ],
)
def test_who_no_longer_knows_what_it_handed_out_or_took_in_the_same_walk_breaks_its_contract(
    journey: str, tmp_path: Path
) -> None:
    with running(replying(lambda asked: NOTHING if "others" in asked.target else answer({"a": "T2"}))) as p:
        fault, _ = whose(tmp_path, {"p": p}, journey, {"p": BY_NAME}, "two/answers")
    assert fault == "breaks-its-contract"


def test_a_value_that_customers_choose_and_the_contract_does_not_take_is_ours_also_beside_one_that_was_handed_out(
    tmp_path: Path,
) -> None:
    takes = TAKES.replace("parameters: [", "parameters: [{name: r, in: query, schema: {type: string, maxLength: 5}}, ")
    journey = """
given: {who: {from: customer, minLength: 1, maxLength: 9, examples: [Ann]}}
steps:
  - {step: one, call: o GET /thing, keep: {it: a}}
  - {step: two, call: p GET /thing, with: {q: $it, r: $who}}
"""
    refusing = replying(lambda asked: answer({}, 422 if len(query(asked)["r"]) > 5 else 200))
    with running(answer({"a": "ABC"})) as o, running(refusing) as p:
        found = verify(write(tmp_path, journey, {"o": OPEN, "p": takes}), {"o": o, "p": p}, varies=True, requests=60)
    told = of(found["two/accepts:r"].attribution)
    assert str(told.fault) == "ours"
