"""One file: its value, its bytes, and where each part of it stands."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Literal

from cxcontracts.documents import json_text, yaml_events, yaml_text
from cxcontracts.documents.files import contents
from cxcontracts.documents.positions import Index, Lines, line_and_column, locate
from cxcontracts.documents.refusals import MOST_BYTES, Malformed, Refused, too_large
from cxcontracts.errors import ContractError, UnsoundError
from cxcontracts.exchanges import JSON
from cxcontracts.problems import Place, Problem

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MOST_DUPLICATES = 100


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A key that its mapping already has, where the last one counts.

    Attributes:
        key: The key.
        first: Where it stands first.
        again: Where it stands once more.
    """

    key: str
    first: Place
    again: Place


@dataclass(frozen=True, eq=False)
class Document:
    """A file that was read; two are equal only if they are the same object.

    Attributes:
        name: As shown in messages, ``partners/operator/openapi.yaml``.
        value: The JSON value; every mapping key is text. Must not be changed: places are found by its keys, and what a YAML
            alias repeats is one object.
        data: The bytes of the file.
        written: The syntax that the text was read as.
    """

    name: str
    value: JSON = field(repr=False)
    data: bytes = field(repr=False)
    written: Literal["json", "yaml"] = "yaml"

    def place(self, pointer: Sequence[str | int], *, of_key: bool = False) -> Place:
        """Return where the value at *pointer* begins, or its key if *of_key*.

        Where the pointer leads nowhere, it is the place of the nearest parent that is there. The first call scans the text
        (YAML once as a whole, JSON along the pointer); an item of a list and the root are their own key.
        """
        spot = locate(self._nearest_index(pointer), pointer)
        return self._place_of(spot.key if of_key else spot.value)

    def prepare(self, pointers: Iterable[Sequence[str | int]]) -> None:
        """Look for several places at once; a YAML text is then scanned for these alone."""
        if self.written == "yaml" and "_index" not in vars(self):
            wanted: yaml_events.Wanted = {}
            for pointer in pointers:
                below = wanted
                for token in pointer:
                    below = below.setdefault(str(token), {})
            vars(self)["_prepared"] = (wanted, yaml_events.spots(self._text, wanted))

    @cached_property
    def duplicates(self) -> tuple[Duplicate, ...]:
        """The keys that came again in a JSON document, at most 100, found by one more pass over the text; YAML has none."""
        if self.written == "yaml":
            return ()
        found = islice(json_text.repeated_keys(self._text), _MOST_DUPLICATES)
        return tuple(Duplicate(key, self._place_of(first), self._place_of(again)) for key, first, again in found)

    def _nearest_index(self, pointer: Sequence[str | int]) -> Index:
        """Return what knows where a pointer leads: what was prepared for it, else everything."""
        wanted, prepared = vars(self).get("_prepared", ({}, None))
        for token in pointer if prepared is not None else ():
            if str(token) not in wanted:
                return self._index
            wanted = wanted[str(token)]
        return self._index if prepared is None else prepared

    @cached_property
    def _text(self) -> str:
        return _text(self.data)

    @cached_property
    def _index(self) -> Index:
        return json_text.Positions(self._text) if self.written == "json" else yaml_events.compose(self._text, places=True)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self._text)

    def _place_of(self, offset: int) -> Place:
        return Place(self.name, *self._lines.place(offset))


def parse(
    data: bytes,
    name: str,
    *,
    duplicates: Literal["refuse", "last-wins"] = "refuse",
    error: type[UnsoundError] = ContractError,
) -> Document:
    """Return the document that *data* is: YAML 1.2 core or JSON, in UTF-8 with or without byte-order mark.

    Args:
        data: The bytes of the file.
        name: As shown in messages. A name in ``.json`` must be JSON; any other is tried as JSON first if it looks so.
        duplicates: What to do where a JSON mapping has a key twice: refuse the document, which costs a slower pass, or let the
            last one count (:attr:`Document.duplicates` finds them later). YAML forbids them.
        error: What to raise.

    Raises:
        UnsoundError: The text cannot be used; the problem says where and why.
    """
    try:
        return _parsed(data, name, unique_keys=duplicates == "refuse")
    except Malformed as found:
        place = Place(name, *line_and_column(_text(data), found.offset))
        raise error([Problem(place, found.what, found.remedy, found.code)]) from None


def read(
    path: Path,
    name: str,
    *,
    duplicates: Literal["refuse", "last-wins"] = "refuse",
    error: type[UnsoundError] = ContractError,
) -> Document:
    """Return the document in the file at *path*, whose symbolic links are followed; else as :func:`parse`."""
    return parse(read_bytes(path, name, error=error), name, duplicates=duplicates, error=error)


def read_bytes(path: Path | str, name: str, *, error: type[UnsoundError] = ContractError) -> bytes:
    """Return the bytes of the file at *path*; else as :func:`read`."""
    try:
        try:
            return contents(path)
        except Refused:
            if not os.path.islink(path):
                raise
            return contents(os.path.realpath(path))
    except Refused as found:
        raise error([Problem(Place(name), found.what, found.remedy, found.code)]) from None


def _parsed(data: bytes, name: str, *, unique_keys: bool) -> Document:
    if len(data) > MOST_BYTES:
        raise too_large(MOST_BYTES)
    _refuse_utf16(data)
    bare = data.removeprefix(_BYTE_ORDER_MARK)
    must_be_json = name.lower().removesuffix(".gz").endswith(".json")
    if must_be_json or bare.lstrip()[:1] in (b"{", b"["):
        try:
            return Document(name, json_text.load(bare, unique_keys=unique_keys), data, "json")
        except UnicodeDecodeError as error:
            raise _not_utf8(bare, error) from None
        except Malformed:
            if must_be_json:
                raise
    try:
        return Document(name, yaml_text.load(bare), data, "yaml")
    except UnicodeDecodeError as error:
        raise _not_utf8(bare, error) from None


def _refuse_utf16(data: bytes) -> None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(data) > 1 and 0 in data[:2] and data[:2] != b"\0\0"):
        raise Malformed(0, "not-utf8", "the text is UTF-16 or UTF-32", "save it as UTF-8")


def _not_utf8(data: bytes, error: UnicodeDecodeError) -> Malformed:
    offset = len(data[: error.start].decode())
    return Malformed(offset, "not-utf8", f"the byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")


def _text(data: bytes) -> str:
    return data.removeprefix(_BYTE_ORDER_MARK).decode(errors="replace")
