"""Limits of partners: never exceeded, over all threads and processes of a run."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from cxcontracts.running.calling import Came
from cxcontracts.running.quotas import RUN_FOLDER, Limit, Quotas, run_folder
from cxcontracts.running.wire import Failed
from cxcontracts.walks import Trouble
from tests.partners_running import GET, Asked, answer, calling, running


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(RUN_FOLDER, raising=False)


class Clock:
    """A clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def quotas(folder: Path, clock: Clock, *, lease: float = 10.0, **limit: float) -> Quotas:
    return Quotas({"shop": Limit(**limit)}, folder, lease, clock, clock.wait)  # type: ignore[arg-type]


def too_close(times: Sequence[float], number: int, seconds: float) -> list[float]:
    """How far apart too many requests arrived: *number* and one more in less than so many seconds."""
    apart = (later - earlier for earlier, later in zip(times, times[number:], strict=False))
    return [each for each in apart if each < seconds]


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ({"rate": "10/s", "requests": 2000, "at-once": 2}, Limit(10, 1.0, 2000, 2)),
        ({"rate": "600/m"}, Limit(600, 60.0)),
        ({"rate": "5/h"}, Limit(5, 3600.0)),
        ({}, Limit()),
    ],
)
def test_limits_are_read_as_the_estate_writes_them(written: dict[str, str], limit: Limit) -> None:
    assert Limit.of(written) == limit
    assert bool(limit) == bool(written)


@pytest.mark.parametrize(("number", "seconds"), [(1, 1.0), (3, 1.0), (10, 1.0), (5, 60.0)])
@pytest.mark.parametrize("latency", [0.0, 0.3, 2.5])
def test_no_stretch_of_time_sees_more_than_the_rate(
    number: int, seconds: float, latency: float, tmp_path: Path, clock: Clock
) -> None:
    chance = random.Random(f"{number} {seconds} {latency}")
    arrived: list[float] = []
    with closing(quotas(tmp_path, clock, number=number, seconds=seconds)) as limits:
        for _ in range(4 * number + 3):
            with limits.turn("shop", None):
                clock.now += (on_the_way := chance.random() * latency)
                arrived.append(clock.now)
                clock.now += latency - on_the_way
            clock.now += chance.random() * latency

    assert too_close(arrived, number, seconds) == []


def test_a_rate_lets_its_number_go_at_once_and_then_waits_no_longer_than_it_must(tmp_path: Path, clock: Clock) -> None:
    asked: list[float] = []
    with closing(quotas(tmp_path, clock, number=3, seconds=60.0)) as limits:
        for _ in range(7):
            with limits.turn("shop", None):
                asked.append(clock.now - 1000)

    assert asked == [0, 0, 0, 60, 60, 60, 120]


def test_a_partner_without_limits_is_asked_as_one_likes(tmp_path: Path, clock: Clock) -> None:
    with closing(quotas(tmp_path, clock, requests=1)) as limits:
        for _ in range(5):
            with limits.turn("other", None):
                pass

    assert clock.now == 1000.0


def test_what_is_used_up_is_said_and_nobody_waits_for_it(tmp_path: Path, clock: Clock) -> None:
    with closing(quotas(tmp_path, clock, requests=2)) as limits:
        for _ in range(2):
            with limits.turn("shop", None):
                pass
        with pytest.raises(Failed) as raised, limits.turn("shop", None):
            pass

    assert (raised.value.trouble, raised.value.why) == (
        Trouble.SPENT,
        "the 2 requests that the estate allows in a run are used up",
    )


def test_who_would_have_to_wait_until_the_run_is_over_does_not_wait_at_all(tmp_path: Path, clock: Clock) -> None:
    with closing(quotas(tmp_path, clock, number=1, seconds=3600.0)) as limits:
        with limits.turn("shop", None):
            pass
        with pytest.raises(Failed) as raised, limits.turn("shop", clock.now + 60):
            pass

    assert (raised.value.trouble, clock.now) == (Trouble.SPENT, 1000.0)


def test_two_that_share_a_folder_share_what_is_allowed(tmp_path: Path, clock: Clock) -> None:
    with closing(quotas(tmp_path, clock, requests=3)) as one, closing(quotas(tmp_path, clock, requests=3)) as other:
        for limits in (one, other, one):
            with limits.turn("shop", None):
                pass
        with pytest.raises(Failed), other.turn("shop", None):
            pass


def test_those_who_begin_at_the_same_moment_do_not_hinder_each_other(tmp_path: Path, clock: Clock) -> None:
    # Two workers of pytest-xdist do: a database that is just being made told the second that it is locked, and its tests failed.
    def begins(folder: Path, together: threading.Barrier) -> None:
        together.wait()
        quotas(folder, clock, requests=1).close()

    with ThreadPoolExecutor(4) as pool:
        for attempt in range(50):
            folder, together = tmp_path / str(attempt), threading.Barrier(4)
            folder.mkdir()
            for begun in [pool.submit(begins, folder, together) for _ in range(4)]:
                begun.result()


