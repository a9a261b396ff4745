"""The judge: which requirements there are, what is said of each, and what shows only when journeys meet contracts."""

from __future__ import annotations

from pathlib import Path

import pytest

from cxcontracts.errors import ContractError, EstateError
from cxcontracts.findings import Finding, Harm, Verdict
from cxcontracts.judging import Judge
from cxcontracts.problems import Problem
from tests.estates_made import (
    CUSTOMERS,
    answers,
    change,
    contract,
    impact,
    one_step,
    opened,
    operation,
    taking,
    with_parameter,
    write,
)

OK = "responses: {'200': {description: ok}}"
TWO = answers("{a: {type: string}, b: {type: string}}", "[a, b]")
BROKEN = answers("{a: {type: integer}, b: {type: string}}", "[a, b]")
NEEDS = "needs: {a: text, b: text}"


def judge(folder: Path, journey: str, candidates: dict[str, str] | None = None, **records: str) -> Judge:
    return opened(write(folder, journey, records), candidates).judge


def problems(folder: Path, record: str, step: str = "", call: str = "GET /thing") -> list[Problem]:
    """Return what shows only when a journey of one step is held against its contract."""
    return list(opened(write(folder, one_step(step, call), {"p": record})).judge.problems())


def said(problem: Problem) -> tuple[str, int, str]:
    return problem.code, problem.place.line, f"{problem.what}; {problem.remedy}"


# --- requirements ------------------------------------------------------------------------------------------------------------


def test_requirements_come_step_by_step_and_kind_by_kind_fallbacks_after_steps(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: two, call: p GET /thing, with: {}, needs: {b: text, a: text}, keep: {k: a}, fallback: three}
      - {step: one, call: p GET /thing, may-have: {b: text}}
    fallbacks:
      - {step: three, call: p GET /thing, needs: {a: text}}
    """

    assert [each.id for each in judge(tmp_path, journey, p=TWO).requirements] == [
        "j/two/answers",
        "j/two/needs:b",
        "j/two/needs:a",
        "j/two/keep:k",
        "j/one/answers",
        "j/one/may-have:b",
        "j/three/answers",
        "j/three/needs:a",
    ]


def test_setup_and_cleanup_carry_no_requirements(tmp_path: Path) -> None:
    journey = """
    setup: [{step: before, call: p GET /thing}]
    steps: [{step: s, call: p GET /thing}]
    cleanup: [{step: after, call: p GET /thing}]
    """

    assert [each.id for each in judge(tmp_path, journey, p=TWO).requirements] == ["j/s/answers"]


def test_what_contracts_say_nothing_of_is_counted_by_its_key(tmp_path: Path) -> None:
    journey = """
    effort: {asks: 1, repeats: 0}
    succeeds: {target: 99%, over: 28d}
    steps:
      - {step: one, call: p GET /thing, must: [a is "x", b is "y"], survives: [down, slow], needs: {a: text}}
      - {step: two, call: p GET /thing, must: [a is "x"], responds-within: {p95: 1s}}
    """

    counted = judge(tmp_path, journey, p=TWO).not_judged

    assert list(counted.items()) == [("responds-within", 1), ("succeeds", 2)]


# --- findings ----------------------------------------------------------------------------------------------------------------


def test_a_finding_says_who_where_and_what(tmp_path: Path) -> None:
    step = "channel: app\nneeds: {a: {type: string, harm: misled, for: [leisure], because: I show it}}"

    found = change(tmp_path, TWO, BROKEN, step)["needs:a"]

    assert (found.id, found.journey, found.step, found.kind) == ("j/s/needs:a", "j", "s", "needs")
    assert (found.partner, found.operation, found.channel, found.customer) == ("p", "GET /thing", "app", "I do it")
    assert (found.verdict, found.harm, found.customers, found.exact) == (
        Verdict.BROKEN,
        Harm.MISLED,
        {"leisure": CUSTOMERS["leisure"]},
        False,
    )
    assert found.because.endswith("(I show it)")
    assert (found.where.file, found.cause) == ("journeys/j.yaml", None)


def test_a_reason_is_not_shown_where_nothing_is_wrong(tmp_path: Path) -> None:
    found = change(tmp_path, TWO, TWO, "needs: {a: {type: string, because: I show it}}")["needs:a"]

    assert (found.verdict, found.because) == (Verdict.INTACT, "")


def test_what_a_requirement_depends_on_is_known_once_it_is_judged(tmp_path: Path) -> None:
    found = judge(tmp_path, one_step(NEEDS, "GET /thing"), {"p": BROKEN}, p=TWO)
    one, other = found.requirements[1:]
    assert found.touched(one) == frozenset()

    found.finding(one)

    assert found.touched(one) and not found.touched(other)
    found.finding(other)
    assert found.touched(one) != found.touched(other)
    scene = found.scene(one.journey, one.step)
    assert scene is not None
    assert {(scene.operation.node.identity, "operation")} <= found.touched(one) & found.touched(other)


def test_a_scene_is_made_once_for_all_requirements_of_a_step(tmp_path: Path) -> None:
    found = judge(tmp_path, one_step(NEEDS, "GET /thing"), p=TWO)

    scenes = {id(found.scene(each.journey, each.step)) for each in found.requirements}

    assert len(scenes) == 1


@pytest.mark.parametrize("after", [operation(OK, call="PUT /thing"), operation(OK, call="GET /other")])
def test_whatever_asks_a_vanished_operation_names_the_call_as_its_cause(after: str, tmp_path: Path) -> None:
    judged = change(tmp_path, TWO, after, NEEDS)

    assert {name: each.cause for name, each in judged.findings.items()} == {
        "answers": None,
        "needs:a": "j/s/answers",
        "needs:b": "j/s/answers",
    }
    assert {each.because for each in judged.findings.values()} == {judged.because("answers")}


def test_what_cannot_be_decided_behind_a_broken_call_follows_from_it(tmp_path: Path) -> None:
    csv = operation("responses: {'200': {content: {text/csv: {}}}}")

    judged = change(tmp_path, TWO, csv, NEEDS)

    assert judged.verdicts == {"answers": "broken", "needs:a": "broken", "needs:b": "broken"}
    assert judged.broken == ["answers"]


def test_a_call_that_follows_an_address_nobody_shows_is_unproven_with_the_reason(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: one, call: p GET /thing, keep: {next: a}}
      - {step: two, call: p GET $next, needs: {b: text}}
    """
    found = impact(write(tmp_path, journey, {"p": TWO}), p=BROKEN)

    assert {name: each.operation for name, each in found.findings.items() if name.startswith("two/")} == {
        "two/answers": "",
        "two/needs:b": "",
    }
    assert found.verdict("two/needs:b") == "unproven"
    assert found.because("two/needs:b").startswith("the call follows an address that only a running partner hands out")


