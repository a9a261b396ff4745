"""What ``diff`` does: read both versions of each contract, compare them, ask an estate who feels what changed."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from cxcontracts.cli.judged import seen_from_here
from cxcontracts.cli.output import say
from cxcontracts.cli.progress import Progress
from cxcontracts.comparing import Asked, compare
from cxcontracts.documents.collector import one_by_one
from cxcontracts.errors import ContractError, EstateError, UsageError
from cxcontracts.findings import Change, Compared, Diff, Level
from cxcontracts.problems import Problem, did_you_mean
from cxcontracts.scenes import Side
from cxcontracts.sources import Pair, Repository, Source, nothing, paired, source
from cxcontracts.versioning import check_version

if TYPE_CHECKING:  # they bring pydantic along, which few comparisons need
    from cxcontracts.ignoring import Ignores
    from cxcontracts.opening import Opened

_MOST_NOTES: Final = 5


def _today() -> datetime.date:
    return datetime.datetime.now(tz=datetime.UTC).date()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of ``diff``.

    Attributes:
        old, new: The versions, as they were named.
        fail_on: The level from which on a change closes the gate; None for none.
        ignore: The file of the changes that are accepted.
        severities: The id of a rule to the level that it has instead of its own.
        check_version: Whether to say if the step of the version fits.
        descriptions: Whether to list changed descriptions.
        sunset_notice: How many days an announced end has to be away; None where nothing was agreed.
        network: Whether URLs may be fetched.
        estate: The folder of the estate that is asked who feels what; None for none.
        partner: Whose contract it is; None to find that out.
        today: The day that counts.
    """

    old: str
    new: str
    fail_on: Level | None = Level.ERROR
    ignore: Path | None = None
    severities: Mapping[str, Level] = field(default_factory=dict)
    check_version: bool = False
    descriptions: bool = False
    sunset_notice: int | None = None
    network: bool = False
    estate: Path | None = None
    partner: str | None = None
    today: datetime.date = field(default_factory=_today)


def compared(question: Question) -> Diff:
    """Return what changed, marked incomplete where a signal came in between.

    Raises:
        UsageError: If a version, or the partner, is not there.
        ContractError: With every mistake for which a contract cannot be compared.
        EstateError: If the ignore file, or the estate, is unsound.
    """
    done: list[Compared] = []
    try:
        with Repository(Path.cwd()) as repository:
            ignores = _ignores(question)
            audience = _Audience.of(question)
            pairs = paired(*_sources(question, repository))
            owners = audience.owners(pairs) if audience else {}
            with Progress(words="compared {done:,} of {total:,} contracts", patience=0) as progress:
                _compare(pairs, _Comparison(question, ignores, audience, owners), done, progress)
    except KeyboardInterrupt:
        return Diff(tuple(done), question.fail_on, complete=False)
    for idle in ignores.idle() if ignores else ():
        say(f"warning: {idle.told}")
    return Diff(tuple(done), question.fail_on, audience.name if audience else "")


def _ignores(question: Question) -> Ignores | None:
    if question.ignore is None:
        return None
    from cxcontracts.ignoring import read_ignore

    return read_ignore(question.ignore, question.today)


def _sources(question: Question, repository: Repository) -> tuple[Source, Source]:
    if question.old == question.new == "-":
        raise UsageError("standard input has one document, and - was given twice; name a file")
    old, new = (_source(text, question, repository) for text in (question.old, question.new))
    for note in _cut((*old.passed_over, *new.passed_over)):
        say(f"warning: {note}")
    return old, new


def _source(text: str, question: Question, repository: Repository) -> Source:
    def stdin() -> BinaryIO:
        return sys.stdin.buffer

    return source(text, Path.cwd(), repository, network=question.network, stdin=stdin)


def _cut(notes: Sequence[str]) -> Iterator[str]:
    yield from notes[:_MOST_NOTES]
    if len(notes) > _MOST_NOTES:
        yield f"{len(notes) - _MOST_NOTES:,} more files were passed over"


def _compare(pairs: Sequence[Pair], comparison: _Comparison, done: list[Compared], progress: Callable[[int, int], None]) -> None:
    problems: list[Problem] = []
    with closing(one_by_one(pairs)) as each:
        for number, pair in enumerate(each):
            progress(number, len(pairs))
            try:
                done.append(comparison.of(pair))
            except ContractError as error:
                problems.extend(error.problems)
    if problems:
        raise ContractError(problems)


