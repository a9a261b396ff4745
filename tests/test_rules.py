"""The catalogue of changes: ids that stay, sentences that read, and a page that says the same."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from click.testing import CliRunner

from cxcontracts.cli import main
from cxcontracts.findings import Audience, Level
from cxcontracts.rules import GROUPS, RULES, Rule, example, group_of

PAGE = Path(__file__).parent.parent / "docs" / "changes.md"

every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)


def test_each_rule_is_found_by_its_own_id_in_kebab_case() -> None:
    assert [rule.id for name, rule in RULES.items() if rule.id != name] == []
    assert [name for name in RULES if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


def test_no_two_rows_have_one_id() -> None:
    from cxcontracts import rules

    assert len(rules.EVERY) == len(RULES)


@every_rule
def test_a_sentence_has_room_for_a_name_and_a_change_and_nothing_else(rule: Rule) -> None:
    assert {field for _, field, _, _ in string.Formatter().parse(rule.sentence) if field is not None} <= {"name", "change"}


@every_rule
def test_an_example_is_a_clause_that_needs_nothing_more(rule: Rule) -> None:
    said = example(rule)
    assert not re.search(r"\{(name|change)\}|  | [,:;.]|[:;,.]$|^[:;,. ]", said)
    assert rule.sentence.count("{change}") == 0 or rule.sentence.format(name="x", change="") != said


@every_rule
def test_an_example_is_of_the_part_that_the_id_speaks_of(rule: Rule) -> None:
    whole = "{name}" in rule.sentence and group_of(rule) in ("Operations", "Announcements")
    assert ("GET /orders/{orderId}" in example(rule)) is whole


@every_rule
def test_what_a_rule_means_and_what_to_do_are_whole_sentences(rule: Rule) -> None:
    for text in (rule.meaning, rule.remedy):
        assert re.fullmatch(r"(?s)[A-Zx].*[.]", text)
        assert not re.search(r"[{}]|  | [.,;:]|\.\.", text)


@every_rule
def test_what_breaks_nobody_is_no_error(rule: Rule) -> None:
    assert rule.breaks is not Audience.NOBODY or rule.level is not Level.ERROR
    assert rule.breaks is not Audience.NOBODY or not rule.proved


@every_rule
def test_what_is_sent_breaks_no_reader_and_what_is_answered_no_sender(rule: Rule) -> None:
    assert not (rule.id.startswith("request-") and rule.breaks is Audience.READERS)
    assert not (rule.id.startswith("response-") and rule.breaks in (Audience.SENDERS, Audience.CALLERS))


def test_each_part_of_the_catalogue_has_rules() -> None:
    assert list(dict.fromkeys(map(group_of, RULES.values()))) == list(GROUPS)


def test_the_page_is_what_explain_writes() -> None:
    written = CliRunner().invoke(main, ["explain", "changes", "--format", "markdown"], standalone_mode=False)
    assert PAGE.read_text(encoding="utf-8") == written.output, (
        "run: cxcontracts explain changes --format markdown > docs/changes.md"
    )
