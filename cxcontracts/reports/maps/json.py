"""The map of an estate for programs, as published in ``schema/map.schema.json``; keys may be added, none changes."""

from __future__ import annotations

from typing import Any

from cxcontracts.ascii_json import written
from cxcontracts.exchanges import JSON
from cxcontracts.mapping import EstateMap, PartnerView, Use
from cxcontracts.reports import json as json_of_runs


def render(found: EstateMap) -> str:
    """Return the map: ASCII, the same bytes for the same estate, ending in a line feed. Text is raw in it."""
    return written(
        {
            "version": json_of_runs.VERSION,
            "command": "map",
            "estate": found.estate,
            "steps": [_use(use) for use in found.uses],
            "partners": [_partner(partner) for partner in found.partners],
            "unpromised": [{"id": each.id, "partner": each.partner, "because": each.because} for each in found.unpromised],
            "surplus": [
                {"journey": each.use.journey, "step": each.use.step, "partner": each.use.partner, "fields": list(each.fields)}
                for each in found.surplus
            ],
            "unread": list(found.unread),
        }
    )


def schema() -> dict[str, Any]:
    """Return the JSON Schema, draft 2020-12, that every map fits."""
    return json_of_runs.schema("map")


def _use(use: Use) -> dict[str, JSON]:
    return {
        "journey": use.journey,
        "step": use.step,
        "customer": use.customer,
        "channel": use.channel,
        "visible": use.visible,
        "partner": use.partner,
        "operation": use.operation,
        "fields": list(use.fields),
        "sends": list(use.sends),
        "fallback": use.fallback,
        "helps": use.helps,
        "by": use.by,
    }


def _partner(partner: PartnerView) -> dict[str, JSON]:
    outage = partner.outage
    return {
        "partner": partner.name,
        "name": partner.title,
        "unused": list(partner.unused),
        "outage": {
            "stops": list(outage.stops),
            "caught": list(outage.caught),
            "customers": dict(outage.customers),
            "exact": outage.exact,
        },
    }
