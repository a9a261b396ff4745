"""``diff`` held against oasdiff, finding by finding, on the pairs of its own tests: ``python -m benchmarks.agreement``.

What oasdiff calls an error has to be breaking here, or an error where it is about what was announced, in the same operation and,
where its sentence names a parameter, a header or a property, in that one. Where it finds something harmless, nothing may break
anybody here, but what it finds something worse in; and nothing at all where it is silent. ``agreement.yaml`` lists where the two
differ, who is right, and how that is shown.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import ryaml

from benchmarks.corpus import Pair, Version, corpus
from benchmarks.witnesses import NOT_LOOKED_AT, Document, doubt, told_apart
from cxcontracts.comparing import Asked, compare
from cxcontracts.findings import Change, Level
from cxcontracts.opening import read_contract

REMAINING = Path(__file__).with_name("agreement.yaml")
TODAY = datetime.date(2026, 11, 22)
"""The day on which the pairs were written down: some of their tests name a sunset so many days ahead."""
LEAST = 0.95
"""How many lines have to agree, of oasdiff's findings about operations: of all but those that a value shows to be wrong."""
HARMLESS = ("none", "info")

_COMPOUND = (
    "any-of", "one-of", "all-of", "wrapped", "if-", "then-", "else-", "contains", "dependent", "prefix-items", "property-names",
    "unevaluated", "pattern-property", "type-changed", "list-of-types", "schema-added",
)  # fmt: skip
"""Words in the ids of what oasdiff finds in a schema as a whole, and what may be told at a member of it just as well."""
_COVERING = ("-type-changed", "-alternatives-changed", "-removed", "-required-added", "-values-changed", "-rule-changed")
"""How the ids end of what is told once for all that is inside."""
_STRUCTURAL = frozenset({"items", "anyOf", "oneOf", "allOf", "not", "if", "then", "else", "additionalProperties", "prefixItems"})
_PROPERTY = re.compile(r"`([^`]+)` (?:(?:request|response)(?:'s)? )?property")
_OF_PROPERTY = re.compile(r"propert(?:y|ies) `([^`]+)`")
_PARAMETER = re.compile(r"request parameter `([^`]+)`")
_HEADER = re.compile(r"(?:response header `|required )([^` ]+)`|`([^`]+)` request header")
_PLACES = ("path", "query", "header", "cookie")


