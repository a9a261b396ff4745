"""What is true of every format of reports: one that is added joins by being registered."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import signal
import subprocess
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from benchmarks import reports as benchmark
from cxcontracts.cli.diff import FORMATS as OF_DIFFS
from cxcontracts.cli.options import FORMATS, Reporting
from cxcontracts.cli.publishing import of_diff, publish_run
from cxcontracts.findings import Diff, Run, Verdict
from cxcontracts.reports.formats import TAKEN_FOR_THE_WHOLE, Look, rendered
from cxcontracts.reports.lines import read_run, render
from cxcontracts.running.secrets import Secrets
from tests import diffs, runs
from tests.readers import commands, is_ours, unseen
from tests.runs import finding, impact, intact, partner_run
from tests.test_diff_markdown import outside_code
from tests.test_running_secrets import CANARY, forms
from tests.workplace import BREAKING, COMMAND, JOURNEY, Workplace, workplace

RAW = frozenset({"json", "jsonl"})
"""The formats in which text stays as it was written, as escapes are part of them."""


def asked(form: str, output: Path | None = None) -> Reporting:
    return Reporting(form, output, strict=False, verbose=True)


def report(form: str, found: Run | Diff) -> str:
    """Return a report as the command line writes it."""
    if isinstance(found, Diff):
        return of_diff(asked(form))[form](found)
    return rendered(found, form, Look(Path.cwd(), Path.cwd(), Path.cwd(), verbose=True))


# -- text that was made to hurt --------------------------------------------------------------------------------------------------


def shape(value: Any) -> Any:
    """Return what a JSON value consists of, but for places: what stands outside of the repository has none."""
    if isinstance(value, dict):
        return [shape(item) for name, item in value.items() if name not in ("locations", "relatedLocations")]
    return [shape(item) for item in value] if isinstance(value, list) else type(value).__name__


class Census(HTMLParser):
    """Every element of a page with its attributes' names, in order, but for what marks a path, or lets a text break."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[object] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said_of_text = tag == "mark" or (tag == "wbr" and not attrs)
        self.found += [] if said_of_text else [(tag, [name for name, _ in attrs])]

    def handle_endtag(self, tag: str) -> None:
        self.found += [tag] if tag != "mark" else []


def tags(report: str) -> list[str]:
    return [element.tag for element in ElementTree.fromstring(report).iter()]


def kinds_of_lines(form: str, report: str) -> list[str]:
    """Return the commands of a report, by name."""
    return [re.split("[ ;]", line)[0] for line in report.splitlines() if is_ours(form, line)]


def blocks(report: str) -> list[str]:
    """Return how the lines of a comment begin that are no code, and are not text."""
    return re.findall(r"^(?:- |### |</?details>|\*\*|<!--)", outside_code(report), re.MULTILINE)


STRUCTURE: dict[str, Callable[[str], Any]] = {
    "text": lambda report: re.findall(rf"\d+ (?:{'|'.join(Verdict)}|breaking|harmless|ignored)\b", " ".join(report.split())),
    "json": lambda report: shape(json.loads(report)),
    "jsonl": lambda report: [shape(json.loads(line)) for line in report.splitlines()],
    "markdown": blocks,
    "sarif": lambda report: shape(json.loads(report)),
    "gitlab": lambda report: shape(json.loads(report)),
    "github": lambda report: kinds_of_lines("github", report),
    "azure": lambda report: kinds_of_lines("azure", report),
    "html": lambda report: Census(report).found,
    **dict.fromkeys(("junit", "junit-gitlab", "junit-jenkins"), tags),
}
"""What a report consists of, whatever its texts say: a text that changes it has become more than text, or lost a finding."""


def shown(form: str, report: str) -> list[str]:
    """Return what a reader shows of a report: lines that are no command of ours, or all texts of a document."""
    if form in RAW:
        return []
    if form.startswith("junit"):
        root = ElementTree.fromstring(report)
        return [text for element in root.iter() for text in (*element.attrib.values(), element.text or "")]
    if form in ("sarif", "gitlab"):
        return list(texts(json.loads(report)))
    return [line for line in report.split("\n") if not is_ours(form, line)]


def texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