def test_the_place_of_a_process_that_was_killed_is_free_after_its_deadline(tmp_path: Path, clock: Clock) -> None:
    with ExitStack() as stack:
        killed = stack.enter_context(closing(quotas(tmp_path, clock, lease=10.0, at_once=1)))
        stack.enter_context(killed.turn("shop", None))
        limits = stack.enter_context(closing(quotas(tmp_path, clock, lease=10.0, at_once=1)))
        with limits.turn("shop", None):
            assert clock.now == pytest.approx(1011.0, abs=0.01)


def test_nothing_is_sent_that_cannot_be_counted(tmp_path: Path, clock: Clock) -> None:
    with closing(quotas(tmp_path, clock, requests=3)) as limits:
        for path in tmp_path.iterdir():
            path.write_bytes(b"no database" * 1000)
        with pytest.raises(Failed) as raised, limits.turn("shop", None):
            pass

    assert raised.value.trouble is Trouble.SPENT


def test_the_folder_of_a_run_is_made_once_and_removed_by_who_made_it() -> None:
    with run_folder() as outer:
        assert os.environ[RUN_FOLDER] == str(outer)
        with run_folder() as inner:
            assert inner == outer
        assert outer.is_dir()

    assert (outer.exists(), RUN_FOLDER in os.environ) == (False, False)


# --- with partners that run ---------------------------------------------------------------------------------------------------


class Counting:
    """A partner that takes its time, and counts how many it serves at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = 0
        self.most = 0
        self.times: list[float] = []

    def __call__(self, connection: socket.socket, _: Asked) -> None:
        with self._lock:
            self.times.append(time.monotonic())
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(0.01)
        with self._lock:
            self._now -= 1
        connection.sendall(answer())


def in_threads(send: object, number: int, each: int) -> list[Came]:
    came: list[Came] = []

    def work() -> None:
        came.extend(send("shop", GET) for _ in range(each))  # type: ignore[operator]

    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return came


def test_eight_threads_ask_no_more_at_once_and_in_all_than_is_allowed() -> None:
    partner = Counting()
    with running(partner) as shop, calling(shop.url, limits={"at-once": 2, "requests": 50}) as partners:
        came = in_threads(partners.send, 8, 10)

    assert (partner.most, len(shop.asked)) == (2, 50)
    assert sorted({(each.trouble, each.why) for each in came}, key=str) == sorted(
        {(None, ""), (Trouble.SPENT, "the 50 requests that the estate allows in a run are used up")}, key=str
    )
    assert RUN_FOLDER not in os.environ


def test_eight_threads_ask_no_faster_than_is_allowed() -> None:
    partner = Counting()
    with running(partner) as shop, calling(shop.url, limits={"rate": "20/s"}) as partners:
        in_threads(partners.send, 8, 6)

    assert len(partner.times) == 48
    assert [
        later - earlier for earlier, later in zip(partner.times, partner.times[20:], strict=False) if later - earlier < 1
    ] == []


PROCESS = """
import sys
from tests.partners_running import calling
from tests.test_running_quotas import in_threads
with calling(sys.argv[1], limits={"rate": "20/s", "at-once": 2, "requests": 30}) as partners:
    in_threads(partners.send, 4, 5)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with run_folder() as folder:
        yield folder


def test_three_processes_together_keep_to_every_limit(folder: Path) -> None:
    partner = Counting()
    with running(partner) as shop:
        started = [subprocess.Popen([sys.executable, "-c", PROCESS, shop.url]) for _ in range(3)]
        assert [process.wait() for process in started] == [0, 0, 0]

    assert (partner.most, len(shop.asked)) == (2, 30)
    assert [
        later - earlier for earlier, later in zip(partner.times, partner.times[20:], strict=False) if later - earlier < 1
    ] == []


def test_a_process_that_is_killed_amid_a_call_leaves_the_others_their_turn(folder: Path) -> None:
    arrived = threading.Event()

    def hang(connection: socket.socket, _: Asked) -> None:
        arrived.set()
        connection.recv(1)

    with running(hang, answer()) as shop:
        process = subprocess.Popen([sys.executable, "-c", PROCESS, shop.url])
        assert arrived.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with calling(shop.url, deadline=0.1, limits={"requests": 30}) as partners:
            assert partners.send("shop", GET).trouble is None


def test_who_stops_ends_what_waits_and_what_is_under_way() -> None:
    arrived = threading.Event()

    def hang(connection: socket.socket, _: Asked) -> None:
        arrived.set()
        connection.recv(1)

    came: list[Came] = []
    with running(hang) as shop, calling(shop.url, limits={"at-once": 1}) as partners:
        threads = [threading.Thread(target=lambda: came.append(partners.send("shop", GET))) for _ in range(3)]
        for thread in threads:
            thread.start()
        assert arrived.wait(60)
        partners.stop()
        for thread in threads:
            thread.join()
        came.append(partners.send("shop", GET))

    assert [each.trouble for each in came] == [Trouble.SPENT] * 4
    assert len(shop.asked) == 1
