"""Journeys as workflows of Arazzo (https://spec.openapis.org/arazzo), versions 1.0 and 1.1, and workflows as journeys.

Arazzo has the sequence of a journey, and hardly what customers depend on. What it cannot say stands under ``x-cx``: the keys of a
step or journey that are read otherwise from what is written in Arazzo's own terms.
"""

from __future__ import annotations

OURS = "x-cx"
"""The extension that holds what Arazzo cannot say."""
