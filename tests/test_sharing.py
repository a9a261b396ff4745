"""How many requests may be sent, and how journeys share them: none of them has more for being quick."""

from __future__ import annotations

from cxcontracts.running.sharing import Allowance, Share


def test_an_allowance_is_given_out_once_and_then_never_again() -> None:
    allowance = Allowance(2)
    assert (allowance.take(), allowance.spent, allowance.left) == (True, False, 1)
    assert (allowance.take(), allowance.spent, allowance.left) == (True, True, 0)
    assert (allowance.take(), allowance.spent, allowance.left) == (False, True, 0)


def test_a_share_is_what_is_granted_for_a_round_and_comes_out_of_the_whole() -> None:
    whole = Allowance(10)
    share = Share(whole)
    assert (share.take(), share.spent) == (False, True)

    share.grant(2)
    assert [share.take() for _ in range(3)] == [True, True, False]
    assert (share.spent, share.left, share.requests, whole.left) == (True, 0, 10, 8)


def test_what_others_take_meanwhile_changes_nothing_and_what_is_left_of_a_round_is_not_kept() -> None:
    whole = Allowance(10)
    share, other = Share(whole), Share(whole)
    share.grant(5)
    other.grant(5)
    assert [other.take() for _ in range(5)] == [True] * 5
    assert share.left == 5

    share.grant(1)
    assert share.left == 1