def assert_inert(form: str, hurt: Callable[[str], Run | Diff], hurtful: Iterable[str]) -> None:
    tame = {size: STRUCTURE[form](report(form, hurt("t" * size))) for size in (1, 5)}
    for text in hurtful:
        made = report(form, hurt(text))
        assert [line for each in shown(form, made) for line in (*commands(each), *unseen(each))] == [], text
        assert STRUCTURE[form](made) in tame.values(), text


@pytest.mark.parametrize("form", FORMATS)
def test_text_made_to_hurt_is_inert_in_reports_of_runs_and_nothing_is_lost(form: str, hurtful: tuple[str, ...]) -> None:
    assert_inert(form, lambda text: runs.hurt(text, "verify"), hurtful)


@pytest.mark.parametrize("form", OF_DIFFS)
def test_text_made_to_hurt_is_inert_in_reports_of_diffs_and_nothing_is_lost(form: str, hurtful: tuple[str, ...]) -> None:
    assert_inert(form, diffs.hurt, hurtful)


# -- secrets ---------------------------------------------------------------------------------------------------------------------


def meanings(report: str) -> Iterable[str]:
    """Yield what a report says to those who undo the escapes of its format, and of those that a partner used within."""
    for once in _undone(report):
        yield once
        yield from _undone(once)


def _undone(text: str) -> Iterable[str]:
    unescaped = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text)
    yield from (text, html.unescape(text), unquote(text), unescaped, re.sub(r"\\(.)", r"\1", unescaped))


def remains(report: str) -> list[str]:
    """Return in which forms somebody finds the canary."""
    written = [name for name, form in forms(CANARY).items() if form in report]
    told = ["in other words" for each in meanings(report) if CANARY.lower() in each.lower()]
    return written + told


@pytest.mark.parametrize("form", FORMATS)
def test_a_secret_that_a_partner_echoes_in_any_form_is_in_no_report(form: str, tmp_path: Path) -> None:
    secrets = Secrets()
    secrets.add(CANARY, "$env.TOKEN")
    others = {"in another case": CANARY.swapcase(), "as the name of a header": CANARY.lower()}
    for name, echo in (forms(CANARY) | others).items():
        run = replace(runs.hurt(f"see {echo}!", "verify"), complete=True, problems=())
        publish_run(run, asked(form, tmp_path / "report"), tmp_path, tmp_path, secrets.redact)
        assert remains((tmp_path / "report").read_text(encoding="utf-8")) == [], name


def test_the_search_for_what_remains_finds_it() -> None:
    for name, form in forms(CANARY).items():
        assert remains(json.dumps([form])) or remains(html.escape(form)), name
    assert remains(base64.b64encode(CANARY.encode()).decode())


# -- interrupted -----------------------------------------------------------------------------------------------------------------

NOT_COMPLETE = re.compile(r'interrupted|"complete": ?false', re.IGNORECASE)


def assert_never_green(form: str, report: str) -> None:
    assert NOT_COMPLETE.search(report), form
    assert not re.search(r"\bINTACT\b", report), form
    if form.startswith("junit"):
        assert ElementTree.fromstring(report).find(".//error") is not None


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "run",
    [
        impact(partner_run(*intact(3)), complete=False),
        impact(complete=False),
        impact(partner_run(*intact(3)), command="verify", exchanges=3, complete=False),
    ],
    ids=["amid", "at once", "verify"],
)
def test_a_report_of_a_run_that_was_interrupted_says_so_and_is_never_green(form: str, run: Run) -> None:
    assert_never_green(form, report(form, run))


