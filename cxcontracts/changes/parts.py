"""Parts of an operation: where they are written, and how they are told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cxcontracts.changes.notes import At, Notes, both
from cxcontracts.containment.nodes import Node
from cxcontracts.contracts.document import shape_of
from cxcontracts.contracts.operation import Encoding, Header, Media, Operation, Parameter, Scheme
from cxcontracts.contracts.styles import written
from cxcontracts.exchanges import JSON
from cxcontracts.wording import listed


def part(node: Node, *keys: str) -> Node:
    """Return a part of a node; the nearest one that is there."""
    for key in keys:
        if not isinstance(node.value, dict) or key not in node.value:
            break
        node = node.child(key)
    return node


def of_header(header: Header | None, answer: Node) -> Node:
    """Return where a header is written; its answer where it is not."""
    return header.node if header is not None else answer


def of_media(old: Media | None, new: Media | None, wholes: tuple[Node, Node]) -> At:
    """Return where a media type is written in both versions; the body or answer as a whole where it is not."""
    return (old.node if old else wholes[0], new.node if new else wholes[1])


def known_as(parameter: Parameter) -> list[JSON]:
    """Return what tells a parameter from the others, whatever its place in the list."""
    return list(parameter.key) if parameter.place == "path" else [parameter.place, parameter.name]


def writing_of(writing: Parameter | Encoding) -> list[JSON]:
    """Return what says how a value is written."""
    return [writing.style, writing.explode, writing.media]


def shown_as(writing: Parameter | Encoding, name: str = "") -> str:
    """Return how a list of two, or an object, looks where it goes."""
    called = name or getattr(writing, "name", "")
    nodes = writing.nodes if isinstance(writing, Parameter) else ()
    whole = any(isinstance(node.value, dict) and node.value.get("type") == "object" for node in nodes)
    value: JSON = {"x": "a", "y": "b"} if whole or writing.style == "deepObject" else ["a", "b"]
    pairs = written(called, value, writing.style, writing.explode, writing.media)
    in_pairs = not isinstance(writing, Parameter) or writing.place in ("query", "cookie")
    return "&".join(f"{key}={text}" if in_pairs else text for key, text in pairs)


def by_name(element: str, before: Sequence[Media], after: Sequence[Media]) -> Iterator[tuple[str, Media | None, Media | None]]:
    """Yield each media type of two versions with the element that it is; one JSON type that took another's place is the same."""
    old, new = ({media.name: media for media in each} for each in (before, after))
    lost, found = ([media.name for media in each.values() if media.json and media.name not in other] for each, other in
                   ((old, new), (new, old)))  # fmt: skip
    renamed = dict(zip(lost, found, strict=True)) if len(lost) == len(found) == 1 else {}
    for name in old:
        now = renamed.get(name, name)
        yield f"{element} {now}", old[name], new.get(now)
    for name in new:
        if name not in old and name not in renamed.values():
            yield f"{element} {name}", None, new[name]


def success_by_default(one: Operation, other: Operation) -> str:
    """Return the status that says now what ``default`` said as the only success; empty where there is none."""
    before, after = ([key for key in each.answers if key.startswith("2")] for each in (one, other))
    return after[0] if "default" in one.answers and not before and after else ""


def asked_for(operation: Operation) -> JSON:
    """Return what an operation asks for as a login, without words of ours."""
    return [[[*scheme.meaning, *sorted(scheme.scopes)] for scheme in alternative] for alternative in operation.security]


def login_in_words(operation: Operation) -> str:
    """Return how one may log in: the alternatives, each with the scopes that it has to have."""
    ways = []
    for alternative in operation.security:
        words = listed([str(scheme) for scheme in alternative]) or "nothing"
        scopes = sorted(scope for scheme in alternative for scope in scheme.scopes)
        ways.append(words + (f" with {listed(scopes)}" if scopes else ""))
    return listed(list(dict.fromkeys(ways)), "or") or "nothing"


def logins(operation: Operation) -> set[frozenset[Scheme]]:
    """Return the alternatives of login, in no order."""
    return {frozenset(alternative) for alternative in operation.security}


def moved_words(before: Sequence[str], after: Sequence[str]) -> tuple[str, str]:
    """Return the server paths of the candidate and of the record in words."""
    new, old = (listed([base or "/" for base in each], "or") for each in (after, before))
    return new, old


def bare(operation: Operation) -> str:
    """Return a call but for the names of its path parameters and a slash at the end."""
    return f"{operation.method} {shape_of(operation.path).rstrip('/')}"


def mapping(value: JSON) -> Mapping[str, JSON]:
    """Return a mapping; an empty one for whatever else stands there."""
    return value if isinstance(value, dict) else {}


def renamed(notes: Notes, element: str, old: Media, new: Media, side: str, at: At, keys: Sequence[object]) -> None:
    """Note that JSON goes by another name."""
    if old.name != new.name:
        words = f"{new.name}, it was {old.name}"
        change = f"media type is {words}"
        notes.add(element, change, f"{side}-media-type-renamed", *keys, at=at, words=words, data=both(old.name, new.name))
