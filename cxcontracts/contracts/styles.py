"""How a parameter's value is written in a URL, a header or a cookie: ``style`` and ``explode``."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from cxcontracts.containment.texts import as_text
from cxcontracts.exchanges import JSON

_IN_PAIRS = frozenset({"form", "spaceDelimited", "pipeDelimited", "tabDelimited", "deepObject", "cookie"})
_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}
"""``tabDelimited`` is what Swagger 2.0 calls ``tsv``."""
_BRACKETED = re.compile(r"\[([^\[\]]*)\]")


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


def readings(
    name: str, pairs: Sequence[tuple[str, str]], style: str, explode: bool, media: str = "", members: Collection[str] = ()
) -> list[JSON]:
    """Return what pairs of name and text can stand for, the other way round than :func:`written`: scalars are texts.

    Args:
        members: The names that an object there may have: exploded, its members are pairs of their own.

    Returns:
        A text, a list of texts, a mapping to texts: whatever it can be; nothing where the parameter is not among the pairs.

    >>> readings("ids", [("ids", "1|2")], "pipeDelimited", False)
    ['1|2', ['1', '2'], {'1': '2'}]
    >>> readings("at", [("at[from]", "1"), ("q", "x")], "deepObject", True)
    [{'from': '1'}]
    """
    texts = [text for key, text in pairs if key == name]
    if media:
        return [_carried(text, media) for text in texts[:1]]
    if style == "deepObject":
        whole = _undeep(name, pairs)
        return [*texts[:1], *([whole] if whole else [])]
    if explode and style in _IN_PAIRS:
        spread = {key: text for key, text in pairs if key in members}
        return [*(texts if len(texts) == 1 else []), *([texts] if texts else []), *([spread] if spread else [])]
    return [reading for text in texts[:1] for reading in _split(name, text, style, explode)]


def _carried(text: str, media: str) -> JSON:
    try:
        return json.loads(text) if "json" in media else text
    except (ValueError, RecursionError):
        return text


def _undeep(name: str, pairs: Sequence[tuple[str, str]]) -> dict[str, JSON]:
    whole: dict[str, JSON] = {}
    for key, text in pairs:
        way = _BRACKETED.findall(key[len(name) :]) if key.startswith(f"{name}[") and key.endswith("]") else []
        part = whole
        for step in way[:-1]:
            below = part.setdefault(step, {})
            part = below if isinstance(below, dict) else {}
        if way:
            part[way[-1]] = text
    return whole


def _split(name: str, text: str, style: str, explode: bool) -> Iterator[JSON]:
    separator = _SEPARATORS.get(style, ",")
    if style in ("matrix", "label"):
        lead = f";{name}=" if style == "matrix" else "."
        separator = (lead if explode else ",") if style == "matrix" else "." if explode else ","
        if explode and style == "matrix" and not text.startswith(lead):
            lead, separator = ";", ";"
        text = text.removeprefix(lead)
    yield text
    parts = text.split(separator)
    yield parts
    if explode and all("=" in part for part in parts):
        yield dict(part.split("=", 1) for part in parts)
    elif not explode and len(parts) % 2 == 0:
        yield dict(zip(parts[::2], parts[1::2], strict=True))


def _deep(name: str, value: Mapping[str, JSON]) -> Iterator[tuple[str, str]]:
    for key, below in value.items():
        if isinstance(below, Mapping):
            yield from _deep(f"{name}[{key}]", below)
        else:
            yield f"{name}[{key}]", as_text(below)
