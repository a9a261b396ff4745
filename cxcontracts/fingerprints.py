"""What a change is known by: the same after parts were reordered, and after other words were found for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

from cxcontracts.changes import Difference
from cxcontracts.containment.nodes import Node
from cxcontracts.contracts.document import shape_of
from cxcontracts.exchanges import JSON

_CHOICES = frozenset({"allOf", "oneOf", "anyOf"})
_DIGITS = 16


def fingerprints(differences: Sequence[Difference]) -> list[str]:
    """Return 16 hex digits for each difference: of its rule, its place in the documents and what changed there.

    The place is that of the schema, not of the operation where it was met first; two differences that this does not tell apart
    are told apart by their elements.
    """
    said = [_said(each) for each in differences]
    return [
        _hashed(text if said.count(text) == 1 else text + _element(each)) for text, each in zip(said, differences, strict=True)
    ]


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_DIGITS]


def _element(difference: Difference) -> str:
    return shape_of(difference.element)


def _said(difference: Difference) -> str:
    anchor = next((_anchor(node) for node in difference.at if node is not None), [_element(difference)])
    return json.dumps([difference.rule, anchor, _unordered(difference.data)], sort_keys=True, default=str)


def _unordered(data: JSON) -> JSON:
    """Return data with its lists in one order, whatever order they are written in."""
    if isinstance(data, dict):
        return {key: _unordered(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return sorted((_unordered(part) for part in data), key=lambda part: json.dumps(part, sort_keys=True, default=str))
    return data


def _anchor(node: Node) -> list[str]:
    """Return where something is written, but for places in lists and the names of path parameters."""
    return [node.home.name, *_steps(node)]


def _steps(node: Node) -> Iterator[str]:
    chain = [node]
    while chain[-1].above is not None:
        chain.append(chain[-1].above)
    for above, each in pairwise(reversed(chain)):
        if above.key == "parameters" and isinstance(each.value, dict):
            yield f"{each.value.get('in')} {each.value.get('name')}"
        elif isinstance(each.key, str) and each.key not in _CHOICES:
            yield shape_of(each.key)
