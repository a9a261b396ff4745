"""The report of a diff for a pull request: what a person reads, and that a contract writes nothing but text into it."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cxcontracts.findings import Change, Diff, Level
from cxcontracts.reports.diff.markdown import render
from cxcontracts.reports.inert import code, fenced, inert
from tests.diffs import ADDED, DOUBTED, EVERY, IGNORED, NULLABLE, SOONER, WIDENED, compared, diff, hurt, of_rule
from tests.readers import commands, unseen

SESSION = """\
<!-- cxcontracts:diff:ac4bb9bf6ee2 -->
### BREAKING: `operator.yaml 2.3.0 → 2.4.0`

1 change breaks its readers. 1 of 4 changes is felt in rail-retail.

4 changes in all: 1 breaking, 1 for closed sets, 1 harmless, 1 ignored

**cause may be null now**\\
breaks whoever reads it: `GET /services/{serviceId} 200 application/json cause`
<details><summary>what proves it, and where it stands</summary>

```text
request: GET /services/SVC-1
response: 200 {"serviceId": "SVC-1", "status": "cancelled", "cause": null, "updatedAt": "2026-11-22T07:30:00Z", \
"alternatives": [{"serviceId": "SVC-2", "departs": "2026-11-22T08:00:00Z", "platform": "4"}]}
```

new `api/new.yaml:120:9`, old `api/old.yaml:118:9`, felt by `rail-disruption/check-service/needs:cause`, \
rule `response-became-nullable`, fingerprint `76094b807b84c8a5`
</details>

**May break readers who treat an unlisted value as an error (1)**

- status may have more values: "diverted" added: `GET /services/{serviceId} 200 application/json status`, \
`api/new.yaml:120:9`, `response-enum-widened` `d428053c7fb8228f`

**Ignored (1)**

