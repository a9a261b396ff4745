r"""Those who read our output, re-implemented from their sources: what would each take for a command?

Each is at least as trusting as the original: it splits lines wherever anybody does, and skips what anybody skips.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator


def github(line: str) -> bool:
    """actions/runner, ActionCommand.cs: ``::name …::`` at the start of a line once trimmed; ``##[name]`` anywhere."""
    trimmed = _without_ignorable(line).lstrip()
    return bool(re.match(r"::.*?::", trimmed)) or "##[" in _without_ignorable(line)


def azure(line: str) -> bool:
    """microsoft/azure-pipelines-agent, Command.cs: ``##vso[area.event …]`` anywhere, and ``##[…]`` for the log's looks."""
    return bool(re.search(r"##(vso)?\[", _without_ignorable(line), re.IGNORECASE))


def teamcity(line: str) -> bool:
    """TeamCity service messages."""
    return "##teamcity[" in line.lower()


def buildkite(line: str) -> bool:
    """Buildkite groups: ``---``, ``+++``, ``~~~`` and ``^^^ +++`` at the start of a line."""
    return line.lstrip().startswith(("---", "+++", "~~~", "^^^"))


def gitlab(line: str) -> bool:
    """gitlab-runner, sections: ``section_start:TIME:NAME\\r\\e[0K``."""
    return bool(re.search(r"section_(start|end):\d+:[^\r]*\r\x1b\[0K", line))


def junit_macros(line: str) -> bool:
    """junit-attachments of Jenkins, and GitLab: the file that a report links."""
    return bool(re.search(r"\[\[(ATTACHMENT|PROPERTY)\|", line, re.IGNORECASE))


RUNNERS: tuple[Callable[[str], bool], ...] = (github, azure, teamcity, buildkite, gitlab, junit_macros)


_OURS = {
    "github": r"::(error|warning|notice) ",
    "azure": r"##vso\[task\.logissue type=(error|warning);|##\[group\]notices$|##\[endgroup\]$",
}
"""How the lines begin of which the forms consist that are made of commands."""


def is_ours(form: str, line: str) -> bool:
    """Tell whether a line of a report is a command of ours, with none in it that another wrote."""
    own = re.match(_OURS[form], line) if form in _OURS else None
    return own is not None and not any(runner(line[own.end() :]) for runner in RUNNERS)


def commands(text: str) -> list[tuple[str, str]]:
    """Return who finds a command in which line."""
    return [(runner.__name__, line) for line in sorted(set(_lines(text))) for runner in RUNNERS if runner(line)]


def unseen(text: str) -> list[str]:
    """Return the characters that a terminal obeys, that hide, that turn the direction, or that XML forbids."""
    return [f"U+{ord(character):04X}" for character in sorted(set(text)) if _unseen(character)]


def _lines(text: str) -> Iterator[str]:
    yield from text.split("\n")  # gitlab's sections hold a carriage return
    yield from re.split(r"\r\n|\r|\n", text)  # .NET
    yield from text.splitlines()  # whoever knows Unicode


def _without_ignorable(line: str) -> str:
    """As .NET compares by culture: what Unicode calls ignorable is not there."""
    return re.sub(
        "[\u00ad\u034f\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]", "", line
    )


def _unseen(character: str) -> bool:
    if character in "\n\t":
        return False
    code = ord(character)
    hidden = unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or unicodedata.bidirectional(character) in _TURNS
    listed = 0x200B <= code <= 0x200F or 0x2060 <= code <= 0x206F or 0xE0000 <= code <= 0xE007F or 0xFFF9 <= code <= 0xFFFF
    return hidden or listed or code in (0x061C, 0x00AD, 0xFEFF, 0x180E) or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


_TURNS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
