"""Pact files as contracts: what a consumer wrote down is read, held against the contract, and judged when that changes."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from benchmarks.damage import Stroke, damaged
from cxcontracts.documents import parse
from cxcontracts.errors import EstateError
from cxcontracts.exchanges import JSON, NO_BODY
from cxcontracts.pacts import Interaction, interactions
from tests.estates_made import Judged, answers, judged, opened, operation, saying, with_parameter, write
from tests.test_diff_mutations import STROKES, TIMES

NEED = """
steps:
  - {step: s, call: p GET /thing, needs: {a: text}}
"""
REQUEST: Mapping[str, Any] = {"method": "GET", "path": "/thing"}
RECORD = answers("{a: {type: string}, kind: {enum: [X, Y]}, n: {type: integer}}", "[a]")


def pact(*written: Mapping[str, Any], **keys: Any) -> str:
    """Return a Pact file of the consumer *web*."""
    listed = [{"description": f"d{number}", **each} for number, each in enumerate(written, 1)]
    return json.dumps({"consumer": {"name": "web"}, "provider": {"name": "p"}, "interactions": listed, **keys})


def answered(body: JSON, *, status: int = 200, rules: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return an interaction that reads a body."""
    return {"request": REQUEST, "response": {"status": status, "body": body, "matchingRules": rules or {}}, **more}


def read(text: str) -> Sequence[Interaction]:
    """Return the interactions of a file in which nothing is wrong."""
    found, problems = interactions(parse(text.encode(), "pact.json"))
    assert problems == ()
    return found


def estate(folder: Path, record: str, *pacts: str, events: str = "") -> Path:
    """Write an estate with Pact files beside one journey."""
    root = write(folder, NEED, {"p": record}, events={"p": events} if events else None, partners={"p": "pacts: [pacts/*.json]"})
    (root / "partners/p/pacts").mkdir()
    for number, text in enumerate(pacts, 1):
        (root / f"partners/p/pacts/web{number}.json").write_text(text, encoding="utf-8")
    return root


def check(folder: Path, record: str, *written: Mapping[str, Any], events: str = "") -> Judged:
    """Judge interactions on the contract of record; they go by their descriptions, d1 and on."""
    return judged(opened(estate(folder, record, pact(*written), events=events)).check(), 2)


def change(folder: Path, record: str, candidate: str, *written: Mapping[str, Any]) -> Judged:
    """Judge interactions on a candidate."""
    return judged(opened(estate(folder, record, pact(*written)), {"p": candidate}).impact(), 2)


# --- read ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("a=1&b=2&b=3&c=", {"a": "1", "b": ["2", "3"], "c": ""}),
        ("q=O%27Brien+M", {"q": "O'Brien M"}),
        ({"a": ["1"], "b": ["2", "3"]}, {"a": "1", "b": ["2", "3"]}),
        ({"a": "1"}, {"a": "1"}),
        (None, {}),
    ],
)
def test_a_query_is_read_in_every_version(query: Any, expected: Mapping[str, JSON]) -> None:
    (found,) = read(pact({"request": {**REQUEST, "query": query}, "response": {"status": 200}}))

    assert found.query == expected


@pytest.mark.parametrize(
    ("written", "state"),
    [
        ({"providerState": "a b"}, "a b"),
        ({"provider_state": "a b"}, "a b"),
        ({"providerStates": [{"name": "one"}, {"name": "two", "params": {"x": 1}}]}, "one; two"),
        ({"providerState": None}, ""),
    ],
)
def test_provider_states_are_part_of_the_id(written: Mapping[str, Any], state: str) -> None:
    (found,) = read(pact({"request": REQUEST, "response": {"status": 200}, **written}))

    assert found.id == ("pact/web/d1/" + state).rstrip("/")


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        ({"body": {"a": 1}}, {"a": 1}),
        ({"body": {"content": {"a": 1}, "contentType": "application/json", "encoded": False}}, {"a": 1}),
        ({"body": "a=1&b=x+y", "headers": {"Content-Type": ["application/x-www-form-urlencoded"]}}, {"a": "1", "b": "x y"}),
        ({"body": None}, NO_BODY),
        ({"body": None, "headers": {"content-type": "application/json"}}, None),
        ({"body": {"content": "AAEC", "contentType": "image/png", "encoded": "base64"}}, NO_BODY),
        ({}, NO_BODY),
    ],
)
def test_a_body_is_read_in_every_version(request_: Mapping[str, Any], body: JSON) -> None:
    (found,) = read(pact({"request": {**REQUEST, **request_}, "response": {"status": 200}}))

    assert found.body == body or found.body is body


