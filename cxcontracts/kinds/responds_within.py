"""``responds-within``: it answers before I give up. No contract says how fast; exchanges do, once there are enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from cxcontracts.estate.durations import parse_duration
from cxcontracts.estate.model import Journey, Step
from cxcontracts.estate.written import RespondsWithinForm
from cxcontracts.findings import Harm, Verdict
from cxcontracts.kinds.seen import waits
from cxcontracts.requirements import Judgement, Meaning, Requirement
from cxcontracts.shares import samples_needed, surely_above, surely_at_most
from cxcontracts.walks import Purpose, Sighting, Walk
from cxcontracts.wording import listed

_ASKING = (Purpose.STEP, Purpose.FUZZ, Purpose.AGAIN, Purpose.POLL, Purpose.LATE)


class RespondsWithin:
    """Quantiles, with their confidence; ``max`` is never exceeded."""

    name = "responds-within"
    key = "responds-within"
    form = RespondsWithinForm
    harm = Harm.DELAYED
    meaning = Meaning(
        customer="it answers before I give up",
        kept="",
        breaks="",
        example="responds-within: {p95: 800ms, max: 3s}",
        remedy="Ask the partner to answer sooner, call it earlier in the journey, or show the customer something meanwhile.",
    )

    def requirements(self, journey: Journey, step: Step) -> Iterator[Requirement]:
        """Yield the one requirement of a call; *what* is quantile (1 for ``max``) to the time that it may take."""
        written = step.asks.get(self.key)
        if step.call is not None and written:
            times = {_quantile(name): parse_duration(time) for name, time in written.items()}
            yield Requirement(self.name, "", journey, step, step.harm or self.harm, times, step.locate(self.key), step.groups)

    def on_exchanges(self, requirement: Requirement, walks: Sequence[Walk]) -> Iterator[Judgement]:
        """Judge every answer of the step together."""
        times: Mapping[float, timedelta] = requirement.what
        seen = [each for walk in walks for each in walk.of(requirement.step.name, *_ASKING)]
        answered = [each for each in seen if each.response is not None and each.trouble is None]
        if not answered:
            yield from (waits(requirement.journey, requirement.step, each) for each in seen[:1])
            return
        slowest = max(answered, key=lambda each: each.seconds)
        if 1.0 in times and slowest.seconds > times[1.0].total_seconds():
            because = f"it answers after {_time(slowest.seconds)}; it may take {_time(times[1.0].total_seconds())} at most"
            yield Judgement(Verdict.BROKEN, because=because, sighting=slowest, observed=len(answered))
            return
        judged = [_quantile_judged(quantile, time.total_seconds(), answered) for quantile, time in times.items() if quantile < 1]
        broken = [each for each in judged if each.verdict is Verdict.BROKEN]
        few = [each for each in judged if each.verdict is Verdict.INCONCLUSIVE]
        if broken or few:
            yield (broken or few)[0]
        else:
            yield Judgement(Verdict.INTACT, sighting=slowest, observed=len(answered))


def _quantile_judged(quantile: float, most: float, answered: Sequence[Sighting]) -> Judgement:
    late = [each for each in answered if each.seconds > most]
    share, samples = 1 - quantile, len(answered)
    name = f"p{quantile * 100:g}"
    slow = f"{len(late)} of {samples} answers took longer than {_time(most)}"
    if surely_above(len(late), samples, share):
        return Judgement(Verdict.BROKEN, because=f"{slow} ({name})", sighting=late[0], observed=samples)
    if surely_at_most(len(late), samples, share):
        return Judgement(Verdict.INTACT, sighting=answered[0], observed=samples)
    wanted = samples_needed(len(late), share)
    because = listed([f"{samples} of {wanted} samples for {name}", *([slow] if late else [])])
    return Judgement(Verdict.INCONCLUSIVE, because=because, sighting=answered[0], observed=samples, decides=False)


def _quantile(name: str) -> float:
    return 1.0 if name == "max" else float(name[1:]) / 100


def _time(seconds: float) -> str:
    """Return a time as people write it.

    >>> _time(0.8), _time(3.0), _time(1.234)
    ('800 ms', '3 s', '1.23 s')
    """
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.3g} s"
