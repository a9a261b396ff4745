"""The hooks that a conftest.py may implement, where journeys are walked against partners that run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest


@pytest.hookspec
def pytest_cxcontracts_urls(config: pytest.Config) -> Mapping[str, str] | None:
    """Return where partners run: partner to a base URL, or to an app in Python as ``module:name``."""


@pytest.hookspec(firstresult=True)
def pytest_cxcontracts_state(config: pytest.Config, state: str, params: Mapping[str, Any]) -> bool | None:
    """Bring about a provider state that a journey's ``setup`` asks for.

    Return True once it is there, False where it cannot be, None where the state is not known here: another implementation, or the
    handler that ``--cx-states`` names, is asked then.
    """


@pytest.hookspec(firstresult=True)
def pytest_cxcontracts_headers(config: pytest.Config, partner: str, identity: str) -> Mapping[str, str] | None:
    """Return the headers that log in at a partner, without their values in any report.

    *identity* is what a step says under ``as``; of ``nobody`` it is not asked.
    """
