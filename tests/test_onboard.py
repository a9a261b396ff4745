"""The command ``onboard`` as a user meets it: exit codes, what is said and written, and what is kept back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema_rs
import pytest

from cxcontracts.errors import PluginError
from cxcontracts.findings import Harm
from cxcontracts.onboarding.scorecard import Basis, Line, Pillar, Turn, failed
from cxcontracts.plugins import hookimpl, lines, manager
from cxcontracts.reports.scorecards.json import schema
from tests import readers
from tests.onboarded import SECRET, TOKEN, Case, open_shop
from tests.test_onboarding import SPOILED
from tests.workplace import HURTFUL, Workplace


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", TOKEN)
    monkeypatch.setenv("SHOP_SECRET", SECRET)


@contextmanager
def shop(folder: Path, case: Case | None = None) -> Iterator[tuple[Workplace, list[str]]]:
    """Run the shop, and give a terminal beside its estate, with the words that onboard it."""
    case = case or Case()
    with open_shop(case.fault, said=case.said) as (made, partner):
        root = case.write(folder, f"{partner.url}{case.base}", made.inbox)
        words = ["--estate", str(root), "onboard", "shop", "--env", "sandbox", "--url", f"courier={partner.url}", "--no-fuzz"]
        yield Workplace(folder), words


def report(output: str) -> Any:
    read = json.loads(output)
    jsonschema_rs.validator_for(schema()).validate(read)
    return read


# How it ends


def test_a_partner_that_is_ready_is_0(tmp_path: Path) -> None:
    with shop(tmp_path) as (here, words):
        ran = here.run(*words, "--format", "json")
    assert (ran.exit_code, report(ran.stdout)["verdict"]) == (0, "ready")


def test_values_are_varied_unless_somebody_says_otherwise(tmp_path: Path) -> None:
    with shop(tmp_path) as (here, words):
        ran = here.run(*words[:-1], "--budget", "40")
    assert ran.exit_code == 0, ran.output


def test_a_line_that_failed_is_1_and_told_with_its_exchange(tmp_path: Path) -> None:
    with shop(tmp_path, SPOILED["needs-kept"]) as (here, words):
        ran = here.run(*words)
    said = " ".join(ran.stdout.split())
    assert ran.exit_code == 1
    for part in ("NOT READY shop (The Lamp Shop) 1.4.0", "list/needs:items.*.id", "items.*.id is missing", '200 {"items": [{'):
        assert part in said


def test_a_contract_alone_is_3_and_sends_nothing(tmp_path: Path) -> None:
    with open_shop() as (made, partner):
        root = Case().write(tmp_path, f"{partner.url}/v1", made.inbox)
        ran = Workplace(tmp_path).run("--estate", str(root), "onboard", "shop")
        assert (ran.exit_code, partner.connected) == (3, 0)
    said = " ".join(ran.stdout.split())
    assert said.startswith("NOT EVIDENCED shop (The Lamp Shop) 1.4.0, on its contract alone: nothing failed, and 11 lines of 30")


def test_where_nothing_is_judged_it_is_4(tmp_path: Path) -> None:
    off = ", ".join(f"{line.id}: a pilot" for line in lines())
    root = Case(estate=f"onboarding: {{off: {{{off}}}}}\n").write(tmp_path)
    ran = Workplace(tmp_path).run("--estate", str(root), "onboard", "shop")
    assert (ran.exit_code, "NOT JUDGED" in ran.stdout) == (4, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("onboard", "shup"), "there is no partner 'shup' in the estate; did you mean 'shop'?"),
        (("onboard", "shop", "--env", "sandbux"), "no partner has an environment 'sandbux'; did you mean 'sandbox'?"),
        (
            ("onboard", "courier", "--env", "sandbox"),
            "partner 'courier' has no environment 'sandbox'; name one, or an address with --url",
        ),
        (("onboard", "shop", "--url", "nowhere"), "'nowhere' is no address of shop"),
        (("onboard", "shop", "--since", "lost.json"), "lost.json"),
    ],
)
def test_what_is_not_there_is_2_and_says_so(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    root = Case().write(tmp_path)
    ran = Workplace(tmp_path).run("--estate", str(root), *words)
    assert (ran.exit_code, said in ran.output) == (2, True), ran.output


def test_a_mistake_elsewhere_is_2_and_yet_judges_what_does_not_depend_on_it(tmp_path: Path) -> None:
    root = Case().write(tmp_path)
    (root / "partners/courier/partner.yaml").write_text("partner: courier\nkind: pigeon\ncontract: openapi.yaml\n")
    ran = Workplace(tmp_path).run("--estate", str(root), "onboard", "shop")
    assert ran.exit_code == 2
    assert "pigeon" in ran.output
    assert "There is a contract of record" in ran.output


def test_a_partner_without_a_contract_is_told_by_its_scorecard(tmp_path: Path) -> None:
    root = Case(contract="").write(tmp_path)
    ran = Workplace(tmp_path).run("--estate", str(root), "onboard", "shop")
    assert ran.exit_code == 1
    assert "partner.yaml names no contract" in ran.stdout


# What is written


@pytest.mark.parametrize("format", ["text", "json", "markdown", "html"])
def test_no_secret_is_in_any_report(tmp_path: Path, format: str) -> None:
    with shop(tmp_path, Case(fault="any-login")) as (here, words):
        ran = here.run(*words, "--format", format, "--output", str(tmp_path / "card"))
    assert ran.exit_code == 1
    assert ran.output == f"onboard: not ready; the report is in {tmp_path / 'card'}\n"
    assert TOKEN not in (tmp_path / "card").read_text()
    assert SECRET not in (tmp_path / "card").read_text()


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_nothing_that_a_partner_answers_hurts_who_reads_of_it(tmp_path: Path, format: str) -> None:
    hurtful = HURTFUL + "</pre><script>alert(1)</script>"
    with shop(tmp_path, Case(fault="mute", said=hurtful)) as (here, words):
        ran = here.run(*words, "--format", format, "--output", str(tmp_path / "card"))
    shown = (tmp_path / "card").read_text()

    assert ran.exit_code == 1
    assert "alert(1)" in shown
    assert (readers.commands(shown), readers.unseen(shown)) == ([], [])
    assert format != "html" or "<script" not in shown


def test_progress_since_an_earlier_scorecard_is_shown(tmp_path: Path) -> None:
    with shop(tmp_path, SPOILED["needs-kept"]) as (here, words):
        here.run(*words, "--format", "json", "--output", str(tmp_path / "before.json"))
    with shop(tmp_path) as (here, words):
        ran = here.run(*words, "--since", str(tmp_path / "before.json"))
    assert ran.exit_code == 0
    assert "better: needs-kept" in ran.stdout


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"{", b'{"a":' * 5000, b"command: !!python/object:os.system x\n", b"&a [*a]"])
def test_a_hostile_earlier_scorecard_is_2_and_no_traceback(tmp_path: Path, data: bytes) -> None:
    root = Case().write(tmp_path)
    (tmp_path / "before.json").write_bytes(data)
    ran = Workplace(tmp_path).run("--estate", str(root), "onboard", "shop", "--since", str(tmp_path / "before.json"))
    assert ran.exit_code == 2
    assert "before.json" in ran.output
    assert "bug" not in ran.output


# Plugins


def plugin(*brought: object) -> ModuleType:
    made = ModuleType("german")

    @hookimpl
    def cxcontracts_lines() -> object:
        return brought

    made.cxcontracts_lines = cxcontracts_lines  # type: ignore[attr-defined]
    return made


@contextmanager
def installed(*brought: object) -> Iterator[None]:
    made = plugin(*brought)
    manager().register(made, "german/german")
    lines.cache_clear()
    try:
        yield
    finally:
        manager().unregister(made)
        lines.cache_clear()


def german(id: str = "docs-in-german", judge: Any = lambda _: failed("there is no word of German")) -> Line:
    return Line(
        id, Pillar.OPERATIONS, "The documents are in German", "Our staff reads German.", "Translate them.", Turn.PARTNERS,
        Basis.ESTATE, Harm.EXTRA_EFFORT, "By reading.", judge,
    )  # fmt: skip


def test_a_plugin_adds_its_own_line(tmp_path: Path) -> None:
    root = Case().write(tmp_path)
    with installed(german()):
        ran = Workplace(tmp_path).run("--estate", str(root), "onboard", "shop")
    assert ran.exit_code == 1
    assert "there is no word of German" in ran.stdout


def test_a_line_of_a_plugin_can_be_switched_off(tmp_path: Path) -> None:
    root = Case(estate="onboarding: {off: {docs-in-german: we all read English}}\n").write(tmp_path)
    with installed(german()):
        ran = Workplace(tmp_path).run("--estate", str(root), "onboard", "shop")
    assert ran.exit_code == 3
    assert "we switched it off: we all read English" in " ".join(ran.stdout.split())


@pytest.mark.parametrize(
    ("brought", "said"),
    [
        (german("owner"), "cxcontracts itself and plugin german/german each bring a line 'owner'; rename one"),
        (german("In German"), "brings a line of the id 'In German'; write it in kebab case, as docs-in-german"),
        (7, "brings 7, which is no line; return cxcontracts.onboarding.scorecard.Line"),
    ],
)
def test_what_is_no_line_is_an_error_that_names_the_plugin(brought: object, said: str) -> None:
    with installed(brought), pytest.raises(PluginError) as raised:
        lines()
    assert "german/german" in str(raised.value)
    assert said in str(raised.value)


@pytest.mark.parametrize(("judge", "said"), [(lambda _: 1 / 0, "ZeroDivisionError"), (lambda _: 7, "which is no Outcome")])
def test_a_line_that_goes_wrong_is_an_error_that_names_the_plugin(tmp_path: Path, judge: Any, said: str) -> None:
    root = Case().write(tmp_path)
    with installed(german(judge=judge)):
        ran = Workplace(tmp_path).run("--estate", str(root), "onboard", "shop")
    assert ran.exit_code == 2
    assert "plugin german/german" in ran.output
    assert "the line 'docs-in-german'" in ran.output
    assert said in ran.output


def test_the_catalogue_is_not_imported_by_who_asks_for_none(tmp_path: Path) -> None:
    root = Case().write(tmp_path)
    code = f"""
import sys
from cxcontracts.cli import main
main(["--estate", {str(root)!r}, "check"], standalone_mode=False)
print("cxcontracts.onboarding" in sys.modules)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.splitlines()[-1] == "False"