@pytest.mark.parametrize(
    "rules",
    [
        {"$.body.n": {"match": "type"}},
        {"$.body": {"match": "type"}},
        {"$['body']": {"match": "type"}, "$.body['n']": {"match": "integer"}},
        {"body": {"$.n": {"matchers": [{"match": "integer"}]}}},
        {"body": {"$": {"matchers": [{"match": "type"}]}}},
        {"body": {"$.*": {"matchers": [{"match": "type"}]}}},
    ],
)
def test_a_matching_rule_lets_every_value_of_its_kind_do(rules: Mapping[str, Any]) -> None:
    (found,) = read(pact(answered({"n": 1}, rules=rules)))
    (leaf,) = (each for each in found.expected if str(each.path) == "n")

    assert leaf.values is None
    assert leaf.kind["type"] in ("number", "integer")


def test_without_a_matching_rule_only_the_example_will_do() -> None:
    (found,) = read(pact(answered({"n": 1, "list": [{"a": "x"}]}, rules={"$.body.list": {"match": "type", "min": 1}})))

    assert {str(each.path): each.values for each in found.expected} == {
        "body": None,
        "n": (1,),
        "list": None,
        "list.*": None,
        "list.*.a": None,
    }


@pytest.mark.parametrize(
    "comments",
    [
        {"cxcontracts": "j/s/needs:a"},
        {"cxcontracts": {"requirement": "j/s/needs:a"}},
        {"references": {"cxcontracts": {"requirement": "j/s/needs:a"}}},
        {"text": ["as agreed", "requirement: j/s/needs:a"]},
    ],
)
def test_the_comments_name_the_requirement_that_an_interaction_serves(comments: JSON) -> None:
    (found,) = read(pact({"request": REQUEST, "response": {"status": 200}, "comments": comments}))

    assert found.requirement == "j/s/needs:a"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[]", "this is no Pact file"),
        ('{"consumer": {}}', "this is no Pact file"),
        (pact(), "this Pact file has no interactions, so nothing is judged of it"),
        (json.dumps({"consumer": {"name": "web"}, "hello": 1}), "this Pact file has no interactions, so nothing is judged of it"),
        (pact(interactions=[7]), "an interaction must be a mapping"),
        (pact({"request": REQUEST}), "an interaction needs a request and a response"),
        (pact({"request": {}, "response": {}}), "a request needs a path, and a response a status"),
        (pact({"request": REQUEST, "response": {"status": 9}}), "a request needs a path, and a response a status"),
        (pact({"type": "Synchronous/Messages"}), "an interaction of type Synchronous/Messages is not judged"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_at_its_place(text: str, what: str) -> None:
    found, problems = interactions(parse(text.encode(), "pact.json"))

    assert found == ()
    assert [problem.what for problem in problems] == [what]


# --- on the contract of record ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        answered({"a": "anything"}),
        answered({"a": "x", "kind": "X", "n": 3}),
        answered({"kind": "Q"}, rules={"$.body.kind": {"match": "type"}}),
        {"request": {**REQUEST, "headers": {"X-Trace": "1"}}, "response": {"status": 200}},
        {"request": {**REQUEST, "query": "page=1"}, "response": {"status": 200}},
        {
            "request": REQUEST,
            "response": {"status": 200, "headers": {"Content-Type": "application/json; charset=utf-8", "ETag": "x"}},
        },
    ],
)
def test_an_interaction_that_the_contract_allows_fits(written: Mapping[str, Any], tmp_path: Path) -> None:
    assert check(tmp_path, RECORD, written).verdict("d1") == "intact"


@pytest.mark.parametrize(
    ("written", "because"),
    [
        (answered({"b": "x"}), "b is not in the contract"),
        (answered({"a": 7}), "a is text, never a number"),
        (answered({"kind": "Q"}), 'kind is "X" or "Y", never "Q"'),
        (answered({}, status=201), "the contract does not promise 201"),
        ({"request": {**REQUEST, "path": "/other"}, "response": {"status": 200}}, "the contract has no such operation"),
        (
            {"request": {**REQUEST, "headers": {"Accept": "text/csv"}}, "response": {"status": 200}},
            "the contract promises application/json, not text/csv",
        ),
    ],
)
def test_an_interaction_that_the_contract_does_not_allow_is_a_gap(
    written: Mapping[str, Any], because: str, tmp_path: Path
) -> None:
    found = check(tmp_path, RECORD, written)["d1"]

    assert str(found.verdict) == "unpromised"
    assert found.because.startswith(because)


