"""The parts that forms are made of: maps with known keys, texts that are checked, choices that go by shape.

pydantic does the reading; this module says of a type that something more is true of it, and how a JSON Schema puts that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, Discriminator, GetCoreSchemaHandler, Tag
from pydantic_core import core_schema

from cxcontracts.estate.mistakes import Misread, kind_of, suggestion
from cxcontracts.exchanges import JSON

LEFT_OUT: Final[Any] = None
"""What a key has that nobody wrote. Somebody who writes ``null`` gets told: see each form."""


class Form(BaseModel):
    """A map with known keys.

    Attributes:
        level: What a message calls the map: "a step".
        example: How a message shows one; may be empty.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        defer_build=True,
        alias_generator=lambda name: name.rstrip("_").replace("_", "-"),
    )
    level: ClassVar[str] = "this map"
    example: ClassVar[str] = ""


@dataclass(frozen=True, eq=False)
class Checked:
    """Says of a type that each value passes a check as well, and how a JSON Schema puts it.

    Attributes:
        check: Raises :class:`~cxcontracts.estate.mistakes.Misread`; what it returns is nobody's.
        schema: JSON Schema keys, as pairs, for editors; none where the type says it all.
        takes_nothing: True where the check has its own words for a key without a value.
    """

    check: Callable[[Any], object]
    schema: tuple[tuple[str, JSON], ...] = ()
    takes_nothing: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Check after the type's own validation."""
        return core_schema.no_info_after_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: Any) -> dict[str, JSON]:
        """Put the keys in the place of the type's own, where there are any."""
        return dict(self.schema) or dict(handler(schema))

    def _checked(self, written: JSON) -> JSON:
        if written is None and not self.takes_nothing:
            raise Misread.of("no-value")
        self.check(written)
        return written


def text(read: Callable[[str], object], code: str, pattern: str = "", **schema: JSON) -> Checked:
    """Say that a value is a text that *read* takes. Anything but text is the mistake *code*."""

    def check(written: JSON) -> None:
        if isinstance(written, list | Mapping):
            raise Misread.of("not-text", kind=kind_of(written), hint="write one text")
        if not isinstance(written, str):
            raise Misread.of(code, value=written)
        read(written)

    keys = {"type": "string", **({"pattern": f"^(?:{pattern})$"} if pattern else {}), **schema}
    return Checked(check, tuple(keys.items()))


def fitting(pattern: str, code: str) -> Checked:
    """Say that a value is a text that fits *pattern* from end to end; else it is the mistake *code*."""

    def read(written: str) -> None:
        if not re.fullmatch(pattern, written):
            raise Misread.of(code, value=written)

    return text(read, code, pattern)


def word(code: str, *words: str) -> Checked:
    """Say that a value is one of *words*; else it is the mistake *code*."""

    def check(written: JSON) -> None:
        if not isinstance(written, str) or written not in words:
            raise Misread.of(code, value=written, hint=suggestion(str(written), words, ""))

    return Checked(check, (("enum", list(words)),))


ONE, LISTED, MAPPED = Tag("(one)"), Tag("(list)"), Tag("(map)")
"""Which arm of a form is meant, by the shape of what was written: pydantic then speaks of that arm alone."""
ONE_OR_LIST: Final = Discriminator(lambda written: LISTED.tag if isinstance(written, list) else ONE.tag)
ONE_OR_MAP: Final = Discriminator(lambda written: MAPPED.tag if isinstance(written, Mapping) else ONE.tag)
LIST_OR_MAP: Final = Discriminator(lambda written: MAPPED.tag if isinstance(written, Mapping) else LISTED.tag)
