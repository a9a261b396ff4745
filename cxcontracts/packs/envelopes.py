"""Signed bytes: a DSSE envelope with one Ed25519 signature, whose payload says in ``signer`` which key it is to be checked with.

The signature shows that nothing was changed since that key signed it. Whose key it is, no file can say of itself: whoever insists
names the key that has to have signed.

Source: DSSE 1.0, github.com/secure-systems-lab/dsse; RFC 8032.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from cxcontracts.errors import EnvelopeError, UsageError
from cxcontracts.exchanges import JSON

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MOST_BYTES: Final = 96 * 1024 * 1024
_SIGNER: Final = re.compile(r"ed25519:[0-9a-f]{64}")


@dataclass(frozen=True)
class Opened:
    """What was in an envelope whose signature is right.

    Attributes:
        payload: The object that was signed.
        digest: ``sha256:…`` of its bytes.
        signer: The key that signed it, ``ed25519:…``.
    """

    payload: Mapping[str, Any]
    digest: str
    signer: str


def signer_of(key: Ed25519PrivateKey) -> str:
    """Return the public half of a key, as payloads and people name it."""
    return f"ed25519:{key.public_key().public_bytes_raw().hex()}"


def sealed(payload: Mapping[str, JSON], kind: str, key: Ed25519PrivateKey) -> bytes:
    """Return an envelope with a payload that says who signed it; the same payload and key give the same bytes.

    Args:
        kind: The media type of the payload.
    """
    signer = signer_of(key)
    signed = orjson.dumps({**payload, "signer": signer}, option=orjson.OPT_SORT_KEYS)
    signature = {"keyid": signer, "sig": b64encode(key.sign(_to_sign(signed, kind))).decode()}
    envelope = {"payload": b64encode(signed).decode(), "payloadType": kind, "signatures": [signature]}
    return orjson.dumps(envelope, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _to_sign(payload: bytes, kind: str) -> bytes:
    """Return what DSSE signs of a payload: its "pre-authentication encoding"."""
    return b"DSSEv1 %d %b %d %b" % (len(kind.encode()), kind.encode(), len(payload), payload)


def opened(file: Path, kind: str, signed_by: str = "") -> Opened:
    """Return what is in the envelope that a file holds.

    Args:
        kind: The media type that its payload has to have.
        signed_by: The key that has to have signed it; empty for whichever.

    Raises:
        UsageError: If *signed_by* is no key.
        EnvelopeError: If it is no such envelope, or the signature is not right.
        OSError: If the file cannot be read.
    """
    if signed_by and not _SIGNER.fullmatch(signed_by):
        raise UsageError(f"{signed_by[:80]!r} is no key; write the line that cxcontracts key show prints: ed25519:…")
    data = _read(file)
    shown = file.name
    try:
        envelope = _parsed(data)
        payload, signature = _parts(envelope)
    except ValueError as error:
        raise EnvelopeError.of(
            shown, "envelope-form", f"it is no signed {_word(kind)}, or is damaged: {error}", f"ask for the {_word(kind)} again"
        ) from None
    if envelope["payloadType"] != kind:
        what = f"it holds {str(envelope['payloadType'])[:80]!r}, not {kind!r}"
        raise EnvelopeError.of(shown, "envelope-kind", what, f"name a {_word(kind)}")
    try:
        found = _parsed(payload)
    except ValueError:
        raise EnvelopeError.of(
            shown, "envelope-changed", "it was changed after it was signed, or is not whole", "ask for it again"
        ) from None
    signer = found.get("signer")
    if not isinstance(signer, str) or not _SIGNER.fullmatch(signer):
        raise EnvelopeError.of(shown, "envelope-unsigned", "it does not say which key signed it", "ask for it again")
    if not _is_signed(payload, kind, signature, signer):
        raise EnvelopeError.of(
            shown, "envelope-changed", "it was changed after it was signed, or is not whole", "ask for it again"
        )
    if signed_by and signer != signed_by:
        what = f"it is signed by {signer}, not by {signed_by[:80]}"
        raise EnvelopeError.of(
            shown, "envelope-signer", what, "ask whoever sent it which key is theirs, by another way than this file"
        )
    return Opened(found, digest_of(payload), signer)


def digest_of(payload: bytes) -> str:
    """Return ``sha256:…`` of a payload."""
    return f"sha256:{hashlib.sha256(payload).hexdigest()}"


def _read(file: Path) -> bytes:
    with file.open("rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise EnvelopeError.of(
            file.name, "envelope-too-large", f"it is larger than {MOST_BYTES // 2**20} MB", "ask for a smaller one"
        )
    return data


def _parsed(data: bytes) -> dict[str, Any]:
    """Return the JSON object that some bytes hold; no key may come twice.

    Raises:
        ValueError: If they hold none.
    """

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key comes twice")
        return found

    if not data.lstrip().startswith(b"{"):
        raise ValueError("it does not begin as JSON")
    try:
        value = json.loads(data.decode(), object_pairs_hook=unique)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("it is no object")
    return value


def _parts(envelope: Mapping[str, Any]) -> tuple[bytes, str]:
    if envelope.keys() != {"payload", "payloadType", "signatures"}:
        raise ValueError("it has other keys than payload, payloadType and signatures")
    signatures = envelope["signatures"]
    if not isinstance(signatures, list) or len(signatures) != 1 or not isinstance(signatures[0], dict):
        raise ValueError("it does not have one signature")
    if signatures[0].keys() != {"keyid", "sig"} or not all(isinstance(value, str) for value in signatures[0].values()):
        raise ValueError("its signature has other keys than keyid and sig")
    if not isinstance(envelope["payload"], str):
        raise ValueError("its payload is no text")
    return b64decode(envelope["payload"], validate=True), signatures[0]["sig"]


def _is_signed(payload: bytes, kind: str, signature: str, signer: str) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.removeprefix("ed25519:")))
        public.verify(b64decode(signature, validate=True), _to_sign(payload, kind))
    except (ValueError, InvalidSignature):
        return False
    return True


def _word(kind: str) -> str:
    return "result" if "result" in kind else "pack"