def test_values_have_to_be_possible_together(tmp_path: Path) -> None:
    cat, dog = (f"{{properties: {{is: {{const: {one}}}, {other}: false}}}}" for one, other in (("cat", "bark"), ("dog", "purr")))
    pet = "properties: {is: {type: string}, bark: {type: boolean}, purr: {type: boolean}}, required: [is]"
    record = saying(f"{{type: object, {pet}, oneOf: [{cat}, {dog}]}}")

    found = check(tmp_path, record, answered({"is": "cat", "purr": True}), answered({"is": "cat", "bark": True}))

    assert (found.verdict("d1"), found.verdict("d2")) == ("intact", "unpromised")


def test_a_call_that_has_to_be_refused_need_not_fit(tmp_path: Path) -> None:
    record = operation(
        """
        parameters: [{name: n, in: query, required: true, schema: {type: integer}}]
        responses: {'200': {description: ok}, '400': {description: no}}
        """
    )
    refused = {"request": {**REQUEST, "query": "n=many"}, "response": {"status": 400}}
    judged_ = check(
        tmp_path, record.replace("{type: integer}", "{type: integer}"), refused, {**refused, "response": {"status": 422}}
    )

    assert (judged_.verdict("d1"), judged_.verdict("d2")) == ("intact", "unpromised")


def test_a_text_is_read_as_the_list_that_it_writes(tmp_path: Path) -> None:
    record = with_parameter("{name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}")
    asked = [{"request": {**REQUEST, "query": {"ids": [text]}}, "response": {"status": 200}} for text in ("1,2,3", "1,x")]
    found = check(tmp_path, record, *asked)

    assert (found.verdict("d1"), found.verdict("d2")) == ("intact", "unpromised")


def test_what_is_not_json_is_unproven(tmp_path: Path) -> None:
    png = {"status": 200, "headers": {"content-type": "image/png"}, "body": "AAEC"}
    found = check(tmp_path, saying("{}", media="image/png"), {"request": REQUEST, "response": png})

    assert found.verdict("d1") == "unproven"
    assert found.because("d1") == "image/png is not JSON and nothing reads it"


# --- on a candidate -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("candidate", "written", "because"),
    [
        (answers("{kind: {enum: [X, Y]}}"), answered({"a": "x"}), "a is gone; web needs it"),
        (answers("{a: {type: integer}}", "[a]"), answered({"a": "x"}), "a is now a whole number; web understands text"),
        (
            answers("{a: {type: string}, kind: {enum: [Y]}}", "[a]"),
            answered({"kind": "X"}),
            'kind is now "Y"; web understands "X"',
        ),
        (saying("{type: object}", status="404"), answered({}), "the answer 200 is no longer promised"),
        (operation("responses: {'200': {description: ok}}", call="GET /other"), answered({}), "GET /thing is gone"),
        (
            with_parameter("{name: q, in: query, required: true, schema: {type: string}}"),
            {"request": REQUEST, "response": {"status": 200}},
            "q is now required, and web does not send it",
        ),
    ],
)
def test_a_change_breaks_an_interaction_that_fitted(
    candidate: str, written: Mapping[str, Any], because: str, tmp_path: Path
) -> None:
    found = change(tmp_path, RECORD, candidate, written)["d1"]

    assert str(found.verdict) == "broken", found.because
    assert found.because.startswith(because)
    assert found.witness is not None
    assert (found.id, found.partner, str(found.harm)) == ("pact/web/d1", "p", "blocked")


@pytest.mark.parametrize(
    ("candidate", "written"),
    [
        (answers("{a: {type: string}, kind: {enum: [X, Y, Z]}}", "[a]"), answered({"kind": "X"})),
        (answers("{a: {type: string}, b: {type: string}}", "[a, b]"), answered({"a": "x"})),
        (answers("{a: {type: string}}", "[a]"), answered({"b": "x"})),
    ],
    ids=["another word may be said too", "more is said", "it never fitted"],
)
def test_a_change_that_takes_nothing_from_an_interaction_breaks_nothing(
    candidate: str, written: Mapping[str, Any], tmp_path: Path
) -> None:
    assert change(tmp_path, RECORD, candidate, written).broken == []


