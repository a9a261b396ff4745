"""JSON values as YAML that people read: one key a line, quotes only where a plain text would be read as something else."""

from __future__ import annotations

import re
from typing import Final

import yaml

from cxcontracts.exchanges import JSON

_PLAIN: Final = re.compile(r"[A-Za-z_/$][^\n\r\t\\\"'#:{}\[\],&*!|>%@`?]*(?<! )")
_MEANS_MORE: Final = re.compile(r"true|false|null|yes|no|on|off|y|n", re.IGNORECASE)


class _Writer(yaml.SafeDumper):
    """Writes no anchors, and texts that YAML 1.1 and 1.2 read alike."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(writer: _Writer, text: str) -> yaml.ScalarNode:
    plain = _PLAIN.fullmatch(text) and not _MEANS_MORE.fullmatch(text) and text.isprintable()
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else '"')


_Writer.add_representer(str, _text)


def written(value: JSON) -> str:
    """Return a value as YAML, ending in a line feed.

    >>> print(written({"a": "text", "b": ["no", 1, None], "c": {}}), end="")
    a: text
    b:
    - "no"
    - 1
    - null
    c: {}
    """
    return str(yaml.dump(value, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=120, default_flow_style=False))
