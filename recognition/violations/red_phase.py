"""How long red had shone for a vehicle when its front crossed the line, with everything that may be wrong with it."""

from collections.abc import Iterable
from math import hypot, sqrt

from recognition.contracts import Measurement
from recognition.signals import SignalTimeline
from recognition.violations.case import RuleInput
from recognition.violations.front import Crossing
from recognition.violations.path import COVERAGE

_HALF_WIDTH = sqrt(3)
"""A rectangular bound over this is its standard uncertainty."""


def is_red_throughout(case: RuleInput, heads: Iterable[str], from_s: float, until_s: float) -> bool:
    """Tell whether every head had surely been red for longer than its grace at ``from_s``, and stayed so."""
    return all(_is_red(case, head_id, from_s, until_s) for head_id in heads)


def red_at_least_ms(case: RuleInput, crossing: Crossing) -> float:
    """Return how long red had surely shone when the front can have crossed at the earliest."""
    before_s = float(crossing.path.at_s[crossing.before])
    return min(_least_ms(case.signals[head_id], before_s) for head_id in crossing.heads)


def measure_red_elapsed(case: RuleInput, crossing: Crossing) -> Measurement:
    """Measure the time from red to the crossing by the head that turned red last.

    ``crossing`` in the budget is the time the front took from surely before to surely past the line, ``red`` the time
    in which red began.  Where red was not seen to begin, it had shone for at least the value less its uncertainty.
    """
    before_s, after_s = (float(crossing.path.at_s[i]) for i in (crossing.before, crossing.after))
    middle_s = (before_s + after_s) / 2
    last = min(crossing.heads, key=lambda head_id: _least_ms(case.signals[head_id], before_s))
    least_ms = _least_ms(case.signals[last], middle_s)
    since = case.signals[last].red_since(middle_s)
    most_ms = since.at_most_ms if since is not None and since.at_most_ms is not None else least_ms
    crossing_ms = 1000 * abs(after_s - before_s) / 2 / _HALF_WIDTH
    red_ms = (most_ms - least_ms) / 2 / _HALF_WIDTH
    return Measurement(
        quantity="red_elapsed",
        value=round((least_ms + most_ms) / 2, 1),
        unit="ms",
        expanded_uncertainty=round(COVERAGE * hypot(crossing_ms, red_ms), 1),
        is_valid=True,
        method="front" if crossing.is_front_seen else "rear_and_length",
        budget={"crossing": round(crossing_ms, 2), "red": round(red_ms, 2)},
    )


def _is_red(case: RuleInput, head_id: str, from_s: float, until_s: float) -> bool:
    timeline = case.signals.get(head_id)
    grace_ms = next((head.grace_ms for head in case.site.signals if head.head_id == head_id), None)
    since = timeline.red_since(until_s) if timeline is not None else None
    if grace_ms is None or since is None:
        return False
    return since.at_least_ms - 1000 * (until_s - from_s) > grace_ms


def _least_ms(timeline: SignalTimeline, moment_s: float) -> float:
    since = timeline.red_since(moment_s)
    return since.at_least_ms if since is not None else 0.0