@pytest.mark.parametrize("form", OF_DIFFS)
def test_a_report_of_a_diff_that_was_interrupted_says_so_and_is_never_green(form: str) -> None:
    assert_never_green(form, report(form, diffs.diff(complete=False)))


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_killed_run_has_left_is_never_green(form: str) -> None:
    whole = render(impact(partner_run(*intact(9)), command="verify", exchanges=9)).encode().splitlines(keepends=True)
    for lines in ([*whole[:3]], [*whole[:5], whole[5][:40]], whole[:-1]):
        assert_never_green(form, report(form, read_run(lines)))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_every_report_of_a_run_that_a_signal_ends_is_written_and_none_that_would_close_alerts(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    here = workplace(tmp_path)
    environment = here.plug("print('waits', file=sys.stderr, flush=True); threading.Event().wait()")
    further = [word for form in FORMATS for word in ("--report", f"{form}=report.{form}")]
    words = [*COMMAND, "impact", "courier", "--candidate", BREAKING, *further]
    with subprocess.Popen(words, cwd=here.folder, env=environment, stdout=-1, stderr=-1, text=True) as ran:
        assert ran.stderr is not None
        assert ran.stderr.readline() == "waits\n"
        ran.send_signal(number)
        _, said = ran.communicate()
    assert ran.returncode == code
    for form in FORMATS:
        written = (here.folder / f"report.{form}").exists()
        assert written is (form not in TAKEN_FOR_THE_WHOLE)
        assert not written or NOT_COMPLETE.search(here.read(f"report.{form}"))
        assert written or f"report.{form} is not written" in said


# -- wherever it runs ------------------------------------------------------------------------------------------------------------


def test_reports_are_the_same_whatever_hashes_are_language_is_spoken_and_time_it_is_there(tmp_path: Path) -> None:
    here = workplace(tmp_path)
    text = here.read(JOURNEY).replace("journey: track-parcel", "journey: another")
    here.write("contracts/journeys/another.yaml", text)
    around = (
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0", "COLUMNS": "50"},
    )
    for number, more in enumerate(around):
        (here.folder / str(number)).mkdir()
        further = [word for form in FORMATS for word in ("--report", f"{form}={number}/report.{form}")]
        ran = here.process("impact", "courier", "--candidate", BREAKING, *further, env={**os.environ, **more})
        assert ran.returncode == 1
    made = [
        {form: re.sub(r'timestamp="[^"]*"', "", here.read(f"{number}/report.{form}")) for form in FORMATS} for number in (0, 1)
    ]
    assert made[0] == made[1]


# -- many findings ---------------------------------------------------------------------------------------------------------------

LARGEST = {
    "markdown": 60_000,
    "github": 30 * 13_000,
    "azure": 30 * 13_000,
    "sarif": 10_000_000,
    "gitlab": 10_000 * 1_000,
    **dict.fromkeys(("junit", "junit-gitlab", "junit-jenkins"), 25_000_000),
}
"""How many characters a report may have at most, for those who read it."""


@pytest.fixture(scope="module")
def many() -> Run:
    long = "a sentence that goes on and on, about what may be null now, " * 20
    broken = (finding(f"journey-{n // 9}/step-{n % 9}/needs:field{n}", because=f"{n}: {long}") for n in range(10_000))
    return impact(partner_run(*broken, *intact(5_000)))


@pytest.mark.parametrize("form", sorted(LARGEST))
def test_a_report_of_many_findings_is_no_larger_than_its_readers_take_and_says_what_is_left_out(form: str, many: Run) -> None:
    made = report(form, many)
    assert len(made) <= LARGEST[form]
    assert max(map(made.count, ("needs:field", '"check_name"'))) >= 10_000 or re.search(r"\d[\d,]* more|not shown", made)


# -- where nothing at all could be judged ----------------------------------------------------------------------------------------


@pytest.fixture
def unsound(tmp_path: Path) -> Workplace:
    here = workplace(tmp_path)
    here.write("contracts/estate.yaml", "estate: parcels\nfail-no: [blocked]\n")
    return here


@pytest.mark.parametrize("form", sorted({*FORMATS} - {"text", "json", "html"}))
def test_an_estate_of_which_nothing_can_be_judged_is_never_green(unsound: Workplace, form: str) -> None:
    ran = unsound.run("check", "--format", form)
    assert ran.exit_code == 2
    assert "estate.yaml" in ran.stdout
    assert not re.search(r"\bINTACT\b", ran.stdout)
    filed = unsound.run("check", "--report", f"{form}=report")
    assert (filed.exit_code, (unsound.folder / "report").exists()) == (2, form not in TAKEN_FOR_THE_WHOLE)


def test_a_share_of_what_formats_cost_is_measured() -> None:
    figures = {size: benchmark.figures_of(size, 1) for size in (10, 60)}
    assert all(list(found) == list(FORMATS) for found in figures.values())
    assert {len(benchmark.run_of(size).findings) for size in figures} == {10, 60}
    assert benchmark.table(figures).count("\n| `") == len(FORMATS)
