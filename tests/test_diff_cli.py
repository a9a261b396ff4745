"""``diff`` on the command line: what it is asked, what it compares, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.cli.diff import FORMATS
from cxcontracts.comparing import Asked, compare
from cxcontracts.findings import Compared
from cxcontracts.scenes import Side
from tests.readers import is_ours
from tests.repositories import committed, git, repository
from tests.test_house import imported_by
from tests.workplace import BREAKING, COMMAND, COURIER, HURTFUL, HURTFUL_IN_YAML, JOURNEY, ORDERS, Workplace, harmful, workplace

SHOP = """
openapi: 3.0.3
info: {title: Shop, version: 1.4.0}
paths:
  /orders/{id}:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        "200":
          description: An order
          content:
            application/json:
              schema: {$ref: "#/components/schemas/Order"}
components:
  schemas:
    Order:
      type: object
      required: [state, sent]
      properties:
        state: {type: string, enum: [open, closed]}
        sent: {type: string}
        note: {type: string, maxLength: 80}
"""


@pytest.fixture
def here(tmp_path: Path) -> Workplace:
    """A folder with a contract in four versions: as it was, broken, with one more value, and with what nobody can tell."""
    place = Workplace(tmp_path)
    place.write("api/old.yaml", SHOP)
    place.edit("api/old.yaml", "sent: {type: string}", "sent: {type: string, nullable: true}", to="api/broken.yaml")
    place.edit("api/old.yaml", "[open, closed]", "[open, closed, lost]", to="api/widened.yaml")
    place.edit("api/old.yaml", "{type: string, maxLength: 80}", '{$ref: "#/nowhere"}', to="api/untold.yaml")
    return place


def report(place: Workplace, *words: str) -> Any:
    return json.loads(place.run("diff", *words, "--format", "json").stdout)


def rules(found: Any) -> list[str]:
    return [change["rule"] for change in found["changes"]]


# How it ends


@pytest.mark.parametrize(
    ("new", "words", "code"),
    [
        ("old", (), 0),
        ("broken", (), 1),
        ("broken", ("--fail-on", "none"), 0),
        ("broken", ("--severity", "response-became-nullable=warning"), 0),
        ("broken", ("--severity", "response-became-nullable=warning", "--fail-on", "warning"), 1),
        ("widened", (), 0),
        ("widened", ("--fail-on", "warning"), 1),
        ("widened", ("--severity", "response-enum-widened=error"), 1),
        ("widened", ("--severity", "response-enum-widened=info", "--fail-on", "warning"), 0),
        ("widened", ("--severity", "response-enum-widened=info", "--fail-on", "info"), 1),
        ("untold", (), 0),
        ("untold", ("--strict",), 3),
        ("untold", ("--fail-on", "warning"), 1),
        ("untold", ("--strict", "--fail-on", "warning"), 1),
        ("old", ("--strict", "--fail-on", "info"), 0),
    ],
)
def test_the_exit_code_says_whether_a_change_counts(here: Workplace, new: str, words: tuple[str, ...], code: int) -> None:
    assert here.run("diff", "api/old.yaml", f"api/{new}.yaml", *words).exit_code == code


def test_an_uncertain_end_says_why(here: Workplace) -> None:
    ran = here.run("diff", "api/old.yaml", "api/untold.yaml", "--strict")
    assert ran.stderr == "diff: exit code 3, as --strict asks for certainty: 1 unproven\n"


def test_where_neither_version_has_an_operation_nothing_was_compared(here: Workplace) -> None:
    here.write("none.yaml", "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\n")
    (here.folder / "empty").mkdir()
    assert here.run("diff", "none.yaml", "none.yaml").exit_code == 4
    assert here.run("diff", "empty", "empty").exit_code == 4
    ran = here.run("diff", "none.yaml", "none.yaml", "--output", "report")
    assert ran.stderr == "diff: nothing compared; the report is in report\n"


def test_what_a_witness_proves_is_shown_with_places_as_they_were_named(here: Workplace) -> None:
    found = report(here, "api/old.yaml", "api/broken.yaml")
    (change,) = found["changes"]
    assert (change["rule"], change["breaking"]) == ("response-became-nullable", True)
    assert change["witness"]["response"]["body"]["sent"] is None
    assert [change[side]["file"] for side in ("old", "new")] == ["api/old.yaml", "api/broken.yaml"]
    assert [here.read(change[side]["file"]).splitlines()[change[side]["line"] - 1].strip()[:4] for side in ("old", "new")] == [
        "sent"
    ] * 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("api/old.yaml",), "Missing argument 'NEW'"),
        (("api/old.yaml", "api/brokn.yaml"), "there is no file 'api/brokn.yaml'; did you mean 'api/broken.yaml'?"),
        (("api/old.yaml", ""), "one of the two versions is an empty text"),
        (("-", "-"), "standard input has one document, and - was given twice"),
        (("api", "api/old.yaml"), "'api' is a folder of 4 contracts (broken.yaml, old.yaml, untold.yaml, widened.yaml)"),
        (("main:api/old.yaml", "api/old.yaml"), "there is no file 'main:api/old.yaml', and git cannot read one of a commit here"),
        (("https://shop.example/a.yaml", "api/old.yaml"), "https://shop.example/a.yaml is fetched with --allow-network only"),
        (("http://shop.example/a.yaml", "api/old.yaml", "--allow-network"), "anybody between could change it"),
        (("api/old.yaml", "api/old.yaml", "--severity", "enum-widened=info"), "there is no kind of change 'enum-widened'"),
        (("api/old.yaml", "api/old.yaml", "--severity", "response-enum-widened"), "with one of: error, warning, info"),
        (("api/old.yaml", "api/old.yaml", "--severity", "response-enum-widened=none"), "or accept it with --ignore FILE"),
        (("api/old.yaml", "api/old.yaml", "--fail-on", "never"), "'never' is not one of 'error', 'warning', 'info', 'none'"),
        (("api/old.yaml", "api/old.yaml", "--sunset-notice", "-1"), "-1 is not in the range x>=0"),
        (("api/old.yaml", "api/old.yaml", "--output", "nowhere/x"), "make it, or name another file"),
        (("api/old.yaml", "api/old.yaml", "--estate", "api"), "estate.yaml"),
        (("api/old.yaml", "api/old.yaml", "--partner", "courier"), "there is no estate here"),
        (("api/old.yaml", "api/old.yaml", "--ignore", "nowhere.yaml"), "nowhere.yaml:1:1: there is no such file"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_to_write(here: Workplace, words: tuple[str, ...], said: str) -> None:
    ran = here.run("diff", *words)
    assert ran.exit_code == 2
    assert said in ran.output


def test_a_document_that_cannot_be_used_exits_with_2_and_says_every_mistake_in_its_place(here: Workplace) -> None:
    here.write("api/damaged.yaml", "openapi: 3.0.3\npaths: [")
    here.write("api/foreign.yaml", "a: 1")
    ran = here.run("diff", "api/damaged.yaml", str(here.folder / "api/foreign.yaml"))
    assert (ran.exit_code, ran.stdout) == (2, "")
    first, second, last = ran.stderr.splitlines()
    assert first.startswith(f"{here.folder}/api/foreign.yaml:1:1: this is no OpenAPI document")
    assert second.startswith("api/damaged.yaml:2:9: not valid YAML")
    assert last == "cxcontracts: 2 problems; nothing was judged"


def test_what_is_odd_about_a_version_is_in_the_report(here: Workplace) -> None:
    here.edit("api/old.yaml", '{$ref: "#/components/schemas/Order"}', '{$ref: "#/components/schemas/Oder"}', to="api/odd.yaml")
    found = report(here, "api/old.yaml", "api/odd.yaml")
    (warning,) = found["warnings"]
    assert warning.startswith("api/odd.yaml:13:30: $ref '#/components/schemas/Oder' points to nothing: there is no 'Oder'")


# What is accepted, and what is asked besides


def test_what_the_ignore_file_accepts_closes_no_gate_and_what_it_no_longer_needs_is_told(here: Workplace) -> None:
    accepted = "{rule: response-became-nullable, why: agreed in May}"
    here.write("ignore.yaml", f"format: 1\nignore:\n  - {accepted}\n  - {{rule: operation-removed, why: long ago}}\n")
    ran = here.run("diff", "api/old.yaml", "api/broken.yaml", "--ignore", "ignore.yaml", "--format", "json")
    assert ran.exit_code == 0
    assert [(change["verdict"], change["waived"]) for change in json.loads(ran.stdout)["changes"]] == [
        ("waived", "agreed in May")
    ]
    assert ran.stderr == "warning: ignore.yaml:4:5: the entry matches no change; take it out [ignore-idle]\n"


def test_an_unsound_ignore_file_exits_with_2_and_names_its_lines(here: Workplace) -> None:
    here.write("ignore.yaml", "format: 1\nignore:\n  - {rule: response-became-nulable, why: x}\n")
    ran = here.run("diff", "api/old.yaml", "api/broken.yaml", "--ignore", "ignore.yaml")
    assert ran.exit_code == 2
    assert ran.stderr.startswith("ignore.yaml:3:12: there is no rule")


def test_a_version_that_does_not_fit_is_a_change_like_any_other(here: Workplace) -> None:
    asked = ("api/old.yaml", "api/broken.yaml", "--check-version")
    (misfit,) = set(rules(report(here, *asked))) - {"response-became-nullable"}
    assert misfit.startswith("version-")
    assert "response-became-nullable" in rules(report(here, *asked, "--severity", f"{misfit}=info"))
    levels = [change["level"] for change in report(here, *asked, "--severity", f"{misfit}=info")["changes"]]
    assert levels == ["error", "info"]
    here.write("ignore.yaml", f"format: 1\nignore:\n  - {{rule: {misfit}, why: x}}\n")
    assert "waived" in [change["verdict"] for change in report(here, *asked, "--ignore", "ignore.yaml")["changes"]]


def test_a_break_that_is_accepted_asks_for_no_step_of_the_version(here: Workplace) -> None:
    here.write("ignore.yaml", "format: 1\nignore:\n  - {rule: response-became-nullable, why: x}\n")
    found = report(here, "api/old.yaml", "api/broken.yaml", "--check-version", "--ignore", "ignore.yaml")
    assert rules(found) == ["response-became-nullable"]


def test_descriptions_are_compared_only_when_asked_for(here: Workplace) -> None:
    here.edit("api/old.yaml", "state: {type: string,", "state: {description: How far it is, type: string,", to="api/said.yaml")
    here.edit("api/said.yaml", "How far it is", "How far it has come", to="api/said-otherwise.yaml")
    asked = ("api/said.yaml", "api/said-otherwise.yaml")
    assert rules(report(here, *asked)) == []
    assert rules(report(here, *asked, "--descriptions")) == ["description-changed"]


def test_an_end_that_comes_too_soon_is_told_where_a_notice_was_agreed(here: Workplace) -> None:
    here.edit("api/old.yaml", "    get:\n", "    get:\n      deprecated: true\n", to="api/ending.yaml")
    assert rules(report(here, "api/old.yaml", "api/ending.yaml")) == ["deprecated"]
    assert "deprecated-without-sunset" in rules(report(here, "api/old.yaml", "api/ending.yaml", "--sunset-notice", "90"))


# Where versions come from


def test_versions_of_a_commit_are_compared_with_what_stands_in_the_folder(here: Workplace) -> None:
    repository(here.folder, {})
    here.write("api/old.yaml", here.read("api/broken.yaml"))
    ran = here.run("diff", "main:api/old.yaml", "api/old.yaml", "--format", "json")
    (change,) = json.loads(ran.stdout)["changes"]
    assert ran.exit_code == 1
    assert [change[side]["file"] for side in ("old", "new")] == ["main:api/old.yaml", "api/old.yaml"]


def test_a_change_has_one_fingerprint_however_its_contracts_are_named(here: Workplace) -> None:
    repository(here.folder, {})
    inside = Workplace(here.folder / "api")
    named = [
        report(here, "api/old.yaml", "api/broken.yaml"),
        report(inside, "old.yaml", str(here.folder / "api/broken.yaml")),
        report(inside, "HEAD:./old.yaml", "main:api/broken.yaml"),
    ]
    assert len({change["fingerprint"] for found in named for change in found["changes"]}) == 1


def test_folders_are_compared_contract_by_contract(here: Workplace) -> None:
    for name, text in {"v1/a.yaml": "old", "v2/a.yaml": "broken", "v1/gone.yaml": "old", "v2/come.yml": "old"}.items():
        here.write(name, here.read(f"api/{text}.yaml"))
    here.write("v2/parts.yaml", "a: 1")
    (here.folder / "v2/link.yaml").symlink_to("a.yaml")
    ran = here.run("diff", "v1", "v2", "--format", "json")
    found = {contract["partner"]: rules(contract) for contract in json.loads(ran.stdout)["partners"]}
    assert found == {"a.yaml": ["response-became-nullable"], "come.yml": ["operation-added"], "gone.yaml": ["operation-removed"]}
    assert ran.stderr == "warning: v2/link.yaml is a symbolic link, and not compared\n"


def test_a_contract_that_is_on_one_side_only_has_one_version(here: Workplace) -> None:
    (here.folder / "none").mkdir()
    here.write(
        "one/a.yaml", SHOP.replace("3.0.3", "3.1.0") + "webhooks: {sent: {post: {responses: {'200': {description: fine}}}}}\n"
    )
    here.write("one/b.yaml", SHOP)
    gone, come = report(here, "one", "none")["partners"][0], report(here, "none", "one")["partners"][0]
    assert ("record" in gone["contract"], "candidate" in gone["contract"]) == (True, False)
    assert ("record" in come["contract"], "candidate" in come["contract"]) == (False, True)
    assert {change["new"] and change["new"]["file"] for change in gone["changes"]} == {None}
    assert {change["old"] and change["old"]["file"] for change in come["changes"]} == {None}


def test_every_contract_of_a_folder_that_cannot_be_used_is_told_at_once(here: Workplace) -> None:
    for name in ("v1/a.yaml", "v2/b.yaml", "v2/c.yaml"):
        here.write(name, "openapi: 3.0.3\npaths: [")
    ran = here.run("diff", "v1", "v2")
    assert ran.exit_code == 2
    assert [line.partition(":")[0] for line in ran.stderr.splitlines()] == ["v1/a.yaml", "v2/b.yaml", "v2/c.yaml", "cxcontracts"]


def test_standard_input_and_a_pipe_are_versions(here: Workplace) -> None:
    ran = subprocess.run(
        [*COMMAND, "diff", "-", "api/old.yaml"], cwd=here.folder, input=SHOP, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    script = '"$0" -m cxcontracts diff <(cat api/old.yaml) api/broken.yaml --format json'
    ran = subprocess.run(["bash", "-c", script, COMMAND[0]], cwd=here.folder, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert rules(json.loads(ran.stdout)) == ["response-became-nullable"]


# Who would feel it


@pytest.fixture
def shop(tmp_path: Path) -> Workplace:
    return workplace(tmp_path)


def felt(found: Any) -> dict[str, list[str]]:
    return {change["rule"]: change["felt_by"] for change in found["changes"]}


FELT = {
    "response-property-removed": [],
    "response-became-nullable": ["track-parcel/see-parcel/needs:expectedOn"],
    "response-enum-widened": ["track-parcel/see-parcel/needs:state"],
    "response-property-added": [],
}


def test_without_an_estate_that_is_named_nobody_is_asked(shop: Workplace) -> None:
    found = report(shop, COURIER, BREAKING)
    assert found["estate"] == ""
    assert felt(found) == {rule: [] for rule in FELT}


@pytest.mark.parametrize(
    "words", [("--estate", "contracts"), ("--partner", "courier"), ("--estate", "contracts", "--partner", "courier")]
)
def test_an_estate_that_is_named_says_who_would_feel_it(shop: Workplace, words: tuple[str, ...]) -> None:
    found = report(shop, COURIER, BREAKING, *words)
    assert found["estate"] == "parcels"
    assert felt(found) == FELT


def test_the_estate_can_be_named_before_the_command(shop: Workplace) -> None:
    (shop.folder / "contracts").rename(shop.folder / "estate")
    old, new = (name.replace("contracts/", "estate/") for name in (COURIER, BREAKING))
    ran = shop.run("--estate", "estate", "diff", old, new, "--format", "json")
    assert felt(json.loads(ran.stdout)) == FELT


def test_whose_contract_it_is_shows_by_its_folder_even_in_a_commit(shop: Workplace) -> None:
    repository(shop.folder, {})
    shop.write(COURIER, shop.read(BREAKING))
    shop.write("old.yaml", "")
    for old, new in ((f"main:{COURIER}", COURIER), (f"main:{COURIER}", "new.yaml")):
        shop.write("new.yaml", shop.read(BREAKING))
        assert felt(report(shop, old, new, "--estate", "contracts")) == FELT


def test_what_is_felt_is_what_the_old_version_promised_not_what_the_estate_has_today(shop: Workplace) -> None:
    shop.write("old.yaml", shop.read(COURIER))
    shop.write(COURIER, shop.read(BREAKING))
    assert felt(report(shop, "old.yaml", BREAKING, "--estate", "contracts")) == FELT


def test_the_same_is_felt_as_impact_says(shop: Workplace) -> None:
    judged = json.loads(shop.run("impact", "courier", "--candidate", BREAKING, "--format", "json").stdout)
    told = {change["element"]: change["felt_by"] for change in judged["changes"]}
    assert {
        change["element"]: change["felt_by"] for change in report(shop, COURIER, BREAKING, "--estate", "contracts")["changes"]
    } == told


def test_where_it_does_not_show_whose_contract_it_is_the_partners_are_offered(shop: Workplace) -> None:
    shop.write("old.yaml", shop.read(COURIER))
    ran = shop.run("diff", "old.yaml", "old.yaml", "--estate", "contracts")
    assert (ran.exit_code, ran.stderr) == (
        2, "cxcontracts: the estate does not say whose contract this is; write --partner NAME, with one of: courier, orders\n"
    )  # fmt: skip
    ran = shop.run("diff", "old.yaml", "old.yaml", "--estate", "contracts", "--partner", "courir")
    assert "partner 'courir' is not in the estate; did you mean 'courier'?" in ran.stderr


def test_folders_of_an_estate_are_asked_partner_by_partner(shop: Workplace) -> None:
    repository(shop.folder, {})
    shop.write(COURIER, shop.read(BREAKING))
    found = report(shop, "main:contracts/partners", "contracts/partners", "--estate", "contracts")
    by_name = {contract["partner"]: felt(contract) for contract in found["partners"]}
    assert by_name == {"courier/openapi.yaml": FELT, "courier/candidates/1.5.0.yaml": {}, "orders/openapi.yaml": {}}
    ran = shop.run("diff", "main:contracts/partners", "contracts/partners", "--partner", "courier")
    assert "--partner courier is for one contract, and 3 are compared; leave it out" in ran.stderr


def test_a_need_of_what_the_old_version_does_not_have_is_told_and_stops_nothing(shop: Workplace) -> None:
    shop.edit(COURIER, "/parcels/{parcelNumber}", "/parcel/{parcelNumber}", to="old.yaml")
    found = report(shop, "old.yaml", "old.yaml", "--partner", "courier")
    (warning,) = found["warnings"]
    assert warning.startswith(f"who feels it is not known of every need: {JOURNEY}:")
    assert "is not in courier's contract" in warning


def test_a_mistake_at_another_partner_stops_nothing(shop: Workplace) -> None:
    shop.write(ORDERS, "damaged: [")
    assert shop.run("diff", COURIER, BREAKING, "--estate", "contracts").exit_code == 1


def test_an_unsound_estate_exits_with_2_and_says_every_mistake(shop: Workplace) -> None:
    shop.edit(JOURNEY, "goal:", "gaol:")
    ran = shop.run("diff", COURIER, BREAKING, "--estate", "contracts")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"{JOURNEY}:")


def test_mistakes_of_the_ignore_file_are_placed_from_here_beside_an_estate_too(shop: Workplace) -> None:
    shop.write("ignore.yaml", "format: 1\nignore: 7\n")
    inside = Workplace(shop.folder / "contracts")
    ran = inside.run("diff", f"../{COURIER}", f"../{BREAKING}", "--estate", ".", "--ignore", "../ignore.yaml")
    assert ran.exit_code == 2
    assert ran.stderr.startswith("../ignore.yaml:2:9: ")


# Reports


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_in_a_file_is_the_one_that_would_have_been_shown_and_always_the_same(here: Workplace, form: str) -> None:
    asked = ("diff", "api/old.yaml", "api/broken.yaml", "--format", form)
    ran = here.run(*asked, "--output", "report")
    assert (ran.exit_code, ran.stdout, ran.stderr) == (1, "", "diff: broken; the report is in report\n")
    assert timeless(here.read("report")) == timeless(here.run(*asked).stdout) == timeless(here.run(*asked).stdout)


def timeless(report: str) -> str:
    """Return a report without when it was made, which Ant's schema wants to be told."""
    return re.sub(' timestamp="[^"]*"', "", report)


