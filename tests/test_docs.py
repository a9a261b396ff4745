"""The user's documentation says what the code does: names are read from the code, examples run, links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import click
import pytest

from cxcontracts import changes, formats
from cxcontracts.cli import exits, main, options
from cxcontracts.cli.diff import FORMATS as OF_DIFFS
from cxcontracts.containment import nodes
from cxcontracts.contracts import folder
from cxcontracts.documents import refusals
from cxcontracts.estate import conditions, templates, values, written
from cxcontracts.estate.forms import Form
from cxcontracts.estate.reading import read_estate
from cxcontracts.findings import Harm, Promise, Verdict
from cxcontracts.kinds import cxcontracts_kinds
from cxcontracts.kinds.informs import PROBLEM
from cxcontracts.mistakes import mistakes
from cxcontracts.onboarding.scorecard import Pillar, Standing
from cxcontracts.plugins import lines, manager, signature
from cxcontracts.reports import json as json_report
from cxcontracts.reports.scorecards import json as scorecard_json
from tests.test_house import calls_in, unknown_words
from tests.workplace import Workplace

REPOSITORY: Final = Path(__file__).parent.parent
CODES: Final = REPOSITORY / "docs" / "codes"
PAGES: Final = sorted((REPOSITORY / "docs").glob("*.md"))
OTHERS: Final = [
    *(
        REPOSITORY / name
        for name in (
            "README.md",
            "ARCHITECTURE.md",
            "CHANGELOG.md",
            "docs/codes/README.md",
            "contracts/bank/README.md",
            "contracts/rail/README.md",
            "contracts/telecom/README.md",
        )
    ),
    *(REPOSITORY / "plugins").glob("*/README.md"),
]
KINDS: Final = cxcontracts_kinds()

_FENCED: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WHOLE_FILE: Final = re.compile(r"# (contracts/\S+)\n")
_SPAN: Final = re.compile(r"`([^`\n]+)`")
_ANYTHING: Final = "…"


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str

    @property
    def file(self) -> str:
        """The file that the block is all of, by its first line; empty where it is none."""
        named = _WHOLE_FILE.match(self.text) if self.language == "yaml" else None
        return named[1] if named else ""


def page(name: str) -> str:
    return (REPOSITORY / "docs" / name).read_text(encoding="utf-8")


def prose(name: str) -> str:
    """A page without its blocks."""
    return _FENCED.sub("", page(name))


def blocks(path: Path) -> list[Block]:
    return [Block(*found) for found in _FENCED.findall(path.read_text(encoding="utf-8"))]


def spelled(text: str) -> set[str]:
    """What a text has in code spans: each whole span, and each of its words."""
    spans = _SPAN.findall(text)
    return {*spans, *(word for span in spans for word in re.findall(r"[\w$.-]*\w", span))}


def rows(text: str, heading: str) -> Iterator[list[str]]:
    """The cells of each row of the tables below a heading, up to the next."""
    section = re.split(r"^#+ ", text.partition(f"\n{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    for line in section.splitlines():
        if line.startswith("|") and not line.startswith("| ---"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def unnamed(names: Iterable[str], text: str) -> list[str]:
    """The names that a text does not have in code."""
    return sorted(set(names) - spelled(text))


# --- files ----------------------------------------------------------------------------------------------------------------------


def forms() -> set[type[Form]]:
    """Every form of a file's maps: those of the module, and the ones that kinds complete."""
    named = {value for value in vars(written).values() if isinstance(value, type) and issubclass(value, Form)}
    return {*named, written.step_form(), written.journey_form()} - {Form}


def keys_of(form: type[Form]) -> set[str]:
    return {field.alias or name for name, field in form.model_fields.items()}


def keys() -> set[str]:
    return {key for form in forms() for key in keys_of(form)}


def test_every_key_of_the_files_is_on_their_page() -> None:
    assert {"format", "for-steps", "oauth2", "retry-after", "issue"} <= keys()
    assert unnamed({*keys(), *values.OURS}, prose("files.md")) == []


@pytest.mark.parametrize(
    ("heading", "of"),
    [
        ("## estate.yaml", (written.EstateKeys,)),
        ("## partners/PARTNER/partner.yaml", (written.PartnerKeys,)),
        ("## journeys/JOURNEY.yaml", (written.journey_form(),)),
        ("### Steps", (written.step_form(),)),
    ],
)
def test_a_table_of_keys_has_no_other(heading: str, of: tuple[type[Form], ...]) -> None:
    listed = {name for row in rows(page("files.md"), heading) for name in _SPAN.findall(row[0])}
    known = {key for form in of for key in keys_of(form)}
    assert listed
    assert listed - known == set()


