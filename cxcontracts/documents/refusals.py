"""What no file may be, and the two exceptions that say why one was refused."""

from __future__ import annotations

from cxcontracts.documents.positions import line_and_column

MOST_BYTES = 20_000_000
"""The largest file that is read: GitHub's contract, the largest known, has 13 MB."""

MOST_NESTING = 128
"""How deep lists and mappings may lie in one another; real contracts stay below 40."""

MOST_VALUES = 1_500_000
"""How many values a document may have, a list or mapping counting as two, what an alias repeats counting again; GitHub's
contract, the largest known, has 340,000."""

_LONGEST_QUOTE = 80


class Refused(Exception):
    """A file is not read.

    Attributes:
        code: The cause, in kebab case.
        what: What is wrong.
        remedy: What to do about it.
    """

    def __init__(self, code: str, what: str, remedy: str) -> None:
        super().__init__(what)
        self.code = code
        self.what = what
        self.remedy = remedy


class Malformed(Refused):
    """A file was read and its text cannot be used.

    Attributes:
        offset: Where, in characters from the start of the text, a byte-order mark not counted.
    """

    def __init__(self, offset: int, code: str, what: str, remedy: str) -> None:
        super().__init__(code, what, remedy)
        self.offset = offset


def too_large(at_most: int) -> Malformed:
    """Return the refusal of a file of more than *at_most* bytes."""
    return Malformed(0, "file-too-large", f"the file has more than {at_most:,} bytes", "leave out what no journey uses")


def too_deep(offset: int) -> Malformed:
    """Return the refusal of nesting beyond :data:`MOST_NESTING`, the same for JSON and YAML."""
    return Malformed(offset, "too-deep", f"nested more than {MOST_NESTING} deep", "flatten it, or move parts to named schemas")


def too_many_values(offset: int = 0, most: int = MOST_VALUES) -> Malformed:
    """Return the refusal of more than *most* values, the same for JSON and YAML."""
    what = f"more than {most:,} values, counting what aliases repeat"
    return Malformed(offset, "too-many-values", what, "split the document into several files")


def repeated_key(text: str, key: str, first: int, again: int) -> Malformed:
    """Return the refusal of a key that its mapping already has, the same for JSON and YAML."""
    line, _ = line_and_column(text, first)
    return Malformed(again, "duplicate-key", f"the key {quoted(key)} is there already, in line {line}", "remove one of the two")


def quoted(value: object) -> str:
    r"""Return *value* as a message may show it: on one line, nothing invisible in it, not too long.

    >>> quoted("a" + chr(0x202E) + "b")
    "'a\\u202eb'"
    """
    shown = repr(value[: 2 * _LONGEST_QUOTE] if isinstance(value, str) else value)
    return shown if len(shown) <= _LONGEST_QUOTE else shown[: _LONGEST_QUOTE - 1] + "…"
