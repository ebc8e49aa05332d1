"""The way of one plate: legs between its passages, with what each would have needed.  Pure.

A leg is ``impossible`` when no car drives it: the shortest way between the sites, less what each camera sees around
itself, within the longest time that both clocks allow, faster than 250 km/h.  A clock of which nobody knows the bound
proves nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from uuid import UUID

from fines_api.search.geography import Point, distance_m

IMPOSSIBLE_KMH: Final = 250.0
GAP: Final = timedelta(hours=1)
VIEW_REACH_M: Final = 150.0
"""A camera sees a vehicle this far from where it stands, so two of them may see it at one moment."""
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
    length = distance_m(first.point, second.point) if first.point and second.point else None
    needed = needed_kmh(first, second, length)
    flags = ((LegFlag.GAP,) if gap_s > GAP.total_seconds() else ()) + (
        (LegFlag.IMPOSSIBLE,) if needed is not None and needed > IMPOSSIBLE_KMH else ()
    )
    mean = _KMH * length / gap_s if length is not None and gap_s > 0 else None
    return Leg(gap_s, length, mean, needed, flags)


def needed_kmh(first: Seen, second: Seen, length_m: float | None) -> float | None:
    """Return the speed the leg needs at the very least, or ``None`` when place or clock is not known."""
    if length_m is None or first.bound_s is None or second.bound_s is None:
        return None
    way_m = max(0.0, length_m - 2 * VIEW_REACH_M)
    longest_s = abs((second.at - first.at).total_seconds()) + first.bound_s + second.bound_s
    if longest_s <= 0:
        return float("inf") if way_m > 0 else 0.0
    return _KMH * way_m / longest_s


def legs_of(seen: Sequence[Seen]) -> list[Leg]:
    """Return the legs between passages in order of time, one fewer than the passages."""
    return [leg_between(first, second) for first, second in pairwise(seen)]
