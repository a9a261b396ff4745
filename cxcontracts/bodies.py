"""The bodies of requests and responses: bytes to the values that requirements read, and back."""

from __future__ import annotations

import codecs
import hashlib
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlencode

import orjson

from cxcontracts.documents import Malformed
from cxcontracts.documents.json_text import load
from cxcontracts.exchanges import JSON, NO_BODY, Raw

MOST_TEXT: Final = 64_000
"""The most characters of a body that is no JSON that are kept."""

_PARTS: Final = "multipart/form-data"
_BOUNDARY: Final = re.compile(r';\s*boundary="?([^";\s]{1,70})', re.IGNORECASE)
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"


def media_of(content_type: str) -> str:
    """Return the media type of a ``Content-Type``, without its parameters, in lower case.

    >>> media_of("Application/JSON; charset=utf-8")
    'application/json'
    """
    return content_type.partition(";")[0].strip().lower()


def is_json(media: str) -> bool:
    """Tell whether a media type is JSON, under whatever name."""
    return media == "application/json" or (media.startswith(("application/", "text/")) and media.endswith(("+json", "/json")))


def read_body(data: bytes, content_type: str) -> JSON:
    """Return a body as needs read it: a JSON value, or :class:`Raw`; :data:`NO_BODY` where there is not a byte.

    Bytes without a media type are JSON where they can be read as such. A byte-order mark is passed over.
    """
    if not data:
        return NO_BODY
    media = media_of(content_type)
    why = ""
    if is_json(media) or not media:
        try:
            return load(data.removeprefix(codecs.BOM_UTF8))
        except Malformed as problem:
            why = f"it is announced as {media}, and is none: {problem}"
        except UnicodeDecodeError:
            why = f"it is announced as {media}, and is no UTF-8"
    return raw(data, content_type, why if media else "")


def raw(data: bytes, content_type: str, why: str = "") -> Raw:
    """Return a body that is not read as JSON.

    Args:
        why: Why not, where JSON was announced.
    """
    parts: dict[str, JSON] = {"media": media_of(content_type), "bytes": len(data)}
    text = _text(data, content_type)
    if text is not None:
        parts["text"] = text[:MOST_TEXT]
    size = _size(data)
    if size is not None:
        parts["image"] = {"width": size[0], "height": size[1]}
    return Raw(parts, why)


def sent_as(body: JSON, content_type: str) -> str:
    """Return the ``Content-Type`` with which a body goes out: parts of a form need a boundary, the same for the same body.

    >>> sent_as({"a": "x"}, "multipart/form-data").partition("=")[0]
    'multipart/form-data; boundary'
    """
    if media_of(content_type) != _PARTS or _boundary(content_type) or not isinstance(body, Mapping):
        return content_type
    return f"{content_type}; boundary={hashlib.sha256(orjson.dumps(body, option=orjson.OPT_NON_STR_KEYS)).hexdigest()[:32]}"


def written_body(body: JSON, content_type: str) -> bytes:
    """Return the bytes of a body that a step sends, as its media type has it; see :func:`sent_as`.

    Raises:
        ValueError: If the media type cannot carry the value.
    """
    if body is NO_BODY:
        return b""
    if isinstance(body, Raw):
        return str(body.get("text", "")).encode()
    media = media_of(content_type)
    if media == _PARTS and isinstance(body, Mapping) and _boundary(content_type):
        return _parts(body, _boundary(content_type).encode())
    if media == "application/x-www-form-urlencoded" and isinstance(body, Mapping):
        return urlencode(list(_fields(body)), doseq=True).encode()
    if isinstance(body, str) and not is_json(media):
        return body.encode()
    if not is_json(media) and media:
        raise ValueError(f"a value of this form cannot be sent as {media}; write the body as a text")
    return orjson.dumps(body)


def _parts(body: Mapping[str, JSON], boundary: bytes) -> bytes:
    """Return the fields of a form as parts, a part an item of a list.

    Source: RFC 7578; HTML, section 4.10.22.8, for what is escaped in names.
    """
    written = b""
    for name, value in body.items():
        escaped = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
        for each in value if isinstance(value, list) else [value]:
            kind = "Content-Type: application/json\r\n" if isinstance(each, Mapping | list) else ""
            head = f'Content-Disposition: form-data; name="{escaped}"\r\n{kind}\r\n'
            written += b"--" + boundary + b"\r\n" + head.encode() + _plain(each).encode() + b"\r\n"
    return written + b"--" + boundary + b"--\r\n"


def _boundary(content_type: str) -> str:
    found = _BOUNDARY.search(content_type)
    return found[1] if found else ""


def _fields(body: Mapping[str, JSON]) -> Iterator[tuple[str, list[str]]]:
    for name, value in body.items():
        yield name, [_plain(each) for each in (value if isinstance(value, list) else [value])]


def _plain(value: JSON) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _text(data: bytes, content_type: str) -> str | None:
    """Return bytes as text, by the charset that they name or else as UTF-8; None where they are none."""
    named = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    for charset in filter(None, (named, "utf-8")):
        try:
            return data.decode(charset)
        except (LookupError, UnicodeError, ValueError):
            continue
    return None


def _size(data: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG, GIF or JPEG image; None of anything else."""
    if data.startswith(_PNG) and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return _size_of_jpeg(data) if data.startswith(_JPEG) else None


def _size_of_jpeg(data: bytes) -> tuple[int, int] | None:
    """Return the size in the first frame header, ITU T.81 section B.2.2."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, (length,) = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
