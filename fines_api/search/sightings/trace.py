"""The way of one plate: legs between its passages, with what each would have needed.  Pure.

A leg is ``impossible`` when no car drives it (``recognition.plates.presence``); a clock of which nobody knows the bound
proves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from uuid import UUID

from fines_api.search.geography import Point
from recognition.plates.presence import SPEED_MAX_KMH, Sighting, great_circle_m, least_speed_kmh

GAP: Final = timedelta(hours=1)
_KMH: Final = 3.6


class LegFlag(StrEnum):
    """What a leg should make one think of."""

    GAP = "gap"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Seen:
    """One passage: where, when, and how far its clock may be off (``None``: nobody knows)."""

    passage_id: UUID
    at: datetime
    site_id: str
    point: Point | None
    bound_s: float | None


@dataclass(frozen=True, slots=True)
class Leg:
    """From one passage to the next: time, great-circle distance, and the mean speed it took at least."""

    gap_s: float
    distance_m: float | None
    mean_kmh: float | None
    needed_kmh: float | None
    flags: tuple[LegFlag, ...]


def leg_between(first: Seen, second: Seen) -> Leg:
    """Return the leg from the earlier to the later of two passages."""
    gap_s = (second.at - first.at).total_seconds()
    length, needed = length_m(first, second), needed_kmh(first, second)
    flags = ((LegFlag.GAP,) if gap_s > GAP.total_seconds() else ()) + (
        (LegFlag.IMPOSSIBLE,) if needed is not None and needed > SPEED_MAX_KMH else ()
    )
    mean = _KMH * length / gap_s if length is not None and gap_s > 0 else None
    return Leg(gap_s, length, mean, needed, flags)


def length_m(first: Seen, second: Seen) -> float | None:
    """Return the way over the ground between two passages, m, or ``None`` when a place is not known."""
    one, other = _sighting(first), _sighting(second)
    return None if one is None or other is None else great_circle_m(one, other)


def needed_kmh(first: Seen, second: Seen) -> float | None:
    """Return the speed the leg needs at the very least, or ``None`` when place or clock is not known."""
    one, other = _sighting(first), _sighting(second)
    return None if one is None or other is None else least_speed_kmh(one, other)


def _sighting(seen: Seen) -> Sighting | None:
    if seen.point is None:
        return None
    bound_ms = None if seen.bound_s is None else 1000 * seen.bound_s
    return Sighting(seen.point[1], seen.point[0], seen.at, bound_ms)


def legs_of(seen: Sequence[Seen]) -> list[Leg]:
    """Return the legs between passages in order of time, one fewer than the passages."""
    return [leg_between(first, second) for first, second in pairwise(seen)]
