"""One plate in two places faster than any vehicle drives: at least one of the two plates is a copy.

Nobody is fined for the speed between them (HARMS D17); it is what lets an owner say "that was not my car".
"""

from dataclasses import dataclass
from datetime import datetime
from math import asin, cos, inf, radians, sin, sqrt
from typing import Protocol

SPEED_MAX_KMH = 250.0
"""Faster than this on the way between two places, it was not one vehicle."""
SEEN_FROM_MAX_M = 200.0
"""A place is the camera's: the vehicle was up to so far from it, so neighbouring cameras may both see it at once."""
EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG); a sphere errs by up to 0.56 % against WGS 84, which a limit of 250 km/h bears."""
_KMH = 3.6


class Located(Protocol):
    """Anything with a place, degrees of WGS 84."""

    @property
    def latitude(self) -> float:
        """Degrees north."""
        ...

    @property
    def longitude(self) -> float:
        """Degrees east."""
        ...


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where (WGS 84) and when a plate was seen, and how far that clock may be off; None where nobody knows."""

    latitude: float
    longitude: float
    captured_at: datetime
    clock_bound_ms: float | None


def is_impossible_presence(one: Sighting, other: Sighting) -> bool:
    """Tell whether no vehicle can have been at both places; with an unknown clock that is never said."""
    speed_kmh = least_speed_kmh(one, other)
    return speed_kmh is not None and speed_kmh > SPEED_MAX_KMH


def least_speed_kmh(one: Sighting, other: Sighting) -> float | None:
    """Return the least mean speed at which one vehicle can have been at both places; None where a clock is unknown.

    The way is the great circle less what both cameras see, the time what lay between at most.
    """
    if one.clock_bound_ms is None or other.clock_bound_ms is None:
        return None
    way_m = max(0.0, great_circle_m(one, other) - 2 * SEEN_FROM_MAX_M)
    apart_s = abs((other.captured_at - one.captured_at).total_seconds())
    longest_s = apart_s + (one.clock_bound_ms + other.clock_bound_ms) / 1000
    if not way_m:
        return 0.0
    return way_m / longest_s * _KMH if longest_s else inf


def great_circle_m(one: Located, other: Located) -> float:
    """Return the way over the earth's surface between two places, m (haversine)."""
    north, south = radians(one.latitude), radians(other.latitude)
    half_up = sin((south - north) / 2) ** 2
    half_aside = sin(radians(other.longitude - one.longitude) / 2) ** 2
    share = half_up + cos(north) * cos(south) * half_aside
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(share)))
