"""Judges a partner on every line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cxcontracts.containment.nodes import TooManyShapes
from cxcontracts.errors import ContractError
from cxcontracts.onboarding.dossier import Dossier
from cxcontracts.onboarding.earlier import Earlier
from cxcontracts.onboarding.scorecard import Basis, Entry, Evidence, Line, Outcome, Scorecard, Turn, not_applicable, not_evidenced

NOWHERE = "nobody said where it runs; name an environment with --env, or an address with --url"


def scorecard(dossier: Dossier, lines: Sequence[Line], earlier: Earlier | None = None) -> Scorecard:
    """Return how a partner stands on every line.

    Args:
        dossier: What is known of it.
        lines: The catalogue.
        earlier: What an earlier scorecard said.
    """
    off = {**dossier.estate.lines_off, **dossier.partner.lines_off}
    before = earlier.standings if earlier is not None else {}
    entries = [Entry(line, _outcome(dossier, line, off), before.get(line.id)) for line in lines]
    return Scorecard(
        dossier.estate.name,
        dossier.partner.name,
        dossier.partner.title,
        dossier.version,
        dossier.live.url if dossier.live is not None else "",
        dossier.live.environment if dossier.live is not None else "",
        dossier.today,
        tuple(entries),
        earlier.day if earlier is not None else None,
        tuple(sorted(before.keys() - {line.id for line in lines})),
    )


def _outcome(dossier: Dossier, line: Line, off: Mapping[str, str]) -> Outcome:
    if line.id in off:
        return not_applicable(f"we switched it off: {off[line.id]}")
    if excuse := line.excuse(dossier):
        return not_applicable(excuse)
    if line.basis is Basis.CONTRACT and dossier.record is None:
        return not_evidenced("there is no contract that can be read")
    if line.basis.live and dossier.live is None:
        return not_evidenced(NOWHERE, turn=Turn.OURS)
    if line.basis is Basis.ANSWERS and dossier.live is not None and dossier.live.silence:
        return not_evidenced(dossier.live.silence)
    try:
        return line.judge(dossier)
    except ContractError as error:
        return not_evidenced(error.problems[0].what, [Evidence(each.what, each.place) for each in error.problems])
    except TooManyShapes:
        return not_evidenced("the contract has more alternatives there than are followed")
