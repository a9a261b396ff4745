"""The bash steps of the CI templates, read out of them and run as each CI system runs them, on a machine that is made up.

The machine has bash and git; ``cxcontracts`` is the real one, or one that only says what it was called with. Package indexes,
GitHub and Docker are beyond it: what stands in for them notes what it was asked.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

REPOSITORY: Final = Path(__file__).parent.parent
TEMPLATES: Final = REPOSITORY / "ci_templates"

_FILLED: Final = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")
_SH: Final = re.compile(r"'''(#!.*?)'''", re.DOTALL)
_HOSTS: Final = {
    "github": ("bash", "--noprofile", "--norc", "-eo", "pipefail"),
    "gitlab": ("bash", "-eo", "pipefail"),
    "jenkins": ("bash",),
    "azure": ("bash", "--noprofile", "--norc"),
}
"""How each system starts what it has written into a file."""


@dataclass(frozen=True)
class Step:
    """A step of a template.

    Attributes:
        host: The CI system.
        template: The name of its file.
        number: Which step of the file it is, from 0.
        script: What bash is given.
        environment: The variables that the template sets, as they are written.
    """

    host: str
    template: str
    number: int
    script: str
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return f"{self.host}/{self.template}:{self.number}"

    @property
    def command(self) -> str:
        """The last command of cxcontracts that it runs; empty where it runs none."""
        if "${words[@]}" in self.script:
            return "action"
        found = re.findall(r"cxcontracts\"?(?: --estate=\S+)?(?:\s|\\)+(impact|verify|diff) ", self.script)
        return found[-1] if found else ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The variables that a user fills in, in the order of their names."""
        return tuple(sorted(set(re.findall(r"\bCX_[A-Z_]+\b", self.script))))


def template(path: str) -> Any:
    """Return what a template says; of a GitLab component, what it comes to."""
    text = (TEMPLATES / path).read_text(encoding="utf-8")
    return component(text)[1] if path.startswith("gitlab/") else yaml.safe_load(text)


def component(text: str) -> tuple[Any, Any]:
    """Return the head of a GitLab component, and its jobs: with what they extend, and filled in with defaults, or else names."""
    head, _, jobs = text.partition("\n---\n")
    spec = yaml.safe_load(head)
    inputs = spec["spec"]["inputs"]
    said = yaml.safe_load(_FILLED.sub(lambda found: str(inputs[found[1]].get("default", found[1])), jobs))
    whole = {name: {**said.get(job.pop("extends", ""), {}), **job} for name, job in said.items()}
    return spec, {name: job for name, job in whole.items() if not name.startswith(".")}


def files(host: str) -> list[Path]:
    """Return the templates for a CI system."""
    return sorted(path for path in (TEMPLATES / host).rglob("*") if path.suffix in (".yml", ".yaml", ".Jenkinsfile"))


@cache
def steps() -> tuple[Step, ...]:
    """Return each bash step of each template."""
    return tuple(
        Step(host, path.relative_to(TEMPLATES / host).as_posix(), number, script, environment)
        for host in _HOSTS
        for path in files(host)
        for number, (script, environment) in enumerate(_steps(host, path))
    )


