"""What the command line writes, where to, and what becomes of it when something comes in between."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import resource
import signal
import struct
import subprocess
import termios
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from subprocess import PIPE

import jsonschema_rs
import pytest

from cxcontracts.cli.progress import Progress, Walking
from cxcontracts.estate.model import Call, Journey, Step
from cxcontracts.reports import json as json_report
from tests.walks_made import saw, walk
from tests.workplace import BREAKING, COMMAND, COURIER, HURTFUL, HURTFUL_IN_YAML, JOURNEY, ORDERS, Workplace, harmful, workplace

IMPACT = ("impact", "courier", "--candidate", BREAKING)


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


# Where the report goes


def test_a_report_in_a_file_is_the_one_that_would_have_been_shown(here: Workplace) -> None:
    for form in ("text", "json", "junit"):
        ran = here.run(*IMPACT, "--format", form, "--output", "report")
        assert (ran.exit_code, ran.stdout, ran.stderr) == (1, "", "impact: broken; the report is in report\n")
        assert here.read("report") == here.run(*IMPACT, "--format", form).stdout


def test_the_json_fits_its_published_schema(here: Workplace) -> None:
    validator = jsonschema_rs.validator_for(json_report.schema())
    for words in (IMPACT, ("check",)):
        validator.validate(json.loads(here.run(*words, "--format", "json").stdout))


def test_the_junit_report_links_files_from_the_repository_wherever_one_stands_in_it(here: Workplace) -> None:
    (here.folder / ".git").mkdir()
    inside = Workplace(here.folder / "contracts" / "journeys")
    report = ElementTree.fromstring(inside.run("check", "--format", "junit").stdout)
    assert {case.get("file") for case in report.iter("testcase")} == {JOURNEY, None}


def test_a_file_that_cannot_be_written_whole_is_left_as_it_was(here: Workplace) -> None:
    here.write("out/report.json", "the old one")

    def nearly_full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # or what Python compiles is cut off, too
    ran = here.process(*IMPACT, "--format", "json", "--output", "out/report.json", preexec_fn=nearly_full, env=env)
    assert ran.returncode == 5
    assert ran.stderr == "cxcontracts: out/report.json: the report could not be written: File too large\n"
    assert here.read("out/report.json") == "the old one"
    assert os.listdir(here.folder / "out") == ["report.json"]


def test_a_full_disk_behind_standard_output_is_no_verdict(here: Workplace) -> None:
    with open("/dev/full", "w") as full:
        ran = subprocess.run([*COMMAND, *IMPACT], cwd=here.folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 5
    assert ran.stderr == "cxcontracts: standard output: the report could not be written: No space left on device\n"


def test_a_device_is_written_to_and_not_replaced(here: Workplace) -> None:
    assert here.run(*IMPACT, "--output", "/dev/null").exit_code == 1
    assert Path("/dev/null").is_char_device()


def test_a_link_is_followed_and_stays_one(here: Workplace) -> None:
    here.write("real.txt", "")
    (here.folder / "link.txt").symlink_to("real.txt")
    assert here.run("check", "--output", "link.txt").exit_code == 0
    assert (here.folder / "link.txt").is_symlink()
    assert here.read("real.txt").startswith("INTACT")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to_is_refused_before_anything_is_judged(here: Workplace) -> None:
    (here.folder / "closed").mkdir(mode=0o500)
    ran = here.run("check", "--output", "closed/report.json")
    assert ran.exit_code == 2
    assert "nothing can be written into" in ran.stderr


def test_a_folder_that_nobody_can_write_to_is_wrong_usage(here: Workplace) -> None:
    ran = here.run("check", "--output", "/proc/report.json")
    assert ran.exit_code == 2
    assert "/proc/report.json: the report could not be written" in ran.stderr


@pytest.mark.parametrize(("words", "code"), [(IMPACT, 1), (("check", "--verbose"), 0), (("--help",), 0)])
def test_a_reader_who_has_seen_enough_changes_no_exit_code(here: Workplace, words: tuple[str, ...], code: int) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run([*COMMAND, *words], cwd=here.folder, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (code, "")


# How it looks


def test_without_a_terminal_the_text_has_80_columns_and_no_colour(here: Workplace) -> None:
    ran = here.process(*IMPACT, env={**os.environ, "COLUMNS": "200"})
    assert "\x1b" not in ran.stdout
    assert 60 < max(map(len, ran.stdout.splitlines())) <= 80


def on_terminal(here: Workplace, *words: str, columns: int = 60, environment: Mapping[str, str] | None = None) -> str:
    """Run the program on a terminal and return what it shows there."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    around = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
    ran = subprocess.Popen(
        [*COMMAND, *words], cwd=here.folder, stdout=theirs, env=around | {"TERM": "xterm"} | dict(environment or {})
    )
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    ran.wait()
    os.close(ours)
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_a_terminal_gets_colours_and_lines_of_its_own_width(here: Workplace) -> None:
    shown = on_terminal(here, "check")
    assert "\x1b[32m" in shown
    wide = on_terminal(here, *IMPACT, columns=120, environment={"NO_COLOR": "1"})
    assert max(map(len, wide.splitlines())) > 90


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_colours_gets_none(here: Workplace, environment: Mapping[str, str]) -> None:
    assert "\x1b" not in on_terminal(here, "check", environment=environment)


