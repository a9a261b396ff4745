"""How journeys share what may be sent: none of them has more for being quick, and none waits for one that is gone."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from cxcontracts.running.sharing import Allowance, Shares

NAMES = ("a", "b", "c")


def coming(pool: ThreadPoolExecutor, shares: Shares, *names: str) -> list[Future[int]]:
    return [pool.submit(shares.next, name) for name in names]


def taken(allowance: Allowance, count: int) -> None:
    for _ in range(count):
        allowance.take()


def test_an_allowance_is_given_out_once_and_then_never_again() -> None:
    allowance = Allowance(2)
    assert (allowance.take(), allowance.spent, allowance.left) == (True, False, 1)
    assert (allowance.take(), allowance.spent, allowance.left) == (True, True, 0)
    assert (allowance.take(), allowance.spent, allowance.left) == (False, True, 0)


def test_each_round_begins_once_all_have_come_and_shares_what_is_left_by_then() -> None:
    allowance = Allowance(100)
    shares = Shares(allowance, NAMES, threading.Event())
    with ThreadPoolExecutor(3) as pool:
        first = coming(pool, shares, "a", "b")
        assert [each.done() for each in first] == [False, False]
        taken(allowance, 10)
        assert [each.result(10) for each in (*first, *coming(pool, shares, "c"))] == [30, 30, 30]
        taken(allowance, 60)
        assert [each.result(10) for each in coming(pool, shares, *NAMES)] == [10, 10, 10]


def test_nobody_waits_for_one_that_has_left_and_what_it_did_not_take_is_the_others() -> None:
    shares = Shares(Allowance(100), NAMES, threading.Event())
    with ThreadPoolExecutor(2) as pool:
        first = coming(pool, shares, "a", "b")
        shares.leave("c")
        assert [each.result(10) for each in first] == [50, 50]
        shares.leave("a")
        assert coming(pool, shares, "b")[0].result(10) == 100


def test_once_all_is_stopped_nobody_waits_any_more() -> None:
    stop = threading.Event()
    shares = Shares(Allowance(100), NAMES, stop)
    with ThreadPoolExecutor(1) as pool:
        (waiting,) = coming(pool, shares, "a")
        stop.set()
        assert waiting.result(10) == 0
