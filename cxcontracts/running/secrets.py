"""Credentials: read from the environment or a file, and taken out by value of whatever is kept or written."""

from __future__ import annotations

import base64
import html
import os
import re
import threading
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import unquote, unquote_plus

from cxcontracts.exchanges import JSON
from cxcontracts.redaction import HIDDEN, redacted_json
from cxcontracts.running.wire import Failed
from cxcontracts.walks import Trouble

SHORTEST: Final = 6
"""The fewest characters of a secret: a shorter one stands in too much text by chance to be taken out of it."""

CASELESS: Final = 12
"""From so many characters on, a secret is found in another case, too: a shorter one may be an ordinary word there."""

MOST_NAMELESS: Final = 1000
"""The most secrets without a name that are remembered: tokens that journeys were given, and sent on."""

_HTML: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
_JSON: Final = {'"': r"\"", "\\": r"\\", "/": r"\/", "\n": r"\n", "\t": r"\t", "\b": r"\b", "\f": r"\f", "\r": r"\r"}


class _Forms(NamedTuple):
    """Every way to find some secrets.

    Attributes:
        literal: Text to what takes its place, the longest first.
        literal_bytes: The texts of *literal*, in UTF-8.
        spelled: For text with escapes in it: each value in small letters, with the pattern of every way to write it and what
            takes its place.
        numbers: Whether a secret may be met as a number.
    """

    literal: tuple[tuple[str, str], ...]
    literal_bytes: tuple[bytes, ...]
    spelled: tuple[tuple[str, re.Pattern[str], str], ...]
    numbers: bool


