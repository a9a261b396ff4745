"""Journeys whose values are varied while they run: what is tried, what is told of a failure, and when it stops."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cxcontracts.estate.model import Journey
from cxcontracts.exchanges import JSON, Request
from cxcontracts.findings import Verdict
from cxcontracts.plugins import kinds
from cxcontracts.requirements import OnExchanges
from cxcontracts.running.calling import Came, Partners
from cxcontracts.running.sharing import Allowance, Share
from cxcontracts.running.targets import Target
from cxcontracts.running.varying import Counting, Fuzzer, LoggedIn
from cxcontracts.running.walking import Walker
from cxcontracts.verdicts import Observer
from cxcontracts.walks import Purpose, Trouble, Walk
from tests.estates_made import contract, opened, write
from tests.partners_running import Asked, Partner, answer, running
from tests.verified import query, replying, verify

TAKING = contract(
    """
    /thing:
      get:
        parameters:
          - {name: q, in: query, schema: {type: string}}
          - {name: n, in: query, schema: {type: integer}}
        responses: {'200': {description: ok, content: {application/json: {schema: {}}}}, default: {description: no}}
      post:
        parameters:
          - {name: q, in: query, schema: {type: string}}
          - {name: n, in: query, schema: {type: integer}}
        responses: {'200': {description: ok, content: {application/json: {schema: {}}}}, default: {description: no}}
    """
)
ASKING = """
given:
  name: {from: customer, minLength: 1, maxLength: 20, examples: [Ada]}
  nights: {from: customer, type: integer, minimum: 1, maximum: 9, examples: [3]}