def test_an_interaction_that_names_a_requirement_is_felt_where_that_is(tmp_path: Path) -> None:
    served = answered({"n": 1}, rules={"$.body": {"match": "type"}}, comments={"cxcontracts": "j/s/needs:a"})

    found = change(tmp_path, RECORD, answers("{a: {type: string}}", "[a]"), served)["d1"]

    assert str(found.verdict) == "broken"
    assert (found.journey, found.step, sum(found.customers.values())) == ("j", "s", 180_000)
    assert found.because == "n is gone; web needs it (as web expects for 'd1')"
    assert found.where.file == "partners/p/pacts/web1.json"


def test_a_change_that_breaks_what_a_consumer_has_pending_is_tolerated_and_said(tmp_path: Path) -> None:
    found = change(tmp_path, RECORD, answers("{a: {type: string}}", "[a]"), answered({"n": 1}, pending=True))["d1"]

    assert (str(found.verdict), found.because) == ("tolerated", "n is gone; web needs it; web has it pending")
    assert found.witness is not None


def test_a_waiver_may_accept_the_break_of_an_interaction(tmp_path: Path) -> None:
    root = estate(tmp_path, RECORD, pact(answered({"n": 1})))
    (root / "waivers.yaml").write_text("- {id: pact/web/*, who: cx@example.com, why: the page is going, until: 2027-12-31}\n")

    found = judged(opened(root, {"p": answers("{a: {type: string}}", "[a]")}).impact(), 2)

    assert found.verdict("d1") == "waived"


# --- messages -----------------------------------------------------------------------------------------------------------------

LATE = "{type: object, required: [minutes], properties: {minutes: {type: integer}}}"

EARLY = ", early: {payload: {type: object, properties: {x: {}}}}"


def events(payload: str = LATE, headers: str = "{}", early: str = "") -> str:
    """Return an AsyncAPI document of one operation that sends what is late, and further messages."""
    return f"""
asyncapi: 3.0.0
info: {{title: n, version: 1.0.0}}
channels:
  trains: {{address: trains, messages: {{late: {{payload: {payload}, headers: {headers}}}{early}}}}}
operations: {{tell: {{action: send, channel: {{$ref: '#/channels/trains'}}}}}}
"""


def message(contents: JSON, **more: Any) -> dict[str, Any]:
    """Return a message of version 4 that names the operation which sends it."""
    body = {"content": contents, "contentType": "application/json", "encoded": False}
    named = {"references": {"AsyncAPI": {"operationId": "tell"}}}
    return {"type": "Asynchronous/Messages", "contents": body, "comments": named, **more}


def test_a_message_fits_what_any_of_the_operations_messages_may_say(tmp_path: Path) -> None:
    found = check(tmp_path, RECORD, message({"minutes": 7}), message({"seconds": 420}), events=events(early=EARLY))

    assert (found.verdict("d1"), found.verdict("d2")) == ("intact", "unpromised")


def test_a_message_of_version_3_is_known_by_its_type(tmp_path: Path) -> None:
    text = pact(messages=[{"description": "m", "contents": {"minutes": 7}, "metaData": {"type": "late"}}])

    found = judged(opened(estate(tmp_path, RECORD, text, events=events())).check(), 2)

    assert found.verdict("m") == "intact"


def test_what_goes_with_a_message_fits_its_headers_where_they_are_declared(tmp_path: Path) -> None:
    headers = "{type: object, properties: {line: {enum: [north]}}}"
    asked = [message({"minutes": 7}, metadata={"line": line, "topic": "t"}) for line in ("north", "south")]

    found = check(tmp_path, RECORD, *asked, events=events(headers=headers))

    assert (found.verdict("d1"), found.verdict("d2")) == ("intact", "unpromised")


def test_a_message_that_is_taken_away_breaks_who_reads_it(tmp_path: Path) -> None:
    root = estate(tmp_path, RECORD, pact(message({"minutes": 7})), events=events())

    found = judged(opened(root, {"p": events().replace("minutes", "seconds")}).impact(), 2)

    assert found.broken == ["d1"]
    assert found.because("d1") == "minutes is gone; web needs it"


# --- files --------------------------------------------------------------------------------------------------------------------


def test_a_requirement_that_nobody_asks_for_is_told_with_the_nearest(tmp_path: Path) -> None:
    served = answered({"a": "x"}, comments={"cxcontracts": "j/s/need:a"})

    (warning,) = opened(estate(tmp_path, RECORD, pact(served))).warnings

    assert (warning.code, warning.place.file) == ("pact-requirement", "partners/p/pacts/web1.json")
    assert warning.remedy == "did you mean 'j/s/needs:a'?"