def test_reports_for_ci_systems_link_files_from_the_root_of_the_repository(here: Workplace) -> None:
    repository(here.folder, {})
    inside = Workplace(here.folder / "api")
    ran = inside.run("diff", "main:./old.yaml", "broken.yaml", "--format", "github")
    assert "file=api/broken.yaml" in ran.stdout
    junit = ElementTree.fromstring(inside.run("diff", "main:./old.yaml", "broken.yaml", "--format", "junit").stdout)
    assert {case.get("file") for case in junit.iter("testcase")} - {None} == {"api/broken.yaml"}


def test_a_version_of_a_commit_has_no_line_that_a_ci_system_could_link(here: Workplace) -> None:
    repository(here.folder, {})
    ran = here.run("diff", "api/old.yaml", "main:api/broken.yaml", "--format", "gitlab")
    assert "main:" not in "".join(entry["location"]["path"] for entry in json.loads(ran.stdout))


@pytest.mark.parametrize("form", sorted(set(FORMATS) - {"json", "sarif", "gitlab"}))
def test_whatever_a_contract_and_a_name_have_in_them_is_inert(here: Workplace, form: str) -> None:
    here.edit("api/old.yaml", "[open, closed]", f"[open, closed, {HURTFUL_IN_YAML}]", to="api/hurtful.yaml")
    here.edit("api/hurtful.yaml", "sent: {type", f"{HURTFUL_IN_YAML}: {{type")
    here.edit("api/hurtful.yaml", "required: [state, sent]", "required: [state]")
    ran = here.run("diff", "api/old.yaml", "api/hurtful.yaml", "--format", form)
    assert ran.exit_code == 1
    assert harmful("\n".join(line for line in ran.stdout.splitlines() if not is_ours(form, line))) == []
    assert harmful(here.run("diff", f"{HURTFUL}:x", "api/old.yaml").stderr) == []