@dataclass(frozen=True, slots=True)
class Element:
    """Where something is: *names* lead from the operation to the part, without indices and without words of the schema."""

    operation: str
    side: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One finding of oasdiff about an operation; *text* is empty where only its id is known."""

    id: str
    level: str
    element: Element
    text: str


@dataclass(frozen=True)
class Case:
    """One pair with what oasdiff says of it.

    Attributes:
        level: The worst level of what its test asserts.
        worst: The worst level of all that oasdiff says of it.
        lines: All that it says of operations.
        notice: The days of notice that its test agreed on; None for none.
    """

    name: str
    pair: Pair
    level: str
    worst: str
    lines: tuple[Line, ...]
    notice: int | None

    @property
    def errors(self) -> tuple[Line, ...]:
        """What oasdiff calls errors."""
        return tuple(line for line in self.lines if line.level == "error")

    @property
    def fine(self) -> tuple[Line, ...]:
        """What oasdiff calls harmless."""
        return tuple(line for line in self.lines if line.level == "info")

    @property
    def harmless(self) -> bool:
        """Whether oasdiff finds nothing in it that breaks, or may break, anybody."""
        return self.level in HARMLESS and self.worst in HARMLESS

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What ``diff`` says of it."""
        record, candidate = (read_contract(each.file, each.file.parent.name) for each in (self.pair.old, self.pair.new))
        return compare(record, candidate, self.name, Asked(TODAY, self.notice)).changes


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the two differ.

    Attributes:
        case: The pair.
        id: oasdiff's id of an error that is none here; or the id of our rule, after ``ours:``, where it finds nothing.
        element: Where.
        said: What it says, or what we say.
        change: Our change; None where it is an error of oasdiff's that nothing here agrees with.
    """

    case: Case
    id: str
    element: str
    said: str
    change: Change | None = None

    @property
    def key(self) -> tuple[str, str]:
        """What :class:`Remaining` lists it by."""
        return self.case.name, self.id


@dataclass(frozen=True, slots=True)
class Remaining:
    """A difference that stays.

    Attributes:
        pair, id: As in :class:`Difference`.
        right: ``ours`` or ``oasdiff``.
        why: Why, in a sentence or two.
        shown: ``witness`` where our exchange shows it; ``sample`` where a value does, which both versions take or both refuse,
            whatever oasdiff says; ``rule`` where no exchange and no value can.
        at: Where the sample is: ``METHOD /path``, and ``body``, a status, or the place and name of a parameter.
        sample: The value.
    """

    pair: str
    id: str
    right: str
    why: str
    shown: str
    at: str = ""
    sample: Any = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """On how many lines the two agree.

    Attributes:
        errors, missed: What oasdiff calls errors, and how much of it breaks nobody here.
        harmless, alarms: What it calls harmless, and what breaks somebody there all the same.
        pairs, differing: All pairs, and those with any difference.
        shown: How many of the differences a witness or a sample decides against oasdiff.
    """

    errors: int
    missed: int
    harmless: int
    alarms: int
    pairs: int
    differing: int
    shown: int

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return self.errors + self.harmless

    @property
    def agreed(self) -> int:
        """How many of them agree."""
        return self.lines - self.missed - self.alarms

    @property
    def share(self) -> float:
        """How many agree, 0 to 1, of those that nothing shows to be wrong."""
        return self.agreed / (self.lines - self.shown)

    def __str__(self) -> str:
        breaking = f"{self.errors - self.missed} of {self.errors} errors are breaking here"
        fine = f"{self.harmless - self.alarms} of {self.harmless} harmless lines break nobody"
        pairs = f"no difference on {self.pairs - self.differing} of {self.pairs} pairs"
        share = f"{self.agreed} of {self.lines} lines agree ({self.agreed / self.lines:.1%})"
        return f"{share}, {self.share:.1%} without {self.shown} that are shown wrong: {breaking}; {fine}; {pairs}"


def main() -> int:
    """Compare all pairs, print where the two differ, and return 1 where that is not what is listed, or too much."""
    options = _options()
    compared = [case for case in cases() if options.only in case.name]
    found = [difference for case in compared for difference in differences(case)]
    for difference in found:
        print(_told(difference))
    agreement = count(compared, found, remaining())
    print(agreement)
    complaints = list(mistakes(found, remaining(), whole=not options.only))
    print("\n".join(complaints) or "every difference is listed, and shown")
    return 1 if complaints or agreement.share < LEAST else 0


def cases() -> Iterator[Case]:
    """Yield every pair, in the order of the corpus."""
    root = corpus() / "oasdiff-pairs"
    levels = {row["id"]: row["level"] for row in json.loads((root / "checks.json").read_bytes())}
    for row in json.loads((root / "index.json").read_bytes())["pairs"]:
        yield _case(root, row, levels)


def differences(case: Case) -> Iterator[Difference]:
    """Yield where the two differ on one pair: errors that are none here, and breaks here of which it says nothing bad."""
    for line in case.errors:
        if not any(agrees(line, change) for change in case.changes):
            yield Difference(case, line.id, _place(line.element), line.text)
    worse = [line for line in case.lines if line.level != "info"]
    for change in case.changes:
        fine = case.harmless or any(_names_the_same(line, change) for line in case.fine)
        if change.breaking and fine and not any(_around(line, change) for line in worse):
            yield Difference(case, f"ours:{change.rule}", change.element, change.because or change.change, change)


def agrees(line: Line, change: Change) -> bool:
    """Tell whether a change is what oasdiff calls an error, in the same place."""
    if not change.breaking and change.level is not Level.ERROR:
        return False
    here, there = element_of(change.element), line.element
    if here.side != there.side and there.side and here.side:
        return False
    if there.operation and here.operation != there.operation:
        return change.places > 1 and here.names[-1:] == there.names[-1:]  # of a shared schema, we name the first place
    if here.names == there.names or not there.operation:
        return True
    if here.names == there.names[: len(here.names)]:
        return change.rule.endswith(_COVERING)
    deeper = there.names == here.names[: len(there.names)]
    return deeper and (any(word in line.id for word in _COMPOUND) or not there.side)


def _names_the_same(line: Line, change: Change) -> bool:
    here, there = element_of(change.element), line.element
    return (here.operation, here.side, here.names) == (there.operation, there.side, there.names) and here.side != ""


def _around(line: Line, change: Change) -> bool:
    """Tell whether oasdiff finds fault with what a change of ours is in, or with what is in it."""
    here, there = element_of(change.element), line.element
    if here.operation != there.operation or (here.side and there.side and here.side != there.side):
        return False
    short = min(len(here.names), len(there.names))
    return here.names[:short] == there.names[:short]


def count(compared: Sequence[Case], found: Iterable[Difference], listed: Sequence[Remaining]) -> Agreement:
    """Return how many lines agree; a pair of which oasdiff says nothing is a line, and harmless."""
    differing = list(found)
    decided = {(entry.pair, entry.id) for entry in listed if entry.right == "ours" and entry.shown != "rule"}
    return Agreement(
        errors=sum(len(case.errors) for case in compared),
        missed=sum(difference.change is None for difference in differing),
        harmless=sum(len(case.fine) or case.harmless for case in compared),
        alarms=sum(difference.change is not None for difference in differing),
        pairs=len(compared),
        differing=len({difference.case.name for difference in differing}),
        shown=sum(difference.key in decided for difference in differing),
    )


def remaining() -> tuple[Remaining, ...]:
    """Return the differences that stay, as listed."""
    return tuple(Remaining(**entry) for entry in ryaml.loads(REMAINING.read_text(encoding="utf-8")) or ())


def mistakes(found: Sequence[Difference], listed: Sequence[Remaining], *, whole: bool = True) -> Iterator[str]:
    """Yield what is wrong with the list: a difference that is not there, an entry that is none any more or is not shown.

    Args:
        whole: Whether every pair was compared, so that an entry that is not found is gone.
    """
    entries = {(entry.pair, entry.id): entry for entry in listed}
    for key in dict.fromkeys(difference.key for difference in found):
        if key not in entries:
            yield f"NOT LISTED: {key[0]}: {key[1]}"
    differing = {difference.key: difference for difference in found}
    for key, entry in entries.items():
        if key in differing:
            reason = _unshown(entry, differing[key])
            if reason:
                yield f"NOT SHOWN: {key[0]}: {key[1]}: {reason}"
        elif whole:
            yield f"LISTED, AND GONE: {key[0]}: {key[1]}"


def _unshown(entry: Remaining, difference: Difference) -> str:
    """Return why an entry does not show what it says; empty where it does, or where nothing can be shown."""
    if entry.right not in ("ours", "oasdiff") or entry.shown not in ("witness", "sample", "rule") or not entry.why:
        return "right is ours or oasdiff, shown is witness, sample or rule, and why is not empty"
    pair = difference.case.pair
    record, candidate = Document(pair.old), Document(pair.new)
    if entry.shown == "sample":
        method, path, where = entry.at.split(" ", 2)
        return told_apart(record, candidate, f"{method} {path}", where, entry.sample)
    if entry.shown == "witness":
        if difference.change is None:
            return "there is no witness: nothing breaks here"
        reason = doubt(difference.change, record, candidate)
        return "" if reason.startswith(NOT_LOOKED_AT) and difference.change.witness else reason
    return ""


def element_of(written: str) -> Element:
    """Return where a change of ours is.

    >>> element_of("GET /a/{b} 200 application/json items.*.name")
    Element(operation='GET /a/{b}', side='response', names=('items', 'name'))
    >>> element_of("GET /a query filter.tag")
    Element(operation='GET /a', side='request', names=('filter', 'tag'))
    """
    method, path, *rest = written.split(" ")
    operation = f"{method} {path}"
    if not rest or rest[0] == "security":
        return Element(operation, "", ())
    if "event" in rest[:1] or rest[0].startswith("callback."):
        return Element(operation, "event", _names(" ".join(rest[2:])))
    first, *further = rest
    if first == "body" or first in _PLACES:
        names = further[1:] if first == "body" else further
        return Element(operation, "request", _names(" ".join(names)))
    header = " ".join(further)
    path = header.removeprefix("header.").lower() if header.startswith("header.") else " ".join(further[1:])
    return Element(operation, "response", _names(path))


def _names(path: str) -> tuple[str, ...]:
    return tuple(name for name in path.split(".") if name and name != "*" and not name.isdigit())


def _case(root: Path, row: Mapping[str, Any], levels: Mapping[str, str]) -> Case:
    old, new = (Path(row[side]) for side in ("base", "revision"))
    pair = Pair(row["id"], *(Version(root / file.parent, Path(file.name), alone=True) for file in (old, new)))
    said = [finding for finding in row["oasdiff_all_findings"] or () if finding["operation"]]
    lines = [Line(finding["id"], finding["level"], _element(finding), finding["text"]) for finding in said]
    agreed_on = [test["stable"] for test in row["tests"] if set(test["asserted_present"]) - {line.id for line in lines}]
    asked = [name for name in row["expected_check_ids"] if levels.get(name) == "error" and not row["oasdiff_error_ids"]]
    lines += [Line(name, "error", Element("", "", ()), "") for name in asked]
    return Case(row["id"], pair, row["level"], row["oasdiff_max_level"], tuple(lines), max(agreed_on, default=0) or None)


def _element(finding: Mapping[str, str]) -> Element:
    """Return where oasdiff's finding is, as its sentence says it."""
    operation = f"{finding['operation']} {finding['path']}"
    text, id = finding["text"], finding["id"]
    side = "response" if "response" in id else "request" if "request" in id else ""
    if finding["path"].startswith("webhook:"):
        operation, side = f"webhook {finding['path'].removeprefix('webhook:')}", "event"
    names: list[str] = []
    for pattern, asked in ((_PARAMETER, True), (_HEADER, "header" in id)):
        found = pattern.search(text) if asked else None
        if found:
            names.append(next(group for group in found.groups() if group).lower() if pattern is _HEADER else found[1])
    inside = _PROPERTY.search(text) or _OF_PROPERTY.search(text)
    if inside:
        plain = re.sub(r"\[[^\]]*\]", "", inside[1])
        names += [name for name in plain.split("/") if name and name not in _STRUCTURAL]
    return Element(operation, side, tuple(names))


def _place(element: Element) -> str:
    return " ".join((element.operation, element.side, *element.names)).strip()


def _told(difference: Difference) -> str:
    lines = [f"{difference.case.name}: {difference.id}: {difference.element}", f"    says: {difference.said}"]
    shown = (difference.change,) if difference.change else difference.case.changes
    for change in shown:
        lines.append(f"    ours: {change.rule} {change.verdict} {change.level}: {change.element}: {change.change}")
        if change.because:
            lines.append(f"          {change.because}")
        if change.witness:
            lines.append(f"          {json.dumps(change.witness.as_json())}")
    return "\n".join(lines)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agreement", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", help="pairs with this in their name")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