def test_the_step_keys_that_are_used_now_are_those_of_kinds_that_judge() -> None:
    owned = {*written.KIND_KEYS, "keep", "must"}
    used = {
        name: row[2].partition(":")[0]
        for row in rows(page("files.md"), "### Steps")
        for name in _SPAN.findall(row[0])
        if name in owned
    }
    judged = {kind.key for kind in KINDS if kind.key}
    assert used == {key: "now" if key in judged else "later" for key in owned}


def test_every_word_for_a_value_is_on_the_page() -> None:
    listed = [name for row in rows(page("files.md"), "### Values") for name in _SPAN.findall(row[0])]
    assert sorted(listed) == sorted(values.WORDS)


def test_every_operator_and_every_built_in_name_is_on_the_page() -> None:
    assert unnamed(conditions.OPERATORS, prose("files.md")) == []
    assert unnamed([f"${name}" for name in templates.BUILT_IN], prose("files.md")) == []


def test_what_an_error_tells_is_read_where_the_pages_say() -> None:
    for name in ("files.md", "reading-contracts.md"):
        assert unnamed(PROBLEM.values(), prose(name)) == []
    assert unnamed(PROBLEM, prose("files.md")) == []


def test_the_estate_that_the_page_shows_is_sound_and_nothing_is_odd_about_it(tmp_path: Path) -> None:
    for block in blocks(REPOSITORY / "docs" / "files.md"):
        if block.file:
            Workplace(tmp_path).write(block.file, block.text)
    estate, warnings = read_estate(tmp_path / "contracts", KINDS)
    assert (estate.name, warnings) == ("library", ())
    assert len(estate.waivers) == 1


def test_a_page_shows_each_kind_in_an_id() -> None:
    ids = page("files.md").partition("### Ids")[2].partition("## ")[0]
    assert [kind.name for kind in KINDS if not re.search(rf"[`/]{kind.name}[:`/]", ids)] == []


# --- verdicts -------------------------------------------------------------------------------------------------------------------


def test_every_verdict_has_its_row_where_it_is_explained() -> None:
    named = [row[0].strip("`") for row in rows(page("verdicts.md"), "## The verdicts")][1:]
    assert sorted(named) == sorted(map(str, Verdict))


def test_every_verdict_has_its_row_where_pytest_is_explained() -> None:
    named = {name for row in rows(page("pytest.md"), "## Outcomes") for name in _SPAN.findall(row[0])}
    assert named - {"fail-on"} == set(map(str, Verdict))


def test_every_promise_is_explained() -> None:
    assert unnamed(map(str, Promise), prose("verdicts.md")) == []


def test_every_harm_has_its_row_with_the_kinds_that_do_it() -> None:
    listed = {row[0].strip("`"): set(_SPAN.findall(row[2])) for row in rows(page("verdicts.md"), "## Harm") if "`" in row[0]}
    assert listed == {str(harm): {kind.name for kind in KINDS if kind.harm is harm} for harm in Harm}


def test_every_exit_code_has_its_row() -> None:
    constants = (exits.INTACT, exits.BROKEN, exits.UNUSABLE, exits.UNCERTAIN, exits.NOTHING_CHECKED, exits.FAILED)
    listed = [code for row in rows(page("verdicts.md"), "## Exit codes") for code in re.findall(r"\d+", row[0])]
    assert listed == [*map(str, constants), str(exits.INTERRUPTED), str(128 + signal.SIGTERM)]


# --- how a contract is read -----------------------------------------------------------------------------------------------------


def test_every_format_is_on_the_page() -> None:
    assert unnamed(formats.NAMES, prose("reading-contracts.md")) == []


def test_the_limits_on_the_page_are_those_of_the_code() -> None:
    limits = " ".join(cell for row in rows(page("reading-contracts.md"), "## Limits") for cell in row)
    said = [
        f"{refusals.MOST_BYTES // 10**6} MB a file",
        f"{folder.MOST_BYTES_IN_ALL // 10**6} MB and {folder.MOST_FILES:,} files a contract",
        f"{refusals.MOST_NESTING} levels of nesting",
        f"{refusals.MOST_VALUES:,} values a document",
        f"{nodes.MOST_SHAPES} alternatives told apart",
        f"{changes.MOST_DETAILS} pairs of changed schemas",
    ]
    assert [words for words in said if words not in limits] == []


