"""YAML 1.2, core schema: read by ryaml where that is sure to be right, else event by event.

Both give the same value; the second takes twice the time and says what is wrong. It alone settles what ryaml reads otherwise
than YAML 1.2 (tags, ``0b1``, keys that are no text), expands without limit (aliases) or refuses without need (whole numbers
beyond 64 bits).
"""

from __future__ import annotations

import re

import orjson
import ryaml

from cxcontracts.documents.yaml_events import compose
from cxcontracts.exchanges import JSON

# ryaml needs up to 500 bytes for each of these, 250 for each byte of a text.
_MOST_SEPARATORS_FOR_RYAML = 700_000
_ALL_BUT_SEPARATORS = bytes(set(range(256)) - set(b"\n-:,[{?"))

# What may begin a node stands behind white space or an opening. Each pattern begins with one literal character, which lets the
# engine pass over a text at the speed of memchr, and looks back from there.
_ANCHOR = re.compile(r"&(?<![^\s\ufeff\[{,:]&)([\w-]+)")
_ALIAS = re.compile(r"\*(?<![^\s\ufeff\[{,:]\*)([\w-]+)")
_TAG = re.compile(r"!(?<![^\s\ufeff\[{,:]!)(.?)")
_TAG_DIRECTIVE = re.compile(r"(?:\s|\ufeff|#[^\n]*\n|%YAML[^\n]*\n)*+%")
_NOT_FINITE = re.compile(r"\.(?:inf|Inf|INF|nan|NaN|NAN)(?!\w)")
_NUMBER_TO_RYAML_ONLY = re.compile(r"0(?:b(?<!\w0b)[01]+(?!\w)|[xo](?<=[-+]0.))")
_KEY_OF_ODD_NUMBER = [
    re.compile(r"\+(?<![^\s\ufeff\[{,]\+)\d+\s*[:,}#]"),
    re.compile(r"0(?<![^\s\ufeff\[{,]0)[xo]\w+\s*[:,}#]"),
    re.compile(r"-(?<![^\s\ufeff\[{,]-)0\s*[:,}#]"),
    re.compile(r"\?(?<![^\s\ufeff\[{,]\?)\s"),  # whatever number follows
]


def load(data: bytes) -> JSON:
    """Return the value of a YAML text in UTF-8 without byte-order mark; None where it is empty.

    Every mapping key is text, as it is spelled. The text is one document.

    Raises:
        Malformed: ``yaml-syntax``, ``duplicate-key``, ``yaml-key``, ``yaml-tag``, ``yaml-alias``, ``yaml-merge``,
            ``yaml-documents``, ``not-finite``, ``control-character``, ``too-deep`` or ``too-many-values``.
        UnicodeDecodeError: It is not UTF-8.
    """
    text = data.decode()
    tags = set(_TAG.findall(text))
    if _is_too_much_for_ryaml(data) or _may_be_misread(text, tags):
        return compose(text).value
    try:
        value = ryaml.loads(text)
    except ValueError:
        return compose(text).value
    return value if _made_plain(value, text, tags) else compose(text).value


def _is_too_much_for_ryaml(data: bytes) -> bool:
    if len(data) <= 2 * _MOST_SEPARATORS_FOR_RYAML:
        return False
    return len(data.translate(None, _ALL_BUT_SEPARATORS)) > _MOST_SEPARATORS_FOR_RYAML


def _may_be_misread(text: str, tags: set[str]) -> bool:
    # ryaml drops a tag that begins with !! or !<, and so the one that %TAG makes of another.
    if tags and (not tags.isdisjoint("!<") or _TAG_DIRECTIVE.match(text)):
        return True
    if text.startswith("\ufeff") or _NOT_FINITE.search(text) or _NUMBER_TO_RYAML_ONLY.search(text):
        return True
    return _has_alias(text)


def _has_alias(text: str) -> bool:
    anchors = set(_ANCHOR.findall(text))
    return bool(anchors) and not anchors.isdisjoint(_ALIAS.findall(text))


def _made_plain(value: JSON, text: str, tags: set[str]) -> bool:
    """Turn the keys of *value* into text, in place; return False where ryaml's value does not tell what was written."""
    try:
        compact = orjson.dumps(value)
    except orjson.JSONEncodeError:  # some key is no text
        if not _whole_keys_to_text(value) or any(pattern.search(text) for pattern in _KEY_OF_ODD_NUMBER):
            return False
        compact = orjson.dumps(value)
    # ryaml gives a tag of one's own as a mapping with the tag for its only key, and does not merge.
    return not (tags and b'{"!' in compact) and b'"<<":' not in compact


def _whole_keys_to_text(root: JSON) -> bool:
    found = [root]
    for node in found:
        if type(node) is dict:
            kinds = set(map(type, node))
            if kinds - {str, int} or (int in kinds and not _keys_to_text(node)):
                return False
        inner = node.values() if type(node) is dict else node
        found += [child for child in inner if type(child) is dict or type(child) is list]
    return True


def _keys_to_text(mapping: dict[JSON, JSON]) -> bool:
    pairs = [(str(key), member) for key, member in mapping.items()]
    mapping.clear()
    mapping.update(pairs)
    return len(mapping) == len(pairs)