@dataclass(frozen=True)
class _Comparison:
    """Compares one contract after the other.

    Attributes:
        question: What is asked.
        ignores: The changes that are accepted.
        audience: The estate that is asked.
        owners: The name of a pair to the partner whose contract it is.
    """

    question: Question
    ignores: Ignores | None
    audience: _Audience | None
    owners: Mapping[str, str]

    def of(self, pair: Pair) -> Compared:
        """Compare both versions of a contract; one that is not there is held for one without operations.

        Raises:
            ContractError: If a version cannot be read.
        """
        old, new = _read(pair)
        asked, unknown = self._asked(pair, old, new)
        found = compare(old, new, pair.name, asked)
        found = _without_nothing(found, pair)
        lost = new.contract.dangling - old.contract.dangling  # to look for every mistake costs more than to compare
        odd = (str(problem) for problem in new.contract.mistakes()) if lost else ()
        warnings = tuple(dict.fromkeys((*found.warnings, *odd, *unknown)))
        return self._accepted(self._versioned(replace(found, warnings=warnings)))

    def _asked(self, pair: Pair, old: Side, new: Side) -> tuple[Asked, tuple[str, ...]]:
        question = self.question
        asked = Asked(question.today, question.sunset_notice, question.descriptions, question.severities)
        if self.audience is None or pair.name not in self.owners:
            return asked, ()
        felt, problems = self.audience.opened.depending(self.owners[pair.name], old, new)
        said = (f"who feels it is not known of every need: {problem}" for problem in self.audience.seen(problems))
        return replace(asked, felt=felt), tuple(said)

    def _versioned(self, found: Compared) -> Compared:
        """Return what was compared with how the step of its version fits, as far as it is not accepted."""
        misfit = check_version(self._accepted(found)) if self.question.check_version else None
        if misfit is None:
            return found
        level = self.question.severities.get(misfit.rule, misfit.level)
        return replace(found, changes=_in_order((*found.changes, replace(misfit, level=level))))

    def _accepted(self, found: Compared) -> Compared:
        return self.ignores.applied(found) if self.ignores else found


def _without_nothing(found: Compared, pair: Pair) -> Compared:
    """Return what was compared without what stood in for a version that is not there."""
    if pair.old is None:
        return replace(found, record=None, changes=tuple(replace(change, was=None) for change in found.changes))
    if pair.new is None:
        return replace(found, candidate=None, changes=tuple(replace(change, is_=None) for change in found.changes))
    return found


def _in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: list(Level).index(change.level)))


def _read(pair: Pair) -> tuple[Side, Side]:
    """Return both versions; all that is wrong with either is said at once."""
    sides: list[Side | None] = []
    problems: list[Problem] = []
    for found in (pair.old, pair.new):
        try:
            sides.append(found.read() if found else None)
        except ContractError as error:
            problems.extend(error.problems)
    if problems:
        raise ContractError(problems)
    old, new = sides
    there = old or new
    assert there is not None
    return old or nothing(there), new or nothing(there)


@dataclass(frozen=True)
class _Audience:
    """The estate that is asked who feels what changed.

    Attributes:
        root: Its folder.
        opened: What its files say.
        partner: Whose contract it is, if the user said so.
    """

    root: Path
    opened: Opened
    partner: str | None

    @classmethod
    def of(cls, question: Question) -> _Audience | None:
        """Return the estate that was named; None where none was.

        Raises:
            EstateError: If it is unsound; its places are seen from here.
            UsageError: If the partner is not in it.
        """
        if question.estate is None:
            return None
        from cxcontracts.opening import open_estate

        try:
            opened = open_estate(question.estate, today=question.today)
        except EstateError as error:
            raise EstateError(seen_from_here(error.problems, question.estate)) from None
        partners = opened.estate.partners
        if question.partner is not None and question.partner not in partners:
            raise UsageError(f"partner {question.partner!r} is not in the estate; {did_you_mean(question.partner, partners)}")
        return cls(question.estate, opened, question.partner)

    @property
    def name(self) -> str:
        """What the estate is called."""
        return self.opened.estate.name

    def owners(self, pairs: Sequence[Pair]) -> Mapping[str, str]:
        """Return whose contract each is: whose folder it lies in, else who was named, else the only partner.

        Raises:
            UsageError: If nobody can tell of any, or one was named for several.
        """
        if self.partner is not None and len(pairs) > 1:
            raise UsageError(f"--partner {self.partner} is for one contract, and {len(pairs)} are compared; leave it out")
        only = next(iter(self.opened.estate.partners)) if len(self.opened.estate.partners) == 1 else None
        found = {pair.name: self.partner or self._housing(pair) or only for pair in pairs}
        owners = {name: partner for name, partner in found.items() if partner is not None}
        if pairs and not owners:
            names = ", ".join(self.opened.estate.partners)
            raise UsageError(f"the estate does not say whose contract this is; write --partner NAME, with one of: {names}")
        return owners

    def _housing(self, pair: Pair) -> str | None:
        """Return the partner in whose folder a version lies."""
        for found in (pair.new, pair.old):
            path = found.path if found else None
            for partner in self.opened.estate.partners.values():
                if path is not None and path.is_relative_to((self.root / partner.folder).resolve()):
                    return partner.name
        return None

    def seen(self, problems: Iterable[Problem]) -> list[Problem]:
        """Return problems with their places as they are opened from here."""
        return seen_from_here(problems, self.root)
