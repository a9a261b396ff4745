"""Arazzo's runtime expressions, pointers and queries beside our templates and paths, as far as both can say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from cxcontracts.estate.templates import Reference, literal, parts
from cxcontracts.exchanges import JSON
from cxcontracts.paths import EACH, Path, Segment, as_index

_GIVEN: Final = r"\$inputs\.(?P<input>[A-Za-z0-9_.\-]+)|\$steps\.[^.{}\s]+\.outputs\.(?P<output>[A-Za-z0-9_.\-]+)"
_WHOLE: Final = re.compile(_GIVEN)
_INSIDE: Final = re.compile(rf"\{{(?:{_GIVEN})\}}")
_STEP: Final = re.compile(
    r"\.(?P<name>[A-Za-z_][A-Za-z0-9_-]*|\*)|\[(?:(?P<index>[0-9]+|\*)|(?P<quote>['\"])(?P<quoted>.*?)(?P=quote))\]"
)
_POINTED: Final = re.compile(
    r"\$(?:response|message)\.(?:(?:body|payload)(?:#(?P<pointer>(?:/[^\s{}]*)?))?|header\.(?P<header>[^\s.{}]+))"
)


class Unsaid(Exception):
    """What the other side has no words for; its text says what it is."""


def name_of(text: str) -> str:
    """Return a text as the name of a value, a step or a journey.

    >>> name_of("my.pet id"), name_of("2nd")
    ('my-pet-id', '_2nd')
    """
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or "unnamed"
    return name if re.match(r"[A-Za-z_]", name) else f"_{name}"


# --- values that are sent -----------------------------------------------------------------------------------------------------


def to_value(template: JSON, sources: Mapping[str, str]) -> JSON:
    """Return a template in Arazzo's terms.

    Args:
        sources: Name to the expression that has its value.

    Raises:
        Unsaid: If it needs what Arazzo does not have: the time, a fresh id, a file, copies, a dollar that means itself.
    """
    if isinstance(template, Mapping):
        if any("$" in key for key in template):
            raise Unsaid("a key that is made when it is sent")
        return {key: to_value(item, sources) for key, item in template.items()}
    if isinstance(template, list):
        return [to_value(item, sources) for item in template]
    return _text(template, sources) if isinstance(template, str) else template


def _text(template: str, sources: Mapping[str, str]) -> str:
    found = parts(template)
    for part in found:
        if isinstance(part, str) and ("{$" in part or part.startswith("$")):
            raise Unsaid("a text that looks like an expression")
        if isinstance(part, Reference) and (part.plus or part.name not in sources):
            raise Unsaid(f"${part.name}")
    if len(found) == 1 and isinstance(found[0], Reference):
        return sources[found[0].name]
    return "".join(part if isinstance(part, str) else f"{{{sources[part.name]}}}" for part in found)


def from_value(value: JSON) -> JSON:
    """Return a value of Arazzo as a template.

    Raises:
        Unsaid: If it has an expression other than an input or the output of a step.
    """
    if isinstance(value, Mapping):
        return {key.replace("$", "$$"): from_value(item) for key, item in value.items()}
    if isinstance(value, list):
        return [from_value(item) for item in value]
    if not isinstance(value, str):
        return value
    whole = _WHOLE.fullmatch(value)
    if whole:
        return f"${name_of(whole['input'] or whole['output'])}"
    if re.match(
        r"\$(url|method|statusCode|request|response|message|inputs|outputs|steps|workflows|sourceDescriptions|components)\b",
        value,
    ):
        raise Unsaid(value)
    written: list[str] = []
    end = 0
    for inside in _INSIDE.finditer(value):
        written += [str(literal(value[end : inside.start()])), f"${{{name_of(inside['input'] or inside['output'])}}}"]
        end = inside.end()
    return "".join([*written, str(literal(value[end:]))])


# --- parts of an answer -------------------------------------------------------------------------------------------------------


def to_pointer(path: Path, *, event: bool = False) -> str:
    """Return the expression of one value of an answer, or of a message.

    Raises:
        Unsaid: If the path may lead to several.
    """
    said = "$message" if event else "$response"
    if path.root == "header":
        return f"{said}.header.{path.segments[0]}"
    if not all(isinstance(segment, str) for segment in path.segments):
        raise Unsaid(str(path))
    tokens = (str(segment).replace("~", "~0").replace("/", "~1") for segment in path.segments)
    return f"{said}.{'payload' if event else 'body'}" + "".join(f"/{token}" for token in tokens).replace("/", "#/", 1)


def from_pointer(expression: str) -> Path:
    """Return the path of an expression.

    Raises:
        Unsaid: If it is no part of an answer.
    """
    found = _POINTED.fullmatch(expression.strip())
    if found is None:
        raise Unsaid(expression)
    if found["header"]:
        return Path("header", (found["header"].lower(),))
    tokens = (found["pointer"] or "").split("/")[1:]
    return Path("body", tuple(token.replace("~1", "/").replace("~0", "~") for token in tokens))


def to_query(path: Path) -> str:
    """Return a path as JSONPath (RFC 9535).

    Raises:
        Unsaid: If it chooses items by a value.
    """
    return "$" + "".join(map(_query_step, path.segments))


def _query_step(segment: Segment) -> str:
    if segment is EACH:
        return "[*]"
    if not isinstance(segment, str):
        raise Unsaid(str(segment))
    if as_index(segment) is not None:
        return f"[{segment}]"
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", segment) and "-" not in segment:
        return f".{segment}"
    escaped = segment.replace("\\", "\\\\").replace("'", "\\'")
    return f"['{escaped}']"


def from_query(query: str) -> Path:
    """Return a JSONPath as a path.

    Raises:
        Unsaid: If it is one that a path cannot say.
    """
    rest, segments = query.strip().removeprefix("$"), list[Segment]()
    while rest:
        step = _STEP.match(rest)
        if step is None or "\\" in (step["quoted"] or ""):
            raise Unsaid(query)
        name = step["quoted"] if step["quoted"] is not None else step["name"] or step["index"]
        segments.append(EACH if name == "*" and step["quoted"] is None else name)
        rest = rest[step.end() :]
    return Path("body", tuple(segments))
