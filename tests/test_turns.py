"""Who may walk at the same time: nobody reads a thing while another one changes it."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Collection
from pathlib import Path

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


_HELD = """
import sys, time
from pathlib import Path
from cxcontracts.running.turns import Turns
with Turns(Path(sys.argv[1])).taken((), {"booking"}):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no flock")
def test_processes_of_one_run_take_turns_and_a_killed_one_holds_nothing(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", _HELD, str(tmp_path)], stdout=subprocess.PIPE)
    assert other.stdout is not None
    assert other.stdout.readline() == b"held\n"
    came = threading.Event()

    def come() -> None:
        with Turns(tmp_path).taken({"booking"}, ()):
            came.set()

    thread = threading.Thread(target=come)
    thread.start()
    assert not came.wait(0.3)
    other.kill()
    assert came.wait(30)
    thread.join(10)
    other.wait(10)
    other.stdout.close()
