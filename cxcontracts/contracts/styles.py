"""How a parameter's value is written in a URL, a header or a cookie: ``style`` and ``explode``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from cxcontracts.containment.texts import as_text
from cxcontracts.exchanges import JSON

_IN_PAIRS = frozenset({"form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject", "cookie"})
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
"""``tabDelimited`` is what Swagger 2.0 calls ``tsv``."""


def written(name: str, value: JSON, style: str, explode: bool, media: str = "") -> list[tuple[str, str]]:
    """Return the pairs of name and text that a parameter becomes: in a query as many as it takes, elsewhere one.

    Source: OpenAPI 3.1.1, "Style Values"; RFC 6570.

    >>> written("ids", [1, 2], "form", True), written("ids", [1, 2], "pipeDelimited", False)
    ([('ids', '1'), ('ids', '2')], [('ids', '1|2')])
    >>> written("at", {"from": 1}, "deepObject", True)
    [('at[from]', '1')]
    """
    if media:
        return [(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")) if "json" in media else as_text(value))]
    if isinstance(value, dict) and style == "deepObject":
        return list(_deep(name, value))
    parts = [as_text(item) for item in value] if isinstance(value, list) else [as_text(value)]
    pairs = [(key, as_text(item)) for key, item in value.items()] if isinstance(value, dict) else [(name, part) for part in parts]
    if explode and style in _IN_PAIRS:
        return pairs
    if isinstance(value, dict):
        parts = [f"{key}={text}" for key, text in pairs] if explode else [part for pair in pairs for part in pair]
    if style == "matrix":
        named = parts if explode and isinstance(value, dict) else [f"{name}={part}" for part in parts]
        return [(name, "".join(f";{part}" for part in named) if explode else f";{name}={','.join(parts)}")]
    if style == "label":
        return [(name, "." + ("." if explode else ",").join(parts))]
    return [(name, _SEPARATORS.get(style, ",").join(parts))]


def _deep(name: str, value: Mapping[str, JSON]) -> Iterator[tuple[str, str]]:
    for key, below in value.items():
        if isinstance(below, Mapping):
            yield from _deep(f"{name}[{key}]", below)
        else:
            yield f"{name}[{key}]", as_text(below)
