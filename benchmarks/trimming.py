"""A contract cut down to what some journeys touch, to see whether the rest of it costs anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.estates import Ask


def trimmed(document: dict[str, Any], asks: Sequence[Ask]) -> dict[str, Any]:
    """Return a single-file document with the paths that *asks* call, and the components that these reach."""
    touched = {ask.operation.path for ask in asks}
    paths = {template: item for template, item in document["paths"].items() if template in touched}
    kept: dict[str, Any] = {key: value for key, value in document.items() if key not in ("paths", "components")}
    kept["paths"] = paths
    kept["components"] = {"securitySchemes": document.get("components", {}).get("securitySchemes", {})}
    waiting = list(_references(paths))
    seen: set[str] = set()
    while waiting:
        reference = waiting.pop()
        if reference in seen or not reference.startswith("#/components/"):
            continue
        seen.add(reference)
        kind, name = reference.split("/")[2:4]
        component = document["components"].get(kind, {}).get(_unescaped(name))
        if component is not None:
            kept["components"].setdefault(kind, {})[_unescaped(name)] = component
            waiting.extend(_references(component))
    return kept


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref" and isinstance(item, str):
                yield item
            elif key == "mapping" and isinstance(item, dict):
                yield from (target for target in item.values() if isinstance(target, str))
            else:
                yield from _references(item)


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~")