def test_two_interactions_of_one_id_are_told_apart_by_a_number(tmp_path: Path) -> None:
    found = opened(estate(tmp_path, RECORD, pact(answered({"a": "x"})), pact(answered({"b": "x"}))))

    assert [warning.code for warning in found.warnings] == ["pact-twice"]
    assert judged(found.check(), 2).verdicts == {"d1 (2)": "unpromised"}


def test_every_mistake_in_pact_files_comes_at_once(tmp_path: Path) -> None:
    root = estate(tmp_path, RECORD, "{", pact({"request": REQUEST}), pact(answered({"a": "x"})))

    with pytest.raises(EstateError) as caught:
        opened(root)

    assert [str(problem.place) for problem in caught.value.problems] == [
        "partners/p/pacts/web1.json:1:2",
        "partners/p/pacts/web2.json:1:75",
    ]


def test_a_link_that_leads_out_of_the_partners_folder_is_not_followed(tmp_path: Path) -> None:
    root = estate(tmp_path, RECORD)
    (tmp_path / "secret.json").write_text(pact(answered({"a": "x"})), encoding="utf-8")
    os.symlink(tmp_path / "secret.json", root / "partners/p/pacts/web.json")

    with pytest.raises(EstateError, match="leads out of the partner's folder"):
        opened(root)


def test_a_partner_that_only_pact_files_need_is_needed(tmp_path: Path) -> None:
    root = write(tmp_path, NEED, {"p": RECORD, "q": RECORD}, partners={"q": "pacts: [pacts/*.json]"})
    (root / "partners/q/pacts").mkdir()
    (root / "partners/q/pacts/web.json").write_text(pact(answered({"a": "x"})), encoding="utf-8")

    assert judged(opened(root).check(), 2).verdict("d1") == "intact"


# --- held against others ------------------------------------------------------------------------------------------------------

# Interactions of openapi-pact-comparator's own tests that are judged otherwise here, each with the reason.
DIRECTION = "the contract takes these messages and does not send them; read as sent, they agree"
LETTERS = "paths tell capital letters from small ones (RFC 3986, section 6.2.2.1)"
LOGIN = "who plays the consumer adds the login, or the estate does; a Pact file without one says nothing"
OTHERWISE: Mapping[str, str] = {
    "asyncapi/message-payload-missing-required 0": DIRECTION,
    "asyncapi/multi-message-id-unknown 0": DIRECTION,
    "asyncapi/multi-message-valid 0": DIRECTION,
    "asyncapi/payload-schema-ref-valid 0": DIRECTION,
    "asyncapi/payload-unknown 0": DIRECTION,
    "oas/base-path 0": "the base path is a setting of the comparator, in no server of the document",
    "oas/if-then-else 2": "an answer may have more than a consumer expects, so the member that is asked for may be there",
    "oas/if-then-else 3": "an answer may have more than a consumer expects, so the member that is asked for may be there",
    "oas/pact-formats 0": "a message that the partner has no contract for is a gap",
    "oas/references 6": "OpenAPI knows no wildcards in paths",
    "oas/request-body 2": "nobody here reads multipart bodies: unproven",
    "oas/request-body 3": "nobody here reads multipart bodies: unproven",
    "oas/request-body-swagger2 2": "nobody here reads multipart bodies: unproven",
    "oas/request-content-negotiation 2": "media types are not told apart by their parameters",
    "oas/request-parameters-path-case-sensitivity 0": LETTERS,
    "oas/request-parameters-path-case-sensitivity 1": LETTERS,
    "oas/request-parameters-path-case-sensitivity 2": LETTERS,
    "oas/request-security-swagger2 1": LOGIN,
    "oas/request-security-swagger2 5": LOGIN,
    "oas/request-security-swagger2 9": LOGIN,
    "oas/response-content-negotiation-swagger2 2": "an answer without a schema has no body, whatever is in produces",
}


def _needing_nothing_of_p(root: Path) -> None:
    """Let the journey ask another partner."""
    journey = root / "journeys/j.yaml"
    journey.write_text(journey.read_text(encoding="utf-8").replace("p GET", "q GET"), encoding="utf-8")
    with (root / "partners/p/partner.yaml").open("a", encoding="utf-8") as file:
        file.write("\nnot-covered: {because: only Pact files need it}\n")
    (root / "partners/q").mkdir()
    (root / "partners/q/partner.yaml").write_text("partner: q\nkind: partner\ncontract: openapi.yaml\n", encoding="utf-8")
    (root / "partners/q/openapi.yaml").write_text(RECORD, encoding="utf-8")