steps: [{step: s, call: p GET /thing, with: {q: $name, n: $nights}, needs: {a: text}}]
"""
ONE = ASKING.replace(", n: $nights", "")


@dataclass
class Varied:
    """What came of varying a journey."""

    journey: Journey
    observer: Observer
    base: Walk
    walks: list[Walk]
    allowance: Allowance

    def broken(self) -> dict[frozenset[str], list[Mapping[str, JSON]]]:
        """Return what is told to be broken, to the values that each walk which shows it differs in."""
        told: dict[frozenset[str], list[Mapping[str, JSON]]] = {}
        for walk in self.walks:
            failing = self.observer.failing(self.journey, walk, Verdict.BROKEN)
            if failing:
                due = next(each.varied for each in walk.sightings if each.varied)
                known = told.setdefault(failing, [])
                known += [due] if due not in known else []
        return told


@contextmanager
def fuzzing(
    folder: Path, partner: Partner, journey: str, writes: frozenset[str] = frozenset()
) -> Iterator[tuple[Journey, Walk, Fuzzer, Observer, threading.Event]]:
    estate = opened(write(folder, journey, {"p": TAKING}))
    (read,) = estate.estate.journeys.values()
    judging = tuple(kind for kind in kinds() if isinstance(kind, OnExchanges))
    stop = threading.Event()
    targets = {"p": Target("p", partner.url, may=("read", "write"))}
    with Partners(targets, limits={}, until=None, run_id="run-1") as partners, ThreadPoolExecutor(1) as pool:
        sender = LoggedIn(partners, lambda name, identity: {})
        walker = Walker(estate.judge, sender, judging, runs=frozenset("p"), stop=stop)
        base = walker.walk(read, 0)
        observer = Observer(estate.judge, kinds(), {}, lambda _: "")
        yield read, base, Fuzzer(estate.judge, walker, sender, observer, writes, pool, 0, stop), observer, stop


def all_rounds(fuzzer: Fuzzer, journey: Journey, base: Walk, allowance: Allowance) -> Iterator[Walk]:
    share = Share(allowance)
    for each in fuzzer.rounds(journey, base, [base.sightings[0].known], share):
        share.grant(allowance.left)
        yield from each


def varied(
    folder: Path, reply: Callable[[Asked], bytes], journey: str = ASKING, requests: int = 60, writes: frozenset[str] = frozenset()
) -> tuple[Varied, list[Asked]]:
    allowance = Allowance(requests)
    with running(replying(reply)) as p:
        with fuzzing(folder, p, journey, writes) as (read, base, fuzzer, observer, _):
            found = Varied(read, observer, base, list(all_rounds(fuzzer, read, base, allowance)), allowance)
        return found, p.asked


def fine(asked: Asked) -> bytes:
    return answer({"a": "x"})


def test_what_counts_sends_no_more_than_its_allowance_whatever_is_asked_of_it() -> None:
    with running(answer({})) as p, Partners({"p": Target("p", p.url)}, limits={}, until=None, run_id="1") as partners:
        counting = Counting(LoggedIn(partners, lambda name, identity: {"X-Key": "k-1234567"}), Allowance(3))
        calls: list[Callable[[], Came]] = [
            lambda: counting.send("p", Request("GET", "/a")),
            lambda: counting.follow("p", Request("GET", "/b")),
            lambda: counting.tell("p", "/c", {}),
        ]
        first = [call() for call in calls]
        then = [call() for call in calls]

    assert [each.trouble for each in first] == [None] * 3
    assert [(each.trouble, each.gone) for each in then] == [(Trouble.SPENT, False)] * 3
    assert [(each.target, each.headers.get("x-key")) for each in p.asked] == [
        ("/a", "k-1234567"),
        ("/b", "k-1234567"),
        ("/c", None),
    ]


def test_where_all_holds_each_call_differs_from_the_working_one_and_nothing_is_told_broken(tmp_path: Path) -> None:
    found, asked = varied(tmp_path, fine)

    assert found.broken() == {}
    assert len(asked) <= 61
    assert {each.purpose for walk in found.walks for each in walk.sightings} == {Purpose.FUZZ}
    assert not any(walk.whole for walk in found.walks)
    assert {int(query(each)["n"]) for each in asked} >= {1, 3, 9}
    assert all(1 <= int(query(each)["n"]) <= 9 and 1 <= len(query(each)["q"]) <= 20 for each in asked)


def test_a_failure_is_told_once_with_the_fewest_differences_that_show_it(tmp_path: Path) -> None:
    found, _ = varied(tmp_path, lambda asked: answer({"a": 1 if query(asked)["n"] == "9" else "x"}))

    assert found.broken() == {frozenset({"j/s/needs:a"}): [{"nights": 9}]}


@pytest.mark.parametrize(
    ("odd", "again"),
    [("9", ["9", "9"]), ("567", ["6", "6"])],  # an edge is sent alone; what lies between is brought back to it
)
def test_a_failure_that_is_told_was_seen_a_second_time_with_these_values_alone(
    odd: str, again: list[str], tmp_path: Path
) -> None:
    def reply(asked: Asked) -> bytes:
        return answer({"a": 1 if query(asked)["n"] in odd else "x"})

    found, _ = varied(tmp_path, reply, requests=400)

    shown = [walk for walk in found.walks if found.observer.failing(found.journey, walk, Verdict.BROKEN)]
    assert [query_of(walk)["n"] for walk in shown] == again
    (finding,) = (
        each for each in found.observer.verdicts([found.journey], found.walks).findings if each.verdict is Verdict.BROKEN
    )
    assert (finding.confirmed, finding.flaky) == (True, "")


def query_of(walk: Walk) -> dict[str, str]:
    (sighting,) = walk.sightings
    assert sighting.request is not None
    return dict(sighting.request.query)


def test_what_a_failure_is_not_due_to_is_taken_out_of_it(tmp_path: Path) -> None:
    found, asked = varied(tmp_path, lambda asked: answer({"a": 1 if query(asked)["n"] in "567" else "x"}), requests=400)

    first = next(query(each) for each in asked if query(each)["n"] in "567")
    assert first["q"] != "Ada"  # the middle of a range is only tried together with other values
    ((told,),) = found.broken().values()
    assert set(told) == {"nights"}


def test_a_failure_that_takes_two_values_is_told_with_both(tmp_path: Path) -> None:
    def reply(asked: Asked) -> bytes:
        return answer({"a": 1 if query(asked)["n"] == "9" and query(asked)["q"] != "Ada" else "x"})

    ((told,),) = varied(tmp_path, reply, requests=300)[0].broken().values()
    assert set(told) == {"name", "nights"}
    assert told["nights"] == 9


def test_what_follows_a_failure_in_the_same_walk_is_not_told_beside_it(tmp_path: Path) -> None:
    journey = """
    given: {nights: {from: customer, type: integer, minimum: 1, maximum: 2, examples: [1]}}
    steps:
      - {step: s, call: p POST /thing, with: {n: $nights}, needs: {a: {type: integer, minimum: 0}}, keep: {a: a}}
      - {step: t, call: p POST /thing, with: {n: $a}}
    """

    def reply(asked: Asked) -> bytes:
        nights = int(query(asked)["n"])
        return answer({"a": -1 if nights == 2 else 1}) if nights > 0 else answer({}, 422)

    found, _ = varied(tmp_path, reply, journey, writes=frozenset({"p"}))
    assert list(found.broken()) == [frozenset({"j/s/needs:a"})]


def test_a_failure_that_does_not_repeat_is_told_with_what_came_of_it_again(tmp_path: Path) -> None:
    failures = iter([answer({"a": 1})])

    def reply(asked: Asked) -> bytes:
        return next(failures, answer({"a": "x"})) if query(asked)["n"] == "9" else answer({"a": "x"})

    found, _ = varied(tmp_path, reply)
    (flaky,) = found.broken()[frozenset({"j/s/needs:a"})]
    again = [walk for walk in found.walks if walk.attempt == 2]
    assert [next(iter(walk.sightings)).varied for walk in again] == [flaky]


def test_what_is_spent_is_not_exceeded_and_what_is_stopped_ends(tmp_path: Path) -> None:
    found, asked = varied(tmp_path, lambda asked: answer({"a": 1 if query(asked)["n"] != "3" else "x"}), requests=7)
    assert len(asked) == 1 + 7
    assert found.allowance.spent

    with running(answer({"a": "x"})) as p, fuzzing(tmp_path, p, ASKING) as (read, base, fuzzer, _, stop):
        stop.set()
        assert list(all_rounds(fuzzer, read, base, Allowance(100))) == []
        assert len(p.asked) == 1


def test_a_call_that_changes_something_is_varied_where_that_is_allowed_in_a_whole_walk(tmp_path: Path) -> None:
    writing = ONE.replace("GET", "POST")
    assert len(varied(tmp_path, fine, writing)[1]) == 1

    found, asked = varied(tmp_path, fine, writing, writes=frozenset({"p"}))
    assert len(asked) > 5
    assert all(walk.whole for walk in found.walks)

    once = writing.replace("{from: customer, type", "{from: customer, once: true, type")
    assert len(varied(tmp_path, fine, once, writes=frozenset({"p"}))[1]) == 1


def test_of_a_step_that_does_not_work_nothing_is_varied(tmp_path: Path) -> None:
    assert len(varied(tmp_path, lambda _: answer({}, 500))[1]) == 1


def test_what_was_broken_before_is_not_told_again(tmp_path: Path) -> None:
    found, asked = varied(tmp_path, lambda _: answer({"a": 1}))
    assert found.broken() == {}
    assert len(asked) > 5


def test_the_same_seed_sends_the_same(tmp_path: Path) -> None:
    one, other = (varied(tmp_path, fine)[1] for _ in range(2))
    assert [each.target for each in one] == [each.target for each in other]


WRITING = """
given:
  name: {from: customer, minLength: 1, maxLength: 20, examples: [Ada]}
  nights: {from: customer, type: integer, minimum: 1, maximum: 9, examples: [3]}
