"""The garbage collector is held while it would only cost time, and let go before what it should take piles up."""

from __future__ import annotations

import gc
import weakref
from contextlib import closing

import pytest

from cxcontracts.documents.collector import one_by_one, uncollected


class Ring:
    """Something that knows itself, as the files of a contract know the contract."""

    def __init__(self) -> None:
        self.itself = self


def test_the_collector_is_held_and_then_as_it_was() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("number", [0, 1, 3])
def test_each_item_comes_once_and_in_order_while_the_collector_is_held(number: int) -> None:
    came = [(item, gc.isenabled()) for item in one_by_one(range(number))]
    assert came == [(item, False) for item in range(number)]
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, 0)


def test_what_was_made_for_one_item_is_gone_before_the_next() -> None:
    made: list[weakref.ref[Ring]] = []
    for _ in one_by_one(range(3)):
        assert [ring() for ring in made] == [None] * len(made)
        made.append(weakref.ref(Ring()))
        assert made[-1]() is not None


def test_whoever_stops_early_leaves_the_collector_as_it_was() -> None:
    with closing(one_by_one(range(3))) as items:
        next(items)
    assert (gc.isenabled(), gc.get_freeze_count()) == (True, 0)