# --- the command line, pytest, reports ------------------------------------------------------------------------------------------


def test_every_command_and_option_is_on_some_page() -> None:
    commands: Mapping[str, click.Command] = main.commands
    parameters = [parameter for command in (main, *commands.values()) for parameter in command.params]
    options = {max(parameter.opts, key=len) for parameter in parameters if isinstance(parameter, click.Option)}
    assert {"--candidate", "--estate", "--output", "--version"} <= options
    assert unnamed(commands, " ".join(prose(path.name) for path in PAGES)) == []
    everything = " ".join(path.read_text(encoding="utf-8") for path in PAGES)
    assert [option for option in sorted(options) if not re.search(rf"{option}\b", everything)] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_commands_and_options_that_a_page_shows_exist(path: Path) -> None:
    shown = [words for words in calls_in(path.read_text(encoding="utf-8")) if not words[0].startswith((">", "<"))]
    assert {" ".join(words): unknown for words in shown if (unknown := unknown_words(words))} == {}


def test_every_option_of_the_pytest_plugin_has_its_row() -> None:
    told = subprocess.run([sys.executable, "-m", "pytest", "--help"], capture_output=True, encoding="utf-8", check=True).stdout
    listed = {option for row in rows(page("pytest.md"), "## Options") for option in re.findall(r"--cx-[a-z-]+", row[0])}
    assert listed == set(re.findall(r"^ +(--cx-[a-z-]+)", told, re.MULTILINE))


def test_every_format_of_reports_has_its_row() -> None:
    listed = {name for row in rows("\n" + page("reports.md"), "# Reports") for name in _SPAN.findall(row[0])}
    assert listed >= {*options.FORMATS, *OF_DIFFS}


def test_every_key_of_the_json_report_is_on_the_page() -> None:
    assert unnamed(properties(json_report.schema()), prose("reports.md")) == []


def properties(schema: Any) -> set[str]:
    """Every key that a JSON Schema names, of whatever."""
    if isinstance(schema, list):
        return {name for item in schema for name in properties(item)}
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", ())) | {name for below in schema.values() for name in properties(below)}


# --- plugins --------------------------------------------------------------------------------------------------------------------


def test_the_plugin_that_the_page_shows_is_the_one_that_ships() -> None:
    plugin = REPOSITORY / "plugins" / "cxcontracts-speaks"
    toml, python = blocks(REPOSITORY / "docs" / "plugins.md")[1:3]
    assert python.text == (plugin / "cxcontracts_speaks.py").read_text(encoding="utf-8")
    assert toml.text in (plugin / "pyproject.toml").read_text(encoding="utf-8")


def test_the_plugin_that_signs_signs_as_the_page_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_KEY", "key")
    plugin = ModuleType("acme")
    exec(blocks(REPOSITORY / "docs" / "plugins.md")[-1].text, vars(plugin))
    manager().register(plugin, "acme/acme")
    try:
        signed = signature("acme", "GET", "https://api.acme.example/?a=1", {}, b"")
    finally:
        manager().unregister(plugin)

    assert signed == {"X-Signature": "8f3b5a79e37597c886eb54cc7e63c9ea2d9306798129b8a36a6446556ea89ee2"}


def test_the_page_names_everything_that_a_kind_has() -> None:
    named = [row[0].strip("`") for row in rows(page("plugins.md"), "## What a kind has")][1:]
    assert sorted(named) == sorted(["name", "key", "form", "harm", "meaning", "requirements", "on_contract", "on_exchanges"])
    judging = {"on_contract", "on_exchanges"}
    assert all(hasattr(kind, name) for kind in KINDS for name in named if name not in judging)
    assert all(any(hasattr(kind, name) for name in judging) for kind in KINDS)


def test_the_lines_of_a_scorecard_on_the_page_are_those_of_the_catalogue() -> None:
    judged_on = {"estate": "our files", "contract": "the contract", "address": "calls", "answers": "answers"}
    for pillar in Pillar:
        known = [
            [f"`{line.id}`: {line.title}", line.how, judged_on[line.basis], f"`{line.harm}`", str(line.turn)]
            for line in lines()
            if line.pillar is pillar
        ]
        assert list(rows(page("onboard.md"), f"### {pillar.capitalize()}"))[1:] == known


def test_every_standing_and_exit_code_of_a_scorecard_has_its_row() -> None:
    text = page("onboard.md")
    assert [row[0].replace(" ", "-") for row in rows(f"\n{text.partition('## Where it runs')[0]}", "# onboard")][1:] == list(
        Standing
    )
    assert [row[0] for row in rows(text, "## Exit codes")][1:] == ["0", "1", "2", "3", "4"]