# --- fallbacks and waivers ---------------------------------------------------------------------------------------------------

CAUGHT = """
steps:
  - {step: one, call: p GET /thing, needs: {a: text, b: text}, fallback: other}
fallbacks:
  - {step: other, call: PARTNER GET /thing, needs: {PATH: text}}
"""


@pytest.mark.parametrize(
    ("partner", "path", "verdict"),
    [("p", "b", "tolerated"), ("p", "a", "broken"), ("q", "a", "tolerated")],
)
def test_a_fallback_catches_a_break_that_does_not_break_itself(partner: str, path: str, verdict: str, tmp_path: Path) -> None:
    journey = CAUGHT.replace("PARTNER", partner).replace("PATH", path)
    root = write(tmp_path, journey, {"p": TWO, **({"q": TWO} if partner == "q" else {})})

    found = impact(root, p=BROKEN)

    assert (found.verdict("one/needs:a"), found.verdict("one/needs:b")) == (verdict, "intact")
    assert found.because("one/needs:a").endswith("; other catches it") is (verdict == "tolerated")


@pytest.mark.parametrize(
    ("id", "waived"),
    [
        ("j/s/needs:a", ["needs:a"]),
        ("j/s/*", ["needs:a", "needs:b"]),
        ("*/*/*", ["needs:a", "needs:b"]),
        ("j/*/needs:*", ["needs:a", "needs:b"]),
        ("*/s/*:b", ["needs:b"]),
        ("j/s/needs:A", []),
        ("j/s/needs", []),
        ("J/s/*", []),
        ("j/s/needs:?", []),
        ("?/s/*", []),
    ],
)
def test_a_waiver_accepts_every_finding_whose_id_it_matches(id: str, waived: list[str], tmp_path: Path) -> None:
    after = answers("{a: {type: integer}, b: {type: integer}}", "[a, b]")
    waiver = f"[{{id: '{id}', who: cx@example.com, why: known, until: 2027-01-15}}]"

    judged = change(tmp_path, TWO, after, NEEDS, waivers=waiver)

    assert [name for name, each in judged.findings.items() if each.verdict is Verdict.WAIVED] == waived


