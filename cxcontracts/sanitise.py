r"""Makes text that others wrote harmless wherever it is shown: on a terminal, in a CI log, in XML.

Contracts, and what a partner answers, are written by people whom we do not control, and whatever we print is read by more than
eyes: terminals obey escape sequences, CI runners obey lines that look like commands (``::set-output name=verdict::pass``), report
readers link the file that a macro names. Two things are done about it, both to be seen, so that nobody is fooled by what is
missing:

- a character that a reader cannot see, or that moves what he sees, is spelled out: ``\x1b``, ``\u202e``;
- a backslash parts the opening of each control language, so that no runner takes it for one: ``:\:set-output``, ``#\#vso[``.

Raw text stays in JSON alone, where escapes are part of the format. Both functions are idempotent.

Sources: Unicode 16, DerivedCoreProperties, Default_Ignorable_Code_Point; actions/runner ``ActionCommand.cs``;
microsoft/azure-pipelines-agent ``Command.cs``; the manuals of TeamCity, Buildkite and GitLab; jenkinsci/junit-attachments-plugin.
"""

from __future__ import annotations

import re
from typing import Final

_NONCHARACTERS: Final = "".join(f"{chr(plane | 0xFFFE)}{chr(plane | 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
_UNSEEN: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and line feed, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # with the above: default ignorable, hence bidi and tags
    "\u2028\u2029"  # line separators
    "\ud800-\udfff"  # lone surrogates: no encoding can write them
    "\ufdd0-\ufdef\ufff0-\uffff" + _NONCHARACTERS + "]"  # noncharacters, specials: XML forbids them
)

# .NET, in which the runners of GitHub and Azure are written, trims every Unicode white space before it looks for a command.
_COMMAND_LINE: Final = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_FOLD_LINE: Final = re.compile(r"^([^\S\n]*)(?=---|\+\+\+|~~~|\^\^\^)", re.MULTILINE)
_HASH_COMMAND: Final = re.compile(r"#(?=#(?:vso|teamcity)?\[)", re.IGNORECASE)
_REPORT_MACRO: Final = re.compile(r"\[(?=\[(?:ATTACHMENT|PROPERTY)\|)", re.IGNORECASE)


_PLAIN: Final = re.compile("[A-Za-z0-9][A-Za-z0-9 !$%&'()*+,./:;<=>?@^_`{|}~-]*")
"""Most lines: nothing unseen in them, and nothing of which a command could begin."""


def harmless(text: str) -> str:
    r"""Return *text* so that it can be shown: same lines, nothing unseen, no command of any runner.

    Tabs and line feeds stay; ``\r\n`` becomes a line feed.

    >>> print(harmless("\x1b[2K::set-output name=verdict::pass"))
    \x1b[2K::set-output name=verdict::pass
    >>> print(harmless("ok\n ::set-output name=verdict::pass"))
    ok
     :\:set-output name=verdict::pass
    """
    return _parted(_UNSEEN.sub(_spelled, text.replace("\r\n", "\n")))


def harmless_line(text: str, limit: int | None = 300) -> str:
    r"""Return *text* so that it can be shown within one line: as :func:`harmless`, with tabs and line feeds spelled out.

    Args:
        text: Any text.
        limit: The most characters to return, at least 1; a text that is cut ends in ``…``. None cuts nothing.

    >>> print(harmless_line("cancelled\nINTACT"))
    cancelled\nINTACT
    >>> print(harmless_line("cancelled", limit=5))
    canc…
    """
    within = text if limit is None else text[: limit + 1]
    line = (
        within if _PLAIN.fullmatch(within) else _parted(_UNSEEN.sub(_spelled, within).replace("\n", r"\n").replace("\t", r"\t"))
    )
    return line if limit is None or len(line) <= limit else line[: limit - 1] + "…"


def _spelled(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code == 0x0D:
        return r"\r"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _parted(text: str) -> str:
    text = _COMMAND_LINE.sub(r"\1:\\", text)
    text = _FOLD_LINE.sub(r"\1\\", text)
    text = _HASH_COMMAND.sub(r"#\\", text)
    return _REPORT_MACRO.sub(r"[\\", text)