- 1: agreed with the operator, until March
"""


def test_a_comment_reads_as_it_was_wanted() -> None:
    felt = dataclasses.replace(NULLABLE, felt_by=("rail-disruption/check-service/needs:cause",))
    assert render(diff(felt, WIDENED, ADDED, IGNORED, estate="rail-retail")) == SESSION


@pytest.mark.parametrize(
    ("run", "begins"),
    [
        (diff(), "### INTACT: `operator.yaml 2.3.0 → 2.4.0`\n\nNo change that a caller could notice.\n"),
        (diff(SOONER), "### GATE CLOSED: `operator.yaml 2.3.0 → 2.4.0`\n\nNothing is proved to break, and 1 change closes"),
        (diff(DOUBTED), "### UNPROVEN: `operator.yaml 2.3.0 → 2.4.0`\n\nNothing breaks as far as it could be decided; 1 "),
        (Diff(()), "### NOTHING COMPARED\n\nThere is no contract to compare.\n"),
        (Diff((), complete=False), "### INCOMPLETE\n\nInterrupted before anything was compared.\n"),
        (
            diff(NULLABLE, complete=False),
            "### BREAKING: `operator.yaml 2.3.0 → 2.4.0`\n\n1 change breaks its readers. Interrupted: ",
        ),
        (Diff((compared(), compared())), "### INTACT: 2 contracts\n\nNo change that a caller could notice.\n"),
    ],
)
def test_it_begins_with_the_verdict(run: Diff, begins: str) -> None:
    marker, _, comment = render(run).partition("\n")
    assert re.fullmatch("<!-- cxcontracts:diff:[0-9a-f]{12} -->", marker)
    assert comment.startswith(begins)


def test_the_hidden_marker_is_that_of_the_contracts_whatever_was_found() -> None:
    markers = [render(run).partition("\n")[0] for run in (diff(), diff(NULLABLE, complete=False), diff(estate="rail-retail"))]
    assert markers[0] == markers[1] != markers[2]


def test_every_kind_of_change_that_counts_is_listed() -> None:
    titles = re.findall(r"^\*\*(.* \(\d+\))\*\*$", render(diff(*EVERY)), re.MULTILINE)
    counted = [
        "May break readers who treat an unlisted value as an error",
        "Errors by rule",
        "Worth a look",
        "Unproven",
        "Announced",
    ]
    assert titles == [f"{title} (1)" for title in (*counted, "Ignored")]


def test_what_is_harmless_is_listed_where_it_closes_the_gate() -> None:
    assert "Harmless" not in render(diff(ADDED))
    assert "\n**Harmless (1)**\n\n- zone may be answered now: `GET " in render(diff(ADDED, fail_on=Level.INFO))


def numbered(number: int, of: Change = NULLABLE) -> tuple[Change, ...]:
    return tuple(dataclasses.replace(of, because=f"part {n:03} may be null now") for n in range(number))


def test_changes_that_say_the_same_are_told_once_and_each_keeps_its_fingerprint() -> None:
    gone = of_rule("response-property-removed", *(f"GET /stations 200 application/json {name}" for name in ("id", "name")))
    text = render(diff(*gone))
    assert "2 changes break its readers" in text
    assert (
        "\n**2 fields are no longer answered**\\\nbreaks whoever reads it: `GET /stations 200 application/json`: `id`, `name`\n"
        in text
    )
    assert "\n".join(f"- `{each.fingerprint}` `{name}`" for each, name in zip(gone, ("id", "name"), strict=True)) in text


def test_of_a_group_without_end_the_first_twenty_fingerprints_are_listed() -> None:
    text = render(diff(*of_rule("operation-removed", *(f"GET /{n}" for n in range(30)))))
    assert text.count("\n- `") == 20
    assert "\n- and 10 more, which --verbose and JSON list\n" in text
    assert "breaks whoever calls it: `GET /0`, `GET /1`, `GET /2`, … and 27 more\n" in text


def test_changes_in_a_line_say_how_many_they_are() -> None:
    changes = of_rule("request-default-changed", "GET /a query limit", "GET /b query limit", change="50")
    line = "- the query parameter limit, left out, means something else: 50, in 2 operations: `GET /a`, `GET /b`"
    assert f"{line}, `api/new.yaml:120:9`, `request-default-changed` `{changes[0].fingerprint}` and 1 more\n" in render(
        diff(*changes)
    )


def test_a_list_is_cut_after_ten_with_a_count() -> None:
    text = render(diff(*numbered(13, SOONER)))
    assert text.count("\n- ") == 10
    assert text.endswith("\n\n… and 3 more\n")


# -- how long a comment may be -------------------------------------------------------------------------------


def test_the_first_ten_breaks_come_with_their_proof_and_the_others_in_a_line() -> None:
    text = render(diff(*numbered(12)))
    assert text.count("<details>") == text.count("</details>") == 10
    assert "\n**More that break (2)**\n" in text
    assert text.count(" may be null now: `GET ") == 2


def test_a_comment_is_cut_before_github_refuses_it_and_counts_what_is_left_out() -> None:
    text = render(diff(*numbered(500), *numbered(30, SOONER), IGNORED))
    shown = text.count(" may be null now: `GET /services/")
    assert 50_000 < len(text) <= 60_000
    assert f"\n\n… and {490 - shown} more\n" in text
    assert "\n**Errors by rule (30)**\n" in text
    assert text.count(" may be null now: `GET /timetables`") == 10


@pytest.mark.parametrize("size", [1, 300, 10**6])
def test_no_text_makes_a_comment_too_long(size: int) -> None:
    assert len(render(hurt("`@a " * size))) <= 60_000


# -- what a contract can do to it ----------------------------------------------------------------------------

FENCE = re.compile(r"^(`{3,})text\n.*?^\1$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)


def outside_code(markdown: str) -> str:
    """Return what of Markdown is not code: GFM 0.29, 4.5 and 6.3; no backslash stands before one of our backticks."""
    assert re.search(r"\\`", FENCE.sub("", SPAN.sub("", markdown))) is None
    return SPAN.sub("{code}", FENCE.sub("{code}", markdown))


OURS = re.compile(r"^### |\*\*|^</?details>|<summary>[a-z, ]+</summary>|\\$|\{code\}", re.MULTILINE)


def test_text_made_to_hurt_is_code_or_plain_words(hurtful: tuple[str, ...]) -> None:
    for text in hurtful:
        report = render(hurt(text))
        assert (commands(report), unseen(report)) == ([], [])
        shown = OURS.sub("", outside_code(report.partition("\n")[2]))
        assert re.findall(r"""[^\w\s,;()'"→….:-]|[^\W\d][.:]\w|\w[.:][^\W\d]|\d:\d""", shown) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "@octocat",
            "octo/cat#1",
            "#1",
            "GH-1",
            "JIRA-17 is done",
            "!1",
            "a *b*",
            "a_b_c",
            "~x~",
            "$x$",
            ":+1:",
            "a|b",
            "<b>",
            "&#64;x",
        ),
        *(
            "[a](b)",
            "![a](b)",
            "http://a.example",
            "www.a.example",
            "a@b.example",
            "deadbeef",
            "- a",
            "1. a",
            "# a",
            "> a",
            "a\\",
            "`",
        ),
        *("a\nb", "a\tb", "</details>", "<!-- a", "***", "a.b"),
    ],
)
def test_what_means_something_to_a_reader_is_code(text: str) -> None:
    assert inert(text).startswith("`")


@pytest.mark.parametrize(
    "text",
    ["cause may be null now", 'status may have more values: "diverted" added', "limit, left out, means 50", "an end. Then more"],
)
def test_plain_words_stay_a_sentence(text: str) -> None:
    assert inert(text) == text


@given(st.text(min_size=1))
def test_a_code_span_holds_its_text_whatever_it_is(text: str) -> None:
    assert SPAN.sub("", code(text)) == ""


@given(st.lists(st.text(st.sampled_from("`~a \n"), max_size=9), min_size=1))
@example(["```"])
@example(["````", "  `````"])
def test_no_line_ends_its_fence(lines: list[str]) -> None:
    assert FENCE.sub("", "\n".join(fenced(lines))) == ""


def test_the_same_diff_gives_the_same_bytes() -> None:
    assert render(diff(*EVERY)) == render(diff(*EVERY))