def posting(document: str, takes: str) -> str:
    """Return a document that takes orders as well."""
    return f"{document.rstrip()}\n  /order: {{post: {{{takes} responses: {{'200': {{description: ok}}}}}}}}\n"


@pytest.mark.parametrize(
    ("partner", "waived"),
    [("p", ["one/needs:a", "two/answers", "/effort:asks"]), ("q", []), ("", ["one/needs:a", "two/answers", "/effort:asks"])],
)
def test_a_waiver_of_a_partner_accepts_whatever_breaks_there_and_nothing_else(
    partner: str, waived: list[str], tmp_path: Path
) -> None:
    journey = """
    effort: {asks: 0}
    steps:
      - {step: one, call: p GET /thing, needs: {a: text}}
      - {step: two, call: p POST /order}
      - {step: three, call: q GET /thing, needs: {a: text}}
    """
    before = posting(answers("{a: {type: string}}", "[a]"), "")
    after = posting(answers("{a: {type: integer}}", "[a]"), "parameters: [{name: n, in: query, required: true}],")
    waivers = f"- {{id: '*/*/*', who: Ada, why: known, until: 2027-01-15{f', partner: {partner}' if partner else ''}}}\n"
    root = write(tmp_path, journey, {"p": before, "q": answers("{a: {type: string}}", "[a]")}, waivers=waivers)

    found = impact(root, p=after)

    assert [name for name, each in found.findings.items() if each.verdict is Verdict.WAIVED] == waived


def test_a_waiver_of_a_partner_leaves_the_breaks_of_another_released_with_it(tmp_path: Path) -> None:
    journey = (
        "steps:\n  - {step: one, call: p GET /thing, needs: {a: text}}\n  - {step: two, call: q GET /thing, needs: {a: text}}\n"
    )
    before, after = (answers(f"{{a: {{type: {kind}}}}}", "[a]") for kind in ("string", "integer"))
    waivers = "- {id: '*/*/*', partner: q, who: Ada, why: known, until: 2027-01-15}\n"

    found = impact(write(tmp_path, journey, {"p": before, "q": before}, waivers=waivers), p=after, q=after)

    assert found.verdicts == {"one/needs:a": "broken", "two/needs:a": "waived"}


def test_a_waiver_takes_brackets_for_brackets(tmp_path: Path) -> None:
    before = answers("{'a[b]': {type: string}, ab: {type: string}}", "['a[b]', ab]")
    after = answers("{'a[b]': {type: integer}, ab: {type: integer}}", "['a[b]', ab]")
    waiver = "[{id: 'j/s/needs:a[b]', who: cx@example.com, why: known, until: 2027-01-15}]"

    judged = change(tmp_path, before, after, "needs: {'a[b]': text, ab: text}", waivers=waiver)

    assert judged.verdicts == {"needs:a[b]": "waived", "needs:ab": "broken"}


def test_a_waiver_changes_nothing_where_nothing_breaks(tmp_path: Path) -> None:
    waiver = "[{id: 'j/s/*', who: cx@example.com, why: known, until: 2027-01-15}]"

    judged = change(tmp_path, answers("{a: {type: string}}"), answers("{a: {type: string}}"), "needs: {a: text}", waivers=waiver)

    assert judged.verdicts == {"needs:a": "unpromised"}


# --- what shows only when journeys meet contracts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "remedy"),
    [
        ("GET /thingy", "did you mean 'GET /thing'?"),
        ("getThin", "did you mean 'getThing'?"),
        ("POST /nowhere/at/all", "one of: GET /thing"),
    ],
)
def test_an_operation_that_the_contract_does_not_have_is_told_with_the_nearest(call: str, remedy: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, operation(f"operationId: getThing\n{OK}"), call=call)

    assert said(problem) == ("unknown-operation", 8, f"operation '{call}' is not in p's contract; {remedy}".replace("''", "'"))