def test_no_document_that_is_made_to_hurt_is_a_bug_of_ours(here: Workplace, corpus: Path) -> None:
    hurting = sorted((corpus / "hostile/own/openapi").iterdir())
    ended = {
        (path.name, way): here.run("diff", *([str(path), "api/old.yaml"][::way])).exit_code for path in hurting for way in (1, -1)
    }
    assert len(hurting) > 30
    assert {run: code for run, code in ended.items() if code not in (0, 1, 2)} == {}


# When something comes in between


def test_an_interrupt_ends_with_a_report_that_says_so(here: Workplace) -> None:
    os.mkfifo(here.folder / "pipe")
    ran = subprocess.Popen(
        [*COMMAND, "diff", "pipe", "api/old.yaml", "--format", "json"], cwd=here.folder, stdout=-1, stderr=-1, text=True
    )
    with open(here.folder / "pipe", "w"):  # it is there, and reads
        ran.send_signal(signal.SIGTERM)
        stdout, stderr = ran.communicate()
    assert (ran.returncode, stderr) == (143, "")
    assert json.loads(stdout)["complete"] is False


def test_what_was_compared_before_an_interrupt_is_in_the_report(here: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(record: Side, candidate: Side, name: str, asked: Asked) -> Compared:
        if name == "old.yaml":
            raise KeyboardInterrupt
        return compare(record, candidate, name, asked)

    monkeypatch.setattr("cxcontracts.cli.comparison.compare", interrupted)
    ran = here.run("diff", "api", "api", "--format", "json")
    found = json.loads(ran.stdout)
    assert (ran.exit_code, found["complete"], found["partner"]) == (130, False, "broken.yaml")
    assert here.run("diff", "api", "api", "--output", "report").stderr == "diff: interrupted; the report is in report\n"


def test_on_a_terminal_it_says_how_far_it_is_and_takes_that_away_again(here: Workplace) -> None:
    ours, theirs = pty.openpty()
    ran = subprocess.run([*COMMAND, "diff", "api", "api"], cwd=here.folder, stdout=subprocess.PIPE, stderr=theirs, check=False)
    os.close(theirs)
    shown = os.read(ours, 65_536).decode()
    os.close(ours)
    assert ran.returncode == 0
    assert "compared 0 of 4 contracts" in shown
    assert shown.endswith("\r\x1b[K")


def test_what_is_asked_of_git_changes_nothing_in_the_repository(here: Workplace) -> None:
    repository(here.folder, {})
    committed(here.folder, {"api/old.yaml": here.read("api/broken.yaml")})
    before = sorted((path, path.stat().st_mtime_ns) for path in (here.folder / ".git").rglob("*"))
    assert here.run("diff", "main~1:api/old.yaml", "main:api/old.yaml").exit_code == 1
    assert sorted((path, path.stat().st_mtime_ns) for path in (here.folder / ".git").rglob("*")) == before
    assert git(here.folder, "status", "--porcelain") == ""


def test_two_files_are_compared_without_what_only_estates_and_urls_need(here: Workplace) -> None:
    words = ["diff", str(here.folder / "api/old.yaml"), str(here.folder / "api/broken.yaml")]
    imported = imported_by(f"from cxcontracts.cli import main; main({words!r}, standalone_mode=False)")
    assert "jsonschema_rs" in imported
    assert imported & {"httpx", "pydantic", "pytest"} == set()
