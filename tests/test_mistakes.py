"""The catalogue of mistakes: a row for each code that can be raised and no other, and examples that are what they say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

import cxcontracts
from cxcontracts.estate.mistakes import ROWS
from cxcontracts.mistakes import Mistake, mistakes
from tests.mistakes_shown import MADE, codes_of

CODE_OF: Final[Mapping[str, int]] = {
    "Problem": 3,
    "ContractError.at": 3,
    "EnvelopeError.of": 1,
    "self._refused": 0,
    "refused": 0,
    "_refused": 0,
    "Refused": 0,
    "RefusedReference": 0,
    "Malformed": 1,
    "refuse": 3,
}
"""What makes a problem, or is made into one: how it is called to which of its arguments is the code."""

NEVER_TOLD: Final = {"file-outside", "file-elsewhere"}
"""What a contract's folder tells as a mistake of the reference that leads there: ``ref-outside``, ``ref-elsewhere``."""

every_mistake = pytest.mark.parametrize("mistake", mistakes().values(), ids=lambda mistake: mistake.code)


@every_mistake
def test_the_wrong_example_of_a_mistake_has_it(mistake: Mistake, tmp_path: Path) -> None:
    assert mistake.code in codes_of(mistake, tmp_path, wrong=True)


@every_mistake
def test_the_right_example_of_a_mistake_has_none(mistake: Mistake, tmp_path: Path) -> None:
    idle = {"ignore-idle"} - {mistake.code}  # what is accepted in an example need not have changed
    assert codes_of(mistake, tmp_path, wrong=False) <= idle


def test_every_code_that_is_raised_has_its_row_and_no_other_has() -> None:
    raised = {code for path in sources() for code in codes_in(ast.parse(path.read_text(encoding="utf-8")), path.stem)}
    assert raised | {*ROWS} == {*mistakes()} | NEVER_TOLD


def test_what_is_made_otherwise_than_by_its_lines_is_in_the_catalogue() -> None:
    assert set(MADE) - {*mistakes()} == set()


@every_mistake
def test_what_a_mistake_means_and_what_to_do_are_whole_sentences(mistake: Mistake) -> None:
    for text in (mistake.means, mistake.remedy):
        assert re.fullmatch(r"[\w$].*\.", text)
        assert not re.search(r"  | [.,;](?: |$)|\.\.|\]\(", text)


@every_mistake
def test_an_example_shows_two_things_in_few_short_lines(mistake: Mistake) -> None:
    assert mistake.wrong != mistake.right
    for text in (mistake.wrong, mistake.right):
        assert len(text.splitlines()) <= 16
        assert max(map(len, text.splitlines())) <= 120


@every_mistake
def test_a_code_is_in_kebab_case(mistake: Mistake) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", mistake.code)


# --- which codes the package has ----------------------------------------------------------------------------------------------


def sources() -> list[Path]:
    return sorted(Path(cxcontracts.__file__).parent.rglob("*.py"))


def codes_in(module: ast.Module, name: str) -> Iterator[str]:
    """Yield the codes that a module gives to what it makes.

    A call without a code, and one whose code nobody can tell, are no codes, and fail.
    """
    for function in [module, *(node for node in ast.walk(module) if isinstance(node, ast.FunctionDef))]:
        for call in calls_of(function):
            index = CODE_OF.get(called(call))
            if index is None or (called(call) in ("_refused", "refused") and name not in ("folder", "results")):
                continue
            given = [keyword.value for keyword in call.keywords if keyword.arg == "code"] or call.args[index : index + 1]
            assert given, f"{name}:{call.lineno}: {ast.unparse(call)} has no code"
            yield from texts(given[0], function, module)


def calls_of(function: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of a function, or of a module, without those of functions inside of it."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, ast.FunctionDef):
            yield from (node,) if isinstance(node, ast.Call) else ()
            yield from calls_of(node)


def called(call: ast.Call) -> str:
    """What is called: methods of values by their names alone."""
    whole = ast.unparse(call.func)
    return whole if whole in CODE_OF else whole.rpartition(".")[2]


def texts(code: ast.expr, function: ast.AST, module: ast.Module) -> Iterator[str]:
    """Yield what an expression may be; nothing for what was made into a problem elsewhere, and is handed on."""
    match code:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=other):
            yield from texts(body, function, module)
            yield from texts(other, function, module)
        case ast.Name(id=name):
            yield from (text for value in values(name, function) for text in texts(value, function, module))
            assert values(name, function) or name in parameters(function), ast.unparse(code)
        case ast.Subscript(value=ast.Name(id=table)) if table.isupper():
            (rows,) = values(table, module)
            assert isinstance(rows, ast.Dict)
            for row in rows.values:
                yield from texts(row.elts[0] if isinstance(row, ast.Tuple) else row, function, module)
        case ast.Attribute(attr="code") | ast.Subscript(slice=ast.Constant(value="code")):
            pass
        case _:
            pytest.fail(f"nobody can tell which code {ast.unparse(code)} is")


def values(name: str, scope: ast.AST) -> list[ast.expr]:
    """What is assigned to a name, on its own or as the first of several."""
    found: list[ast.expr] = []
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            target = node.targets[0].elts[0] if isinstance(node.targets[0], ast.Tuple) else node.targets[0]
            found += [node.value] if isinstance(target, ast.Name) and target.id == name else []
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name and node.value:
            found.append(node.value)
    return found


def parameters(function: ast.AST) -> set[str]:
    inner = [node.target for node in ast.walk(function) if isinstance(node, ast.comprehension)]
    unpacked = {name.id for target in inner for name in ast.walk(target) if isinstance(name, ast.Name)}
    return unpacked | ({each.arg for each in function.args.args} if isinstance(function, ast.FunctionDef) else set())
