"""From stretches of time in which an aspect surely shone to a timeline whose changes lie in the doubt between them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from recognition.signals.timeline import Aspect, Phase, SignalTimeline


@dataclass(frozen=True, slots=True)
class Stretch:
    """One aspect that surely shone from ``start_s`` to ``end_s`` (stream time)."""

    aspect: Aspect
    start_s: float
    end_s: float


Doubt = Callable[[Stretch, Stretch], float | None]
"""By how much, s, the change from one stretch to the next may be later than seen; None: unknown in between."""


def join(head_id: str, stretches: Sequence[Stretch], doubt: Doubt) -> SignalTimeline:
    """Return the timeline of stretches in order of time, none overlapping.

    Between neighbours lies either one change, anywhere from the end of the one to the start of the other, or an unknown
    phase, exactly as long as the gap.
    """
    phases: list[tuple[Aspect, tuple[float, float]]] = []
    if stretches:
        phases.append((stretches[0].aspect, (stretches[0].start_s, stretches[0].start_s)))
    for one, other in pairwise(stretches):
        later_s = doubt(one, other)
        if later_s is None:
            phases.append((Aspect.UNKNOWN, (one.end_s, one.end_s)))
            phases.append((other.aspect, (other.start_s, other.start_s)))
        else:
            phases.append((other.aspect, (one.end_s, other.start_s + later_s)))
    ends = [begin for _, begin in phases[1:]] + [(one.end_s, one.end_s) for one in stretches[-1:]]
    return SignalTimeline(
        head_id, tuple(Phase(aspect, *begin, *end) for (aspect, begin), end in zip(phases, ends, strict=True))
    )


def merged(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Return the stretches with touching ones of the same aspect made one."""
    out: list[Stretch] = []
    for stretch in stretches:
        if out and out[-1].aspect is stretch.aspect and out[-1].end_s == stretch.start_s:
            out[-1] = Stretch(stretch.aspect, out[-1].start_s, stretch.end_s)
        else:
            out.append(stretch)
    return out
