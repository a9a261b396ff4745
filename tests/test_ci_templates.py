"""The CI templates: what their systems' own schemas and linters say of them, and what each of their bash steps really does."""

from __future__ import annotations

import datetime
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

import cxcontracts
from cxcontracts.cli import exits
from cxcontracts.packs.envelopes import signer_of
from tests.packs_made import KEY, pack_file
from tests.partners_running import answer, closed_port, running
from tests.pipelines import REPOSITORY, TEMPLATES, Machine, Ran, Step, component, files, steps, template
from tests.readers import commands
from tests.repositories import git, repository
from tests.test_house import unknown_words
from tests.workplace import BREAKING, COURIER, HURTFUL, ORDERS, Workplace, workplace

USES: Final = ("gate", "pull-request", "nightly", "vendor")
ENVIRONMENTS: Final = "environments: {{sandbox: {{url: '{url}', auth: {{bearer: $env.PARTNER_TOKEN}}}}}}\n"
ORDER = {"orderNumber": "20417733", "state": "sent", "items": [{"name": "Lamp", "quantity": 1}], "parcelNumber": "SP123456789"}
PARCEL = {"parcelNumber": "SP123456789", "state": "in-transit", "expectedOn": "2027-01-18", "depot": "LIS"}
SECRETS: Final = {"PARTNER_TOKEN": "partner-7c1e94b0d2", "CXPACK_TOKEN": "release-40aa9f3e6b"}
CODES: Final = (*range(exits.INTACT, exits.FAILED + 1), exits.INTERRUPTED)

INSTALLING: Final = [step for step in steps() if "pip install" in step.script]
ASKING: Final = [step for step in steps() if step.command]
LONE: Final = [step for step in ASKING if step.command != "action"]

HOSTILE: Final = (
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned; #",
    "' && touch pwned && '",
    '" && touch pwned && "',
    "|| touch pwned",
    "${IFS}touch${IFS}pwned",
    "a b  c",
    "*",
    "-n",
    "--output=pwned",
    "../../pwned",
    "a\nb\n::set-output name=verdict::intact",
    "a\r\nverdict=intact",
    "verdict<<END\nintact\nEND",
    "Ünïcödé 🚆 \u202e\u2028",
    HURTFUL,
)
"""What nobody writes who only wants to be served, one for each thing that a shell or a CI system might make of it."""


