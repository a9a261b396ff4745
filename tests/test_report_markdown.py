"""The report of a run for a pull request: what a person reads first, and that nobody else writes into it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxcontracts.findings import Harm, Run, Verdict
from cxcontracts.reports.markdown import render
from tests.readers import commands, unseen
from tests.runs import change, check, finding, hurt, impact, intact, partner_run
from tests.test_diff_markdown import OURS, outside_code

STEP = "rail-disruption/check-service"
EVERY = impact(
    partner_run(
        *(finding(f"{STEP}/needs:{each}", each, waived="Ada until March" * (each is Verdict.WAIVED)) for each in Verdict),
        finding(f"{STEP}/needs:late", harm=Harm.DELAYED),
        finding(f"{STEP}/keep:x", cause=f"{STEP}/needs:broken"),
        changes=(change(),),
    )
)
SESSION = """\
### BROKEN: up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month would be blocked or delayed

operator 2.3.0 → 2.4.0 would break 1 experience

2 broken, 1 inconclusive, 1 unproven, 1 tolerated, 1 intact, 1 unpromised, 1 waived.

**up to 126,000 commuters, 45,000 leisure and 9,000 assisted a month would be blocked** at check-service (rail-disruption): \
I see what is happening to my train, and why

cause may now be null; the journey needs its text\\
`operator 2.3.0 → 2.4.0`, `GET /services/{serviceId} 200 application/json cause.text`, was guaranteed, is only possible, \
1 more need waits on it
<details><summary>how we know, and where it stands</summary>

```text
request: GET /services/SVC-1
response: 200 {"serviceId": "SVC-1", "status": "cancelled", "cause": null, "updatedAt": "2026-11-22T07:30:00Z", \
"alternatives": [{"serviceId": "SVC-2", "departs": "2026-11-22T08:00:00Z", "platform": "4"}]}
```

needed by `journeys/rail-disruption.yaml:34:7`, id `rail-disruption/check-service/needs:broken`
</details>
"""


def test_it_begins_with_who_is_hit_and_how_then_by_whom_and_then_how_we_know() -> None:
    marker, _, comment = render(EVERY).partition("\n")
    assert re.fullmatch("<!-- cxcontracts:impact:[0-9a-f]{12} -->", marker)
    assert comment.startswith(SESSION)


def test_what_did_not_break_is_listed_by_its_verdict() -> None:
    assert re.findall(r"^\*\*(.*) \((\d+)\)\*\*$", render(EVERY), re.MULTILINE) == [
        ("Inconclusive: nobody could judge it", "1"),
        ("Unproven: it could not be decided", "1"),
        ("Tolerated: it would break, and something catches it", "1"),
        ("Waived", "1"),
        ("Changed, and felt by nobody", "1"),
    ]
    assert "accepted by Ada until March" in render(EVERY)
    assert "**Unpromised: gaps to negotiate (1)**" in render(check(*EVERY.partners))


@pytest.mark.parametrize(
    ("run", "begins"),
    [
        (impact(partner_run(*intact(3))), "### INTACT\n\noperator 2.3.0 → 2.4.0 breaks no experience\n\n3 intact.\n"),
        (impact(complete=False), "### INCOMPLETE\n\n`rail-retail: interrupted before anything was judged`\n"),
        (impact(), "### NOTHING CHECKED\n\nrail-retail has no partner to judge\n"),
    ],
)
def test_where_nothing_broke_it_begins_with_the_verdict(run: Run, begins: str) -> None:
    assert render(run).partition("\n")[2].replace("`", "").startswith(begins.replace("`", ""))


def test_a_break_found_before_an_interruption_says_that_there_may_be_more() -> None:
    assert "**interrupted: there may be more**" in render(impact(partner_run(finding()), complete=False)).replace("`", "")


def test_the_hidden_marker_is_the_same_whatever_was_found_and_another_for_other_partners() -> None:
    markers = [
        render(run).partition("\n")[0]
        for run in (EVERY, impact(partner_run(), complete=False), impact(partner_run(partner="b")), check(partner_run()))
    ]
    assert markers[0] == markers[1]
    assert len(set(markers)) == 3


def test_where_nobody_could_judge_it_says_of_whom_nobody_knows_anything_and_who_gave_no_answer() -> None:
    down = finding("a/b/answers", Verdict.INCONCLUSIVE, because="it is down (503)", partner="notify", customers={"commuter": 7})
    comment = render(impact(partner_run(down, partner="notify"), partner_run(*intact(1))))
    assert comment.partition("\n")[2].startswith("### INCONCLUSIVE: nobody knows how up to 7 commuters a month fare\n")
    assert "\n- `notify`: it is down (503): " in comment


def test_ten_experiences_are_told_in_full_and_the_others_in_a_line() -> None:
    run = impact(partner_run(*(finding(f"journey-{n}/step/needs:x") for n in range(30))))
    comment = render(run)
    assert (comment.count("<details>"), len(re.findall("^- ", comment, re.MULTILINE))) == (10, 20)


def test_of_an_experience_with_many_needs_three_are_told_and_the_others_counted() -> None:
    run = impact(partner_run(*(finding(f"j/s/needs:{n}") for n in range(9))))
    assert render(run).count("<details>") == 3
    assert "… and 6 more needs of it" in render(run)


def test_it_is_never_longer_than_a_comment_may_be_and_counts_what_does_not_fit() -> None:
    long = "a sentence that goes on and on, " * 9
    needs = (finding(f"journey-{n}/{'s' * 200}/needs:{'x' * 200}{n}", because=f"{n} {long}") for n in range(1000))
    comment = render(impact(partner_run(*needs), complete=False))
    assert 50_000 < len(comment) <= 60_000
    told = comment.count("<details>") + len(re.findall("^- ", comment, re.MULTILINE))
    assert f"… and {1000 - told:,} more" in comment


def test_text_made_to_hurt_is_code_or_plain_words(hurtful: tuple[str, ...]) -> None:
    for text in hurtful:
        comment = render(hurt(text, "verify"))
        assert (commands(comment), unseen(comment)) == ([], [])
        shown = re.sub(r"^- ", "", OURS.sub("", outside_code(comment.partition("\n")[2])), flags=re.MULTILINE)
        assert re.findall(r"""[^\w\s,;()'"→….:-]|[^\W\d][.:]\w|\w[.:][^\W\d]|\d:\d""", shown) == [], text


@given(st.text())
def test_any_text_makes_a_comment_that_fits(text: str) -> None:
    assert len(render(hurt(text))) <= 60_000
