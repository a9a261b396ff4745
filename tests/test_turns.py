"""Who may walk at the same time: nobody reads a thing while another one changes it."""

from __future__ import annotations

import threading
from collections.abc import Collection

import pytest

from cxcontracts.running.turns import Turns


def _waits(held: tuple[Collection[str], Collection[str]], asked: tuple[Collection[str], Collection[str]]) -> bool:
    """Tell whether somebody who asks has to wait while something is held."""
    turns, came = Turns(), threading.Event()

    def come() -> None:
        with turns.taken(*asked):
            came.set()

    with turns.taken(*held):
        thread = threading.Thread(target=come)
        thread.start()
        waited = not came.wait(0.2)
    thread.join(10)
    assert came.is_set()
    return waited


@pytest.mark.parametrize(
    ("held", "asked", "waits"),
    [
        (({"booking"}, ()), ({"booking"}, ()), False),
        (({"booking"}, ()), ((), {"booking"}), True),
        (((), {"booking"}), ({"booking"}, ()), True),
        (((), {"booking"}), ((), {"booking"}), True),
        (((), {"booking"}), ((), {"another"}), False),
        ((({"till/"}), {"booking"}), ({"till/"}, {"another"}), False),
        ((({"till/"}), {"booking"}), ({"another"}, {"till/"}), True),
    ],
)
def test_whoever_changes_a_thing_is_alone_with_it(
    held: tuple[Collection[str], Collection[str]], asked: tuple[Collection[str], Collection[str]], waits: bool
) -> None:
    assert _waits(held, asked) is waits
