"""What one signal head showed over time, with the bounds of every change.

Times are stream time (``pts_s``), as in tracks.  Between two observations a change may lie anywhere, so it is known by
its earliest and latest moment only; nothing is accused by the doubtful part.
"""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Aspect(StrEnum):
    """What a head shows to traffic; ``unknown`` is an answer."""

    RED = "red"
    RED_AMBER = "red_amber"
    AMBER = "amber"
    GREEN = "green"
    DARK = "dark"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Phase:
    """One aspect from a change to the next.

    The change into it lies between ``from_earliest_s`` and ``from_latest_s``, the change out of it between
    ``to_earliest_s`` and ``to_latest_s``; at the ends of the record both moments are the record's own.
    """

    aspect: Aspect
    from_earliest_s: float
    from_latest_s: float
    to_earliest_s: float
    to_latest_s: float


@dataclass(frozen=True, slots=True)
class RedSince:
    """For how long red has surely (``at_least_ms``) and possibly (``at_most_ms``; None: not seen to begin) shone."""

    at_least_ms: float
    at_most_ms: float | None


@dataclass(frozen=True, slots=True)
class SignalTimeline:
    """The phases of one head in order of time, without a gap.

    Raises:
        ValueError: phases overlap, run backwards, or leave a gap.
    """

    head_id: str
    phases: tuple[Phase, ...]

    def __post_init__(self) -> None:
        for phase in self.phases:
            edges = (phase.from_earliest_s, phase.from_latest_s, phase.to_earliest_s, phase.to_latest_s)
            if edges[0] > edges[1] or edges[2] > edges[3] or edges[0] > edges[3]:
                raise ValueError(f"a phase of {self.head_id} runs backwards: {phase}")
        for one, other in pairwise(self.phases):
            if (one.to_earliest_s, one.to_latest_s) != (other.from_earliest_s, other.from_latest_s):
                raise ValueError(f"the phases of {self.head_id} do not join: {one} and {other}")

    def aspect_at(self, moment_s: float, *, bound_s: float = 0.0) -> Aspect:
        """Return what surely shone all the time from ``moment_s - bound_s`` to ``moment_s + bound_s``."""
        for phase in self.phases:
            if phase.from_latest_s <= moment_s - bound_s and moment_s + bound_s <= phase.to_earliest_s:
                return phase.aspect
        return Aspect.UNKNOWN

    def red_since(self, moment_s: float, *, bound_s: float = 0.0) -> RedSince | None:
        """Return how long red had shone at a moment known to ``bound_s``; None where it was not surely red.

        Red with amber counts as red: it follows red and nobody may drive yet.
        """
        if self.aspect_at(moment_s, bound_s=bound_s) not in (Aspect.RED, Aspect.RED_AMBER):
            return None
        index = next(
            i
            for i, phase in enumerate(self.phases)
            if phase.from_latest_s <= moment_s - bound_s and moment_s + bound_s <= phase.to_earliest_s
        )
        while index and self.phases[index - 1].aspect in (Aspect.RED, Aspect.RED_AMBER):
            index -= 1
        begun = self.phases[index]
        was_seen_to_begin = index > 0 and self.phases[index - 1].aspect is not Aspect.UNKNOWN
        return RedSince(
            at_least_ms=1000 * (moment_s - bound_s - begun.from_latest_s),
            at_most_ms=1000 * (moment_s + bound_s - begun.from_earliest_s) if was_seen_to_begin else None,
        )
