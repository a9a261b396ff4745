"""Is this partner ready? A catalogue of lines, each judged on what is known of a partner, and the scorecard that they make."""

from __future__ import annotations

from collections.abc import Sequence

from cxcontracts.onboarding import data, operations, technology
from cxcontracts.onboarding.scorecard import Line
from cxcontracts.plugins import hookimpl


@hookimpl
def cxcontracts_lines() -> Sequence[Line]:
    """Return the lines of the package, pillar by pillar, in the order in which they are shown."""
    return (*data.LINES, *technology.LINES, *operations.LINES)