@pytest.mark.parametrize("call", ["getThing", "GET /thing/{any}"])
def test_a_call_is_written_by_its_path_or_by_its_operation_id(call: str, tmp_path: Path) -> None:
    record = operation(f"operationId: getThing\n{OK}", call="GET /thing/{id}")
    found = judge(tmp_path, one_step("", call), p=record)

    assert list(found.problems()) == []
    assert [found.finding(each).operation for each in found.requirements] == ["GET /thing/{id}"]


Q = "{name: q, in: query}, {name: q, in: header}, {name: other, in: query}"


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("q", [("ambiguous-input", "'q' is found in query and header of GET /thing; write query.q")]),
        ("query.q", []),
        ("header.q", []),
        ("header.x-anything", []),
        (
            "othr",
            [
                (
                    "unknown-input",
                    "'othr' is nothing that GET /thing takes; did you mean 'other'? Or say where it goes: query.othr",
                )
            ],
        ),
    ],
)
def test_what_is_sent_and_found_nowhere_or_twice_is_told(sent: str, found: list[tuple[str, str]], tmp_path: Path) -> None:
    told = [said(each) for each in problems(tmp_path, with_parameter(Q), f"with:\n  other: x\n  {sent}: x")]

    assert told == [(code, 11, words) for code, words in found]


@pytest.mark.parametrize(
    ("parameters", "remedy"),
    [
        ("{name: zzz, in: query}", "did you mean 'zzz'? Or say"),
        ("{name: q, in: query}, {name: r, in: query}", "one of: q, r. Or say"),
        ("", "check the spelling. Or say"),
    ],
)
def test_the_remedy_for_an_input_that_nobody_knows_is_two_sentences(parameters: str, remedy: str, tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, with_parameter(parameters), "with: {zzzz: 1}")

    assert problem.remedy == f"{remedy} where it goes: query.zzzz"


def test_every_problem_of_every_step_is_told_at_once(tmp_path: Path) -> None:
    journey = """
    steps:
      - {step: one, call: p GET /no}
      - {step: two, call: p GET /thing, with: {x: 1, y: 2}}
      - {step: three, call: p GET /thing}
    """
    estate = opened(write(tmp_path, journey, {"p": TWO}))

    with pytest.raises(EstateError) as raised:
        estate.check()

    assert [(each.code, each.place.line) for each in raised.value.problems] == [
        ("unknown-operation", 7),
        ("unknown-input", 8),
        ("unknown-input", 8),
    ]


def test_a_contract_that_is_unsound_where_a_step_calls_is_told_in_its_place(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, contract("/thing: {get: {parameters: {}, responses: {}}}"), "with: {q: 1}")

    assert (problem.code, problem.place.file, problem.place.line) == ("parameters-form", "partners/p/openapi.yaml", 4)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("", True),
        ("not-covered: {because: it is new}", False),
        ("not-covered: {because: it is new, until: 2027-01-15}", False),
    ],
)
def test_a_partner_of_whom_nobody_needs_anything_is_told_unless_that_is_meant(keys: str, told: bool, tmp_path: Path) -> None:
    root = write(tmp_path, one_step("", "GET /thing"), {"p": TWO, "q": TWO}, partners={"q": keys})

    found = list(opened(root).judge.problems())

    assert [(each.code, each.place.file, each.what) for each in found] == [
        ("no-needs", "partners/q/partner.yaml", "no journey needs anything of partner 'q'")
    ] * told


def test_an_unsound_contract_is_an_error_of_the_requirement_that_looks_there(tmp_path: Path) -> None:
    found = judge(tmp_path, one_step(NEEDS, "GET /thing"), p=answers("{a: {$ref: '#/no'}, b: {type: string}}", "[a, b]"))
    answered, broken, _ = found.requirements

    assert found.finding(answered).verdict is Verdict.INTACT
    with pytest.raises(ContractError, match="points to nothing"):
        found.finding(broken)


def test_each_requirement_is_judged_alone_in_any_order(tmp_path: Path) -> None:
    after = taking("{type: object, required: [new], properties: {a: {type: integer}}}")
    before = taking("{type: object, properties: {a: {type: string}}}")

    def found(number: int, reverse: bool) -> list[Finding]:
        made = judge(tmp_path / str(number), one_step("with: {a: x}", "POST /thing"), {"p": after}, p=before)
        order = made.requirements[::-1] if reverse else made.requirements
        return sorted((made.finding(each) for each in order), key=lambda each: each.id)

    assert found(1, False) == found(2, True)
