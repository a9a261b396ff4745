"""Whose contract a file is proposed for: ``[PARTNER=]FILE``, as the command line and pytest both take it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from cxcontracts.errors import UsageError
from cxcontracts.problems import did_you_mean

_NAMED: Final = re.compile(r"([A-Za-z0-9._-]+)=(.+)", re.DOTALL)

_DOCUMENTS: Final = (".yaml", ".yml", ".json", ".gz")


def partners_of(root: Path) -> tuple[str, ...]:
    """Return the ids of an estate's partners, sorted, without reading any file."""
    return tuple(sorted(path.parent.name for path in root.glob("partners/*/partner.yaml")))


def candidates(
    written: Sequence[str], partners: Sequence[str], known: Collection[str], option: str, here: Path
) -> Mapping[str, tuple[Path, ...]]:
    """Return partner to the absolute paths of its candidate, in the order written: of its calls, of its events, or of both.

    A bare FILE belongs to the one partner that is asked about: the one of *partners*, else the only one of the estate. A file
    whose own name has an equals sign in it is written ``./a=b.yaml``.

    Args:
        written: What was given, each ``PARTNER=FILE`` or ``FILE``.
        partners: The partners that the user named beside; each then has a candidate, and nobody else has one.
        known: The partners of the estate.
        option: The option's name, for messages.
        here: The folder that relative paths count from.

    Raises:
        UsageError: If a partner or file is not there, or a file is nobody's, or a partner has none, or one twice.
    """
    for name in partners:
        _insist_on_partner(name, known)
    found: dict[str, tuple[Path, ...]] = {}
    for text in written:
        name, file = _split(text, tuple(dict.fromkeys(partners)) or tuple(known), option)
        _insist_on_partner(name, known)
        if partners and name not in partners:
            raise UsageError(
                f"{option} {text!r} is for {name!r}, and {' and '.join(partners)} was asked about; name both, or neither"
            )
        path = existing_file(file, here)
        if path in found.get(name, ()):
            raise UsageError(f"partner {name!r} has two candidates that are one file; keep one {option}")
        found[name] = (*found.get(name, ()), path)
    missing = [name for name in partners if name not in found]
    if missing:
        raise UsageError(f"partner {missing[0]!r} has no candidate; write {option} {missing[0]}=FILE")
    return found


def file_of(text: str) -> str:
    """Return the file of ``[PARTNER=]FILE``.

    >>> file_of("operator=new.yaml"), file_of("new.yaml"), file_of("./a=b.yaml")
    ('new.yaml', 'new.yaml', './a=b.yaml')
    """
    named = _NAMED.fullmatch(text)
    return named[2] if named else text


def insist_on_words(text: str, option: str) -> None:
    """Refuse a ``[PARTNER=]FILE`` that has no words on a side of its equals sign.

    Raises:
        UsageError: If it has none.
    """
    if not text.strip():
        raise UsageError(f"{option} is empty; write {option} PARTNER=FILE")
    if text.startswith("="):
        raise UsageError(f"{option} {text!r} names no partner; write {option} PARTNER{text if text != '=' else '=FILE'}")
    if text.endswith("=") and not os.path.dirname(text):
        raise UsageError(f"{option} {text!r} names no file; write {option} {text}FILE")


def existing_file(name: str, here: Path) -> Path:
    """Return the absolute path of a file.

    Raises:
        UsageError: If it is not there, or is a folder.
    """
    path = Path(os.path.abspath(here / name))
    if path.is_dir():
        raise UsageError(f"{name!r} is a folder; name the OpenAPI document in it")
    if not path.exists():
        beside = path.parent.glob("[!.]*") if path.parent.is_dir() else ()
        names = [other.name for other in beside if other.name.endswith(_DOCUMENTS) and other.is_file()]
        there = [os.path.join(os.path.dirname(name), other) for other in names]
        raise UsageError(f"there is no file {name!r}; {did_you_mean(name, there)}")
    return path


def _split(text: str, owners: Sequence[str], option: str) -> tuple[str, str]:
    named = _NAMED.fullmatch(text)
    if named:
        return named[1], named[2]
    insist_on_words(text, option)
    if len(owners) == 1:
        return owners[0], text
    raise UsageError(
        f"{option} {text!r} does not say whose contract it is; write {option} PARTNER={text}, with one of: {', '.join(owners)}"
    )


def _insist_on_partner(name: str, known: Collection[str]) -> None:
    if name not in known:
        raise UsageError(f"partner {name!r} is not in the estate; {did_you_mean(name, known)}")
