"""What is asked across the steps of a journey: ``effort``, ``recognises`` and ``consistent`` on contracts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.estates_made import Judged, answers, impact, judged, opened, operation, write

TEXT = "{type: string}"
REF = "{type: string, pattern: '^C[0-9]{4}$'}"
UUID = "{type: string, format: uuid}"


def journey(across: str) -> str:
    steps = "steps:\n  - {step: one, call: p GET /thing}\n  - {step: two, call: q GET /thing}\n"
    return f"given: {{me: {{from: customer, pattern: '^C[0-9]{{4}}$', examples: [C0001]}}}}\n{steps}{across}\n"


def estate(folder: Path, across: str, p: str, q: str) -> Path:
    return write(folder, journey(across), {"p": p, "q": q})


def of(field: str, required: str = "[a]") -> str:
    return answers(f"{{a: {field}}}", required)


def on_record(folder: Path, across: str, p: str, q: str) -> Judged:
    return judged(opened(estate(folder, across, p, q)).check())


# --- recognises ---------------------------------------------------------------------------------------------------------------

ME = "recognises: {me: [{at: one, field: a}, {at: two, field: a}]}"


@pytest.mark.parametrize(
    ("p", "q", "verdict", "because"),
    [
        (of(TEXT), of(TEXT), "intact", ""),
        (of(REF), of(TEXT), "intact", ""),
        (of(TEXT), of(REF), "intact", ""),
        (of(TEXT), of(TEXT, "[]"), "unpromised", "at two, a is not promised: it may be missing"),
        (
            of("{type: integer}"),
            of(REF),
            "unpromised",
            "what one says can never be the same as what two says: text like C[0-9]{4}",
        ),
    ],
)
def test_who_is_known_by_a_field_is_known_where_all_say_it_and_can_say_the_same(
    p: str, q: str, verdict: str, because: str, tmp_path: Path
) -> None:
    found = on_record(tmp_path, ME, p, q)["/recognises:me"]

    assert (str(found.verdict), found.because) == (verdict, because)
    assert (found.id, found.step, str(found.harm)) == ("j//recognises:me", "", "unrecognised")


@pytest.mark.parametrize(
    ("candidate", "partner", "because"),
    [
        ({"q": of(REF, "[]")}, "q", "at two, a may now be missing; the journey needs it"),
        ({"p": of(UUID)}, "p", "at one, a is now a UUID; the journey understands text like C[0-9]{4}, as two may say it"),
        ({"q": of(UUID)}, "q", "at two, a is now a UUID; the journey understands text like C[0-9]{4}, as one may say it"),
    ],
)
def test_whose_change_makes_me_a_stranger_is_named(candidate: dict[str, str], partner: str, because: str, tmp_path: Path) -> None:
    found = impact(estate(tmp_path, ME, of(REF), of(REF)), **candidate)["/recognises:me"]

    assert (str(found.verdict), found.partner, found.because) == ("broken", partner, because)
    assert found.witness is not None


def test_a_wider_form_at_another_step_makes_nobody_a_stranger(tmp_path: Path) -> None:
    assert impact(estate(tmp_path, ME, of(REF), of(REF)), q=of(TEXT)).verdict("/recognises:me") == "intact"


def test_what_is_compared_as_an_address_is_compared_by_its_kind_alone(tmp_path: Path) -> None:
    across = "recognises: {me: [{at: one, field: a, as: email}, {at: two, field: a, as: email}]}"

    root = estate(tmp_path, across, of("{type: string, format: email}"), of("{type: string, format: email}"))

    assert impact(root, p=of("{type: string, maxLength: 9}")).verdict("/recognises:me") == "intact"
    assert impact(estate(tmp_path, across, of(TEXT), of(TEXT)), p=of("{type: integer}")).verdict("/recognises:me") == "broken"


def test_a_name_that_the_customer_gives_is_held_against_what_is_answered(tmp_path: Path) -> None:
    root = estate(tmp_path, "recognises: {me: [{is: $me}, {at: two, field: a}]}", of(REF), of(REF))

    assert judged(opened(root).check()).verdict("/recognises:me") == "intact"
    assert impact(root, q=of(UUID)).verdict("/recognises:me") == "broken"


def test_an_operation_that_is_gone_is_the_cause_and_is_not_counted_again(tmp_path: Path) -> None:
    found = impact(estate(tmp_path, ME, of(REF), of(REF)), q=operation("responses: {'200': {}}", call="GET /other"))

    assert found.broken == ["two/answers"]
    assert found["/recognises:me"].cause == "j/two/answers"


# --- consistent ---------------------------------------------------------------------------------------------------------------


def test_an_operation_that_is_gone_and_has_a_fallback_is_tolerated_there_too(tmp_path: Path) -> None:
    helped = journey("recognises: {me: [{at: one, field: a}, {at: two, field: a}]}").replace(
        "step: two,", "step: two, fallback: help,"
    )
    text = f"{helped}fallbacks: [{{step: help, call: p GET /thing}}]\n"
    gone = of(WORDS).replace("/thing", "/other")

    found = impact(write(tmp_path, text, {"p": of(WORDS), "q": of(WORDS)}), q=gone)

    assert (found.verdict("two/answers"), found.verdict("/recognises:me")) == ("tolerated", "tolerated")
    assert found["/recognises:me"].cause == "j/two/answers"


def test_an_index_is_the_same_field_as_every_item(tmp_path: Path) -> None:
    across = "consistent: {state: {within: 5m, says: [{at: one, field: a.0}, {at: two, field: a}]}}"
    text = journey(across).replace("call: p GET /thing", "call: p GET /thing, needs: {a.*: text}")
    many, one = of("{type: array, items: {type: string}}"), of("{type: string}")

    found = impact(write(tmp_path, text, {"p": many, "q": one}), p=of("{type: array, items: {type: integer}}"))

    assert found.broken == ["one/needs:a.*"]
    assert found["/consistent:state"].cause == "j/one/needs:a.*"


WORDS = "{enum: [late, gone]}"
CODES = "{enum: [L, G]}"
SAYS = "consistent: {state: {within: 5m, says: [{at: one, field: a}, {at: two, field: a, reads: {L: late, G: gone}}]}}"


def test_every_word_that_a_partner_may_say_is_read(tmp_path: Path) -> None:
    found = on_record(tmp_path, SAYS, of(WORDS), of(CODES))["/consistent:state"]

    assert (str(found.verdict), str(found.harm)) == ("intact", "misled")


@pytest.mark.parametrize(
    ("candidate", "because"),
    [
        ({"q": of("{enum: [L, G, R]}")}, 'at two, a may now be "R"; the journey understands "L" or "G"'),
        (
            {"p": of("{enum: [late, gone, back]}")},
            'at one, a may now be "back"; the journey understands "late" or "gone", as two may say it',
        ),
    ],
)
def test_a_new_word_is_a_break_for_whoever_has_none_for_it(candidate: dict[str, str], because: str, tmp_path: Path) -> None:
    found = impact(estate(tmp_path, SAYS, of(WORDS), of(CODES)), **candidate)["/consistent:state"]

    assert (str(found.verdict), found.because) == ("broken", because)


def test_what_a_step_takes_for_another_word_is_tolerated(tmp_path: Path) -> None:
    text = journey(SAYS).replace(
        "{step: one, call: p GET /thing}", "{step: one, call: p GET /thing, needs: {a: {values: [late, gone], otherwise: late}}}"
    )

    found = impact(write(tmp_path, text, {"p": of(WORDS), "q": of(CODES)}), p=of("{enum: [late, gone, back]}"))[
        "/consistent:state"
    ]

    assert str(found.verdict) == "tolerated"
    assert found.because.endswith('it is taken for "late"')


# --- effort -------------------------------------------------------------------------------------------------------------------

ASKING = """
given:
  ref: {from: customer, examples: [x]}
  day: {from: system, examples: [y]}
