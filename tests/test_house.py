"""Promises that would rot if nothing looked: what is public, what is imported when, and what the documents say of the code."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import click
import pytest

import cxcontracts
from cxcontracts.cli import main
from cxcontracts.plugins import Hooks

REPOSITORY = Path(__file__).parent.parent
PACKAGE = Path(cxcontracts.__file__).parent
PROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
HEAVY = {"hypothesis", "jsonschema_rs", "pact", "pydantic", "schemathesis"}
OPTIONAL = ("pact", "fuzz")
"""The extras without which a part of the package says that it needs them."""


def test_the_public_names_are_exactly_these() -> None:
    assert public_names(cxcontracts) - submodules() == set()
    assert public_names(Hooks) == {"cxcontracts_kinds", "cxcontracts_lines", "cxcontracts_sign"}
    assert isinstance(main, click.Group)
    assert set(main.commands) == {
        "check",
        "diff",
        "explain",
        "export",
        "impact",
        "import",
        "init",
        "judge",
        "key",
        "map",
        "onboard",
        "partner",
        "verify",
        "waive",
        "pack",
        "report",
    }


def test_the_commands_and_options_that_the_readme_shows_exist() -> None:
    shown = list(calls_in(README))
    assert shown
    for words in shown:
        assert unknown_words(words) == [], f"README: cxcontracts {' '.join(words)}"


def test_the_files_that_the_readme_names_exist() -> None:
    words = [word.rpartition("=")[2] for line in shell_lines(README) for word in line.split()]
    in_commands = [word for word in words if "/" in word and ":" not in word and not word.startswith(".")]
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    assert [name for name in in_commands + links if not (REPOSITORY / name).exists()] == []


def test_asking_for_the_version_imports_nothing_heavy() -> None:
    assert imported_by("from cxcontracts.cli import main; main(['--version'], standalone_mode=False)") & HEAVY == set()


def test_the_pytest_plugin_imports_nothing_heavy_into_other_test_runs() -> None:
    assert imported_by("import cxcontracts.pytest_plugin") & HEAVY == set()


def test_the_dependencies_are_exactly_what_the_package_imports() -> None:
    declared = {distribution(requirement) for requirement in PROJECT["project"]["dependencies"]}
    owners = packages_distributions()
    imported = {distribution(owners[name][0]) for name in imports_of(PACKAGE) if name in owners} - {"cxcontracts"}
    optional = {distribution(each) for extra in OPTIONAL for each in PROJECT["project"]["optional-dependencies"][extra]}
    assert imported == declared | optional


def test_every_dependency_says_why_it_is_there() -> None:
    lines = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8").partition("dependencies = [")[2].partition("]\n")[0]
    assert [line for line in lines.splitlines() if line.strip() and "#" not in line] == []


def test_every_module_has_its_layer() -> None:
    layers = {name.strip(" ()") for row in layer_rows() for name in row.split("|")}
    assert {layer.partition(".")[0] for layer in layers} == submodules()
    assert {layer for layer in layers if not (PACKAGE / layer.replace(".", "/")).is_dir()} == {
        layer for layer in layers if (PACKAGE / (layer.replace(".", "/") + ".py")).is_file()
    }


def test_the_architecture_page_names_every_part() -> None:
    page = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [name for name in sorted(submodules() - {"__main__"}) if not re.search(rf"\b{name}\b", page)] == []


def test_the_changelog_begins_with_this_version() -> None:
    newest = re.search(r"^## (\S+?),", (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == cxcontracts.__version__


@pytest.mark.parametrize("name", sorted(path.name for path in (REPOSITORY / "plugins").iterdir() if path.is_dir()))
def test_a_plugin_is_a_wheel_of_its_own_that_depends_on_the_package(name: str) -> None:
    project = tomllib.loads((REPOSITORY / "plugins" / name / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["name"] == name
    assert distribution(project["dependencies"][0]) == "cxcontracts"
    assert list(project["entry-points"]) == ["cxcontracts"]


def public_names(owner: object) -> set[str]:
    return {name for name in vars(owner) if name.isidentifier() and not name.startswith("_")}


def submodules() -> set[str]:
    """The package's parts: its modules, and its folders that hold modules."""
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    return modules | {path.parent.name for path in PACKAGE.glob("*/__init__.py")}


def layer_rows() -> list[str]:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    return [str(row) for contract in contracts if contract["type"] == "layers" for row in contract["layers"]]


def distribution(requirement: str) -> str:
    """The name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~\[;]", requirement, maxsplit=1)[0]).lower()


def imports_of(folder: Path) -> set[str]:
    """The top-level names that the modules of a folder import, anywhere in them."""
    names: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names


def imported_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after running some code."""
    listed = "import sys, json; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    ran = subprocess.run([sys.executable, "-c", f"{code}\n{listed}"], capture_output=True, text=True, check=True)
    return set(json.loads(ran.stdout.splitlines()[-1]))


def shell_lines(page: str) -> Iterator[str]:
    """The command lines that a page shows: in blocks, after the prompt."""
    for line in page.splitlines():
        if line.startswith("$ "):
            yield line.removeprefix("$ ")


def calls_in(page: str) -> Iterator[list[str]]:
    """The arguments of each call of the program that a page shows, in blocks or in the text."""
    for line in (*shell_lines(page), *re.findall(r"`(cxcontracts [^`]+)`", page)):
        for command in re.split(r"&&|\|\||;|\|", line):
            words = command.split("#")[0].split()
            if words and words[0].rpartition("/")[2] == "cxcontracts":
                yield words[1:]


def unknown_words(words: list[str]) -> list[str]:
    """The subcommand and options among some arguments that the program does not have."""
    names = {option for parameter in main.params for option in parameter.opts} | {"--help"}
    unknown = []
    command: click.Command = main
    for word in words:
        if word.startswith("-"):
            option = word.partition("=")[0]
            known = names | {option for parameter in command.params for option in parameter.opts}
            unknown += [] if option in known else [option]
        elif isinstance(command, click.Group) and word in command.commands:
            command = command.commands[word]
    return unknown + ([] if command is not main or words[:1] in (["--version"], ["--help"]) else [" ".join(words)])
