"""A pack as a value: what a partner gets, read without trusting a byte of it.

It is one JSON document in a signed envelope, no archive: nothing in it can be a link, a program or a bomb, and a file in it is a
name and a text. What is odd about any of them refuses the whole.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cxcontracts import documents
from cxcontracts.errors import ContractError, EnvelopeError
from cxcontracts.estate.folders import ESTATE_FILE, PARTNER_FILE, WAIVERS_FILE
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Version
from cxcontracts.hiding import ELSEWHERE
from cxcontracts.packs.envelopes import Opened, opened, sealed
from cxcontracts.packs.variables import PREFIX

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from cxcontracts.packs.packing import Content

FORMAT: Final = 1
KIND: Final = "application/vnd.cxcontracts.pack+json"
MOST_FILES: Final = 2_000
MOST_BYTES: Final = 50 * 1024 * 1024

_KEYS: Final = frozenset({"format", "partner", "estate", "made", "expires", "contract", "wants", "files", "signer"})
_NAME: Final = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
_PATH: Final = re.compile(
    rf"{re.escape(ESTATE_FILE)}|{re.escape(WAIVERS_FILE)}|journeys/{_NAME}\.yaml|partners/{_NAME}(?:/{_NAME})*/{_NAME}\.(?:ya?ml|json)"
)
_WINDOWS: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_VARIABLE: Final = re.compile(rf"{PREFIX}[A-Z0-9_]{{1,60}}")
_INSIDE: Final = re.compile(r"[A-Za-z0-9_*][A-Za-z0-9_.*/-]*")
_FILE_KEY: Final = "$file"


@dataclass(frozen=True)
class Pack:
    """What a partner gets.

    Attributes:
        partner: Its id in the pack.
        estate: Whose journeys they are.
        made, expires: The day that it was made, and the last on which it can be used.
        contract: The contract of record: version and digest.
        calls: The calls that may change something, as ``POST /orders``.
        variables: The environment variables that a login is read from.
        files: Path to text; an estate.
        digest: ``sha256:…`` of what was signed.
        signer: The key that signed it.
    """

    partner: str
    estate: str
    made: datetime.date
    expires: datetime.date
    contract: Version
    calls: tuple[str, ...]
    variables: tuple[str, ...]
    files: Mapping[str, str]
    digest: str
    signer: str


def made(content: Content, partner: str, today: datetime.date, expires: datetime.date, key: Ed25519PrivateKey) -> bytes:
    """Return a pack as its file's bytes: the same content, day and key give the same."""
    payload: dict[str, JSON] = {
        "format": FORMAT,
        "partner": partner,
        "estate": content.estate,
        "made": today.isoformat(),
        "expires": expires.isoformat(),
        "contract": {"version": content.version.version, "digest": content.version.digest},
        "wants": {"calls": list(content.writes), "variables": list(content.variables)},
        "files": dict(content.files),
    }
    return sealed(payload, KIND, key)


def unsigned(content: Content, partner: str, today: datetime.date, expires: datetime.date, signer: str) -> Pack:
    """Return what a pack would have once that key has signed it: all but its digest."""
    calls, variables = tuple(content.writes), tuple(content.variables)
    return Pack(partner, content.estate, today, expires, content.version, calls, variables, content.files, "", signer)


def read_pack(file: Path, today: datetime.date | None, signed_by: str = "") -> Pack:
    """Read a pack.

    Args:
        today: The day on which it is to be used; None to look at what it was.
        signed_by: The key that has to have signed it; empty for whichever.

    Raises:
        EnvelopeError: With the reason, if anything is odd about it.
        OSError: If the file cannot be read.
    """
    return _Reading(file.name, opened(file, KIND, signed_by)).pack(today)


