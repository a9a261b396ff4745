"""The local key that packs and results are signed with: one PEM file, which only its user can read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from cxcontracts.errors import UsageError
from cxcontracts.own_folders import of_configuration
from cxcontracts.packs.envelopes import signer_of

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

VARIABLE: Final = "CX_SIGNING_KEY"
"""The environment variable that names another file with a key, or holds the key itself, as CI systems keep it."""

_BEGINS: Final = "-----BEGIN PRIVATE KEY-----"


def default_file() -> Path:
    """Return where a user's key lies.

    Raises:
        UsageError: If the user has no home.
    """
    try:
        return of_configuration() / "key.pem"
    except RuntimeError:
        raise UsageError(f"nobody has a home here; name a key's file in {VARIABLE}") from None


def new_key(file: Path) -> str:
    """Write a new key, and return its public half, as people name it.

    Raises:
        UsageError: If there is a file already: what was signed with that key could not be told from others' any more.
        OSError: If it cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    text = key.private_bytes(encoding, form, serialization.NoEncryption())
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise UsageError(f"there is a key in {file} already; move it away first, or name another file with --output") from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(text)
    return signer_of(key)


def read_key(named: Path | None = None) -> Ed25519PrivateKey:
    """Return the key to sign with: that of a named file, of the environment, else the user's own.

    Raises:
        UsageError: If there is none, or it is no such key.
        OSError: If the file cannot be read.
    """
    held = os.environ.get(VARIABLE, "")
    if named is None and held.lstrip().startswith(_BEGINS):
        return _parsed(held.strip().encode() + b"\n", f"what {VARIABLE} holds")
    file = named or (Path(held) if held else default_file())
    if not file.is_file():
        raise UsageError(f"there is no key in {file} to sign with; make one: cxcontracts key new")
    return _parsed(file.read_bytes(), str(file))


def _parsed(text: bytes, shown: str) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(text, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError(f"{shown} is no Ed25519 key in PEM without a password; make one: cxcontracts key new")
    return key