class Secrets:
    """Values that nobody may read, in whatever form they come back.

    Found are: the value itself; percent-encoded, whole or in part, in both cases, blanks as ``+``; escaped as in JSON, HTML and
    XML; in base64 and base64url, also amid other text as in ``user:password``; in hexadecimal; in another case, as the name of a
    header has. Safe to use from several threads.

    >>> secrets = Secrets()
    >>> secrets.add("CANARY/123", "$env.TOKEN")
    >>> secrets.redact("bad token CANARY%2f123"), secrets.redacted({"basic": "dXNlcjpDQU5BUlkvMTIz"})
    ('bad token $env.TOKEN', {'basic': 'dXNlcjp$env.TOKEN'})
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown: dict[str, str] = {}
        self._forms: _Forms | None = _forms({})

    def add(self, value: str, shown: str = HIDDEN) -> None:
        """Add a value, with what takes its place.

        One that is too short to be a secret is passed over; of those without a name the last :data:`MOST_NAMELESS` are kept.
        """
        if len(value) < SHORTEST or self._shown.get(value) == shown:
            return
        with self._lock:
            if value in self._shown and shown == HIDDEN:
                return
            kept = {**self._shown, value: shown}
            nameless = [each for each, name in kept.items() if name == HIDDEN]
            for each in nameless[:-MOST_NAMELESS]:
                del kept[each]
            self._shown, self._forms = kept, None

    def copy(self) -> Secrets:
        """Return the same secrets, to add others to."""
        other = Secrets()
        other._shown, other._forms = self._shown, None
        return other

    def redact(self, text: str) -> str:
        """Return a text without the secrets."""
        forms = self._known()
        for form, shown in forms.literal:
            if form in text:
                text = text.replace(form, shown)
        if forms.spelled and (meant := _unescaped(text)):
            meant = [each.lower() for each in meant]
            for value, pattern, shown in forms.spelled:
                if any(value in each for each in meant):
                    text = pattern.sub(shown.replace("\\", r"\\"), text)
        return text

    def hide(self, text: str) -> str:
        """Return a text without the secrets; all of it hidden where one is in it that was escaped, or encoded, more than once.

        For what a partner says, not for what is made of it: nothing of the text is left then.
        """
        text = self.redact(text)
        forms = self._known()
        deeper = _undone(text) if forms.spelled else ()
        return next((shown for form, shown in forms.literal for each in deeper if form in each), text)

    def redact_bytes(self, data: bytes) -> bytes:
        """Return bytes without the secrets; in what is no UTF-8, nobody looks for escapes."""
        if not self.may_be_in(data):
            return data
        try:
            return self.redact(data.decode()).encode()
        except UnicodeDecodeError:
            forms = self._known()
            for form, (_, shown) in zip(forms.literal_bytes, forms.literal, strict=True):
                data = data.replace(form, shown.encode())
            return data

    def redacted(self, value: JSON) -> JSON:
        """Return a JSON value without the secrets in its names, texts and numbers."""
        return redacted_json(value, self.hide, numbers=self._known().numbers) if self._shown else value

    def may_be_in(self, data: bytes) -> bool:
        """Tell whether some JSON has to be looked through: false only where no secret can be in it."""
        if not self._shown:
            return False
        return any(mark in data for mark in (b"\\", b"%", b"&")) or any(form in data for form in self._known().literal_bytes)

    def _known(self) -> _Forms:
        forms = self._forms
        if forms is None:
            with self._lock:
                forms = self._forms = _forms(self._shown)
        return forms


def _unescaped(text: str) -> list[str]:
    """Return what a text with escapes may mean, one reading a language; empty where it has none."""
    meant = []
    if "%" in text or "+" in text:
        meant += [unquote(text), unquote_plus(text)]
    if "&" in text:
        meant.append(html.unescape(text))
    if "\\" in text:
        units = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else _MEANT.get(found[2], found[2]), text)
        meant.append(units.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return meant


def _undone(text: str) -> set[str]:
    """Return all that a text with escapes may mean, escaped as often as anybody would undo it."""
    found: set[str] = set()
    new = {text}
    for _ in range(3 if len(text) <= _LONG else 2):
        new = {meant for each in new for meant in _unescaped(each)} - found - {text}
        found |= new
    return found


_LONG: Final = 20_000
"""From how many characters on a text is read as one with escapes in it twice only, not three times."""

_ESCAPED: Final = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_MEANT: Final = {"n": "\n", "t": "\t", "b": "\b", "f": "\f", "r": "\r"}


def _forms(shown: dict[str, str]) -> _Forms:
    literal = {form: name for value, name in shown.items() for form in _literal_forms(value)} | shown
    longest = tuple(sorted(literal.items(), key=lambda pair: (-len(pair[0]), pair[0])))
    values = sorted(shown, key=lambda value: (-len(value), value))
    return _Forms(
        longest,
        tuple(form.encode("utf-8", "surrogatepass") for form, _ in longest),
        tuple((value.lower(), _spelled(value), shown[value]) for value in values),
        any(re.fullmatch(r"[-+0-9.eE]+", value) for value in values),
    )


@lru_cache(2 * MOST_NAMELESS)
def _literal_forms(value: str) -> tuple[str, ...]:
    data = value.encode("utf-8", "surrogatepass")
    forms = [value, data.hex(), data.hex().upper()]
    for before in range(3):
        whole = base64.b64encode(bytes(before) + data).decode()
        known = whole[-(-8 * before // 6) : 8 * (before + len(data)) // 6]  # the characters that no neighbour has a part in
        forms += [known, known.translate(_URL_ALPHABET)]
    if len(value) >= CASELESS:
        forms += [value.lower(), value.upper(), value.swapcase()]
    return tuple(forms)


@lru_cache(2 * MOST_NAMELESS)
def _spelled(value: str) -> re.Pattern[str]:
    """Return a pattern of every way to write a value with escapes."""
    if len(value) < CASELESS:
        return re.compile("".join(map(_spellings, value)))
    either = ("|".join(map(_spellings, {one, *one.lower(), *one.upper()})) for one in value)
    return re.compile("".join(f"(?:{each})" for each in either))


_URL_ALPHABET: Final = str.maketrans("+/", "-_")


def _spellings(character: str) -> str:
    """Return a pattern of every way to write a character."""
    code = ord(character)
    data = character.encode("utf-8", "surrogatepass")
    units = character.encode("utf-16-be", "surrogatepass")
    ways = [
        re.escape(character),
        "".join(f"%(?i:{byte:02x})" for byte in data),
        "".join(rf"\\u(?i:{units[at : at + 2].hex()})" for at in range(0, len(units), 2)),
        f"&#0*{code};",
        f"&#[xX]0*(?i:{code:x});",
    ]
    ways += [re.escape(table[character]) for table in (_HTML, _JSON) if character in table]
    return "(?:" + "|".join([*ways, r"\+"] if character == " " else ways) + ")"


def read_secret(reference: str, folder: Path) -> str:
    """Return what ``$env.NAME`` or ``$file.PATH`` stands for, without the line break at its end.

    Args:
        reference: As written.
        folder: The folder that a path counts from.

    Raises:
        Failed: If it is not there, or is empty.
    """
    kind, _, name = reference.removeprefix("$").partition(".")
    value = _of_file(reference, folder / name) if kind == "file" else _of_environment(reference, name)
    if not value:
        raise Failed(Trouble.UNPREPARED, f"{reference} is empty")
    return value


def insist_on_secret(reference: str, value: str) -> str:
    """Return a value that has to be kept secret, as one that can be.

    Raises:
        Failed: If it is too short, or has a control character in it, which no header carries.
    """
    if len(value) < SHORTEST:
        raise Failed(Trouble.UNPREPARED, f"{reference} has under {SHORTEST} characters: too few to be kept out of what we write")
    if re.search(r"[\x00-\x1f\x7f]", value):
        raise Failed(Trouble.UNPREPARED, f"{reference} has a line break or another control character in it")
    return value


def _of_environment(reference: str, name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise Failed(Trouble.UNPREPARED, f"{reference} is not set; set the environment variable {name}")
    return value.rstrip("\r\n")


def _of_file(reference: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise Failed(Trouble.UNPREPARED, f"{reference} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise Failed(Trouble.UNPREPARED, f"{reference} is no text") from None
