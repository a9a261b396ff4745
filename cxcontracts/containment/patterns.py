"""Regular expressions as languages, where they can be read as such: containment that the engine leaves open.

ECMA-262 patterns are not anchored and know look-around; finite automata know neither. Outer anchors are taken off, the open ends
of the others become "anything", and what is still no regular language is given up on: None, never a guess.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache, reduce
from heapq import heappop, heappush
from typing import Any, Final

import interegular
from jsonschema_rs.canonical import StringView

from cxcontracts import formats

_ANYTHING: Final = r"(.|\n)*"
_LONGEST: Final = 400
_MOST_REPEATS: Final = 1200
_MOST_PARTS: Final = 6
_REPEAT = re.compile(r"\{(\d+)(,)?(\d+)?\}")
_IRREGULAR = re.compile(r"\(\?(?!:)|\\[bBpPkKZzAc1-9]|\$|\^")
_NOT_LETTERS = frozenset(rf"\{letter}" for letter in "bBpPkKZzAc123456789")
_ESCAPED_END = re.compile(r"(?<!\\)(?:\\\\)*\\\$$")
_TOKEN = re.compile(r"\[(?:\\.|[^\]\\])*\]|\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)|[^\[\\]+|.", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u(?P<long>[0-9a-fA-F]{4})|x(?P<short>[0-9a-fA-F]{2})|.)", re.DOTALL)
_WHITE_SPACE: Final = "\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_CLASS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]", re.DOTALL)

Language = Any
"""An automaton of interegular, which ships no types."""


@lru_cache(maxsize=1024)
def language(pattern: str) -> Language | None:
    """Return the texts that an ECMA-262 pattern matches anywhere in; None where they are no small regular language."""
    if len(pattern) > _LONGEST:
        return None
    branches = [_anchored(branch) for branch in _alternatives(pattern)]
    if any(branch is None for branch in branches):
        return None
    return _automaton("|".join(f"({branch})" for branch in branches))


@lru_cache(maxsize=256)
def lengths(shortest: int, longest: int | None) -> Language | None:
    """Return the texts of so many characters."""
    if max(shortest, longest or 0) > _MOST_REPEATS:
        return None
    return _automaton(rf"(.|\n){{{shortest},{'' if longest is None else longest}}}")


@lru_cache(maxsize=64)
def outline(name: str) -> Language | None:
    """Return a language that holds every text of a format, and maybe more; None where none is known."""
    pattern = formats.OUTLINES.get(name)
    return None if pattern is None else _automaton(pattern)


def spoken(view: StringView) -> Language | None:
    """Return a language that holds every text of a canonical string schema, and maybe more; None where none is known."""
    parts = [language(pattern) for pattern in view.patterns] + [outline(name) for name in view.formats]
    if view.min_length or view.max_length is not None:
        parts.append(lengths(view.min_length or 0, view.max_length))
    known = [part for part in parts if part is not None]
    less = [part for part in map(language, view.excluded_patterns) if part is not None]
    if not (known or less) or len(known) + len(less) > _MOST_PARTS:
        return None
    whole = reduce(lambda one, other: one & other, known) if known else _automaton(_ANYTHING)
    return reduce(lambda one, other: one - other, less, whole)


def texts(automaton: Language, count: int) -> Iterator[str]:
    """Yield up to *count* texts of a language, the shortest first, letters and digits preferred.

    The automaton's own ``strings()`` holds every prefix in memory and does not come back from an e-mail pattern.
    """
    distance = _distances(automaton)
    queue: list[tuple[int, str, int]] = []
    if automaton.initial in distance:
        heappush(queue, (distance[automaton.initial], "", automaton.initial))
    for _ in range(4000):
        if not queue or count == 0:
            return
        _, text, state = heappop(queue)
        if state in automaton.finals:
            count -= 1
            yield text
        for target, letters in _moves(automaton, state).items():
            if target in distance:
                for letter in letters:
                    heappush(queue, (len(text) + 1 + distance[target], text + letter, target))


def _distances(automaton: Language) -> dict[int, int]:
    """Return, for each state that can still end well, how many letters that takes at least."""
    sources: dict[int, set[int]] = {}
    for state, moves in automaton.map.items():
        for target in moves.values():
            sources.setdefault(target, set()).add(state)
    distance = dict.fromkeys(automaton.finals, 0)
    queue = deque(automaton.finals)
    while queue:
        target = queue.popleft()
        for source in sources.get(target, ()):
            if source not in distance:
                distance[source] = distance[target] + 1
                queue.append(source)
    return distance


def _moves(automaton: Language, state: int) -> dict[int, list[str]]:
    """Return target state to at most two letters that lead there, the plainest first."""
    moves: dict[int, list[str]] = {}
    for symbol, group in automaton.alphabet.items():
        target = automaton.map.get(state, {}).get(group)
        if target is not None:
            moves.setdefault(target, []).append(symbol if isinstance(symbol, str) else _unnamed(automaton))
    return {target: sorted(letters, key=_plainness)[:2] for target, letters in moves.items()}


def _unnamed(automaton: Language) -> str:
    """Return a letter that the automaton does not name, which stands for all of those."""
    return next((letter for letter in "xéqzjKQ7_~µλ字" if letter not in automaton.alphabet), "\u2603")


def _plainness(letter: str) -> tuple[bool, bool, str]:
    return (not letter.isascii() or not letter.isprintable(), not letter.isalnum(), letter)


def sample(pattern: str, count: int = 8) -> list[str]:
    """Return some texts that match a pattern, the shortest first; empty where the pattern cannot be read as a language."""
    automaton = language(pattern)
    return [] if automaton is None else list(texts(automaton, count))


def _automaton(pattern: str) -> Language | None:
    if not _small(pattern):
        return None
    try:
        return interegular.parse_pattern(pattern).to_fsm()
    except Exception:  # interegular raises whatever its parser meets: the pattern is then simply none that it reads
        return None


def _small(pattern: str) -> bool:
    """Tell whether the automaton stays small: counted repeats multiply, and after an open one they do so exponentially."""
    product = 1
    counted = 0
    for match in _REPEAT.finditer(pattern):
        most = int(match[3] or match[1])
        product *= max(most, 1)
        counted = max(counted, most)
    open_repeats = len(re.findall(r"(?<!\\)[*+]", _CLASS.sub("x", pattern).removesuffix(_ANYTHING)))
    return product <= _MOST_REPEATS * 10 and (open_repeats == 0 or (counted <= 64 and product <= _MOST_REPEATS))


def _anchored(branch: str) -> str | None:
    start = branch.startswith("^")
    end = branch.endswith("$") and not _ESCAPED_END.search(branch)
    middle = _translated(branch[1 if start else 0 : len(branch) - 1 if end else len(branch)])
    if middle is None:
        return None
    return ("" if start else _ANYTHING) + f"({middle})" + ("" if end else _ANYTHING)


def _translated(middle: str) -> str | None:
    """Return a part of an ECMA-262 pattern as interegular spells it; None where it is no regular language."""
    if _IRREGULAR.search(_CLASS.sub(lambda match: match[0] if match[0] in _NOT_LETTERS else "x", middle)):
        return None
    spelled = []
    for token in _TOKEN.findall(middle):
        if token.startswith("[") and r"\S" in token:
            if token not in (r"[\s\S]", r"[\S\s]"):
                return None
            spelled.append(r"(.|\n)")
        elif token.startswith("["):
            spelled.append(_ESCAPE.sub(_in_class, token))
        else:
            spelled.append(_ESCAPE.sub(_unescaped, token))
    return "".join(spelled)


def _in_class(match: re.Match[str]) -> str:
    return _WHITE_SPACE if match[0] == r"\s" else _unescaped(match)


def _unescaped(match: re.Match[str]) -> str:
    """Return an escape as interegular reads it: white space is what ECMA-262 calls that, and a code is its letter."""
    code = match["long"] or match["short"]
    if code:
        letter = chr(int(code, 16))
        return letter if letter.isalnum() else "\\" + letter
    if match[0] == r"\s":
        return f"[{_WHITE_SPACE}]"
    if match[0] == r"\S":
        return f"[^{_WHITE_SPACE}]"
    return match[0][1] if match[0][1] in "/@#%&=!<>,;:'\"~`_ " else match[0]


def _alternatives(pattern: str) -> list[str]:
    """Split at the ``|`` outside of every group and class."""
    branches, depth, start = [], 0, 0
    position = 0
    while position < len(pattern):
        skipped = _CLASS.match(pattern, position)
        if skipped:
            position = skipped.end()
            continue
        letter = pattern[position]
        depth += (letter == "(") - (letter == ")")
        if letter == "|" and depth == 0:
            branches.append(pattern[start:position])
            start = position + 1
        position += 1
    branches.append(pattern[start:])
    return branches
