"""The tree of errors is the one that its module draws, and an error carries its mistakes in the order of their places."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re

import pytest

import cxcontracts
from cxcontracts import errors
from cxcontracts.errors import ContractError, CxError, EstateError, PluginError, UnsoundError, UsageError
from cxcontracts.problems import Place, Problem

LATE = Problem(Place("b.yaml", 3, 1), "what is late", "do this", "late")
EARLY = Problem(Place("a.yaml", 12, 5), "what is early", code="early")


def drawn() -> dict[str, str]:
    """Return each error of the drawing with the one above it; the root stands below nothing."""
    assert errors.__doc__ is not None
    above: dict[str, str] = {}
    way: list[str] = []
    for line in errors.__doc__.splitlines():
        if (found := re.match(r"([│├└─ ]*)([A-Z]\w+Error)\b", line)) is not None:
            depth = len(found[1]) // 4
            above[found[2]] = way[depth - 1] if depth else ""
            way[depth:] = [found[2]]
    return above


def test_the_tree_is_the_one_that_the_docstring_draws() -> None:
    defined = {name: each for name, each in vars(errors).items() if inspect.isclass(each) and each.__module__ == errors.__name__}

    assert {name: each.__mro__[1].__name__ for name, each in defined.items() if each is not CxError} == {
        name: above for name, above in drawn().items() if above
    }
    assert set(defined) == set(drawn())


def test_the_public_names_are_the_errors_and_nothing_else() -> None:
    tree = ast.parse(inspect.getsource(errors))
    public = [node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name[0] != "_"]

    assert public == [
        "CxError",
        "UsageError",
        "PluginError",
        "UnsoundError",
        "EstateError",
        "ContractError",
        "RecordingError",
        "EnvelopeError",
    ]


def test_nothing_is_raised_on_purpose_beside_the_tree() -> None:
    for module in pkgutil.walk_packages(cxcontracts.__path__, "cxcontracts."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    assert {each.__name__ for each in below(CxError)} == set(drawn()) - {"CxError"}


def below(error: type[Exception]) -> set[type[Exception]]:
    """Return the errors of the package that are of a kind, at any depth."""
    own = [child for child in error.__subclasses__() if child.__module__.startswith("cxcontracts.")]
    return {each for child in own for each in (child, *below(child))}


def test_a_mistake_is_told_with_its_code_at_the_end_of_the_line() -> None:
    assert LATE.told == "b.yaml:3:1: what is late; do this [late]"
    assert Problem(Place("a.yaml"), "what is wrong").told == "a.yaml:1:1: what is wrong"


@pytest.mark.parametrize("error", [UnsoundError, EstateError, ContractError])
def test_an_error_says_each_mistake_once_in_the_order_of_the_places(error: type[UnsoundError]) -> None:
    raised = error([LATE, EARLY, LATE])

    assert raised.problems == (EARLY, LATE)
    assert str(raised) == "a.yaml:12:5: what is early\nb.yaml:3:1: what is late; do this"


def test_an_error_of_a_contract_is_made_of_one_mistake() -> None:
    raised = ContractError.at(Place("openapi.yaml", 7, 2), "it is wrong", "correct it", "wrong")

    assert raised.problems == (Problem(Place("openapi.yaml", 7, 2), "it is wrong", "correct it", "wrong"),)


@pytest.mark.parametrize(
    "error", [UsageError("no such partner"), PluginError("no kind"), EstateError([LATE]), ContractError([EARLY])]
)
def test_every_error_is_caught_by_its_root(error: CxError) -> None:
    with pytest.raises(CxError):
        raise error
