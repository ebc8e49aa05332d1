"""Which two passages cannot be of one vehicle, and how long a suspicion reaches back.  Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from fines_api.kit.errors import ConflictError
from fines_api.search.sightings.trace import Seen, length_m, needed_kmh
from recognition.contracts import PlateKey
from recognition.plates.presence import SPEED_MAX_KMH

REACH: Final = timedelta(hours=3)
"""Further apart in time no two sites of a region are far enough apart: 750 km."""
LEAST_CONFIDENCE: Final = 0.9
"""A doubtful read is a misread sooner than a clone."""
BEFORE: Final = timedelta(days=30)
"""A clone drove before it was found out: so long before, cases of the plate are held too."""
_KMH: Final = 3.6


class SuspicionState(StrEnum):
    """Where a suspicion stands; all but ``dismissed`` hold cases of the plate."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two passages of one plate, the earlier first."""

    key: PlateKey
    first: Seen
    second: Seen


@dataclass(frozen=True, slots=True)
class Impossible:
    """A pair that no car drives."""

    pair: Pair
    distance_m: float
    needed_kmh: float


def is_worth_a_look(pair: Pair) -> bool:
    """Tell whether the pair would be impossible if both clocks were exact; cheap, before the clocks are read."""
    needed = needed_kmh(replace(pair.first, bound_s=0.0), replace(pair.second, bound_s=0.0))
    return needed is not None and needed > SPEED_MAX_KMH


def impossible(pair: Pair) -> Impossible | None:
    """Return what the pair would need if no car drives it, clocks considered, else ``None``."""
    length, needed = length_m(pair.first, pair.second), needed_kmh(pair.first, pair.second)
    if length is None or needed is None or needed <= SPEED_MAX_KMH:
        return None
    return Impossible(pair, length, min(needed, _KMH * length * 1e3))  # at one moment by both clocks: a number for JSON


def worst_by_plate(found: Iterable[Impossible]) -> list[Impossible]:
    """Return the fastest pair of each plate, so that one clone is one suspicion."""
    worst: dict[PlateKey, Impossible] = {}
    for one in found:
        known = worst.get(one.pair.key)
        if known is None or one.needed_kmh > known.needed_kmh:
            worst[one.pair.key] = one
    return list(worst.values())


def holds(first_at: datetime, moment: datetime) -> bool:
    """Tell whether a standing suspicion reaches back to a moment."""
    return moment >= first_at - BEFORE


def check_decision(before: SuspicionState, after: SuspicionState) -> None:
    """Refuse a decision that leads nowhere: a dismissed suspicion stays so, and nothing is opened again.

    Raises:
        ConflictError: the state does not allow it (``clone.decided``).
    """
    is_possible = before is SuspicionState.OPEN or (
        before is SuspicionState.CONFIRMED and after is SuspicionState.DISMISSED
    )
    if not is_possible or after is SuspicionState.OPEN:
        raise ConflictError(f"this suspicion is {before}", hint="load it again", code="clone.decided")


def pair_of(key: PlateKey, one: Seen, other: Seen) -> Pair:
    """Put two passages in order of time, then of id."""
    first, second = sorted((one, other), key=lambda seen: (seen.at, seen.passage_id))
    return Pair(key, first, second)