def _steps(host: str, path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    if host == "jenkins":
        for script in _SH.findall(path.read_text(encoding="utf-8")):
            yield script.replace("\\\\", "\\"), {}
        return
    said = template(path.relative_to(TEMPLATES).as_posix())
    if host == "gitlab":
        for job in said.values():
            yield "\n".join([*job["before_script"], *job["script"]]) + "\n", _plain(job["variables"])
        return
    jobs = said["jobs"] if "jobs" in said else {"": said["runs"]}
    for job in jobs.values() if isinstance(jobs, dict) else jobs:
        for step in job["steps"]:
            script = step.get("run") or step.get("bash")
            if script:
                yield script, {**said.get("env", {}), **job.get("env", {}), **step.get("env", {})}


def _plain(variables: Mapping[str, Any]) -> dict[str, str]:
    return {name: value["value"] if isinstance(value, dict) else value for name, value in variables.items()}


@dataclass(frozen=True)
class Ran:
    """What came of a step.

    Attributes:
        code: How bash ended.
        said: All that it wrote, to either stream.
        calls: What each stand-in was called with, its name first.
        outputs: What the file that GITHUB_OUTPUT names hands on.
        summary: What is in the file that GITHUB_STEP_SUMMARY names.
    """

    code: int
    said: str
    calls: tuple[tuple[str, ...], ...]
    outputs: Mapping[str, str]
    summary: str

    def calls_of(self, program: str) -> list[list[str]]:
        """Return the arguments of each call of a program."""
        return [list(words) for name, *words in self.calls if name == program]


class Machine:
    """A machine of a CI system, in a folder.

    Args:
        folder: The folder; the steps run in ``work`` in it.
        code: How ``cxcontracts`` ends, which then does nothing; None for the real one.
    """

    def __init__(self, folder: Path, code: int | None = None) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.temporary = folder / "temporary"
        self._bin = folder / "bin"
        self._log = folder / "calls"
        for each in (self.work, self.temporary, self._bin):
            each.mkdir(parents=True, exist_ok=True)
        ends = f"exit {code}" if code is not None else f'exec {shlex.quote(sys.executable)} -m cxcontracts "$@"'
        self._program("cxcontracts", ends)
        for name in ("python", "python3"):
            self._program(name, _PYTHON)
        self._program("docker", "exit 0")
        self._program("gh", f'exec {shlex.quote(sys.executable)} {shlex.quote(str(REPOSITORY / "tests" / "fake_gh.py"))} "$@"')

    def install(self) -> None:
        """Leave what the step that installs leaves."""
        for folder in (self.temporary, self.work / "@tmp"):
            made = folder / "cxcontracts" / "bin"
            made.mkdir(parents=True, exist_ok=True)
            for name in ("cxcontracts", "python"):
                (made / name).unlink(missing_ok=True)
                (made / name).symlink_to(self._bin / name)

    def run(self, step: Step, **given: str) -> Ran:
        """Run a step as its CI system does, with some variables beside those that the system sets."""
        script = self.folder / "step.sh"
        script.write_text(step.script, encoding="utf-8")
        self._log.write_bytes(b"")
        output, summary = self.folder / "output", self.folder / "summary"
        output.write_text("", encoding="utf-8")
        summary.write_text("", encoding="utf-8")
        environment = {
            **{
                name: os.environ[name]
                for name in ("PYTHONPATH", "PYTHONPYCACHEPREFIX", "COVERAGE_PROCESS_START")
                if name in os.environ
            },
            "PATH": f"{self._bin}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self.folder / "home"),
            "LANG": "C.UTF-8",
            "CALLS": str(self._log),
            "CXCONTRACTS_CACHE_DIR": str(self.folder / "cache"),
            "CXCONTRACTS_RUNS_DIR": "",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **self._of_host(step.host, output, summary),
            **given,
        }
        ran = subprocess.run(
            [*_HOSTS[step.host], str(script)],
            cwd=self.work,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
        calls = tuple(_calls(self._log.read_bytes().decode(errors="surrogateescape").split("\0")[:-1]))
        return Ran(ran.returncode, ran.stdout, calls, _outputs(output.read_text("utf-8")), summary.read_text("utf-8"))

    def _of_host(self, host: str, output: Path, summary: Path) -> dict[str, str]:
        return {
            "github": {
                "GITHUB_ACTIONS": "true",
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(summary),
                "GITHUB_REPOSITORY": "shop/api",
                "GITHUB_WORKSPACE": str(self.work),
                "RUNNER_TEMP": str(self.temporary),
            },
            "gitlab": {"CI_PROJECT_DIR": str(self.work)},
            "jenkins": {"WORKSPACE": str(self.work), "WORKSPACE_TMP": str(self.work / "@tmp")},
            "azure": {"AGENT_TEMPDIRECTORY": str(self.temporary)},
        }[host]

    def _program(self, name: str, does: str) -> None:
        path = self._bin / name
        path.write_text(f'#!/usr/bin/env bash\nprintf \'%s\\0\' "$#" {name} "$@" >>"$CALLS"\n{does}\n', encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)


def _outputs(text: str) -> dict[str, str]:
    """Return what a file hands on, read as actions/runner does in FileCommandManager.cs: ``name=value``, or lines to a delimiter.

    Raises:
        ValueError: If a line is neither, or a delimiter does not come.
    """
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, sign, rest = (re.findall("^([^=<]+)(=|<<)(.*)$", line) or [("", "", "")])[0]
        if not name:
            raise ValueError(f"no output: {line!r}")
        found[name] = rest if sign == "=" else "\n".join(_until(rest, lines))
    return found


def _until(delimiter: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if line == delimiter:
            return
        yield line
    raise ValueError(f"no end: {delimiter!r}")


def _calls(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield the calls that were noted, each as the number of its arguments, its name, and the arguments."""
    while words:
        end = int(words[0]) + 2
        yield tuple(words[1:end])
        words = words[end:]


_PYTHON: Final = r"""
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$3/bin"
  ln -sf "$(command -v python)" "$(command -v cxcontracts)" "$3/bin/"
fi
"""
"""Makes a virtual environment that has cxcontracts already, and installs nothing."""
