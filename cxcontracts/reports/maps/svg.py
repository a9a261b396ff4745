"""The map of an estate as a picture: journeys to the left, partners with what is asked of them to the right, a line for each use.

Drawn without any tool but text: every row has its height, every line its two ends. It has no script and loads nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final
from xml.sax.saxutils import escape

from cxcontracts.mapping import EstateMap, Use
from cxcontracts.reports.sentences import count
from cxcontracts.sanitise import harmless_line

_ROW: Final = 26
_GAP: Final = 18
_MARGIN: Final = 24
_LEFT: Final = 470
_MIDDLE: Final = 260
_RIGHT: Final = 430
_FITS: Final = {"step": 62, "operation": 54, "head": 56}
"""How many characters fit a box."""

_LEGEND: Final = "Orange: a journey stops where this fails. Dashed: a step that stands in for another."

_STYLE: Final = """
text { font: 13px system-ui, sans-serif; fill: #1a1a1a; }
.head { font-weight: 600; }
.soft { fill: #595959; }
.box { fill: #f4f4f2; stroke: #c9c9c4; }
.fallback { fill: #ffffff; stroke-dasharray: 4 3; }
.alone { fill: #fdf0e6; stroke: #b3541e; }
.use { fill: none; stroke: #6b7f99; stroke-opacity: 0.55; }
@media (prefers-color-scheme: dark) {
  svg { background: #1c1c1c; }
  text { fill: #ececec; }
  .soft { fill: #b0b0b0; }
  .box { fill: #2a2a2a; stroke: #555555; }
  .fallback { fill: #1c1c1c; }
  .alone { fill: #3a2415; stroke: #e08a4f; }
  .use { stroke: #9fb4d0; }
}
"""


def render(found: EstateMap) -> str:
    """Return the picture, as a document of its own."""
    steps, left_end = _steps(found)
    operations, right_end = _operations(found)
    height = max(left_end, right_end) + _ROW
    width = 2 * _MARGIN + _LEFT + _MIDDLE + _RIGHT
    title = f"{found.estate}: who depends on whom"
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
        f"<title>{_text(title)}</title>",
        f"<style>{_STYLE}</style>",
        *_lines(found, steps, operations),
        *_left(found, steps),
        *_right(found, operations),
        f'<text class="soft" x="{_MARGIN}" y="{height - 10}">{_text(_LEGEND)}</text>',
        "</svg>",
    ]
    return "\n".join(body) + "\n"


_Rows = dict[tuple[str, str], int]
"""Journey and step, or partner and operation, to the top of the row."""


def _steps(found: EstateMap) -> tuple[_Rows, int]:
    return _placed([(journey, [use.step for use in uses]) for journey, uses in groupby(found.uses, lambda use: use.journey)])


def _operations(found: EstateMap) -> tuple[_Rows, int]:
    asked = [(partner.name, list(dict.fromkeys(use.operation for use in partner.uses))) for partner in found.partners]
    return _placed(asked)


def _placed(groups: list[tuple[str, list[str]]]) -> tuple[_Rows, int]:
    """Return the top of each row, heads under the empty name, and where the last one ends."""
    rows: _Rows = {}
    top = _MARGIN
    for head, members in groups:
        for name in ("", *members):
            rows[head, name] = top
            top += _ROW
        top += _GAP
    return rows, top


def _left(found: EstateMap, rows: _Rows) -> Iterator[str]:
    for journey, uses in groupby(found.uses, lambda use: use.journey):
        yield _head(journey, _MARGIN, rows[journey, ""])
        for use in uses:
            words = f"{use.step}: {use.customer}" if use.customer else use.step
            kind = "box fallback" if use.helps else "box"
            yield from _box(words, use.operation, _MARGIN, rows[journey, use.step], _LEFT, kind, _FITS["step"])


def _right(found: EstateMap, rows: _Rows) -> Iterator[str]:
    start = _MARGIN + _LEFT + _MIDDLE
    for partner in found.partners:
        stops = partner.outage.stops
        without = f", {count(len(stops), 'journey')} would stop without it" if stops else ""
        yield _head(f"{partner.title}{without if partner.uses else ', nobody needs it'}", start, rows[partner.name, ""])
        for operation in dict.fromkeys(use.operation for use in partner.uses):
            kind = "box alone" if any(_is_alone(use) for use in partner.uses if use.operation == operation) else "box"
            yield from _box(operation, "", start, rows[partner.name, operation], _RIGHT, kind, _FITS["operation"])


def _is_alone(use: Use) -> bool:
    return not use.helps and not use.fallback


def _lines(found: EstateMap, steps: _Rows, operations: _Rows) -> Iterator[str]:
    start, end = _MARGIN + _LEFT, _MARGIN + _LEFT + _MIDDLE
    bend = _MIDDLE // 2
    for use in found.uses:
        one, other = (
            rows[key] + _ROW // 2 - 2
            for rows, key in ((steps, (use.journey, use.step)), (operations, (use.partner, use.operation)))
        )
        yield f'<path class="use" d="M{start} {one} C{start + bend} {one} {end - bend} {other} {end} {other}"/>'


def _head(words: str, left: int, top: int) -> str:
    return f'<text class="head" x="{left}" y="{top + 15}">{_text(words, _FITS["head"])}</text>'


def _box(words: str, hint: str, left: int, top: int, width: int, kind: str, fits: int) -> Iterator[str]:
    title = f"<title>{_text(f'{words} ({hint})' if hint else words)}</title>"
    yield f'<g><rect class="{kind}" x="{left}" y="{top}" width="{width}" height="{_ROW - 4}" rx="4"/>{title}'
    yield f'<text x="{left + 8}" y="{top + 15}">{_text(words, fits)}</text></g>'


def _text(words: str, limit: int = 300) -> str:
    return escape(harmless_line(words, limit))
