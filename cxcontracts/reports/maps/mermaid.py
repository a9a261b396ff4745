"""The map of an estate as a Mermaid flowchart: journeys as rows of steps, each leading to what it asks of whom.

Source: https://mermaid.js.org/syntax/flowchart.html. Labels stand in quotes, with every character that means something to Mermaid
or to the page that shows it as an entity.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import Final

from cxcontracts.mapping import EstateMap, Use
from cxcontracts.sanitise import harmless_line

_LONGEST: Final = 90
_SPECIAL: Final = re.compile(r"[^\w .,/:()+-]")


def render(found: EstateMap) -> str:
    """Return the flowchart."""
    lines = ["flowchart LR"]
    numbers = {(use.journey, use.step): number for number, use in enumerate(found.uses)}
    asked = list(dict.fromkeys((use.partner, use.operation) for use in found.uses))
    for place, (journey, uses) in enumerate(groupby(found.uses, lambda use: use.journey)):
        lines.append(f"  subgraph j{place}[{_label(journey)}]")
        lines += [f"    s{numbers[use.journey, use.step]}[{_label(_named(use))}]" for use in uses]
        lines.append("  end")
    for place, (partner, operations) in enumerate(groupby(sorted(asked), lambda pair: pair[0])):
        title = next((each.title for each in found.partners if each.name == partner), partner)
        lines.append(f"  subgraph p{place}[{_label(title)}]")
        lines += [f"    o{asked.index(pair)}([{_label(pair[1])}])" for pair in operations]
        lines.append("  end")
    for use in found.uses:
        number = numbers[use.journey, use.step]
        lines.append(f"  s{number} --> o{asked.index((use.partner, use.operation))}")
        if (use.journey, use.fallback) in numbers:
            lines.append(f"  s{number} -. fallback .-> s{numbers[use.journey, use.fallback]}")
    return "\n".join(lines) + "\n"


def _named(use: Use) -> str:
    return f"{use.step}: {use.customer}" if use.customer else use.step


def _label(text: str) -> str:
    """Return a text as a label in quotes."""
    line = harmless_line(text, _LONGEST)
    return f'"{_SPECIAL.sub(lambda found: f"#{ord(found.group())};", line)}"'
