"""``diff`` held against oasdiff, finding by finding, on the pairs of its own tests: ``python -m benchmarks.agreement``.

What oasdiff calls an error has to be breaking here, or an error where it is about what was announced, in the same operation and,
where its sentence names a parameter, a header or a property, in that one. What it finds neither an error nor a warning in must
not break anybody here. ``agreement.yaml`` lists where the two differ, who is right, and how that is shown.
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
from cxcontracts.comparing import Asked, compare
from cxcontracts.findings import Change, Level
from cxcontracts.opening import read_contract

REMAINING = Path(__file__).with_name("agreement.yaml")
TODAY = datetime.date(2026, 11, 22)
"""The day on which the pairs were written down: some of their tests name a sunset so many days ahead."""
LEAST = 0.95
"""How much has to agree, of all findings and of all pairs."""
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
class Error:
    """One finding of oasdiff that it calls an error; *text* is empty where only its id is known."""

    id: str
    element: Element
    text: str


@dataclass(frozen=True)
class Case:
    """One pair with what oasdiff says of it.

    Attributes:
        level: The worst level of what its test asserts.
        worst: The worst level of all that oasdiff says of it.
        errors: What it calls errors.
        notice: The days of notice that its test agreed on; None for none.
    """

    name: str
    pair: Pair
    level: str
    worst: str
    errors: tuple[Error, ...]
    notice: int | None

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
        shown: ``witness`` where our exchange shows it, ``rule`` where no exchange can.
    """

    pair: str
    id: str
    right: str
    why: str
    shown: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many agree, of how many."""

    agreed: int
    total: int

    @property
    def share(self) -> float:
        """The share, 0 to 1."""
        return self.agreed / self.total

    def __str__(self) -> str:
        return f"{self.agreed} of {self.total} ({self.share:.1%})"


def main() -> int:
    """Compare all pairs, print where the two differ, and return 1 where that is not what is listed, or too much."""
    options = _options()
    compared = [case for case in cases() if options.only in case.name]
    found = [difference for case in compared for difference in differences(case)]
    for difference in found:
        print(_told(difference))
    findings, pairs = counts(compared, found)
    print(f"errors of oasdiff's that are breaking here: {findings}\npairs on which both agree: {pairs}")
    listed = {(entry.pair, entry.id) for entry in remaining()}
    unlisted = {difference.key for difference in found} - listed
    gone = () if options.only else listed - {difference.key for difference in found}
    for word, keys in (("NOT LISTED", unlisted), ("LISTED, AND GONE", gone)):
        for pair, id in sorted(keys):
            print(f"{word}: {pair}: {id}")
    return 1 if unlisted or gone or min(findings.share, pairs.share) < LEAST else 0


def cases() -> Iterator[Case]:
    """Yield every pair, in the order of the corpus."""
    root = corpus() / "oasdiff-pairs"
    levels = {row["id"]: row["level"] for row in json.loads((root / "checks.json").read_bytes())}
    for row in json.loads((root / "index.json").read_bytes())["pairs"]:
        yield _case(root, row, levels)


def differences(case: Case) -> Iterator[Difference]:
    """Yield where the two differ on one pair."""
    for error in case.errors:
        if not any(agrees(error, change) for change in case.changes):
            yield Difference(case, error.id, f"{error.element.operation} {' '.join(error.element.names)}", error.text)
    if case.harmless:
        for change in case.changes:
            if change.breaking:
                yield Difference(case, f"ours:{change.rule}", change.element, change.because or change.change, change)


def agrees(error: Error, change: Change) -> bool:
    """Tell whether a change is what oasdiff calls an error, in the same place."""
    if not change.breaking and change.level is not Level.ERROR:
        return False
    here, there = element_of(change.element), error.element
    if here.side != there.side and there.side and here.side:
        return False
    if there.operation and here.operation != there.operation:
        return change.places > 1 and here.names[-1:] == there.names[-1:]  # of a shared schema, we name the first place
    if here.names == there.names or not there.operation:
        return True
    if here.names == there.names[: len(here.names)]:
        return change.rule.endswith(_COVERING)
    deeper = there.names == here.names[: len(there.names)]
    return deeper and (any(word in error.id for word in _COMPOUND) or not there.side)


def counts(compared: Sequence[Case], found: Iterable[Difference]) -> tuple[Count, Count]:
    """Return how many errors are breaking here, and on how many pairs both agree; where oasdiff only warns, there is no side."""
    differing = list(found)
    missed = sum(difference.change is None for difference in differing)
    errors = sum(len(case.errors) for case in compared)
    judged = [case for case in compared if case.errors or case.harmless]
    names = {difference.case.name for difference in differing}
    return Count(errors - missed, errors), Count(sum(case.name not in names for case in judged), len(judged))


def remaining() -> tuple[Remaining, ...]:
    """Return the differences that stay, as listed."""
    return tuple(Remaining(**entry) for entry in ryaml.loads(REMAINING.read_text(encoding="utf-8")) or ())


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
    first, *further = rest
    if first == "body" or first in _PLACES:
        names = further[1:] if first == "body" else further
        return Element(operation, "request", _names(" ".join(names)))
    header = " ".join(further)
    path = header.removeprefix("header.") if header.startswith("header.") else " ".join(further[1:])
    return Element(operation, "response", _names(path))


def _names(path: str) -> tuple[str, ...]:
    return tuple(name for name in path.split(".") if name and name != "*" and not name.isdigit())


def _case(root: Path, row: Mapping[str, Any], levels: Mapping[str, str]) -> Case:
    old, new = (Path(row[side]) for side in ("base", "revision"))
    pair = Pair(row["id"], *(Version(root / file.parent, Path(file.name), alone=True) for file in (old, new)))
    said = [finding for finding in row["oasdiff_all_findings"] or () if finding["level"] == "error"]
    errors = [Error(finding["id"], _element(finding), finding["text"]) for finding in said]
    notices = [test["stable"] for test in row["tests"] if set(test["asserted_present"]) - {finding["id"] for finding in said}]
    asked = [name for name in row["expected_check_ids"] if levels.get(name) == "error" and not row["oasdiff_error_ids"]]
    errors += [Error(name, Element("", "", ()), "") for name in asked]
    return Case(row["id"], pair, row["level"], row["oasdiff_max_level"], tuple(errors), max(notices, default=0) or None)


def _element(finding: Mapping[str, str]) -> Element:
    """Return where oasdiff's finding is, as its sentence says it."""
    operation = f"{finding['operation']} {finding['path']}"
    text, id = finding["text"], finding["id"]
    side = "response" if "response" in id else "request" if "request" in id else ""
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
