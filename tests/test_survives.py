"""``survives`` on contracts: the fallback exists, at another partner, keeps the same names, and is not broken itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.estates_made import answers, impact, judged, opened, operation, write

JOURNEY = """
steps:
  - step: s
    call: p GET /thing
    keep: {k: a}
    survives: [down, slow]
    fallback: f
  - {step: later, call: p GET /thing, with: {header.X-K: $k}}
fallbacks:
  - {step: f, call: q GET /thing, keep: {k: b}, needs: {b: text}}
"""
P = answers("{a: {type: string}}", "[a]").replace(
    "responses:", "parameters: [{name: X-K, in: header, schema: {type: string}}]\n    responses:"
)
Q = answers("{b: {type: string}}", "[b]")


def test_a_fallback_at_another_partner_that_keeps_the_same_names_helps(tmp_path: Path) -> None:
    found = judged(opened(write(tmp_path, JOURNEY, {"p": P, "q": Q})).check())

    assert [found.verdict(f"s/survives:{fault}") for fault in ("down", "slow")] == ["intact", "intact"]
    assert found["s/survives:down"].partner == "q"


@pytest.mark.parametrize(
    ("swap", "because"),
    [
        ((", keep: {k: b}", ""), "f does not keep k, as s does"),
        (("    fallback: f\n", ""), "nothing helps the customer when p is down: the step has no fallback"),
        (("call: q GET", "call: p GET"), "f asks p as well, so it does not help when p is down"),
    ],
)
def test_what_does_not_help_is_a_gap(swap: tuple[str, str], because: str, tmp_path: Path) -> None:
    journey = JOURNEY.replace(*swap).replace("needs: {b: text}", "needs: {}").replace("keep: {k: b}", "keep: {k: b}")
    if "fallback: f" not in journey:
        journey = journey.partition("fallbacks:")[0]
    partners = {"q": "not-covered: {because: nobody asks}"} if "call: q" not in journey else {}

    found = judged(
        opened(
            write(
                tmp_path,
                journey,
                {"p": P.replace("[a]", "[a, b]").replace("{a: {", "{b: {type: string}, a: {"), "q": Q},
                partners=partners,
            )
        ).check()
    )

    assert (found.verdict("s/survives:down"), found.because("s/survives:down")) == ("unpromised", because)


def test_a_candidate_that_breaks_the_fallback_breaks_it_and_is_the_partner_at_fault(tmp_path: Path) -> None:
    found = impact(
        write(tmp_path, JOURNEY, {"p": P, "q": Q}), q=operation("responses: {'200': {description: ok}}", call="GET /other")
    )

    assert found["s/survives:down"].cause == "j/f/answers"
    assert found["s/survives:down"].partner == "q"
    assert found.because("s/survives:down") == "f, which helps when p is down, breaks: GET /thing is gone"


def test_a_step_whose_own_call_vanishes_survives_all_the_same(tmp_path: Path) -> None:
    found = impact(
        write(tmp_path, JOURNEY, {"p": P, "q": Q}), p=operation("responses: {'200': {description: ok}}", call="GET /other")
    )

    assert "s/survives:down" not in found.findings  # it is for q to keep, and q does not change
    assert found.verdict("s/answers") == "tolerated"