def disagreements(case: Path, folder: Path, *, sent: bool = False) -> tuple[int, list[str]]:
    """Return how many interactions of a case are judged, and which otherwise than the comparator does: its errors are gaps.

    Args:
        case: The folder of the case.
        folder: Where the estate is written.
        sent: Whether to read its messages as sent by the partner, whatever the document says.
    """
    texts = {path.name: path.read_text(encoding="utf-8") for path in case.iterdir()}
    asyncapi = texts.get("asyncapi.yaml", "")
    if sent:
        asyncapi = asyncapi.replace("action: receive", "action: send")
    root = estate(folder, texts.get("oas.yaml", RECORD), texts["pact.json"], events=asyncapi)
    _needing_nothing_of_p(root)
    found = {finding.where: finding for finding in judged(opened(root).check()).findings.values()}
    document = parse(texts["pact.json"].encode(), "partners/p/pacts/web1.json")
    places = {
        document.place(("interactions", index)): index
        for index in range(len(json.loads(texts["pact.json"]).get("interactions", ())))
    }
    told: dict[int, set[str]] = {}
    for result in json.loads(texts["results.json"]):
        where = result.get("mockDetails", {}).get("location", "").partition("[root].interactions[")[2].partition("]")[0]
        if where and (result["type"] == "error" or result["code"].endswith("unvalidatable")):
            told.setdefault(int(where), set()).add("unproven" if result["type"] != "error" else "unpromised")
    other = []
    for place, index in places.items():
        if place in found:
            verdict = str(found[place].verdict)
            expected = told.get(index, {"intact"})
            if verdict not in expected and not (verdict == "unproven" and "unpromised" in expected):
                other.append(f"{case.parent.name}/{case.name} {index}")
    return sum(place in found for place in places), other


def test_the_same_interactions_are_incompatible_as_the_comparator_says_or_the_difference_is_explained(
    corpus: Path, tmp_path: Path
) -> None:
    fixtures = corpus / "openapi-pact-comparator/fixtures"
    judged_ = 0
    other: list[str] = []
    for number, case in enumerate(sorted(path.parent for path in fixtures.glob("*/*/pact.json"))):
        if (case / "oas.yaml").exists() or (case / "asyncapi.yaml").exists():
            count, otherwise = disagreements(case, tmp_path / str(number))
            judged_, other = judged_ + count, [*other, *otherwise]

    assert other == sorted(OTHERWISE)
    assert judged_ > 160


def test_messages_that_are_read_as_sent_agree(corpus: Path, tmp_path: Path) -> None:
    fixtures = corpus / "openapi-pact-comparator/fixtures"
    for name in (name.partition(" ")[0] for name, why in OTHERWISE.items() if why == DIRECTION):
        assert disagreements(fixtures / name, tmp_path / name, sent=True) == (1, [])


def test_four_years_of_a_real_contract_break_none_of_its_consumers(corpus: Path, tmp_path: Path) -> None:
    pair = corpus / "real-pairs/govuk-pay/ledger"
    pacts = [path.read_text(encoding="utf-8") for path in sorted((pair / "consumers-at-old").glob("*.json"))]
    root = estate(tmp_path, (pair / "old.yaml").read_text(encoding="utf-8"), *pacts)
    _needing_nothing_of_p(root)

    found = judged(opened(root, {"p": (pair / "new.yaml").read_text(encoding="utf-8")}).impact(), 0)

    assert [name for name in found.findings if name.startswith("pact/")] != []
    assert found.broken == []


# --- whatever is wrong --------------------------------------------------------------------------------------------------------

SOUND: JSON = json.loads(
    pact(
        answered({"a": "x", "n": 1, "list": [{"a": 1}]}, rules={"body": {"$.list": {"matchers": [{"match": "type"}]}}}),
        message({"minutes": 7}, metadata={"line": "north"}),
        {"request": {**REQUEST, "query": "a=1&b=2", "headers": {"X-A": ["1"]}, "body": {"a": 1}}, "response": {"status": 200}},
    )
)


@settings(max_examples=300 * TIMES, deadline=None)
@given(strokes=STROKES)
def test_whatever_is_wrong_with_a_pact_file_is_a_mistake_or_judged(strokes: list[Stroke]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = estate(Path(folder), RECORD, json.dumps(damaged(SOUND, strokes)), events=events())
        with contextlib.suppress(EstateError):
            assert judged(opened(root).check(), 0).findings != {}
