"""Whether a file has the shape of its form, told in the words of somebody who writes YAML."""

from __future__ import annotations

import difflib
import functools
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Union

from pydantic import BaseModel, TypeAdapter, ValidationError

from cxcontracts.documents import Document
from cxcontracts.estate.forms import Form
from cxcontracts.estate.mistakes import Misread, Mistake, kind_of, problem, shown
from cxcontracts.estate.passages import Passage
from cxcontracts.estate.written import Group, SetupKeys, StepKeys
from cxcontracts.problems import Problem, nearest

Loc = Sequence[str | int]
"""Where pydantic found something: keys and indices, with the tags of chosen arms and ``[key]`` among them."""


@functools.cache
def _adapter(form: Any) -> TypeAdapter[Any]:
    return TypeAdapter(form)


def shape_problems(document: Document, form: Any) -> Iterator[Problem]:
    """Yield everything in which a file differs from its form, each in its place."""
    try:
        _adapter(form).validate_python(document.value)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            yield from _problems(document, form, found)


def _problems(document: Document, form: Any, found: Mapping[str, Any]) -> Iterator[Problem]:
    passage, of_key = _passage(document, found["loc"])
    cause = found.get("ctx", {}).get("error")
    if found["type"] == "extra_forbidden":
        yield _unknown_key(passage, form)
    elif found["type"] == "missing":
        yield _missing_key(passage, form, str(found["loc"][-1]))
    elif isinstance(cause, Misread):
        yield from (_misread(passage, of_key, mistake) for mistake in cause.mistakes)
    else:
        yield _misshapen(passage, of_key, form, found, cause)


def _misread(passage: Passage, of_key: bool, mistake: Mistake) -> Problem:
    place = passage.document.place((*passage.pointer, *mistake.at), of_key=of_key or mistake.of_key or _is_bare_key(passage))
    return problem(mistake.code, place, **{"key": _described(passage.pointer), **mistake.facts})


def _is_bare_key(passage: Passage) -> bool:
    """Return whether this is a key without a value: there is nothing to point at but the key."""
    return passage.value is None and bool(passage.pointer) and isinstance(passage.pointer[-1], str)


def _passage(document: Document, loc: Loc) -> tuple[Passage, bool]:
    """Return what a location of pydantic's leads to, as far as it is there, and whether its key is meant."""
    passage = Passage.whole(document)
    for key in loc:
        if isinstance(key, int) and isinstance(passage.value, list) and key < len(passage.value):
            passage = Passage(document, (*passage.pointer, key), passage.value[key])
        elif isinstance(key, str) and key in passage:
            passage = passage[key]
    return passage, bool(loc) and loc[-1] == "[key]"


# --- wrong types --------------------------------------------------------------------------------------------------------------


def _misshapen(passage: Passage, of_key: bool, form: Any, found: Mapping[str, Any], cause: Exception | None) -> Problem:
    kind = str(found["type"])
    facts: dict[str, Any] = {"key": _described(passage.pointer), "kind": kind_of(passage.value)}
    if passage.value is None:
        return passage.problem("no-value", of_key=_is_bare_key(passage), **facts)
    if kind in _LIMITS:
        return passage.problem(_LIMITS[kind], of_key, **facts, least=found.get("ctx", {}).get("ge"))
    if kind == "int_type" and isinstance(passage.value, float):
        return passage.problem("not-a-whole-number", **facts)
    for code, kinds, hint in _TYPES:
        if kind in kinds:
            return passage.problem(code, of_key, **facts, hint=hint(passage, form))
    why = str(cause) if cause is not None else str(found["msg"])
    return passage.problem("malformed", of_key, **facts, why=why[:1].lower() + why[1:])


def _described(pointer: Sequence[str | int]) -> str:
    """Return what a message calls the value at a position.

    >>> _described(("steps", 0, "status")), _described(("steps", 0)), _described(())
    ("'status'", "an entry of 'steps'", 'the file')
    """
    if not pointer:
        return "the file"
    if isinstance(pointer[-1], str):
        return repr(pointer[-1])
    names = [key for key in pointer if isinstance(key, str)]
    return f"an entry of {names[-1]!r}" if names else "an entry"


def _text_hint(passage: Passage, form: Any) -> str:
    if isinstance(passage.value, list | Mapping):
        return "write one text"
    return f'put it in quotes: "{shown(passage.value)}"'


def _list_hint(passage: Passage, form: Any) -> str:
    if isinstance(passage.value, Mapping):
        return "write each entry on a line of its own, with - in front"
    return f"write [{passage.value if isinstance(passage.value, str) else shown(passage.value)}]"


def _map_hint(passage: Passage, form: Any) -> str:
    for arm in _forms_at(form, passage.pointer):
        if isinstance(arm, type) and issubclass(arm, Form) and arm.example:
            return f"write it as {arm.example}"
    return "write KEY: VALUE"


