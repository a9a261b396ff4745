"""Regular expressions as languages, where they can be read as such: containment that the engine leaves open.

ECMA-262 patterns are not anchored and know look-around; finite automata know neither. Outer anchors are taken off, the open ends
of the others become "anything", and what is still no regular language is given up on: None, never a guess.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from heapq import heappop, heappush
from typing import Any, Final

import interegular

from cxcontracts import formats

_ANYTHING: Final = r"(.|\n)*"
_LONGEST: Final = 400
_MOST_REPEATS: Final = 1200
_REPEAT = re.compile(r"\{(\d+)(,)?(\d+)?\}")
_IRREGULAR = re.compile(r"\(\?(?!:)|\\[bBpPkKZzAuxc1-9]|\$|\^")
_CLASS = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]", re.DOTALL)

Language = Any
"""An automaton of interegular, which ships no types."""


@lru_cache(maxsize=1024)
def language(pattern: str) -> Language | None:
    """Return the texts that an ECMA-262 pattern matches anywhere in; None where they are no small regular language."""
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
    if len(pattern) > _LONGEST or not _small(pattern):
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
    end = branch.endswith("$") and not branch.endswith(r"\$")
    middle = branch[1 if start else 0 : len(branch) - 1 if end else len(branch)]
    middle = re.sub(r"\\([/\-@#%&=!<>,;:'\"~`_ ])", lambda match: match[1] if match[1] != "-" else r"\-", middle)
    if _IRREGULAR.search(_CLASS.sub(lambda match: match[0] if match[0].startswith("\\") else "x", middle)):
        return None
    return ("" if start else _ANYTHING) + f"({middle})" + ("" if end else _ANYTHING)


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