class _Reading:
    def __init__(self, shown: str, found: Opened) -> None:
        self._shown = shown
        self._opened = found

    def pack(self, today: datetime.date | None) -> Pack:
        payload = self._opened.payload
        if payload.get("format") != FORMAT:
            what = f"it is of format {str(payload.get('format'))[:20]!r}; this release reads format {FORMAT}"
            raise self._refused("envelope-format", what, "pip install --upgrade cxcontracts")
        if payload.keys() != _KEYS:
            raise self._refused("pack-form", f"it has other keys than {', '.join(sorted(_KEYS))}")
        partner, estate = self._text("partner", _NAME), self._text("estate", _NAME)
        made, expires = self._day("made"), self._day("expires")
        if today is not None and expires < today:
            raise self._refused("pack-expired", f"it expired on {expires}", "ask for a new one")
        if today is not None and made > today + datetime.timedelta(days=1):
            raise self._refused(
                "envelope-early", f"it was made on {made}, which is yet to come", "see what day this machine thinks it is"
            )
        calls, variables = self._wants()
        files = self._files(partner)
        asked = {name for path, text in files.items() for name in self._variables_in(path, text)}
        if asked != set(variables):
            raise self._refused("pack-variables", f"it reads other variables ({', '.join(sorted(asked)) or 'none'}) than it says")
        version = self._contract()
        return Pack(partner, estate, made, expires, version, calls, variables, files, self._opened.digest, self._opened.signer)

    def _refused(self, code: str, what: str, remedy: str = "ask whoever made it for another one") -> EnvelopeError:
        return EnvelopeError.of(self._shown, code, what, remedy)

    def _text(self, key: str, pattern: str) -> str:
        value = self._opened.payload[key]
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise self._refused("pack-form", f"its {key} is no name")
        return value

    def _day(self, key: str) -> datetime.date:
        value = self._opened.payload[key]
        try:
            if isinstance(value, str) and len(value) == 10:
                return datetime.date.fromisoformat(value)
        except ValueError:
            pass
        raise self._refused("pack-form", f"its {key} is no day")

    def _wants(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        wants = self._opened.payload["wants"]
        if not isinstance(wants, dict) or wants.keys() != {"calls", "variables"}:
            raise self._refused("pack-reach", "it wants other things than calls and variables, which packs may not")
        calls, variables = wants["calls"], wants["variables"]
        if not _are_texts(calls) or not _are_texts(variables):
            raise self._refused("pack-form", "what it wants are no lists of texts")
        for name in variables:
            if not _VARIABLE.fullmatch(name):
                raise self._refused(
                    "pack-variables",
                    f"it wants to read the variable {name[:80]!r}; a pack may read those that begin with {PREFIX}",
                )
        return tuple(calls), tuple(variables)

    def _contract(self) -> Version:
        contract = self._opened.payload["contract"]
        if not isinstance(contract, dict) or contract.keys() != {"version", "digest"} or not _are_texts(list(contract.values())):
            raise self._refused("pack-form", "it does not say which contract it holds")
        return Version(contract["version"], contract["digest"], "")

    def _files(self, partner: str) -> Mapping[str, str]:
        files = self._opened.payload["files"]
        if not isinstance(files, dict) or not files:
            raise self._refused("pack-form", "it has no files")
        if len(files) > MOST_FILES:
            raise self._refused("pack-too-large", f"it has {len(files):,} files; a pack has at most {MOST_FILES:,}")
        seen: dict[str, str] = {}
        size = 0
        for path, text in files.items():
            self._insist_on_path(path)
            plain = unicodedata.normalize("NFC", path).casefold()
            if plain in seen:
                raise self._refused("pack-files", f"its files {seen[plain]!r} and {path!r} are one file on some machines")
            seen[plain] = path
            if not isinstance(text, str):
                raise self._refused("pack-form", f"its file {path!r} is no text")
            size += len(text)
            if size > MOST_BYTES:
                raise self._refused("pack-too-large", f"its files are larger than {MOST_BYTES // 2**20} MB together")
            self._insist_on_data(path, text)
        folders = {path.split("/")[1] for path in files if path.startswith("partners/")}
        if ESTATE_FILE not in files or not folders <= {partner, ELSEWHERE} or partner not in folders:
            raise self._refused("pack-files", f"it is no estate of {partner} alone")
        return files

    def _insist_on_path(self, path: str) -> None:
        if not _PATH.fullmatch(path) or any(
            part in (".", "..") or part.endswith(".") or _WINDOWS.match(part) for part in path.split("/")
        ):
            raise self._refused("pack-files", f"it has a file {path[:120]!r}; a pack has estates' files only")

    def _insist_on_data(self, path: str, text: str) -> None:
        """Refuse what an estate of our own may say, and one of others may not: where to send calls, what to read here."""
        if path != f"{path.rpartition('/')[0]}/{PARTNER_FILE}":
            return
        value = self._parsed(path, text)
        for key in ("environments", "owner", "limits") if isinstance(value, dict) else ():
            if key in value:
                raise self._refused("pack-reach", f"{path} has {key}: where calls go, and how many, is not for a pack to say")
        for key in ("contract", "events", "pacts"):
            for _, word in _texts(value.get(key) if isinstance(value, dict) else None):
                if not _INSIDE.fullmatch(word) or ".." in word.split("/"):
                    raise self._refused("pack-reach", f"{path} names {word[:80]!r}, which is not in the pack")
        for place, word in _texts(value):
            if place in ("hook", "client-certificate", "oauth2", "token-url"):
                raise self._refused("pack-reach", f"{path} wants {place}, which packs may not")
            if word.startswith("$file."):
                raise self._refused("pack-reach", f"{path} wants to read the file {word[6:86]!r} of this machine")

    def _variables_in(self, path: str, text: str) -> Iterator[str]:
        """Yield the variables that a file reads.

        Raises:
            EnvelopeError: If it reads one that packs may not, or a file.
        """
        own = not path.startswith("partners/") or path.endswith(f"/{PARTNER_FILE}")
        if not own or ("$" not in text):
            return
        for _, word in _texts(self._parsed(path, text)):
            if word == _FILE_KEY or word.startswith("$file."):
                raise self._refused("pack-reach", f"{path} wants to read a file of this machine")
            if word.startswith("$env."):
                name = word.removeprefix("$env.")
                if not _VARIABLE.fullmatch(name):
                    raise self._refused("pack-variables", f"{path} wants to read the variable {name[:80]!r}")
                yield name

    def _parsed(self, path: str, text: str) -> JSON:
        try:
            return documents.parse(text.encode(), path).value
        except (ContractError, UnicodeEncodeError) as error:
            raise self._refused("pack-form", f"{path} cannot be read: {error}") from None


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _texts(value: JSON, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text in a value, its keys too, with the key that it stands under."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name, name
            yield from _texts(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, key)
    elif isinstance(value, str):
        yield key, value