steps:
  - {step: s, call: p POST /thing, with: {q: $name}}
  - {step: t, call: p POST /thing, with: {n: $nights}, needs: {a: text}}
"""


def test_whole_walks_vary_every_step_at_once_and_so_are_few(tmp_path: Path) -> None:
    found, asked = varied(tmp_path, fine, WRITING, requests=60, writes=frozenset("p"))
    assert [each.varied.keys() for each in found.walks[0].sightings] == [{"name", "nights"}] * 2
    sent = [query(each) for each in asked]
    assert {each["q"] for each in sent if "q" in each} >= {"O'Brien", "Ng", "李"}
    assert {each["n"] for each in sent if "n" in each} >= {"1", "2", "8", "9"}


def test_of_what_fails_together_each_failure_is_told_with_its_own_difference_also_where_one_hides_the_other(
    tmp_path: Path,
) -> None:
    def reply(asked: Asked) -> bytes:
        if "q" in query(asked):
            return answer({}, 422 if "Brien" in query(asked)["q"] else 200)
        return answer({"a": 1 if query(asked)["n"] == "9" else "x"})

    found, _ = varied(tmp_path, reply, WRITING, requests=400, writes=frozenset("p"))
    assert found.broken() == {
        frozenset({"j/s/accepts:q"}): [{"name": "O'Brien"}],
        frozenset({"j/t/needs:a"}): [{"nights": 9}],
    }


def test_a_refusal_that_was_to_be_expected_of_one_value_does_not_hide_that_another_is_refused(tmp_path: Path) -> None:
    journey = """
given:
  name: {from: customer, minLength: 1, maxLength: 20, examples: [Ada]}
  nights: {from: customer, type: integer, minimum: 1, maximum: 9, examples: [3]}
steps:
  - {step: s, call: p POST /thing, with: {q: $name, n: $nights}, informs: [{when: none, with: {n: 99}, status: 422}]}
