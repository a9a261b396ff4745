"""Templates: what a step sends, with references to what is given, kept or made for the run.

References work at any depth and in keys. A text that is exactly one reference keeps the value's type; in longer texts the value
is written out. Where FORMAT leaves a choice:

- ``$name`` is a reference wherever it stands, also amid text, and takes the longest name; ``${name}`` where letters follow.
- A dollar that begins no reference is a mistake, and ``$$`` the remedy: what looks like a reference is never sent as it is.
- ``$today+3d`` is read like ``$now+3d``; both are in UTC.
- ``${i}`` counts from 0, as the indices of paths do; in nested copies it is the innermost.
- A file of ``$file`` is data: no reference in it is followed. Its path is relative to the estate's folder.

>>> send = {"ref": "$booking", "text": "Train $train to ${city}!", "seats": {"$repeat": 2, "item": {"no": "$i"}}}
>>> sorted(references(send))
['booking', 'city', 'train']
>>> noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
>>> resolve(send, {"booking": 7, "train": "IC 1", "city": "Ely"}, now=noon, fresh_id="x")
{'ref': 7, 'text': 'Train IC 1 to Ely!', 'seats': [{'no': 0}, {'no': 1}]}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cxcontracts.estate.durations import DURATION, parse_duration
from cxcontracts.estate.mistakes import Misread, Mistake
from cxcontracts.exchanges import JSON

BUILT_IN: Final[Mapping[str, str]] = {
    "now": "the time of the call",
    "today": "the day of the call",
    "fresh-id": "an id that nobody used before",
}
"""The names that are known everywhere, and what each means."""

COUNTER: Final = "i"
"""The name that counts the copies of a ``$repeat``."""

MOST_COPIES: Final = 10_000
"""The most copies that one ``$repeat`` makes: enough for any request, too few to fill a machine."""

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_-]*"
_TOKEN: Final = re.compile(
    rf"""\$(?:
        (?P<dollar>\$)
      | (?P<moment>now|today)\+(?P<plus>{DURATION})
      | (?P<name>{_NAME})
      | \{{ (?P<moment_inside>now|today)\+(?P<plus_inside>{DURATION}) \}}
      | \{{ (?P<name_inside>{_NAME}) \}}
      | \{{ (?P<no_name>[^{{}}]*) \}}
      | (?P<open>\{{)
      | (?P<alone>)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A value that is known only when the call is made.

    Attributes:
        name: A given, a keep, the counter of a ``$repeat``, or one of :data:`BUILT_IN`.
        plus: How much later than ``$now`` or ``$today``.
    """

    name: str
    plus: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Repeat:
    """``{$repeat: N, item: V}``: a list of *count* copies of *item*."""

    count: int
    item: JSON


@dataclass(frozen=True, slots=True)
class Template:
    """A template that is sound.

    Attributes:
        written: As it stands in the file.
        names: The givens and keeps that it refers to.
        files: What it takes from files.
    """

    written: JSON
    names: frozenset[str]
    files: frozenset[str]

    @classmethod
    def parse(cls, written: JSON) -> Template:
        """Read a template.

        Raises:
            Misread: If it is none; a :class:`ValueError` with all that is wrong.
        """
        mistakes = tuple(template_mistakes(written))
        if mistakes:
            raise Misread(*mistakes)
        return cls(written, frozenset(references(written)), frozenset(files(written)))

    def resolve(self, values: Mapping[str, JSON], *, now: datetime, fresh_id: str) -> JSON:
        """Return what is sent; see :func:`resolve`."""
        return resolve(self.written, values, now=now, fresh_id=fresh_id)


# --- a text -------------------------------------------------------------------------------------------------------------------


def parts(text: str) -> tuple[str | Reference, ...]:
    """Split a text into what stands there and what is referred to. Literals are never empty and never side by side.

    Raises:
        Misread: If a dollar begins no reference.

    >>> parts("costs $$5, ${name}")
    ('costs $5, ', Reference(name='name', plus=datetime.timedelta(0)))
    """
    if "$" not in text:
        return (text,) if text else ()
    found: list[str | Reference] = []
    end = 0
    for token in _TOKEN.finditer(text):
        _append(found, text[end : token.start()])
        _append(found, _part(token, text))
        end = token.end()
    _append(found, text[end:])
    return tuple(found)


def is_whole_reference(text: str) -> str | None:
    """Return the name that a text refers to when it is exactly one reference, else None.

    >>> is_whole_reference("$surname"), is_whole_reference("${surname}"), is_whole_reference("Dr $surname")
    ('surname', 'surname', None)
    """
    if not text.startswith("$"):
        return None
    split = parts(text)
    return split[0].name if len(split) == 1 and isinstance(split[0], Reference) else None


def _append(found: list[str | Reference], part: str | Reference) -> None:
    if isinstance(part, str) and found and isinstance(found[-1], str):
        found[-1] += part
    elif part:
        found.append(part)


def _part(token: re.Match[str], text: str) -> str | Reference:
    name = token["name"] or token["name_inside"]
    if name:
        return Reference(name)
    moment = token["moment"] or token["moment_inside"]
    if moment:
        return Reference(moment, parse_duration(token["plus"] or token["plus_inside"]))
    if token["dollar"]:
        return "$"
    if token["no_name"] is not None:
        raise Misread.of("reference-name", name=token["no_name"])
    raise Misread.of("unclosed-reference" if token["open"] else "lone-dollar", text=text)


# --- a template ---------------------------------------------------------------------------------------------------------------


def repeat_of(written: JSON) -> Repeat | None:
    """Return the copies that a map asks for; None where it asks for none, or not soundly."""
    if not isinstance(written, Mapping) or set(written) != {"$repeat", "item"}:
        return None
    count = written["$repeat"]
    sound = isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= MOST_COPIES
    return Repeat(count, written["item"]) if sound else None


def file_of(written: JSON) -> str | None:
    """Return the file that a map takes its place from; None where it takes none, or not soundly."""
    if isinstance(written, Mapping) and set(written) == {"$file"} and isinstance(written["$file"], str):
        return str(written["$file"])
    return None


def occurrences(template: JSON) -> Iterator[tuple[str, tuple[str | int, ...], bool]]:
    """Yield each given or keep that a template refers to, with its place inside and whether it stands in a key.

    What is built in, and the counter inside of its copies, is nobody's to know. Texts that are unsound are passed over.
    """
    yield from _occurrences(template, frozenset(BUILT_IN))


def references(template: JSON) -> set[str]:
    """Return the givens and keeps that a template refers to."""
    return {name for name, _, _ in occurrences(template)}


def files(template: JSON) -> set[str]:
    """Return the files that a template takes values from, as written."""
    return {file for _, file in file_occurrences(template)}


def file_occurrences(template: JSON) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the place of each file's name inside of a template, with the name."""
    file = file_of(template)
    if file is not None:
        yield ("$file",), file
        return
    for key, value in _members(template):
        yield from (((key, *at), name) for at, name in file_occurrences(value))


def embed(template: JSON, read: Callable[[str], JSON]) -> JSON:
    """Return a template with the content of each ``$file`` in its place, dollars doubled, as *read* returns it."""
    file = file_of(template)
    if file is not None:
        return literal(read(file))
    if isinstance(template, Mapping):
        return {key: embed(value, read) for key, value in template.items()}
    return [embed(item, read) for item in template] if isinstance(template, list) else template


def resolve(template: JSON, values: Mapping[str, JSON], *, now: datetime, fresh_id: str) -> JSON:
    """Return what is sent.

    Args:
        template: Sound, and without ``$file``: see :func:`embed`.
        values: Every given and keep that the template refers to.
        now: An aware time; what ``$now`` and ``$today`` mean.
        fresh_id: What ``$fresh-id`` means; one a run.

    Raises:
        KeyError: If a name is not among *values*.
        ValueError: If the template is unsound, or still holds a ``$file``.

    >>> resolve("$now+3d", {}, now=datetime(2026, 6, 1, 12, tzinfo=UTC), fresh_id="x")
    '2026-06-04T12:00:00Z'
    """
    if isinstance(template, str):
        return _resolved_text(template, values, now, fresh_id)
    if isinstance(template, list):
        return [resolve(item, values, now=now, fresh_id=fresh_id) for item in template]
    if not isinstance(template, Mapping):
        return template
    repeat = repeat_of(template)
    if repeat is not None:
        return [resolve(repeat.item, {**values, COUNTER: i}, now=now, fresh_id=fresh_id) for i in range(repeat.count)]
    if "$repeat" in template:
        raise Misread(*template_mistakes(template))
    if "$file" in template:
        raise ValueError(f"{template['$file']} was not read in; embed the files before the values")
    return {
        _as_text(_resolved_text(key, values, now, fresh_id)): resolve(value, values, now=now, fresh_id=fresh_id)
        for key, value in template.items()
    }


def _resolved_text(text: str, values: Mapping[str, JSON], now: datetime, fresh_id: str) -> JSON:
    resolved = [part if isinstance(part, str) else _known(part, values, now, fresh_id) for part in parts(text)]
    return resolved[0] if len(resolved) == 1 else "".join(map(_as_text, resolved))


def _known(reference: Reference, values: Mapping[str, JSON], now: datetime, fresh_id: str) -> JSON:
    if reference.name == "fresh-id":
        return fresh_id
    if reference.name in BUILT_IN:
        moment = now.astimezone(UTC) + reference.plus
        return (
            moment.date().isoformat()
            if reference.name == "today"
            else moment.isoformat(timespec="seconds").replace("+00:00", "Z")
        )
    return values[reference.name]


def _as_text(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def literal(value: JSON) -> JSON:
    """Return a value as the template that becomes just that: dollars doubled."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, Mapping):
        return {key.replace("$", "$$"): literal(item) for key, item in value.items()}
    return [literal(item) for item in value] if isinstance(value, list) else value


def _members(written: JSON) -> Iterator[tuple[str | int, JSON]]:
    if isinstance(written, Mapping):
        yield from written.items()
    elif isinstance(written, list):
        yield from enumerate(written)


def _occurrences(written: JSON, known: frozenset[str]) -> Iterator[tuple[str, tuple[str | int, ...], bool]]:
    if isinstance(written, str):
        yield from ((name, (), False) for name in _names(written) if name not in known)
    elif isinstance(written, Mapping) and "$file" in written:
        return
    elif isinstance(written, Mapping) and "$repeat" in written:
        inside = _occurrences(written.get("item"), known | {COUNTER})
        yield from ((name, ("item", *at), of_key) for name, at, of_key in inside)
    else:
        for key, value in _members(written):
            if isinstance(key, str):
                yield from ((name, (key,), True) for name in _names(key) if name not in known)
            yield from ((name, (key, *at), of_key) for name, at, of_key in _occurrences(value, known))


def _names(text: str) -> list[str]:
    try:
        return [part.name for part in parts(text) if isinstance(part, Reference)]
    except Misread:
        return []


# --- what can be wrong with a template ----------------------------------------------------------------------------------------


def template_mistakes(written: JSON) -> Iterator[Mistake]:
    """Yield all that is wrong with a template, each with its place inside. Whether names are known is another question."""
    if isinstance(written, str):
        yield from _text_mistakes(written)
    elif isinstance(written, Mapping) and "$repeat" in written:
        yield from _repeat_mistakes(written)
    elif isinstance(written, Mapping) and "$file" in written:
        yield from _file_mistakes(written)
    else:
        for key, value in _members(written):
            if isinstance(key, str):
                yield from (Mistake(mistake.code, mistake.facts, (key,), True) for mistake in _text_mistakes(key))
            yield from (mistake.inside(key) for mistake in template_mistakes(value))


def _text_mistakes(text: str) -> Iterator[Mistake]:
    try:
        parts(text)
    except Misread as misread:
        yield from misread.mistakes


def _repeat_mistakes(written: Mapping[str, JSON]) -> Iterator[Mistake]:
    extra = sorted(set(written) - {"$repeat", "item"})
    if extra:
        yield Mistake("repeat", {"hint": f"take {extra[0]!r} out"}, (extra[0],), True)
    if "item" not in written:
        yield Mistake("repeat", {"hint": "say what is copied: item: …"}, ("$repeat",), True)
    if repeat_of({"$repeat": written["$repeat"], "item": None}) is None:
        yield Mistake("repeat-count", {"value": written["$repeat"], "most": MOST_COPIES}, ("$repeat",))
    yield from (mistake.inside("item") for mistake in template_mistakes(written.get("item")))


def _file_mistakes(written: Mapping[str, JSON]) -> Iterator[Mistake]:
    extra = sorted(set(written) - {"$file"})
    if extra:
        yield Mistake("data-file", {"hint": f"take {extra[0]!r} out"}, (extra[0],), True)
    if not isinstance(written["$file"], str):
        yield Mistake("data-file", {"hint": "name one file"}, ("$file",))
