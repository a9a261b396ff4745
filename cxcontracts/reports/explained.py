"""What the ids that reports name mean: kinds of change, kinds of requirement, mistakes and requirements, told alike."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cxcontracts.ascii_json import written
from cxcontracts.exchanges import JSON
from cxcontracts.findings import Finding, Harm, Verdict
from cxcontracts.mistakes import Mistake
from cxcontracts.reports.inert import inert
from cxcontracts.reports.json import finding_as_json
from cxcontracts.reports.page import BOLD, Page
from cxcontracts.reports.sentences import SUFFERING, suffering
from cxcontracts.requirements import Kind, Meaning
from cxcontracts.rules import Rule, example, group_of

_VERSION: Final = 1
_WIDTH: Final = 80
_COLUMN: Final = 20
_INDENT: Final = 8
_KINDS: Final = "Kinds of requirement"


@dataclass(frozen=True, slots=True)
class Entry:
    """What can be said of one id.

    Attributes:
        id: The id.
        group: The part of its catalogue that it belongs to.
        headline: What an overview says of it.
        quote: What a page begins with, in Markdown; may be empty.
        facts: Label to text, in the order in which they are read.
        data: The same for programs.
        foreign: Whether others wrote what is said.
        examples: What shows it, after what it means.
    """

    id: str
    group: str
    headline: str
    quote: str
    facts: Mapping[str, str]
    data: Mapping[str, JSON]
    foreign: bool = False
    examples: Sequence[Example] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """Lines as they stand in a file.

    Attributes:
        label: What they show.
        lines: The lines, as one text.
        file: The file; empty where they are no lines of a file.
    """

    label: str
    lines: str
    file: str = ""

    @property
    def language(self) -> str:
        """What a page marks the lines as."""
        return {"yaml": "yaml", "lock": "yaml"}.get(self.file.rpartition(".")[2], "json" if self.file else "text")


# --- entries ------------------------------------------------------------------------------------------------------------------


def of_rule(rule: Rule) -> Entry:
    """Return what a kind of change means."""
    return Entry(
        rule.id,
        group_of(rule),
        f"{rule.level:<9}{rule.id}",
        f"> {example(rule)}",
        {
            "for example": example(rule),
            "means": rule.meaning,
            "breaks": _AUDIENCES[rule.breaks],
            "counts as": _count(rule),
            "instead": rule.remedy,
        },
        {
            "about": "change",
            "id": rule.id,
            "level": str(rule.level),
            "breaks": str(rule.breaks),
            "proved_by": "witness" if rule.proved else "policy",
            "sentence": rule.sentence,
            "example": example(rule),
            "meaning": rule.meaning,
            "remedy": rule.remedy,
        },
    )


_AUDIENCES: Final[Mapping[str, str]] = {
    "callers": "whoever calls the operation",
    "senders": "whoever sends this part of a request",
    "readers": "whoever reads this part of an answer",
    "nobody": "nobody",
}


def _count(rule: Rule) -> str:
    if rule.proved:
        return f"{rule.level}, where an exchange proves that it breaks somebody; warning, where nobody can tell; else info"
    return f"{rule.level}, by policy: what the contract says is the finding, and no exchange could show more"


def of_kind(kind: Kind) -> Entry:
    """Return what a kind of requirement means: by its own :class:`Meaning`, else by what its class or its module says."""
    meaning = getattr(kind, "meaning", None)
    if isinstance(meaning, Meaning):
        return of_meaning(kind.name, kind.harm, meaning)
    said = inspect.cleandoc(type(kind).__doc__ or sys.modules[type(kind).__module__].__doc__ or "")
    return _of_requirements(kind.name, kind.harm, {"means": " ".join(said.split())})


def of_meaning(name: str, harm: Harm, meaning: Meaning) -> Entry:
    """Return what a kind of requirement means."""
    shown = {
        "for example": meaning.example,
        "means": f"{meaning.customer[:1].upper()}{meaning.customer[1:]}.",
        "kept where": _plain(meaning.kept) or "nothing: no contract shows it, only running partners do",
        "broken where": f"the candidate {_plain(meaning.breaks)}" if meaning.breaks else "",
        "to do": meaning.remedy,
    }
    return _of_requirements(name, harm, shown)


def _of_requirements(name: str, harm: Harm, said: Mapping[str, str]) -> Entry:
    whole = {label: text for label, text in said.items() if text}
    remedy = {"to do": whole.pop("to do")} if "to do" in whole else {}
    harms = {"harm": f"{harm}: customers {SUFFERING[harm]}; unless the requirement or its step says otherwise"}
    quote = f"> `{whole['for example']}`" if "for example" in whole else ""
    data = {"about": "kind", "id": name, "harm": str(harm)} | {_KEYS[label]: text for label, text in (whole | remedy).items()}
    return Entry(name, _KINDS, f"{harm:<13}{name}", quote, whole | harms | remedy, data)


_KEYS: Final[Mapping[str, str]] = {
    "for example": "example",
    "means": "meaning",
    "kept where": "kept",
    "broken where": "broken",
    "to do": "remedy",
}


def of_mistake(mistake: Mistake) -> Entry:
    """Return what a mistake in a file means."""
    return Entry(
        mistake.code,
        mistake.group,
        mistake.code,
        "",
        {"means": mistake.means, "to do": mistake.remedy},
        {
            "about": "mistake",
            "id": mistake.code,
            "group": mistake.group,
            "meaning": _plain(mistake.means),
            "remedy": _plain(mistake.remedy),
            "file": mistake.file,
            "wrong": mistake.wrong,
            "right": mistake.right,
        },
        examples=(Example("wrong", mistake.wrong, mistake.file), Example("right", mistake.right, mistake.file)),
    )


def _plain(clause: str) -> str:
    return clause.replace("`", "")


def of_finding(finding: Finding, kind: Kind, goal: str, version: str) -> Entry:
    """Return what is known of one requirement.

    Args:
        finding: What its contract of record says of it.
        kind: Of what kind it is.
        goal: What the customer wants to achieve in its journey; may be empty.
        version: The version of the contract of record.
    """
    said = f"{finding.verdict} on the contract of record"
    shown = {
        "goal": goal,
        "means": f"{finding.kind}: {of_kind(kind).facts['means']}",
        "a break": suffering(finding),
        "harm": str(finding.harm),
        "partner": " ".join(part for part in (finding.partner, version) if part),
        "element": finding.element or finding.operation,
        "verdict": f"{said}: {finding.because}" if finding.because else said,
        "needed by": str(finding.where),
        "to do": _negotiate(finding),
    }
    data = {"about": "requirement", "version": version, "goal": goal, **finding_as_json(finding)}
    facts = {label: text for label, text in shown.items() if text}
    return Entry(finding.id, "Requirements", finding.id, "", facts, data, foreign=True)


def _negotiate(finding: Finding) -> str:
    if finding.verdict is not Verdict.UNPROMISED:
        return ""
    return f"It is a gap to negotiate: ask {finding.partner} to promise it, or have the journey live without it."


# --- formats ------------------------------------------------------------------------------------------------------------------


def text(entries: Iterable[Entry], in_full: bool) -> str:
    """Return entries for people: each whole, or all as a list."""
    page = Page(colour=False, width=_WIDTH)
    for title, listed in _by_group(entries).items():
        if not in_full:
            page.gap()
            page.write(f"{title} ({len(listed)})", style=BOLD)
        for entry in listed:
            page.write_whole(entry.id if in_full else f"    {entry.headline}")
            for label, fact in entry.facts.items() if in_full else ():
                page.row(label, _plain(fact) if entry.examples else fact, column=_COLUMN)
                if label == "means":
                    _show(page, entry.examples)
    if not in_full:
        page.gap()
        page.write("What one means: cxcontracts explain ID")
    return str(page)


def _show(page: Page, examples: Iterable[Example]) -> None:
    for example_ in examples:
        page.row(example_.label, f"in {example_.file}:" if example_.file else "for example:", column=_COLUMN)
        for line in example_.lines.splitlines():
            page.write_whole(line, indent=_INDENT)


def json(entries: Iterable[Entry], in_full: bool) -> str:
    """Return entries for programs."""
    return written({"version": _VERSION, "entries": [dict(entry.data) for entry in entries]})


def markdown(entries: Iterable[Entry], in_full: bool) -> str:
    """Return entries as sections; a list of them as pages, each with its preface."""
    blocks: list[str] = []
    for title, listed in _by_group(entries).items():
        preface = _PREFACES.get(str(listed[0].data["about"]), "")
        blocks += [preface] if not in_full and preface not in blocks else []
        blocks += [] if in_full or title == _KINDS else [f"## {title}"]
        blocks += [block for entry in listed for block in _section(entry)]
    return "\n\n".join(blocks) + "\n"


def pages(entries: Iterable[Entry]) -> Mapping[str, str]:
    """Return a page for each entry, and an index of them: the name of its file to its text."""
    grouped = _by_group(entries)
    made = {f"{entry.id}.md": _page(entry) for listed in grouped.values() for entry in listed}
    index = [_INDEX]
    for title, listed in grouped.items():
        index += [f"## {title}", "\n".join(f"- [{entry.id}]({entry.id}.md)" for entry in listed)]
    return {"README.md": "\n\n".join(index) + "\n", **made}


def _page(entry: Entry) -> str:
    heading, *blocks = _section(entry)
    return "\n\n".join([heading.removeprefix("##"), *blocks, f"[All codes](README.md): {entry.group}"]) + "\n"


def _section(entry: Entry) -> Iterable[str]:
    shown = {label: inert(fact) if entry.foreign else fact for label, fact in entry.facts.items()}
    yield f"### {inert(entry.id) if entry.foreign else entry.id}"
    if entry.quote:
        shown.pop("for example", None)
        yield entry.quote
    yield shown.pop("means")
    for each in entry.examples:
        yield f"{each.label.capitalize()}{f', in `{each.file}`' if each.file else ''}:"
        yield f"```{each.language}\n{each.lines}\n```"
    yield "\n".join(f"- {label}: {fact}" for label, fact in shown.items())


_PREFACES: Final[Mapping[str, str]] = {
    "change": """\
# Kinds of change

What `diff` tells apart, each with an example; `cxcontracts explain ID` says the same of one. Ids stay: some may be added, none is
renamed. How to give one a level of your own, and how to accept a change: [diff](diff.md).""",
    "kind": """\
# Kinds of requirement

What a journey can ask for, each with an example; `cxcontracts explain KIND` says the same of one.""",
    "mistake": """\
# Mistakes

What can be wrong in a file, each with an example; `cxcontracts explain CODE` says the same of one.""",
}
"""What begins the page of a catalogue, by what its entries are about."""

_INDEX: Final = """\
# Codes

A page for each kind of requirement, and for each code that stands at the end of a line about a mistake, as `[unknown-key]`. What
each page says, `cxcontracts explain CODE` says as well. Codes stay: some may be added, none is renamed. The kinds of change are
on [a page of their own](../changes.md)."""

RENDERED: Final[Mapping[str, Callable[[Iterable[Entry], bool], str]]] = {"text": text, "json": json, "markdown": markdown}
"""Each format: renders entries, each in full or as a list."""


def _by_group(entries: Iterable[Entry]) -> Mapping[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.group, []).append(entry)
    return groups
