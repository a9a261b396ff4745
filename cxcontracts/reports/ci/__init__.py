"""Reports that CI systems and code hosts read beside the code: of a run and of a diff, which both give them the same alerts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from cxcontracts.reports.ci import azure, github, gitlab, sarif
from cxcontracts.reports.ci.alerts import Alerts

RENDERERS: Final[Mapping[str, Callable[[Alerts], str]]] = {
    "sarif": sarif.render,
    "github": github.render,
    "gitlab": gitlab.render,
    "azure": azure.render,
}
"""Format to what makes it."""