"""

    def reply(asked: Asked) -> bytes:
        return answer({}, 422 if "Brien" in query(asked)["q"] or query(asked)["n"] == "99" else 200)

    found, _ = varied(tmp_path, reply, journey, requests=400, writes=frozenset("p"))
    assert found.broken() == {frozenset({"j/s/accepts:q"}): [{"name": "O'Brien"}]}


def test_a_varied_walk_goes_no_further_than_the_working_one(tmp_path: Path) -> None:
    stopping = WRITING + "  - {step: u, call: p POST /thing, with: {q: $name, n: $nights}}\n"

    def reply(asked: Asked) -> bytes:
        return answer({"a": "x"}, 422 if query(asked).keys() == {"q", "n"} else 200)

    found, asked = varied(tmp_path, reply, stopping, writes=frozenset("p"))
    assert found.broken() == {}
    assert [set(query(each)) for each in asked].count({"q", "n"}) == 1


def test_of_two_failures_in_one_walk_each_is_told_with_what_it_is_due_to(tmp_path: Path) -> None:
    def reply(asked: Asked) -> bytes:
        sent = query(asked)
        return answer({"a": 1 if len(sent.get("q", "")) == 20 or sent.get("n") == "1" else "x"})

    journey = WRITING.replace("{q: $name}}", "{q: $name}, needs: {a: text}}")
    found, _ = varied(tmp_path, reply, journey, requests=400, writes=frozenset("p"))
    assert found.broken() == {
        frozenset({"j/s/needs:a"}): [{"name": "Abcdefghijklmnopqrst"}],
        frozenset({"j/t/needs:a"}): [{"nights": 1}],
    }


def test_a_refusal_that_follows_from_what_an_earlier_step_was_sent_is_not_told_of_the_value_that_is_refused(
    tmp_path: Path,
) -> None:
    def reply(asked: Asked) -> bytes:
        sent = query(asked)
        hard = sent["q"] in ("O'Brien", "Ng", "hard")
        return answer({"a": 1 if hard else "x", "b": "hard" if hard else "fine"}, 422 if hard and "n" in sent else 200)

    journey = WRITING.replace("{q: $name}}", "{q: $name}, needs: {a: text}, keep: {kept: b}}").replace("n: $n", "q: $kept, n: $n")
    found, _ = varied(tmp_path, reply, journey, requests=400, writes=frozenset("p"))
    assert found.broken().keys() == {frozenset({"j/s/needs:a"})}


def sent(folder: Path, **wanted: Any) -> list[tuple[str, str]]:
    """Return what two journeys of two partners send, one of which takes some numbers amiss, in the order in which it arrives."""
    journey = ASKING.replace("}]\n", "}, {step: t, call: q GET /thing, with: {q: $name, n: $nights}, needs: {a: text}}]\n")
    root = write(folder, journey, {"p": TAKING, "q": TAKING})
    other = (root / "journeys/j.yaml").read_text().replace("journey: j", "journey: k").replace("Ada", "Bo")
    (root / "journeys/k.yaml").write_text(other)

    chance = random.Random()

    def reply(asked: Asked) -> bytes:
        time.sleep(chance.random() / 500)
        return answer({"a": 1 if query(asked)["n"] in "57" else "x"})

    with running(replying(reply)) as both:
        verify(root, {"p": both, "q": both}, varies=True, requests=400, **wanted)
    return [(asked.method, asked.target) for asked in both.asked]


def test_the_same_seed_sends_the_same_requests_with_one_worker_in_the_same_order(tmp_path: Path) -> None:
    first = sent(tmp_path / "a", seed=3, workers=1)
    assert 200 < len(first) <= 400
    assert sent(tmp_path / "b", seed=3, workers=1) == first

    several = sent(tmp_path / "c", seed=3, workers=4)
    assert several != first
    assert sorted(several) == sorted(first)
    assert sorted(sent(tmp_path / "d", seed=4, workers=4)) != sorted(first)


def test_a_fresh_value_is_not_used_again_by_walks_with_other_values(tmp_path: Path) -> None:
    # A partner that knows an address already refuses it.
    journey = """
    given:
      mail: {from: customer, pattern: "^[a-z]{4,9}$", fresh: true}
      nights: {from: customer, type: integer, minimum: 1, maximum: 9, examples: [3]}
    steps: [{step: s, call: p POST /thing, with: {q: $mail, n: $nights}, needs: {a: text}}]
    """
    known: set[str] = set()

    def reply(asked: Asked) -> bytes:
        mail = query(asked)["q"]
        if mail in known:
            return answer({}, 409)
        known.add(mail)
        return answer({"a": "x"})

    with running(replying(reply)) as p:
        found = verify(write(tmp_path, journey, {"p": TAKING}), {"p": p}, varies=True)
    sent = [query(each)["q"] for each in p.asked]
    assert len(set(sent)) == len(sent) > 5
    assert found.verdicts == {}


def test_a_failure_that_nothing_is_left_for_is_told_as_seen_once(tmp_path: Path) -> None:
    working = {"q": "Ada", "n": "3"}
    found, asked = varied(tmp_path, lambda asked: answer({"a": "x" if query(asked) == working else 1}), requests=1)

    assert len(asked) == 2
    findings = found.observer.verdicts([found.journey], [found.base, *found.walks]).findings
    (told,) = (each for each in findings if each.verdict is not Verdict.INTACT)
    assert (told.id, told.verdict, told.confirmed) == ("j/s/needs:a", Verdict.BROKEN, False)