def _no_hint(passage: Passage, form: Any) -> str:
    return ""


_TYPES: Final[tuple[tuple[str, frozenset[str], Callable[[Passage, Any], str]], ...]] = (
    ("not-text", frozenset({"string_type"}), _text_hint),
    ("not-a-list", frozenset({"list_type", "tuple_type", "set_type"}), _list_hint),
    ("not-a-map", frozenset({"dict_type", "model_type", "model_attributes_type", "mapping_type"}), _map_hint),
    ("not-a-number", frozenset({"int_type", "float_type"}), _no_hint),
    ("not-true-or-false", frozenset({"bool_type"}), _no_hint),
)
_LIMITS: Final = {"greater_than_equal": "too-small", "too_short": "empty", "string_too_short": "blank"}


# --- keys ---------------------------------------------------------------------------------------------------------------------


def _missing_key(passage: Passage, form: Any, key: str) -> Problem:
    level = _level(form, passage.pointer)
    known = _known_keys(form, passage.pointer)
    meant = nearest(key, [entry.key for entry in passage.entries() if entry.key not in known])
    if meant is not None:
        # Said once: a key that is misspelt is not missing as well.
        return _unknown_key(passage[meant], form)
    if (level, key) == ("estate.yaml", "format"):
        return passage.problem("no-format")
    return passage.problem("missing-key", level=level, key=key)


def _unknown_key(passage: Passage, form: Any) -> Problem:
    around = passage.pointer[:-1]
    level, known, home = _level(form, around), _known_keys(form, around), _home(form, passage.key)
    if passage.key.isdigit() and level == Group.level:
        return passage.problem("number-with-comma", of_key=True, key=passage.key)
    if home == StepKeys.level and level == SetupKeys.level:
        return passage.problem("requirement-in-setup", of_key=True, key=passage.key, part=around[0])
    if home is not None:
        near = difflib.get_close_matches(passage.key, known, n=1, cutoff=0.85)
        hint = f"did you mean {near[0]!r}? Else " if near else ""
        return passage.problem("misplaced-key", of_key=True, key=passage.key, level=level, hint=hint, home=home)
    meant = nearest(passage.key, known)
    hint = f"did you mean {meant!r}?" if meant else f"known are: {', '.join(known)}"
    return passage.problem("unknown-key", of_key=True, key=passage.key, level=level, hint=hint)


def _home(form: Any, key: str) -> str | None:
    """Return what a message calls the map of this file to which a key belongs; None where it belongs to none."""
    homes = [arm.level for arm in _all_forms(form) if key in _keys(arm)]
    return StepKeys.level if StepKeys.level in homes else next(iter(homes), None)


def _known_keys(form: Any, pointer: Sequence[str | int]) -> list[str]:
    return [key for arm in _forms_at(form, pointer) for key in _keys(arm)]


def _level(form: Any, pointer: Sequence[str | int]) -> str:
    return next((arm.level for arm in _forms_at(form, pointer) if _is_form(arm)), _described(pointer))


def _is_form(arm: Any) -> bool:
    return isinstance(arm, type) and issubclass(arm, Form)


def _keys(arm: Any) -> list[str]:
    if not (isinstance(arm, type) and issubclass(arm, BaseModel)):
        return []
    return [field.alias or name for name, field in arm.model_fields.items()]


# --- forms, followed by what was written --------------------------------------------------------------------------------------


def _forms_at(form: Any, pointer: Sequence[str | int]) -> list[Any]:
    """Return the types that the value at a position may have."""
    arms = list(_arms(form))
    for key in pointer:
        arms = [inner for arm in arms for inner in _below(arm, key)]
    return arms


def _arms(form: Any) -> Iterator[Any]:
    origin = typing.get_origin(form)
    if origin is Annotated:
        yield from _arms(typing.get_args(form)[0])
    elif origin in (Union, types.UnionType):
        for arm in typing.get_args(form):
            yield from _arms(arm)
    else:
        yield form


def _below(arm: Any, key: str | int | None = None) -> Iterator[Any]:
    """Yield the types below a type: those at *key*, or all."""
    if isinstance(arm, type) and issubclass(arm, BaseModel):
        for name, field in arm.model_fields.items():
            if key in (None, field.alias or name):
                yield from _arms(field.annotation)
    elif typing.get_origin(arm) in (list, dict) and (key is None or isinstance(key, int) == (typing.get_origin(arm) is list)):
        yield from _arms(typing.get_args(arm)[-1])


@functools.cache
def _all_forms(form: Any) -> tuple[type[Form], ...]:
    """Return the forms of a file, those further out first."""
    found: dict[type[Form], None] = {}
    waiting = list(_arms(form))
    while waiting:
        arm = waiting.pop(0)
        if _is_form(arm):
            if arm in found:
                continue
            found[arm] = None
        waiting.extend(_below(arm))
    return tuple(found)