def tool(name: str) -> str:
    """Return the path of a program that the tests need, beside Python or on the PATH."""
    found = shutil.which(name, path=os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
    return found or absent(f"there is no {name}; pip install '.[test]'")


def absent(why: str) -> str:
    if os.environ.get("CX_REQUIRE_ALL") == "1":
        pytest.fail(why)
    pytest.skip(why)


def complaints(*words: str | Path, stdin: str | None = None) -> str:
    """Return what a linter has to say; nothing where it is content."""
    ran = subprocess.run(
        [tool(str(words[0])), *map(str, words[1:])], input=stdin, capture_output=True, encoding="utf-8", check=False
    )
    return "" if ran.returncode == 0 else ran.stdout + ran.stderr


# --- what others say of them ----------------------------------------------------------------------------------------------------


def test_every_ci_system_has_a_template_for_each_use() -> None:
    for host, names in {"github": (*USES, "action"), "gitlab": ("gate", "merge-request", "nightly", "vendor")}.items():
        assert sorted(path.name.partition(".")[0] for path in files(host)) == sorted(names)
    for host in ("jenkins", "azure"):
        assert sorted(path.name.partition(".")[0] for path in files(host)) == sorted(USES)


@pytest.mark.parametrize(
    ("schema", "paths"),
    [
        ("github-workflows.json", [TEMPLATES / "github" / f"{use}.yml" for use in USES]),
        ("github-actions.json", [TEMPLATES / "github" / "action.yml"]),
        ("azure-pipelines.json", files("azure")),
        ("pre-commit-hooks.json", [REPOSITORY / ".pre-commit-hooks.yaml"]),
    ],
)
def test_a_template_is_valid_by_the_schema_of_its_system(corpus: Path, schema: str, paths: list[Path]) -> None:
    official = corpus / "ci-schemas" / schema
    assert complaints("check-jsonschema", "--regex-variant", "nonunicode", "--schemafile", official, *paths) == ""


@pytest.mark.parametrize("path", files("gitlab"), ids=lambda path: path.name)
def test_both_documents_of_a_component_are_valid_by_the_schema_of_gitlab(corpus: Path, path: Path, tmp_path: Path) -> None:
    head, jobs = component(path.read_text(encoding="utf-8"))
    for name, said in (("head.yml", head), ("jobs.yml", jobs)):
        (tmp_path / name).write_text(yaml.safe_dump(said), encoding="utf-8")
    official = corpus / "ci-schemas" / "gitlab-ci.json"
    assert complaints("check-jsonschema", "--schemafile", official, tmp_path / "head.yml", tmp_path / "jobs.yml") == ""


def test_actionlint_is_content() -> None:
    assert complaints("actionlint", "-no-color", *(TEMPLATES / "github" / f"{use}.yml" for use in USES)) == ""


def test_zizmor_is_content_even_as_an_auditor() -> None:
    audited = (*files("github"), REPOSITORY / ".pre-commit-hooks.yaml")
    assert complaints("zizmor", "--offline", "--no-config", "--quiet", "--persona=auditor", *audited) == ""


@pytest.mark.parametrize("step", steps(), ids=str)
def test_shellcheck_is_content(step: Step) -> None:
    assert complaints("shellcheck", "--shell=bash", "--severity=style", "-", stdin=step.script) == ""


@pytest.mark.parametrize("file", ["ci_templates/pre-commit/.pre-commit-config.yaml", ".pre-commit-hooks.yaml"])
def test_pre_commit_takes_what_is_for_it(file: str) -> None:
    what = "validate-manifest" if file.endswith("hooks.yaml") else "validate-config"
    assert complaints("pre-commit", what, REPOSITORY / file) == ""


# --- what is in them ------------------------------------------------------------------------------------------------------------


def everything() -> dict[str, str]:
    paths = [path for path in (*TEMPLATES.rglob("*"), REPOSITORY / ".pre-commit-hooks.yaml") if path.is_file()]
    return {path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def test_what_a_user_fills_in_reaches_a_script_through_the_environment_only() -> None:
    assert len(ASKING) == 27
    assert [str(step) for step in steps() if re.search(r"\$\{\{|\$\[\[|\$\(\w+\.|\$\{(params|env)\.", step.script)] == []


def test_a_jenkinsfile_has_no_script_that_groovy_fills_in() -> None:
    for path in files("jenkins"):
        assert re.findall(r'\b(?:sh|script:)[ (]*(?:"|\'(?!\'\'))', path.read_text(encoding="utf-8")) == []


def test_what_others_wrote_is_pinned_by_digest_with_its_version_beside() -> None:
    used = re.findall(r"uses: (\S+@.*)", "\n".join(everything().values()))
    assert len(used) > 15
    assert [line for line in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []
    assert len({line.partition("@")[0]: line for line in used}) == len(set(used)), "one action in two versions"


def test_images_are_pinned_by_digest_with_their_version_beside() -> None:
    said = {name: text for name, text in everything().items() if re.match(r"ci_templates/(gitlab|jenkins)", name)}
    images = [re.findall(r"python:3\S*.*", text) for text in said.values()]
    assert all(found for found in images)
    pinned = r"python:3\.\d+-bookworm@sha256:[0-9a-f]{64}\W* (//|#) 3\.\d+\.\d+"
    assert [line for found in images for line in found if not re.fullmatch(pinned, line)] == []


def test_they_install_this_release() -> None:
    said = {found for text in everything().values() for found in re.findall(r"cxcontracts(?:\[[\w,]+\])?==([^\s'\"\]}]+)", text)}
    assert said == {cxcontracts.__version__}


def test_a_job_of_github_may_do_no_more_than_it_has_to() -> None:
    may: dict[str, Mapping[str, str]] = {}
    for use in USES:
        workflow = template(f"github/{use}.yml")
        assert workflow["permissions"] == {}
        may |= {f"{use}/{name}": job["permissions"] for name, job in workflow["jobs"].items()}
    assert may == {
        "gate/gate": {"contents": "read"},
        "pull-request/judge": {"contents": "read"},
        "pull-request/comment": {"pull-requests": "write"},
        "pull-request/code-scanning": {"actions": "read", "security-events": "write"},
        "nightly/verify": {"contents": "read"},
        "vendor/pack": {"contents": "read"},
    }


def test_reports_are_kept_also_where_the_run_failed() -> None:
    for path in files("github"):
        said = template(f"github/{path.name}")
        for job in said["jobs"].values() if "jobs" in said else [said["runs"]]:
            kept = [step["if"] for step in job["steps"] if "upload-artifact" in step.get("uses", "")]
            assert kept == ["always()"] or "download-artifact" in str(job)
    for path in files("gitlab"):
        assert {job["artifacts"]["when"] for job in template(f"gitlab/templates/{path.name}").values()} == {"always"}
    for path in files("azure"):
        last = template(f"azure/{path.name}")["jobs"][0]["steps"][-2:]
        assert [(step.get("task", "publish"), step["condition"]) for step in last] == [
            ("PublishTestResults@2", "always()"),
            ("publish", "always()"),
        ]


def test_code_scanning_gets_nothing_but_what_is_there_of_a_whole_run() -> None:
    for text in (text for text in everything().values() if "codeql-action" in text):
        (job,) = (job for job in yaml.safe_load(text)["jobs"].values() if "codeql-action" in str(job))
        (upload,) = (step for step in job["steps"] if "codeql-action" in step["uses"])
        assert upload["if"] == f"${{{{ hashFiles('{upload['with']['sarif_file']}') != '' }}}}"


def test_what_speaks_for_a_pull_request_is_told_also_of_a_run_that_failed_and_never_of_one_that_was_cancelled() -> None:
    jobs = template("github/pull-request.yml")["jobs"]
    speaking = [job for job in jobs.values() if "write" in job["permissions"].values()]
    assert len(speaking) == 2
    assert [job["if"] for job in speaking if not job["if"].startswith("${{ !cancelled() && ")] == []


def test_a_nightly_run_that_is_not_certain_is_orange_where_the_system_knows_that_colour() -> None:
    assert template("gitlab/templates/nightly.yml")["cxcontracts-nightly"]["allow_failure"] == {"exit_codes": [exits.UNCERTAIN]}
    others = [f"gitlab/templates/{path.name}" for path in files("gitlab") if path.stem != "nightly"]
    assert [name for name in others if "allow_failure" in str(template(name))] == []


def test_every_input_is_on_the_page() -> None:
    takes = {*template("github/action.yml")["inputs"]}
    for use in USES:
        takes |= {*template(f"github/{use}.yml")[True].get("workflow_call", {}).get("inputs", ())}  # `on` is true in YAML 1.1
    for path in files("gitlab"):
        takes |= {*component(path.read_text(encoding="utf-8"))[0]["spec"]["inputs"]}
    assert len(takes) > 12
    told = (REPOSITORY / "docs" / "ci.md").read_text(encoding="utf-8")
    assert [name for name in sorted(takes) if not re.search(rf"`{name}`|^    {name}:", told, re.MULTILINE)] == []


def hooks() -> dict[str, list[str]]:
    """What each hook for pre-commit runs, by its id, those to be copied first."""
    copied = template("pre-commit/.pre-commit-config.yaml")["repos"][0]["hooks"]
    offered = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return {
        f"{where}/{hook['id']}": [*shlex.split(hook["entry"]), *hook.get("args", ())]
        for where, found in (("copied", copied), ("offered", offered))
        for hook in found
    }


def test_a_hook_runs_what_there_is() -> None:
    assert len(hooks()) == 9
    assert {name: unknown for name, words in hooks().items() if (unknown := unknown_words(words[1:]))} == {}


@pytest.mark.parametrize("name", ["copied/cxcontracts-check", "copied/cxcontracts-impact", "offered/cxcontracts-impact"])
def test_a_hook_stops_a_commit_that_would_break_an_experience(cloned: Path, name: str) -> None:
    there = Workplace(cloned / "work")
    assert there.run(*hooks()[name][1:]).exit_code == exits.INTACT
    shutil.copyfile(there.folder / BREAKING, there.folder / COURIER)
    assert there.run(*hooks()[name][1:]).exit_code == (exits.INTACT if name.endswith("check") else exits.BROKEN)
    (there.folder / COURIER).write_text("openapi: 9", encoding="utf-8")
    assert there.run(*hooks()[name][1:]).exit_code == exits.UNUSABLE


# --- what their steps do --------------------------------------------------------------------------------------------------------


def harmless(step: Step) -> dict[str, str]:
    """Every variable that a step uses, with something to tell it by."""
    given = {name: f"value-of-{name.lower()}" for name in step.inputs if name != "CX_MARKER"}
    return given | ({"CX_ARGUMENTS": "value-of-one\nvalue-of-another\n"} if "CX_ARGUMENTS" in given else {})


@pytest.fixture
def cloned(tmp_path: Path) -> Path:
    """The folder of a machine, whose work is a clone of a repository with an estate, and one commit that proposes something."""
    made = repository(tmp_path / "origin", {"README.md": "shop"})
    workplace(made)
    for partner in (ORDERS, COURIER):
        yml = (made / partner).parent / "partner.yaml"
        yml.write_text(yml.read_text("utf-8") + ENVIRONMENTS.format(url="http://127.0.0.1:1"), encoding="utf-8")
    git(made, "add", "--all")
    git(made, "commit", "--quiet", "--message", "an estate")
    git(tmp_path, "clone", "--quiet", str(made), "work")
    git(tmp_path / "work", "checkout", "--quiet", "-b", "proposed")
    git(tmp_path / "work", "commit", "--quiet", "--allow-empty", "--message", "proposed")
    return tmp_path


def base_of(machine: Machine) -> dict[str, str]:
    """What a CI system says of the base of a pull request."""
    return {"CI_MERGE_REQUEST_DIFF_BASE_SHA": git(machine.work, "rev-parse", "origin/main"), "CHANGE_TARGET": "main"}


def ran(machine: Machine, step: Step, given: Mapping[str, str]) -> Ran:
    machine.install()
    (machine.work / "cxcontracts-report").mkdir(exist_ok=True)  # where an earlier step of the job made it
    return machine.run(step, **{**base_of(machine), **given})


@pytest.mark.parametrize("step", ASKING, ids=str)
def test_a_step_ends_as_the_command_does(cloned: Path, step: Step) -> None:
    orange = {exits.UNCERTAIN: exits.INTACT} if str(step).startswith("azure/nightly") else {}
    for code in CODES:
        machine = Machine(cloned, code)
        found = ran(machine, step, harmless(step))
        assert found.code == orange.get(code, code), f"{code}: {found.said}"
        assert ("SucceededWithIssues" in found.said) is (code in orange)
        assert found.calls_of("cxcontracts")


@pytest.mark.parametrize("step", [*ASKING, *(step for step in INSTALLING if not step.command)], ids=str)
def test_whatever_is_filled_in_arrives_as_it_is_and_runs_nothing(cloned: Path, step: Step) -> None:
    machine = Machine(cloned, 0)
    usual, plain = ran(machine, step, harmless(step)).calls, sorted(harmless(step).items())
    assert usual
    before = everything_below(cloned)
    for text in HOSTILE:
        for name, value in plain:
            if name == "CX_ARGUMENTS":
                continue
            found = ran(machine, step, {**harmless(step), name: text})
            assert found.calls == tuple(tuple(word.replace(value, text) for word in call) for call in usual), f"{name}={text!r}"
            assert set(found.outputs) <= {"reports"}
            assert commands(found.said) == []
    assert everything_below(cloned) == before


def everything_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if ".git" not in path.parts}


def test_the_action_takes_one_argument_a_line(cloned: Path) -> None:
    (step,) = (step for step in ASKING if step.command == "action")
    machine = Machine(cloned, 0)
    for text in (text for text in HOSTILE if "\n" not in text):
        given = {"CX_COMMAND": "impact", "CX_ESTATE": "", "CX_ARGUMENTS": f"operator\n\n--candidate={text}\n"}
        (call,) = ran(machine, step, given).calls_of("cxcontracts")
        assert call[:3] == ["impact", "operator", f"--candidate={text}"]
        assert [word.partition("=")[0] for word in call[3:]] == ["--report"] * 6


@pytest.mark.parametrize(
    ("command", "estate", "arguments", "code"),
    [
        ("check", "contracts", "", exits.INTACT),
        ("diff", "", f"{COURIER}\n{BREAKING}\n", exits.BROKEN),
        ("verify", "contracts", "--env=sandbox\n--no-fuzz\n", exits.UNCERTAIN),
    ],
)
def test_the_action_asks_whatever_can_be_asked(cloned: Path, command: str, estate: str, arguments: str, code: int) -> None:
    (step,) = (step for step in ASKING if step.command == "action")
    machine = Machine(cloned)
    given = {"CX_COMMAND": command, "CX_ESTATE": estate, "CX_ARGUMENTS": arguments, **SECRETS}
    found = ran(machine, step, given)
    assert (found.code, found.outputs.get("exit-code")) == (code, str(code)), found.said
    own = {"report.json"} if command == "diff" else {"report.html", "run.jsonl"}
    assert reports(machine) == {*own, "report.md", "junit.xml", "report.sarif"}


@pytest.mark.parametrize("step", INSTALLING, ids=str)
def test_what_is_installed_is_what_was_asked_for_and_no_option(cloned: Path, step: Step) -> None:
    machine = Machine(cloned, 0)
    found = machine.run(step, **{**base_of(machine), **harmless(step), "CX_INSTALL": "--index-url=http://pwned"})
    (call,) = (call for call in found.calls_of("python") if "pip" in call)
    assert call[-2:] == ["--", "--index-url=http://pwned"]


# --- the real thing -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """What a step is run on, and what has to come of it."""

    given: Mapping[str, str]
    code: int
    said: str


@contextmanager
def shop(machine: Machine, parcel: Mapping[str, Any]) -> Iterator[str]:
    """Run both partners of the estate, where it says that its sandbox is; yields where the courier is."""
    with running(answer(ORDER)) as orders, running(answer(dict(parcel))) as courier:
        for name, url in ((ORDERS, orders.url), (COURIER, courier.url)):
            yml = (machine.work / name).parent / "partner.yaml"
            yml.write_text(re.sub(r"http://127\.0\.0\.1:\d+", url, yml.read_text("utf-8")), encoding="utf-8")
        yield courier.url


@contextmanager
def case(machine: Machine, step: Step, broken: bool) -> Iterator[Case]:
    """Prepare a machine for a step: a release that breaks an experience, or one that breaks none."""
    code, said = (exits.BROKEN, "BROKEN") if broken else (exits.INTACT, "INTACT")
    candidate = BREAKING if broken else COURIER
    given = {"CX_ESTATE": "contracts", "CX_PARTNER": "courier", "CX_CANDIDATE": candidate, "CX_ENVIRONMENT": "sandbox"}
    given |= {"CX_BUDGET": "60,1m", **SECRETS}
    if step.command == "action":
        given |= {"CX_COMMAND": "impact", "CX_ARGUMENTS": f"courier\n--candidate={candidate}\n"}
    if "--pack" in step.script:
        pack_file(machine.work, machine.work / "contracts", "courier", today=datetime.date.today())
        given |= {
            "CX_PACK": "courier.cxpack",
            "CX_SIGNED_BY": signer_of(KEY),
            "CX_SIGNING_KEY": pem(),
            "CXPACK_TOKEN": "nor-that",
        }
    if re.search("(pull|merge)-request", step.template) and broken:
        shutil.copyfile(machine.work / BREAKING, machine.work / COURIER)
        git(machine.work, "commit", "--quiet", "--all", "--message", "a new contract")
    if step.command == "diff":  # tells what changed, and judges nothing
        code, said = exits.INTACT, "BREAKING" if broken else "INTACT"
    if step.command != "verify":
        yield Case(given, code, said)
        return
    with shop(machine, PARCEL | ({"expectedOn": None} if broken else {})) as url:
        yield Case({**given, "CX_URL": url}, code, said)


def pem() -> str:
    return KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize("broken", [False, True], ids=["intact", "broken"])
@pytest.mark.parametrize("step", ASKING, ids=str)
def test_a_step_tells_a_release_that_breaks_an_experience_from_one_that_does_not(cloned: Path, step: Step, broken: bool) -> None:
    machine = Machine(cloned)
    with case(machine, step, broken) as expected:
        found = ran(machine, step, expected.given)
    assert (found.code, expected.said in found.said) == (expected.code, True), found.said
    assert reports(machine) >= promised(step) - ({"report.json"} if step.command == "action" else set()), found.said
    assert [file for file in written(machine) for secret in SECRETS.values() if secret.encode() in file.read_bytes()] == []
    if step.command == "action":
        folder = str(machine.temporary / "cxcontracts-report")
        told = ("broken", "1", "1") if broken else ("intact", "0", "0")
        assert found.outputs == dict(zip(("verdict", "broken", "exit-code"), told, strict=True), reports=folder)
    assert (expected.said in found.summary) is ("--report=github" in step.script)


def written(machine: Machine) -> list[Path]:
    """The reports that are there, and not empty."""
    folders = (machine.work / "cxcontracts-report", machine.temporary / "cxcontracts-report")
    return [path for folder in folders for path in folder.rglob("*") if path.is_file() and path.stat().st_size]


def reports(machine: Machine) -> set[str]:
    """Their names."""
    return {path.name for path in written(machine)}


def promised(step: Step) -> set[str]:
    """The names of the files that a step says it writes."""
    return {name.rpartition("/")[2] for name in re.findall(r"=(?:\$reports|cxcontracts-report)/([\w./-]+)", step.script)}


@pytest.mark.parametrize("step", [step for step in LONE if step.command == "verify" and "pack" not in step.script], ids=str)
def test_a_sandbox_that_is_down_is_uncertain_and_never_green(cloned: Path, step: Step) -> None:
    machine = Machine(cloned)
    yml = machine.work / "contracts/partners/courier/partner.yaml"
    yml.write_text(re.sub(r"http://127\.0\.0\.1:\d+", f"http://127.0.0.1:{closed_port()}", yml.read_text("utf-8")))
    found = ran(
        machine, step, {"CX_ESTATE": "contracts", "CX_ENVIRONMENT": "sandbox", "CX_BUDGET": "60,1m", "PARTNER_TOKEN": "x"}
    )
    if str(step).startswith("azure/nightly"):
        assert (found.code, "##vso[task.complete result=SucceededWithIssues;]" in found.said) == (0, True)
    else:
        assert found.code == exits.UNCERTAIN, found.said


@pytest.mark.parametrize("step", [step for step in LONE if step.command == "impact" and "--since" not in step.script], ids=str)
@pytest.mark.parametrize("text", [HOSTILE[0], HOSTILE[12], HURTFUL], ids=["a substitution", "lines", "commands"])
def test_what_is_not_there_is_a_mistake_whatever_it_is_called(cloned: Path, step: Step, text: str) -> None:
    machine = Machine(cloned)
    with case(machine, step, broken=False) as expected:
        found = ran(machine, step, {**expected.given, "CX_CANDIDATE": text})
    assert found.code == exits.UNUSABLE, found.said
    assert commands(found.said) == []
    assert not [path for path in cloned.rglob("pwned")]


@pytest.mark.parametrize("host", ["github", "gitlab", "jenkins", "azure"])
def test_a_gate_holds_a_train_operators_release_against_a_rail_retailer(cloned: Path, host: str) -> None:
    (step,) = (
        step for step in LONE if (step.host, step.template.rpartition("/")[2][:4], step.command) == (host, "gate", "impact")
    )
    machine = Machine(cloned)
    shutil.copytree(REPOSITORY / "contracts" / "rail", machine.work / "rail")
    given = {"CX_ESTATE": "rail", "CX_PARTNER": "operator", "CX_CANDIDATE": "rail/partners/operator/candidates/2.4.0.yaml"}
    found = ran(machine, step, given)
    assert found.code == exits.BROKEN, found.said
    assert "126,000 commuters, 45,000 leisure and 9,000 assisted a month" in " ".join(found.said.split())


WHOLE: Final = [step for step in ASKING if re.search(r"(?<!-)\b(sarif|gitlab)=", step.script)]


@pytest.mark.parametrize("step", WHOLE, ids=str)
def test_whoever_closes_alerts_gets_no_file_of_a_run_that_is_not_whole(cloned: Path, step: Step) -> None:
    machine = Machine(cloned)
    with case(machine, step, broken=True) as expected:
        (machine.work / "contracts/journeys/another.yaml").write_text("journey: another\nsteps: []\n")
        found = ran(machine, step, expected.given)
    assert found.code == exits.UNUSABLE, found.said
    assert reports(machine).isdisjoint({"report.sarif", "quality.json"})
    if "diff" not in step.script:  # which cannot tell who would feel it, and ends the step
        assert {"report.html", "junit.xml", "run.jsonl"} <= reports(machine), found.said


def test_sarif_and_code_quality_are_written_for_every_system_that_reads_them() -> None:
    assert {step.host for step in WHOLE} == {"github", "gitlab"}


def test_an_earlier_report_is_not_taken_for_that_of_a_run_that_wrote_none(cloned: Path) -> None:
    machine = Machine(cloned, exits.FAILED)
    for folder in (machine.work, machine.temporary):
        (folder / "cxcontracts-report").mkdir(exist_ok=True)
        (folder / "cxcontracts-report" / "report.sarif").write_text("of yesterday")
        (folder / "cxcontracts-report" / "quality.json").write_text("of yesterday")
    first = [step for step in INSTALLING if step.host in ("gitlab", "jenkins")]  # GitHub and Azure clean up themselves
    for step in (*first, *(step for step in ASKING if step.command == "action")):
        machine.install()
        machine.run(step, **{**base_of(machine), **harmless(step)})
        folder = machine.temporary if step.host == "github" else machine.work
        assert list((folder / "cxcontracts-report").iterdir()) == [], step
        (folder / "cxcontracts-report" / "report.sarif").write_text("of yesterday")


# --- the comment on a pull request ----------------------------------------------------------------------------------------------

MARKER = "<!-- cxcontracts:pull-request -->"
OURS = {"login": "github-actions[bot]"}
THEIRS = {"login": "mallory"}


@pytest.mark.parametrize(
    ("pages", "becomes"),
    [
        ([[]], [[(1, OURS)]]),
        ([[{"id": 7, "user": THEIRS, "body": "fine"}]], [[(8, OURS)]]),
        ([[{"id": 7, "user": THEIRS, "body": f"{MARKER}\nplanted"}]], [[(8, OURS)]]),
        ([[{"id": 7, "user": OURS, "body": f"of another workflow, which quotes {MARKER}"}]], [[(8, OURS)]]),
        (
            [[{"id": 7, "user": THEIRS, "body": "fine"}], [{"id": 9, "user": OURS, "body": f"{MARKER}\nof yesterday"}]],
            [[], [(9, OURS)]],
        ),
        ([[{"id": 3, "user": OURS, "body": MARKER}, {"id": 4, "user": OURS, "body": f"{MARKER}\ntwice"}]], [[(3, OURS)]]),
    ],
)
def test_the_comment_that_is_kept_up_to_date_is_our_own(
    cloned: Path, pages: list[list[Any]], becomes: list[list[tuple[int, Mapping[str, str]]]]
) -> None:
    if importlib.util.find_spec("jq") is None:
        absent("there is no jq for Python; pip install '.[test]'")
    (step,) = (step for step in steps() if "gh api" in step.script)
    machine = Machine(cloned, 0)
    comments = cloned / "comments"
    comments.write_text("".join(json.dumps(page) + "\n" for page in pages))
    report = machine.work / "cxcontracts-report/impact/report.md"
    report.parent.mkdir(parents=True)
    report.write_text(f"**BROKEN** $(touch pwned) `x` {HURTFUL}\n", encoding="utf-8")

    found = machine.run(step, CX_PULL_REQUEST="12", GH_TOKEN="none", GH_COMMENTS=str(comments))

    assert (found.code, found.said) == (0, "")
    after = [json.loads(line) for line in comments.read_text("utf-8").splitlines()]
    ours = f"{MARKER}\n{report.read_text('utf-8')}"
    assert [[(each["id"], each["user"]) for each in page if each["body"] == ours] for page in after] == becomes
    assert not (machine.work / "pwned").exists()
    assert all("repos/shop/api/issues" in call[-1] for call in found.calls_of("gh"))


# --- Jenkins --------------------------------------------------------------------------------------------------------------------


def built(*scenarios: Mapping[str, Any]) -> list[Any]:
    """Build Jenkinsfiles with the real Groovy, each with the exit codes that its scenario names."""
    jars = os.environ.get("CX_GROOVY", "")
    if not jars or not shutil.which("java"):
        absent("no Java, or no Groovy in the folder that CX_GROOVY names")
    run = subprocess.run(
        ["java", "-cp", f"{jars}/*", "groovy.ui.GroovyMain", REPOSITORY / "tests" / "jenkins.groovy"],
        input="".join(json.dumps(scenario) + "\n" for scenario in scenarios),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def jenkinsfile(use: str) -> str:
    return str(TEMPLATES / "jenkins" / f"{use}.Jenkinsfile")


def test_groovy_reads_every_jenkinsfile_and_hands_bash_what_was_checked() -> None:
    found = built(*({"file": jenkinsfile(use), "change": True, "codes": {}} for use in USES))
    for use, build in zip(USES, found, strict=True):
        assert build["result"] == "SUCCESS", build
        scripts = [given for _, step, given in build["steps"] if step == "sh"]
        assert scripts == [step.script for step in steps() if step.template == f"{use}.Jenkinsfile"]


def test_groovy_refuses_a_jenkinsfile_that_is_none(tmp_path: Path) -> None:
    text = Path(jenkinsfile("gate")).read_text("utf-8")
    wrong = {
        "unclosed": text[: text.rindex("}")],
        "unknown": text.replace("steps {", "step {", 1),
        "odd": text.replace("'''", "''", 1),
    }
    for name, spoiled in wrong.items():
        (tmp_path / name).write_text(spoiled, encoding="utf-8")
    found = built(*({"file": str(tmp_path / name), "change": True, "codes": {}} for name in wrong))
    assert [list(build) for build in found] == [["mistake"]] * 3


def test_where_the_exit_codes_go_in_jenkins() -> None:
    stages = {"gate": ("Impact", "Verify"), "pull-request": ("Judge",), "nightly": ("Verify",), "vendor": ("Contract", "Release")}
    asked = [(use, stage, code) for use, named in stages.items() for stage in named for code in CODES]
    found = built(*({"file": jenkinsfile(use), "change": True, "codes": {stage: code}} for use, stage, code in asked))
    for (use, stage, code), build in zip(asked, found, strict=True):
        orange = use == "nightly" and code == exits.UNCERTAIN
        assert build["result"] == ("SUCCESS" if code == 0 else "UNSTABLE" if orange else "FAILURE"), (use, stage, code)
        assert [step for where, step, _ in build["steps"] if where == "post"] == ["junit", "archiveArtifacts"]
        reached = {where for where, _, _ in build["steps"]}
        assert set(stages[use]) <= reached, "what stands beside the one that failed is not asked"
        assert use != "gate" or ("Deploy" in reached) is (code == 0)