steps:
  - {step: one, channel: app, call: p GET /thing, with: {q: $ref, d: $day}}
  - {step: two, channel: phone, call: q GET /thing}
"""


def asking(*needed: str) -> str:
    parameters = ", ".join(
        f"{{name: {name}, in: query, required: {str(name in needed).lower()}, schema: {{}}}}"
        for name in dict.fromkeys(("q", "d", *needed))
    )
    return operation(f"parameters: [{parameters}]\nresponses: {{'200': {{description: ok}}}}")


@pytest.mark.parametrize(
    ("effort", "because"),
    [
        ("asks: 1", ""),
        ("asks: 0", "the customer is asked for 1 thing, 0 at most: ref"),
        ("repeats: 0", ""),
        ("calls: 1", "the customer waits for 2 calls, 1 at most: one and two"),
        ("handoffs: 0", "the customer is passed on 1 time, 0 at most: from app to phone at two"),
        ("handoffs: 1", ""),
    ],
)
def test_what_a_journey_asks_for_is_counted(effort: str, because: str, tmp_path: Path) -> None:
    root = write(tmp_path, f"effort: {{{effort}}}\n{ASKING}", {"p": asking(), "q": asking()})

    found = judged(opened(root).check())[f"/effort:{effort.partition(':')[0]}"]

    assert (found.because, str(found.verdict)) == (because, "unpromised" if because else "intact")


def test_an_input_that_a_partner_requires_from_now_on_exceeds_it_and_follows_from_the_call(tmp_path: Path) -> None:
    root = write(tmp_path, f"effort: {{asks: 1, repeats: 0}}\n{ASKING}", {"p": asking(), "q": asking()})

    found = impact(root, q=asking("birthday"))

    assert found.because("/effort:asks") == "the customer now also has to give birthday at two; at most 1 may be asked for"
    assert (found["/effort:asks"].cause, found["/effort:asks"].partner) == ("j/two/answers", "q")
    assert found.verdict("/effort:repeats") == "intact"


def test_an_input_that_a_fallback_saves_the_customer_from_is_tolerated(tmp_path: Path) -> None:
    helped = (
        ASKING.replace("step: two,", "step: two, fallback: help,")
        + "fallbacks: [{step: help, call: p GET /thing, with: {q: $ref}}]\n"
    )
    root = write(tmp_path, f"effort: {{asks: 1}}\n{helped}", {"p": asking(), "q": asking()})

    found = impact(root, q=asking("birthday"))

    assert (found.verdict("two/answers"), found.verdict("/effort:asks")) == ("tolerated", "tolerated")
    assert str(found.run.verdict) == "tolerated"


def test_what_the_customer_has_given_already_is_asked_again(tmp_path: Path) -> None:
    root = write(tmp_path, f"effort: {{repeats: 0}}\n{ASKING}", {"p": asking(), "q": asking()})

    found = impact(root, q=asking("q"))

    assert found.because("/effort:repeats") == "the customer now again has to give q at two; nothing may be asked twice"
