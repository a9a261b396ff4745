"""Packs made of an estate, and of whatever somebody hostile signs."""

from __future__ import annotations

import base64
import datetime
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cxcontracts.opening import Opened, open_estate
from cxcontracts.packs.envelopes import sealed
from cxcontracts.packs.pack import KIND, made
from cxcontracts.packs.packing import Content, packed

TODAY = datetime.date(2027, 1, 15)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
REFERENCE = Path(__file__).parent.parent / "contracts"


def content_of(root: Path, partner: str) -> tuple[Opened, Content]:
    """Return an estate, and what leaves it for a partner."""
    opened = open_estate(root, today=TODAY)
    return opened, packed(opened, partner)


def pack_file(folder: Path, root: Path, partner: str, key: Ed25519PrivateKey = KEY, today: datetime.date = TODAY) -> Path:
    """Write the pack of a partner, and return its file."""
    _, content = content_of(root, partner)
    file = folder / f"{partner}.cxpack"
    file.write_bytes(made(content, partner, today, today + datetime.timedelta(days=90), key))
    return file


def payload_of(file: Path) -> dict[str, Any]:
    """Return what was signed."""
    return dict(json.loads(base64.b64decode(json.loads(file.read_bytes())["payload"])))


def signed_anew(file: Path, payload: dict[str, Any], key: Ed25519PrivateKey = KEY, kind: str = KIND) -> Path:
    """Write an envelope with a right signature around whatever it is."""
    payload.pop("signer", None)
    file.write_bytes(sealed(payload, kind, key))
    return file
