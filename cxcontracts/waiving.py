"""Writes a waiver into waivers.yaml, leaving whatever else is there as it is written: its order, its comments, its spelling."""

from __future__ import annotations

import json
import re
from typing import Final

from cxcontracts.documents import Document, parse
from cxcontracts.errors import UsageError
from cxcontracts.estate.folders import WAIVERS_FILE
from cxcontracts.estate.model import Waiver

_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9 .,;/()_+-]*[A-Za-z0-9.)]", re.ASCII)
_WORDS: Final = re.compile(r"(?i:true|false|yes|no|on|off|null|y|n)")
"""Words that some reader of YAML takes for something else than text."""


def added(text: bytes | None, waiver: Waiver) -> bytes:
    """Return waivers.yaml with one waiver more, at its end.

    Args:
        text: The file; None where there is none yet.

    Raises:
        ContractError: If the file cannot be read.
        UsageError: If the id is waived already, or the file is no list of a form that can be added to.
    """
    entry = _entry(waiver)
    if text is None or not text.strip():
        return f"# Accepted breaks: who accepts each, why, and until when.\n{_dashed(entry, 0)}".encode()
    document = parse(text, WAIVERS_FILE)
    known = document.value
    if known is None:
        return _ended(text) + _dashed(entry, 0).encode()
    if not isinstance(known, list) or not known:
        raise UsageError(f"{WAIVERS_FILE} is no list in lines of its own; write '- id: …' below each other, or take it away")
    for index, each in enumerate(known):
        if isinstance(each, dict) and (each.get("id"), each.get("partner", "")) == (waiver.id, waiver.partner):
            place = document.place((index, "id"))
            raise UsageError(f"{place}: {waiver.id!r} stands there already; change its date and its reason there")
    return _ended(text) + _dashed(entry, _indent(document)).encode()


def _indent(document: Document) -> int:
    """Return how far in the dashes of a list stand.

    Raises:
        UsageError: If it has none, being written in brackets.
    """
    line = document.data.decode("utf-8-sig").splitlines()[document.place((len(document.value) - 1,)).line - 1]
    dash = re.match(r"( *)- ", line)
    if dash is None:
        raise UsageError(f"{WAIVERS_FILE} is written in brackets; write each waiver in lines of its own, '- id: …' first")
    return len(dash[1])


def _entry(waiver: Waiver) -> list[str]:
    keys = {"id": waiver.id, "who": waiver.who, "why": waiver.why}
    lines = [f"{key}: {_scalar(value)}" for key, value in keys.items()]
    lines += [f"until: {waiver.until}"] if waiver.until else []
    more = {"issue": waiver.issue, "partner": waiver.partner}
    return [*lines, *(f"{key}: {_scalar(value)}" for key, value in more.items() if value)]


def _dashed(lines: list[str], indent: int) -> str:
    margin = " " * indent
    return "".join(f"{margin}{'- ' if number == 0 else '  '}{line}\n" for number, line in enumerate(lines))


def _ended(text: bytes) -> bytes:
    return text if text.endswith(b"\n") else text + b"\n"


def _scalar(text: str) -> str:
    """Return a text as YAML writes it: as it is, where nobody could take it for anything else."""
    plain = _PLAIN.fullmatch(text) and not _WORDS.fullmatch(text)
    return text if plain else json.dumps(text, ensure_ascii=False)
