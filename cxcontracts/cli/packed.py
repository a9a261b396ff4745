"""``--pack``: what ``impact`` and ``verify`` share where a vendor runs them on a pack instead of an estate."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cxcontracts.cli.options import estate_root
from cxcontracts.cli.output import say
from cxcontracts.errors import UsageError
from cxcontracts.writing import write_whole

if TYPE_CHECKING:
    from cxcontracts.findings import Run
    from cxcontracts.packs.pack import Pack
    from cxcontracts.packs.unpacking import Release
    from cxcontracts.walks import Handed

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Packed:
    """The options of whoever runs a pack, as typed."""

    pack: Path | None
    signed_by: str = ""
    export: Path | None = None
    bodies: bool = False
    key: Path | None = None

    @classmethod
    def of(cls, asked: dict[str, Any]) -> Packed:
        """Take the options out of all that were typed.

        Raises:
            UsageError: If some say something of a pack, and none is named.
        """
        found = cls(**{field.name: asked.pop(field.name) for field in dataclasses.fields(cls)})
        if found.pack is None and (found.signed_by or found.export or found.bodies):
            raise UsageError("--signed-by, --export and --bodies are for packs; name one with --pack")
        return found


@dataclass
class Used:
    """The estate that a command is run on: one's own.

    Attributes:
        root: Its folder.
        here: The folder from which its places are shown; None for the current one.
        partners: The partner that alone is asked about; none where all are.
        handed_in: The values that stand for what partners would hand out that do not run.
    """

    root: Path
    here: Path | None = None
    partners: tuple[str, ...] = ()
    handed_in: Mapping[str, Handed] = field(default_factory=dict)

    def only(self, run: Run) -> Run:
        """Return of a run what its user is told."""
        return run

    def insist_on_names(self, givens: Collection[str]) -> None:
        """Refuse givens that there are not."""

    def export(self, run: Run, code: int, redact: Callable[[str], str] = str) -> None:
        """Write the signed result, where one was asked for."""


class _OfPack(Used):
    """What a pack has of the estate of somebody else: its places are those in the pack."""

    def __init__(self, folder: Path, pack: Pack, asked: Packed, handed_in: Mapping[str, Handed]) -> None:
        super().__init__(folder, folder, (pack.partner,), handed_in)
        self._pack = pack
        self._asked = asked

    def insist_on_names(self, givens: Collection[str]) -> None:
        """Refuse givens that the pack does not have.

        Raises:
            UsageError: With the nearest name.
        """
        from cxcontracts.packs.unpacking import insist_on_values

        insist_on_values(self._pack, givens)

    def only(self, run: Run) -> Run:
        """Return a run without the partner that all others are played as, told to the one whose pack it is."""
        partner = self._pack.partner
        return dataclasses.replace(run, partners=tuple(each for each in run.partners if each.partner == partner), told_to=partner)

    def export(self, run: Run, code: int, redact: Callable[[str], str] = str) -> None:
        """Write the signed result, where one was asked for.

        Raises:
            UsageError: If there is no key to sign it with.
            OSError: If it cannot be written.
        """
        if self._asked.export is None:
            return
        from cxcontracts.packs.keys import read_key
        from cxcontracts.packs.results import result
        from cxcontracts.whereabouts import Whereabouts

        told = Whereabouts(self.root, self.root).run(run)
        key, now = read_key(self._asked.key), datetime.datetime.now(datetime.UTC)
        written = result(self._pack, told, code, now, key, redact, bodies=self._asked.bodies)
        write_whole(self._asked.export, written.decode())
        say(f"{run.command}: the signed result is in {self._asked.export}; send it to whoever made the pack")


def packed(command: _Command) -> _Command:
    """Give a command the options of whoever runs a pack."""
    file = click.Path(dir_okay=False, path_type=Path)
    for option in (
        click.option("--key", type=file, metavar="FILE", help="With --export: the key to sign with, in place of your own."),
        click.option("--bodies", is_flag=True, help="With --export: what was sent and answered goes along, bodies and all."),
        click.option("--export", type=file, metavar="FILE", help="With --pack: write a signed result, to be sent back."),
        click.option("--signed-by", default="", metavar="KEY", help="With --pack: the key that has to have signed it."),
        click.option("--pack", type=file, metavar="FILE", help="Judge by what a pack has, in place of an estate."),
    ):
        command = option(command)
    return command


@contextmanager
def used(asked: Packed, estate: Path | None, release: Release | None = None) -> Iterator[Used]:
    """Yield the estate that a command is run on.

    Args:
        estate: The estate's folder, where there is no pack.
        release: Where the vendor's release runs.

    Raises:
        UsageError: If a pack wants more than its user allows.
        EnvelopeError: If it is refused.
        OSError: If it cannot be read.
    """
    if asked.pack is None:
        yield Used(estate_root(estate))
        return
    from cxcontracts.packs.keys import read_key
    from cxcontracts.packs.pack import read_pack
    from cxcontracts.packs.unpacking import handed_in, insist_on_allowed, unpacked

    pack = read_pack(asked.pack, datetime.date.today(), asked.signed_by)
    if asked.export is not None:
        read_key(asked.key)  # who has none is told before anything runs
    if release is not None:
        insist_on_allowed(pack, asked.pack.name, release)
    with unpacked(pack, release) as folder:
        yield _OfPack(folder, pack, asked, handed_in(pack, release) if release is not None else {})
