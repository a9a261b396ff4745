"""Sets of texts as automata that are followed no further than asked, and never beyond a budget.

A language is made of leaves (an expression that matches somewhere in a text, a range of lengths) by *and*, *or* and *not*. All
leaves are followed at once, a letter at a time; letters that no leaf tells apart count as one. What an exploration costs is
counted in moves, not in seconds, so that the same question has the same answer everywhere.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush
from itertools import chain, islice, takewhile
from typing import Any, Protocol

from cxcontracts.containment.expressions import ANY, Ahead, Choice, Edge, Join, Letters, Part, Ranges, Repeat, Unread

MOST_MOVES = 150_000
"""How many moves of single states an exploration may cost."""

_MOST_STATES = 3_000
_MOST_TEXTS_TRIED = 4_000
_FIRST_LOOK = 64
"""After how many states it is first tried whether they lead to texts enough."""

_LAST = 0x10FFFF
_PLAIN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~éß字"

State = Any
"""Where a leaf stands; any value that can be a key."""


class Leaf(Protocol):
    """What is followed through a text, letter by letter."""

    @property
    def sets(self) -> Sequence[Ranges]:
        """The sets of letters that it tells apart."""
        ...

    @property
    def start(self) -> State:
        """Where it stands before the first letter."""
        ...

    def moved(self, state: State, letter: frozenset[int]) -> tuple[State, int]:
        """Return the state after a letter, given which of the sets it is in, and what finding that out cost."""
        ...

    def takes(self, state: State) -> bool:
        """Tell whether the text may end here."""
        ...

    def prospect(self, state: State) -> bool | None:
        """Return True where any text may follow, False where none may, None where that depends."""
        ...


class Length:
    """Texts of so many letters."""

    sets: Sequence[Ranges] = ()
    start: State = 0

    def __init__(self, least: int, most: int | None) -> None:
        self.least = least
        self.most = most

    def moved(self, state: State, letter: frozenset[int]) -> tuple[State, int]:
        """Count one more, as far as it matters."""
        last = self.least if self.most is None else self.most + 1
        return min(state + 1, last), 1

    def takes(self, state: State) -> bool:
        """Tell whether there are enough letters, and not too many."""
        return bool(self.least <= state and (self.most is None or state <= self.most))

    def prospect(self, state: State) -> bool | None:
        """Return False where there are too many, True where there are enough for good."""
        if self.most is None:
            return True if state >= self.least else None
        return False if state > self.most else None


@dataclass(frozen=True)
class _Stand:
    """The states that an expression may be in; *fresh* before the first letter."""

    states: frozenset[int]
    fresh: bool = False


class Expression:
    """Texts in which an expression matches somewhere.

    Raises:
        Unread: If it looks ahead, or takes too many states.
    """

    def __init__(self, choice: Choice) -> None:
        self.sets: list[Ranges] = []
        self._moves: list[list[tuple[int, int]]] = []
        self._free: list[list[tuple[Edge | None, int]]] = []
        first = self._state()
        self._letters(ANY, first, first)
        self._last = self._add(choice, first)
        self._done = _Stand(frozenset({self._last}))
        self._hopeful = self._leading_to_the_end()
        self.start: State = self._settled(self._closed({first}, start=True), fresh=True)

    def _state(self, after: int | None = None) -> int:
        if len(self._moves) == _MOST_STATES:
            raise Unread
        self._moves.append([])
        self._free.append([])
        state = len(self._moves) - 1
        if after is not None:
            self._free[after].append((None, state))
        return state

    def _letters(self, letters: Letters, state: int, target: int) -> int:
        if letters.ranges not in self.sets:
            self.sets.append(letters.ranges)
        self._moves[state].append((self.sets.index(letters.ranges), target))
        return target

    def _add(self, part: Part, state: int) -> int:
        """Add a part that starts at a state, and return the state at its end."""
        match part:
            case Letters():
                return self._letters(part, state, self._state())
            case Edge():
                end = self._state()
                self._free[state].append((part, end))
                return end
            case Join(parts):
                for each in parts:
                    state = self._add(each, state)
                return state
            case Choice(choices):
                ends = [self._add(join, self._state(state)) for join in choices]
                end = self._state()
                for last in ends:
                    self._free[last].append((None, end))
                return end
            case Repeat():
                return self._repeated(part, state)
            case Ahead():
                raise Unread

    def _repeated(self, repeat: Repeat, state: int) -> int:
        for _ in range(repeat.least):
            state = self._add(repeat.part, self._state(state))
        if repeat.most is None:
            loop = self._state(state)
            self._free[self._add(repeat.part, self._state(loop))].append((None, loop))
            return loop
        end = self._state(state)
        for _ in range(repeat.most - repeat.least):
            state = self._add(repeat.part, self._state(state))
            self._free[state].append((None, end))
        return end

    def _leading_to_the_end(self) -> frozenset[int]:
        """Return the states from which the end can be reached, once there was a letter."""
        sources: list[list[int]] = [[] for _ in self._moves]
        for state, (moves, free) in enumerate(zip(self._moves, self._free, strict=True)):
            for target in (*(target for _, target in moves), *(to for edge, to in free if edge is None or not edge.start)):
                sources[target].append(state)
        found, waiting = {self._last}, [self._last]
        while waiting:
            for source in sources[waiting.pop()]:
                if source not in found:
                    found.add(source)
                    waiting.append(source)
        return frozenset(found)

    def _closed(self, states: set[int], *, start: bool = False, end: bool = False) -> frozenset[int]:
        waiting = list(states)
        while waiting:
            for edge, target in self._free[waiting.pop()]:
                if target not in states and (edge is None or (start if edge.start else end)):
                    states.add(target)
                    waiting.append(target)
        return frozenset(states)

    def _settled(self, states: frozenset[int], *, fresh: bool = False) -> _Stand:
        return self._done if self._last in states else _Stand(states, fresh)

    def moved(self, state: State, letter: frozenset[int]) -> tuple[State, int]:
        """Move every state; once the expression has matched, it has matched for good."""
        if state is self._done:
            return state, 1
        targets = {target for each in state.states for index, target in self._moves[each] if index in letter}
        closed = self._closed(targets & self._hopeful) & self._hopeful
        return self._settled(closed), 1 + len(state.states) + len(closed)

    def takes(self, state: State) -> bool:
        """Tell whether the expression has matched, or does at the end."""
        return state is self._done or self._last in self._closed(set(state.states), start=state.fresh, end=True)

    def prospect(self, state: State) -> bool | None:
        """Return True once it has matched, False where nothing can match any more."""
        return True if state is self._done else None if state.states else False


Rule = Callable[[Sequence[bool | None]], bool | None]
"""What to make of what each leaf says, None for what depends."""


class Language:
    """A set of texts.

    Args:
        leaves: What is followed.
        rule: Whether a text belongs to the set, by what its leaves say of it.
    """

    def __init__(self, leaves: tuple[Leaf, ...], rule: Rule) -> None:
        self.leaves = leaves
        self.rule = rule

    def __and__(self, other: Language) -> Language:
        return self._with(other, _both)

    def __or__(self, other: Language) -> Language:
        return ~(~self & ~other)

    def __sub__(self, other: Language) -> Language:
        return self & ~other

    def __invert__(self) -> Language:
        return Language(self.leaves, lambda said: _not(self.rule(said)))

    def _with(self, other: Language, combine: Callable[[bool | None, bool | None], bool | None]) -> Language:
        count = len(self.leaves)
        return Language(self.leaves + other.leaves, lambda said: combine(self.rule(said[:count]), other.rule(said[count:])))

    def holds(self, text: str) -> bool:
        """Tell whether a text belongs to the set."""
        states = [leaf.start for leaf in self.leaves]
        for letter in text:
            for index, leaf in enumerate(self.leaves):
                inside = frozenset(number for number, ranges in enumerate(leaf.sets) if _within(ord(letter), ranges))
                states[index], _ = leaf.moved(states[index], inside)
        return self.rule([leaf.takes(state) for leaf, state in zip(self.leaves, states, strict=True)]) is True

    @cached_property
    def _exploration(self) -> _Exploration:
        return _Exploration(self)

    @cached_property
    def explored(self) -> Graph:
        """As much of the automaton as the budget allows."""
        while self._exploration.unfinished:
            self._exploration.step()
        return self._exploration.graph

    @property
    def _turns(self) -> Iterator[int]:
        """Yield the numbers of letters from which on a range of lengths begins, or has ended."""
        yield 0
        for each in self.leaves:
            if isinstance(each, Length):
                yield from (each.least, each.least if each.most is None else each.most + 1)

    @property
    def empty(self) -> bool:
        """Whether it is certain that there is no such text; one that is found ends the search."""
        if all(isinstance(each, Length) for each in self.leaves):
            return not any(self.rule([each.takes(count) for each in self.leaves]) for count in self._turns)
        exploration = self._exploration
        while exploration.unfinished and not exploration.finals:
            exploration.step()
        return exploration.graph.whole and not exploration.finals

    def texts(self, count: int) -> list[str]:
        """Return up to *count* texts, the shortest first, digits and letters preferred; none where none was found in time."""
        exploration, enough = self._exploration, _FIRST_LOOK
        while exploration.unfinished:
            exploration.step()
            if exploration.finals and len(exploration.moves) >= enough:
                short = takewhile(lambda text: len(text) < exploration.depth, exploration.graph.texts())
                found = list(islice(short, count))
                if len(found) == count:
                    return found
                enough = 2 * len(exploration.moves)
        return list(islice(self.explored.texts(), count))


def leaf(one: Leaf) -> Language:
    """Return the texts that a leaf takes."""
    return Language((one,), lambda said: said[0])


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _not(one: bool | None) -> bool | None:
    return None if one is None else not one


@dataclass(frozen=True)
class Graph:
    """Part of an automaton.

    Attributes:
        moves: For each state, from 0, each next state with letters that lead there, the plainest first.
        finals: Where a text may end.
        whole: Whether this is all of it.
    """

    moves: list[dict[int, str]]
    finals: frozenset[int]
    whole: bool

    def texts(self) -> Iterator[str]:
        """Yield texts, the shortest first."""
        distance = self._distances()
        queue = [(distance[0], "", 0)] if 0 in distance else []
        for _ in range(_MOST_TEXTS_TRIED):
            if not queue:
                return
            _, text, state = heappop(queue)
            if state in self.finals:
                yield text
            for target, letters in self.moves[state].items():
                if target in distance:
                    for letter in letters:
                        heappush(queue, (len(text) + 1 + distance[target], text + letter, target))

    def _distances(self) -> dict[int, int]:
        """Return, for each state that can still end well, how many letters that takes at least."""
        sources: list[list[int]] = [[] for _ in self.moves]
        for state, moves in enumerate(self.moves):
            for target in moves:
                sources[target].append(state)
        distance = dict.fromkeys(self.finals, 0)
        queue = deque(self.finals)
        while queue:
            target = queue.popleft()
            for source in sources[target]:
                if source not in distance:
                    distance[source] = distance[target] + 1
                    queue.append(source)
        return distance


class _Exploration:
    """An automaton as far as it was explored, state by state, those that are reached with the fewest letters first.

    Attributes:
        moves, finals: As in :class:`Graph`; of states that were not looked into there are neither.
        depth: All states that are reached with fewer letters were looked into.
    """

    def __init__(self, language: Language) -> None:
        self._language = language
        self._classes = _classes(language.leaves)
        self._states: dict[tuple[State, ...], int] = {}
        self._queue: deque[tuple[tuple[State, ...], int]] = deque()
        self._spent = 0
        self.moves: list[dict[int, str]] = []
        self.finals: set[int] = set()
        self._met(tuple(each.start for each in language.leaves), 0)

    @property
    def unfinished(self) -> bool:
        """Whether there is more, and budget for it."""
        return bool(self._queue) and self._spent < MOST_MOVES

    @property
    def depth(self) -> int:
        return self._queue[0][1] if self._queue else _LAST

    @property
    def graph(self) -> Graph:
        """What was explored so far."""
        return Graph(self.moves, frozenset(self.finals), not self._queue)

    def step(self) -> None:
        """Look into one state."""
        state, letters_before = self._queue.popleft()
        own, leaves, rule = self._states[state], self._language.leaves, self._language.rule
        if rule([each.takes(at) for each, at in zip(leaves, state, strict=True)]):
            self.finals.add(own)
        for letters, inside in self._classes:
            steps = [each.moved(at, sets) for each, at, sets in zip(leaves, state, inside, strict=True)]
            self._spent += sum(cost for _, cost in steps)
            if rule([each.prospect(at) for each, (at, _) in zip(leaves, steps, strict=True)]) is not False:
                target = self._met(tuple(at for at, _ in steps), letters_before + 1)
                known = self.moves[own].get(target)
                both = letters if known is None else "".join(sorted(known + letters, key=_plainness)[:2])
                self.moves[own][target] = both

    def _met(self, state: tuple[State, ...], depth: int) -> int:
        if state not in self._states:
            self._states[state] = len(self._states)
            self.moves.append({})
            self._queue.append((state, depth))
        return self._states[state]


def _classes(leaves: Sequence[Leaf]) -> list[tuple[str, tuple[frozenset[int], ...]]]:
    """Return the letters that no leaf tells apart: two of each class, and in which of each leaf's sets they are."""
    ranges = [each for leaf in leaves for ranges in leaf.sets for each in ranges]
    starts = sorted({0, *(low for low, _ in ranges), *(high + 1 for _, high in ranges)})
    found: dict[tuple[frozenset[int], ...], list[tuple[int, int]]] = {}
    for low, following in zip(starts, [*starts[1:], _LAST + 1], strict=True):
        if low <= _LAST:
            inside = tuple(frozenset(n for n, each in enumerate(leaf.sets) if _within(low, each)) for leaf in leaves)
            found.setdefault(inside, []).append((low, following - 1))
    return [(letters, inside) for inside, spans in found.items() if (letters := _letters(spans))]


def _within(letter: int, ranges: Ranges) -> bool:
    return any(low <= letter <= high for low, high in ranges)


def _letters(spans: Sequence[tuple[int, int]]) -> str:
    """Return the two plainest letters of some ranges; none where there is none but halves of surrogate pairs."""
    plain = (letter for letter in _PLAIN if _within(ord(letter), tuple(spans)))
    rest = (chr(low) for low, high in spans if not 0xD800 <= low <= 0xDFFF)
    return "".join(list(dict.fromkeys(islice(chain(plain, rest), 2))))


def _plainness(letter: str) -> int:
    return _PLAIN.find(letter) % (len(_PLAIN) + 1)
