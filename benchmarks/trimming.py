"""A contract cut down to some of its paths, to see whether the rest of it costs anything."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any


def trimmed(document: dict[str, Any], templates: Collection[str]) -> dict[str, Any]:
    """Return a single-file document with some of its paths, and the components that these reach."""
    paths = {template: item for template, item in document["paths"].items() if template in templates}
    kept: dict[str, Any] = {key: value for key, value in document.items() if key not in ("paths", "components")}
    kept["paths"] = paths
    kept["components"] = {"securitySchemes": document.get("components", {}).get("securitySchemes", {})}
    known = dict(_components(document))
    for reference in _reached(paths, known):
        kind, name = reference.split("/")[2:4]
        kept["components"].setdefault(kind, {})[_unescaped(name)] = known[reference]
    return kept


def differing(old: dict[str, Any], new: dict[str, Any]) -> set[str]:
    """Return the paths of two single-file versions that are not in both, or differ, be it in a component that they reach."""
    before, after = (dict(_components(document)) for document in (old, new))
    changed = {reference for reference in before.keys() | after.keys() if before.get(reference) != after.get(reference)}
    found: set[str] = old["paths"].keys() ^ new["paths"].keys()
    for template in old["paths"].keys() & new["paths"].keys():
        if old["paths"][template] != new["paths"][template] or changed & _reached(new["paths"][template], after):
            found.add(template)
    return found


def _components(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for kind, members in document.get("components", {}).items():
        for name, component in members.items():
            yield f"#/components/{kind}/{name.replace('~', '~0').replace('/', '~1')}", component


def _reached(part: Any, known: dict[str, Any]) -> set[str]:
    """Return the references to components that a part leads to, over any number of steps."""
    waiting = list(_references(part))
    seen: set[str] = set()
    while waiting:
        reference = waiting.pop()
        if reference not in seen and reference in known:
            seen.add(reference)
            waiting.extend(_references(known[reference]))
    return seen


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
