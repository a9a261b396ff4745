"""An earlier scorecard, as its JSON report has it: somebody else may have had the file in hand since."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from cxcontracts.errors import UsageError
from cxcontracts.exchanges import JSON
from cxcontracts.onboarding.scorecard import Standing

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier scorecard said.

    Attributes:
        day: When it was judged.
        standings: Line to how the partner stood.
    """

    day: datetime.date
    standings: Mapping[str, Standing]


def read_earlier(value: JSON, name: str, partner: str) -> Earlier:
    """Read an earlier scorecard.

    Args:
        value: What the file has.
        name: What the file is called.
        partner: Whose scorecard it must be.

    Raises:
        UsageError: If it is no scorecard, one of a later release, or one of another partner.
    """
    if not isinstance(value, dict) or value.get("command") != "onboard":
        raise UsageError(f"{name} is no scorecard; write one with cxcontracts onboard {partner} --format json")
    if value.get("version") != _VERSION:
        raise UsageError(f"{name} is a scorecard of version {value.get('version')!r:.20}; this release reads version {_VERSION}")
    if value.get("partner") != partner:
        raise UsageError(f"{name} is the scorecard of {value.get('partner')!r:.60}, and not of {partner!r}")
    lines = value.get("lines")
    if not isinstance(lines, list) or not all(isinstance(each, dict) for each in lines):
        raise UsageError(f"{name}: lines must be a list of lines")
    return Earlier(_day(value.get("day"), name), {str(each.get("id")): _standing(each, name) for each in lines})


def _day(written: JSON, name: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(written)
    except (TypeError, ValueError):
        raise UsageError(f"{name}: day must be a date, as 2027-01-31") from None


def _standing(line: Mapping[str, JSON], name: str) -> Standing:
    written = line.get("standing")
    if not isinstance(written, str) or written not in list(Standing):
        raise UsageError(f"{name}: the line {line.get('id')!r:.60} has no standing; one of {', '.join(Standing)}")
    return Standing(written)