@pytest.mark.parametrize(
    ("encoding", "coffee"), [("ascii", "caf\\xe9 \\u6771"), ("cp1252", "caf\N{LATIN SMALL LETTER E WITH ACUTE} \\u6771")]
)
def test_a_terminal_without_the_letters_still_shows_every_word_and_our_own_signs_as_people_would(
    here: Workplace, encoding: str, coffee: str
) -> None:
    here.edit(JOURNEY, "I see where my parcel is", "I see caf\N{LATIN SMALL LETTER E WITH ACUTE} \u6771")
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    ran = subprocess.run(
        [*COMMAND, *IMPACT], cwd=here.folder, capture_output=True, encoding=encoding, check=False, env=environment
    )
    assert ran.returncode == 1
    assert "courier 1.4.0 -> 1.5.0" in ran.stdout
    assert coffee in ran.stdout


class Screen(io.StringIO):
    """A stream that is a terminal, or says so."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "shown"), [(Screen(), "\r\x1b[Kjudged 2 of 1,000 requirements\r\x1b[K"), (io.StringIO(), "")])
def test_progress_is_one_line_on_a_terminal_after_a_second_and_then_gone(stream: io.StringIO, shown: str) -> None:
    seconds = iter([0.0, 0.5, 1.5, 1.55])
    with Progress(stream, lambda: next(seconds)) as progress:
        for done in (1, 2, 3):
            progress(done, 1000)
    assert stream.getvalue() == shown


def test_in_a_log_there_is_a_line_every_ten_seconds() -> None:
    stream, seconds = io.StringIO(), iter([0.0, 9.0, 10.0, 15.0, 20.0])
    with Progress(stream, lambda: next(seconds)) as progress:
        for done in (1, 2, 3, 4):
            progress(done, 1000)
    assert stream.getvalue() == "judged 2 of 1,000 requirements\njudged 4 of 1,000 requirements\n"


def test_of_journeys_it_says_which_is_walked_and_who_was_called_how_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    steps = tuple(Step(name, "steps", Call(name, "GET", "/")) for name in ("a", "b", "c", "d\x1b[2J"))
    journey = Journey("claim\nit", "journeys/claim.yaml", "", "", {}, True, {}, steps)
    stream, seconds = Screen(), count()
    seen = [saw(step=step.name) for step, often in zip(steps, (3, 2, 2, 1), strict=True) for _ in range(often)]
    progress = Walking(stream, lambda: next(seconds))
    with progress:
        progress(0, 2)
        progress.seen(walk(journey, *seen))
        progress(1, 2)
    last = stream.getvalue().split("\r\x1b[K")[-2]
    assert last == "walked 1 of 2 journeys; now claim\\nit; calls: a 3, b 2, c 2, others 1"


# What others wrote


def hurtful_place(here: Workplace) -> tuple[str, ...]:
    """Put hurtful text wherever a partner or an author can, and return the words that judge it."""
    here.edit(ORDERS, "enum: [packed, sent, delivered]", f"enum: [packed, sent, delivered, {HURTFUL_IN_YAML}]", to="new.yaml")
    here.edit("new.yaml", "version: 4.2.0", f"version: {HURTFUL_IN_YAML}")
    here.edit(
        "new.yaml",
        "parcelNumber: {type: string",
        f"{HURTFUL_IN_YAML}: {{type: string}}\n                  parcelNumber: {{type: string",
    )
    here.edit(JOURNEY, "customer: I open my order\n", f"customer: {HURTFUL_IN_YAML}\n")
    name = "::error::\u202e##vso[task.complete].yaml"
    (here.folder / "new.yaml").rename(here.folder / name)
    return ("impact", "orders", "--candidate", name)


@pytest.mark.parametrize("form", ["text", "junit"])
def test_what_others_wrote_is_harmless_in_every_report(here: Workplace, form: str) -> None:
    ran = here.run(*hurtful_place(here), "--verbose", "--format", form)
    assert ran.exit_code == 1
    assert r"\x1b[2J\u202e" in ran.stdout
    assert harmful(ran.output) == []


def test_json_holds_what_others_wrote_as_it_is_and_spells_it_out(here: Workplace) -> None:
    ran = here.run(*hurtful_place(here), "--format", "json")
    assert json.loads(ran.stdout)["contract"]["candidate"]["version"] == HURTFUL
    assert not {"\x1b", "\u202e", "\x07"} & set(ran.stdout)


@pytest.mark.parametrize(
    "words",
    [
        ("impact", HURTFUL, "--candidate", COURIER),
        ("impact", "--candidate", f"courier={HURTFUL}"),
        ("impact", "--candidate", HURTFUL),
        (HURTFUL,),
        (f"--{HURTFUL}",),
        ("check", "--format", HURTFUL),
        ("check", "--output", f"{HURTFUL}/report"),
        ("--estate", HURTFUL, "check"),
        ("init", f"{HURTFUL}/contracts"),
    ],
)
def test_what_is_said_of_hurtful_words_is_harmless(here: Workplace, words: tuple[str, ...]) -> None:
    assert harmful(here.run(*words).output) == []


def test_whatever_a_user_pastes_is_said_harmlessly(here: Workplace, hurtful: tuple[str, ...]) -> None:
    pasted = [text for text in hurtful if "\0" not in text]
    said = {text: here.run("impact", text, "--candidate", COURIER) for text in pasted}
    assert {text: harmful(ran.output) for text, ran in said.items() if harmful(ran.output)} == {}
    assert {ran.exit_code for ran in said.values()} <= {0, 2}


def test_problems_of_a_hurtful_file_are_harmless(here: Workplace) -> None:
    here.edit(JOURNEY, "channel: app\n    call: orders", f"{HURTFUL_IN_YAML}: app\n    call: orders")
    here.write(
        "new.yaml",
        f"openapi: 3.1.0\ninfo: {{}}\npaths: {{/orders/x: {HURTFUL_IN_YAML}}}\n{HURTFUL_IN_YAML}: {{$ref: http://x}}\n",
    )
    for words in (("check",), ("impact", "orders", "--candidate", "new.yaml")):
        ran = here.run(*words)
        assert (ran.exit_code, harmful(ran.output)) == (2, [])


# Interrupted


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_what_was_found_before_a_signal_is_written_and_marked_incomplete(
    here: Workplace, number: signal.Signals, code: int
) -> None:
    environment = here.plug("print('waits', file=sys.stderr, flush=True); threading.Event().wait()")
    words = [*COMMAND, *IMPACT, "--format", "json", "--output", "report.json"]
    with subprocess.Popen(words, cwd=here.folder, env=environment, stderr=subprocess.PIPE, text=True) as ran:
        assert ran.stderr is not None
        assert ran.stderr.readline() == "waits\n"
        ran.send_signal(number)
        said = ran.stderr.read()
    assert (ran.returncode, said) == (code, "impact: interrupted; the report is in report.json\n")
    report = json.loads(here.read("report.json"))
    assert report["complete"] is False
    assert "track-parcel/see-parcel/needs:expectedOn" in {
        found["id"] for found in report["findings"] if found["verdict"] == "broken"
    }


def stopped_at_once(here: Workplace, *words: str) -> str:
    """Stop the program while it still reads the estate, and return what it wrote."""
    environment = here.plug("threading.Event().wait()")
    plugin = here.read("plugged/odd.py")
    here.write("plugged/odd.py", plugin + "\nprint('waits', file=sys.stderr, flush=True)\nthreading.Event().wait()\n")
    with subprocess.Popen([*COMMAND, *words], cwd=here.folder, env=environment, stdout=PIPE, stderr=PIPE, text=True) as ran:
        assert ran.stderr is not None
        assert ran.stderr.readline() == "waits\n"
        ran.send_signal(signal.SIGTERM)
        out, _ = ran.communicate()
    assert ran.returncode == 143
    return out


VERIFY = ("verify", "--url", "orders=http://127.0.0.1:1", "--url", "courier=http://127.0.0.1:1")


@pytest.mark.parametrize("words", [("check",), VERIFY], ids=["check", "verify"])
def test_a_signal_before_anything_was_found_is_never_green(here: Workplace, words: tuple[str, ...]) -> None:
    assert ElementTree.fromstring(stopped_at_once(here, *words, "--format", "junit")).find(".//error") is not None


@pytest.mark.parametrize("words", [IMPACT, VERIFY], ids=["impact", "verify"])
def test_a_signal_before_anything_was_found_looks_like_no_report(here: Workplace, words: tuple[str, ...]) -> None:
    assert stopped_at_once(here, *words) == "INCOMPLETE  contracts: interrupted before anything was judged\n"


@pytest.mark.parametrize("words", [IMPACT, VERIFY], ids=["impact", "verify"])
def test_a_signal_before_anything_was_found_makes_an_incomplete_json(here: Workplace, words: tuple[str, ...]) -> None:
    report = json.loads(stopped_at_once(here, *words, "--format", "json"))
    assert (report["complete"], report["findings"]) == (False, [])