def test_every_key_of_the_json_of_a_scorecard_is_on_its_page() -> None:
    assert unnamed(properties(scorecard_json.schema()), prose("onboard.md")) == []


def test_the_plugin_with_a_line_works_as_the_page_shows_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plugin = ModuleType("portugal")
    exec(blocks(REPOSITORY / "docs" / "plugins.md")[-2].text, vars(plugin))
    manager().register(plugin, "portugal/portugal")
    lines.cache_clear()
    try:
        here = Workplace(tmp_path)
        here.run("init")
        here.edit(
            "contracts/partners/courier/partner.yaml", "contract:", "environments: {test: {url: 'https://a.example'}}\ncontract:"
        )
        shown = here.run("onboard", "courier").stdout
    finally:
        manager().unregister(plugin)
        lines.cache_clear()

    assert "it runs at https://a.example" in shown


# --- codes ----------------------------------------------------------------------------------------------------------------------


def test_the_pages_of_the_codes_are_what_explain_writes(tmp_path: Path) -> None:
    Workplace(tmp_path).run("explain", "--pages", "codes")
    there, written_ = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (CODES, tmp_path / "codes"))
    assert there == written_, "run: cxcontracts explain --pages docs/codes, and remove the pages of codes that are gone"


def test_each_kind_of_requirement_and_each_mistake_has_its_page_which_the_index_links() -> None:
    names = {f"{name}.md" for name in (*mistakes(), *(kind.name for kind in KINDS))}
    assert {path.name for path in CODES.iterdir()} == {"README.md", *names}
    assert set(re.findall(r"\]\(([^)/]+)\)", (CODES / "README.md").read_text(encoding="utf-8"))) == names


# --- sessions -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [path for path in PAGES if "```console" in path.read_text("utf-8")], ids=lambda path: path.name)
def test_the_sessions_of_a_page_run_as_shown(path: Path, tmp_path: Path) -> None:
    terminal = Terminal(Workplace(tmp_path))
    for block in blocks(path):
        if block.file:
            terminal.here.write(block.file, block.text)
        if block.language == "console":
            for command, shown in turns(block.text):
                said = terminal.say(command)
                assert re.fullmatch(pattern(shown), said), f"$ {command}\n{said}\n--- {path.name} shows:\n{shown}"


def turns(session: str) -> Iterator[tuple[str, str]]:
    """Each command of a session, with what is shown below it."""
    for turn in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, _, shown = turn.partition("\n")
        yield command, shown


def pattern(shown: str) -> str:
    """What a command must say: ``…`` alone is any lines, ``…`` in a line any text of that line."""
    lines = (
        r"(?:.*\n)*?" if line == _ANYTHING else re.escape(line.rstrip()).replace(_ANYTHING, ".*") + r"[ ]*\n"
        for line in shown.splitlines()
    )
    return "".join(lines)


@dataclass
class Terminal:
    """Runs what a user types, in one folder."""

    here: Workplace
    code: int = 0

    def say(self, command: str) -> str:
        """Run a command, and return what it says."""
        if command == "echo $?":
            return f"{self.code}\n"
        program, *words = shlex.split(command)
        if program == "cxcontracts":
            ran = self.here.run(*words)
            self.code = ran.exit_code
            return ran.output
        assert program == "pytest", command
        start = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
        environment = {**os.environ, "COLUMNS": "80"}
        tests = subprocess.run(
            [*start, *words], cwd=self.here.folder, capture_output=True, encoding="utf-8", check=False, env=environment
        )
        self.code = tests.returncode
        return tests.stdout


# --- links ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, *OTHERS], ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_the_links_of_a_page_lead_somewhere(path: Path) -> None:
    text = _FENCED.sub("", path.read_text(encoding="utf-8"))
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"https?:", link)]
    assert [link for link in links if not leads_somewhere(path, link)] == []


def leads_somewhere(path: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = path.parent / name if name else path
    return target.exists() and (not anchor or anchor in set(anchors(target)))


def anchors(path: Path) -> Iterator[str]:
    """What the headings of a page are linked by, as GitHub and GitLab make it."""
    for heading in re.findall(r"^#+ (.+)$", _FENCED.sub("", path.read_text(encoding="utf-8")), re.MULTILINE):
        yield re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_the_index_links_every_page() -> None:
    assert [path.name for path in PAGES if path.name != "README.md" and f"({path.name}" not in page("README.md")] == []
