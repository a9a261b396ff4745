"""The environment variables that a pack may read: a vendor's own login at its own release, by names that nothing else has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from cxcontracts.exchanges import JSON

PREFIX: Final = "CXPACK_"
"""What the name of each begins with, so that no pack can ask for a secret that is there for another reason."""


def login(auth: Mapping[str, JSON], identity: str) -> tuple[JSON, list[str]] | None:
    """Return a way to log in as a pack has it, and the variables that it reads; None for one that only we can go.

    A token that we would fetch with our own client's secret is the vendor's to make.

    Args:
        auth: As in partner.yaml.
        identity: Whose login it is; empty for everybody's.

    >>> login({"bearer": "$env.OPERATOR_TOKEN"}, "agent")
    ({'bearer': '$env.CXPACK_AGENT_TOKEN'}, ['CXPACK_AGENT_TOKEN'])
    """
    names: list[str] = []

    def variable(word: str) -> str:
        found = PREFIX + "_".join(re.findall(r"[A-Z0-9]+", f"{identity} {word}".upper()))
        names.append(found)
        return f"$env.{found}"

    way: dict[str, JSON] = {}
    if "bearer" in auth or "oauth2" in auth:
        way["bearer"] = variable("token")
    elif "basic" in auth:
        way["basic"] = {"user": variable("user"), "password": variable("password")}
    for place in ("header", "query"):
        if place in auth:
            way[place] = {name: variable(name) for name in auth[place]}
    return (way, names) if way else None
