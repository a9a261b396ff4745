"""Patterns of JSON Schema as languages: containment that the engine leaves open.

A pattern is of ECMA-262 and not anchored. One that is no regular language is given up on: None, never a guess.
"""

from __future__ import annotations

from functools import lru_cache, reduce

from jsonschema_rs.canonical import StringView

from cxcontracts import formats
from cxcontracts.containment.automata import Expression, Language, Length, leaf
from cxcontracts.containment.expressions import Ahead, Choice, Edge, Join, Unread, one_of, read

_MOST_PARTS = 8


@lru_cache(maxsize=1024)
def language(pattern: str) -> Language | None:
    """Return the texts that a pattern matches anywhere in; None where they are no small regular language."""
    try:
        choice = read(pattern)
        if not any(isinstance(part, Ahead) for join in choice.choices for part in join.parts):
            return leaf(Expression(choice))
        return reduce(Language.__or__, map(_looking_ahead, choice.choices))
    except Unread:
        return None


def _looking_ahead(join: Join) -> Language:
    """Return the language of an expression that says at its start what must, or must not, come: ``^(?=.*[0-9])(?!x).{8,}$``."""
    aheads = [part for part in join.parts if isinstance(part, Ahead)]
    rest = join.parts[1 + len(aheads) :]
    if not aheads or join.parts[: 1 + len(aheads)] != (Edge(True), *aheads):
        return leaf(Expression(Choice((join,))))
    whole = leaf(Expression(Choice((Join((Edge(True), *rest)),))))
    for ahead in aheads:
        found = leaf(Expression(Choice((Join((Edge(True), ahead.choice)),))))
        whole = whole & found if ahead.wanted else whole - found
    return whole


@lru_cache(maxsize=64)
def outline(name: str) -> Language | None:
    """Return a language that holds every text of a format, and maybe more; None where none is known."""
    pattern = formats.OUTLINES.get(name)
    return None if pattern is None else language(f"^(?:{pattern})$")


def _other_than(texts: list[str]) -> Language | None:
    try:
        return ~leaf(Expression(one_of(texts))) if texts else None
    except Unread:
        return None


def spoken(view: StringView) -> Language | None:
    """Return a language that holds every text of a canonical string schema, and maybe more; None where none is known."""
    parts = [language(pattern) for pattern in view.patterns] + [outline(name) for name in view.formats]
    parts += [~less for pattern in view.excluded_patterns if (less := language(pattern)) is not None]
    parts.append(_other_than([str(value) for value in view.excluded]))
    if view.min_length or view.max_length is not None:
        parts.append(leaf(Length(view.min_length or 0, view.max_length)))
    known = [part for part in parts if part is not None][:_MOST_PARTS]
    return reduce(Language.__and__, known) if known else None


def sample(pattern: str, count: int = 8) -> list[str]:
    """Return some texts that match a pattern, the shortest first; empty where the pattern cannot be read as a language."""
    found = language(pattern)
    return [] if found is None else found.texts(count)
