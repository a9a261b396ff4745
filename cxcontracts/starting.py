"""A partner, and a first journey that is proposed for it, written into an estate: a new one, or one that is there."""

from __future__ import annotations

import datetime
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cxcontracts.documents.yaml_writing import written
from cxcontracts.errors import ContractError, UnsoundError, UsageError
from cxcontracts.estate.folders import ESTATE_FILE, PARTNER_FILE
from cxcontracts.estate.reading import read_estate
from cxcontracts.judging import Judge
from cxcontracts.plugins import kinds
from cxcontracts.proposing.journeys import Proposal, proposals
from cxcontracts.sanitise import harmless_line
from cxcontracts.taking import Taken, insist_on_name, store
from cxcontracts.templates import SCHEMAS, estate_files, written_anew

_MOST_NAME: Final = 40
_MOST_WORDS: Final = 3
_NO_NAME: Final = frozenset({"api", "apis", "openapi", "swagger", "asyncapi", "rest", "specification", "spec", "the", "official"})
"""Words of a title that tell no partner from another."""


@dataclass(frozen=True)
class Started:
    """What was written.

    Attributes:
        partner: The id of the partner.
        journey: Its first journey.
        new: Whether the estate was not there before.
        path: What the journey calls or waits for, in words.
    """

    partner: str
    journey: Path
    new: bool
    path: tuple[str, ...]


def name_of(title: str, file: str) -> str:
    """Return an id for a partner, by the title of its contract, else by the name of the file.

    >>> name_of("The Pet Store API 3.0", "openapi.yaml"), name_of("", "bank-core.yaml"), name_of("", "openapi.json")
    ('pet-store', 'bank-core', 'partner')
    """
    for text in (title, Path(file).name.partition(".")[0]):
        plain = re.findall(r"[a-z0-9]+", re.sub(r"'s\b", "", text.lower()))
        telling = [word for word in plain if word not in _NO_NAME and not re.fullmatch(r"v?[0-9]+", word)]
        name = "-".join(telling[:_MOST_WORDS])[:_MOST_NAME].strip("-")
        if name:
            return name
    return "partner"


def start(root: Path, partner: str, new: Taken, today: datetime.date) -> Started:
    """Write a partner with its contract and a first journey into an estate, which is made where there is none.

    Nothing is written unless all of it is sound.

    Raises:
        UsageError: If the name is none, something is there already, or there is nothing to propose.
        ContractError: If the contract is unsound wherever a journey would look.
        OSError: If something cannot be written.
    """
    insist_on_name(partner)
    journey = f"{partner}-main-path"
    estate = root / ESTATE_FILE
    fresh = not os.path.lexists(estate)
    file = root / "journeys" / f"{journey}.yaml"
    folder = root / "partners" / partner
    _insist_on_room(folder, file, partner)
    proposal = _first_sound(new, partner, journey, today)
    files = dict(_new_estate(root, partner)) if fresh else {}
    there = next((path for path in files if os.path.lexists(path)), None)
    if there is not None:
        raise UsageError(
            f"{str(there)!r} is there already, and nothing is overwritten; name another folder: cxcontracts init DIR"
        )
    files |= {folder / PARTNER_FILE: _partner_text(partner, new).encode(), file: proposal.text.encode()}
    with written_anew(files):
        store(root, partner, new, new.pinned(partner, today))
    return Started(partner, file, fresh, proposal.path)


def _insist_on_room(folder: Path, file: Path, partner: str) -> None:
    if os.path.lexists(folder):
        raise UsageError(
            f"{str(folder)!r} is there already, and nothing is overwritten; name another with --partner, "
            f"or take in a newer version: cxcontracts partner refresh {partner}"
        )
    if os.path.lexists(file):
        raise UsageError(f"{str(file)!r} is there already, and nothing is overwritten; move it away, or name another --partner")


def _new_estate(root: Path, partner: str) -> Iterator[tuple[Path, bytes]]:
    said = written({"format": 1, "estate": partner})
    yield (
        root / ESTATE_FILE,
        (
            "# yaml-language-server: $schema=.schemas/estate.schema.json\n"
            "# An estate keeps side by side what each partner promises (partners/) and what each customer needs (journeys/).\n"
            f"{said}"
            "# Say whom you promise things to, and how many of them a month:\n"
            "# customers:\n#   shopper: {monthly: 40000}\n"
        ).encode(),
    )
    yield from ((root / name, data) for name, data in estate_files() if SCHEMAS in name.parents)


def _partner_text(partner: str, new: Taken) -> str:
    title = harmless_line(" ".join(new.side.contract.title.split()), 200) or partner
    said = written({"partner": partner, "name": title, "kind": "partner", new.role: new.file})
    return (
        "# yaml-language-server: $schema=../../.schemas/partner.schema.json\n"
        "# A proposal, made from the contract. Confirm name and kind (partner, vendor or internal), and say who answers:\n"
        "# owner: {team: …, contact: …}\n"
        f"{said}"
    )


# --- what is sound --------------------------------------------------------------------------------------------------------------


def _first_sound(new: Taken, partner: str, journey: str, today: datetime.date) -> Proposal:
    """Return the likeliest proposal that ``check`` accepts."""
    refused: UnsoundError | None = None
    with tempfile.TemporaryDirectory(prefix="cxcontracts-") as temporary:
        root = Path(temporary)
        for path, data in dict(_new_estate(root, partner)).items():
            _write(path, data)
        _write(root / "partners" / partner / PARTNER_FILE, _partner_text(partner, new).encode())
        for name, data in new.files.items():
            _write(root / "partners" / partner / name, data)
        for proposal in proposals(new.side, partner, journey, new.source):
            _write(root / "journeys" / f"{journey}.yaml", proposal.text.encode())
            try:
                _judge(root, partner, new, today)
            except UnsoundError as error:
                refused = refused or error
                continue
            return proposal
    if refused is not None:
        raise refused
    contract = new.side.contract
    why = "none of its operations promises a success, takes what a journey can send and is sound"
    if contract.asyncapi and not contract.events:
        why = "it only says which messages the partner takes, and a journey waits for those that it sends"
    raise UsageError(f"no journey can be proposed: {why}; take it in without one: cxcontracts partner add {partner} FILE")


def _judge(root: Path, partner: str, new: Taken, today: datetime.date) -> None:
    """Judge an estate as ``check`` does.

    Raises:
        UnsoundError: If ``check`` would not accept it.
    """
    estate, _ = read_estate(root, kinds(), today)
    judge = Judge(estate, kinds(), {partner: new.side}, {}, today)
    problems = list(judge.problems())
    if problems:
        raise ContractError(problems)
    for requirement in judge.requirements:
        judge.finding(requirement)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


__all__ = ["Started", "name_of", "start"]
