"""Files as JSON values: YAML 1.2 core and JSON, read fast, within limits; where a value stands is found only when asked."""

from __future__ import annotations

from cxcontracts.documents.document import Document, Duplicate, parse, read, read_bytes
from cxcontracts.documents.files import contents, unpacked
from cxcontracts.documents.refusals import MOST_BYTES, MOST_NESTING, MOST_VALUES, Malformed, Refused, quoted

__all__ = [
    "MOST_BYTES",
    "MOST_NESTING",
    "MOST_VALUES",
    "Document",
    "Duplicate",
    "Malformed",
    "Refused",
    "contents",
    "parse",
    "quoted",
    "read",
    "read_bytes",
    "unpacked",
]
