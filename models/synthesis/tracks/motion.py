"""How a vehicle moves: a pace (how far along, by time), a path (where that is), and moves aside on it.

All is exact and closed: ramps of constant acceleration, straights and arcs, smooth moves aside.  Road coordinates are
those of a site: X to the right, Y away from the camera.  A heading of 0 degrees leads away from the camera, 180 towards
it; left turns add to it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
KMH = 3.6


@dataclass(frozen=True, slots=True)
class Go:
    """Reach a speed (negative: backwards) at ``ms2`` and keep it, for a time, a way, or to the end."""

    kmh: float
    for_s: float | None = None
    for_m: float | None = None
    ms2: float = 2.0


@dataclass(frozen=True, slots=True)
class Stand:
    """Stand still for a time, or to the end."""

    for_s: float | None = None


@dataclass(frozen=True, slots=True)
class StopWithin:
    """Brake evenly to a stand over a way."""

    way_m: float


Pace = tuple[Go | Stand | StopWithin, ...]


@dataclass(frozen=True, slots=True)
class Straight:
    """A straight part of a path."""

    for_m: float


@dataclass(frozen=True, slots=True)
class Arc:
    """A bend of a path: to the left for positive degrees, to the right for negative ones."""

    radius_m: float
    degrees: float


Path = tuple[Straight | Arc, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """A smooth move aside (right positive) that begins ``at_m`` along the path and takes ``over_m``."""

    aside_m: float
    at_m: float
    over_m: float


@dataclass(frozen=True, slots=True)
class _Ramp:
    from_s: float
    from_m: float
    speed_ms: float
    ms2: float


@dataclass(frozen=True, eq=False)
class Timetable:
    """How far a vehicle has come at each moment."""

    ramps: tuple[_Ramp, ...]

    @classmethod
    def of(cls, pace: Pace) -> "Timetable":
        """Lay the legs of a pace end to end; the first is entered at its own speed."""
        first = pace[0]
        state = _Ramp(0.0, 0.0, first.kmh / KMH if isinstance(first, Go) else 0.0, 0.0)
        ramps: list[_Ramp] = []
        for leg in pace:
            state = _lay(leg, state, ramps)
        return cls((*ramps, _Ramp(state.from_s, state.from_m, state.speed_ms, 0.0)))

    def way_m(self, at_s: Array) -> Array:
        """Return how far along the path the front is at times (N,), m; before the beginning at the first speed."""
        starts = np.array([ramp.from_s for ramp in self.ramps])
        table = np.array([(ramp.from_s, ramp.from_m, ramp.speed_ms, ramp.ms2) for ramp in self.ramps])
        rows = table[np.maximum(np.searchsorted(starts, at_s, side="right") - 1, 0)]
        since = at_s - rows[:, 0]
        acceleration = np.where(since < 0, 0.0, rows[:, 3])
        return np.asarray(rows[:, 1] + rows[:, 2] * since + acceleration * since**2 / 2)

    def moment_s(self, way_m: float, *, until_s: float = 900.0) -> float:
        """Return when the front first comes as far as ``way_m``; infinite where it never does."""
        for ramp, following in zip(self.ramps, (*self.ramps[1:], None), strict=True):
            lasts = (following.from_s if following else until_s) - ramp.from_s
            rest, moment = way_m - ramp.from_m, math.inf
            if abs(ramp.ms2) > 1e-9:
                inside = ramp.speed_ms**2 + 2 * ramp.ms2 * rest
                if inside >= 0:
                    moment = (math.sqrt(inside) - ramp.speed_ms) / ramp.ms2
            elif ramp.speed_ms > 1e-9:
                moment = rest / ramp.speed_ms
            if -1e-9 <= moment <= lasts + 1e-9:
                return ramp.from_s + moment
        return math.inf


def _lay(leg: Go | Stand | StopWithin, state: _Ramp, ramps: list[_Ramp]) -> _Ramp:
    if isinstance(leg, Stand):
        still = _Ramp(state.from_s, state.from_m, 0.0, 0.0)
        ramps.append(still)
        return _after(still, leg.for_s or 0.0)
    if isinstance(leg, StopWithin):
        braking = _Ramp(
            state.from_s, state.from_m, state.speed_ms, -state.speed_ms * abs(state.speed_ms) / (2 * leg.way_m)
        )
        ramps.append(braking)
        return _after(braking, 2 * leg.way_m / abs(state.speed_ms), speed_ms=0.0)
    wanted = leg.kmh / KMH
    state, begins = _ramp_to(wanted, leg, state, ramps), state
    ramps.append(_Ramp(state.from_s, state.from_m, wanted, 0.0))
    rest_s = 0.0
    if leg.for_s is not None:
        rest_s = max(0.0, leg.for_s - (state.from_s - begins.from_s))
    elif leg.for_m is not None and wanted:
        rest_s = max(0.0, leg.for_m - abs(state.from_m - begins.from_m)) / abs(wanted)
    return _after(ramps[-1], rest_s)


def _ramp_to(wanted_ms: float, leg: Go, state: _Ramp, ramps: list[_Ramp]) -> _Ramp:
    change = wanted_ms - state.speed_ms
    if abs(change) < 1e-9:
        return state
    rising = _Ramp(state.from_s, state.from_m, state.speed_ms, math.copysign(leg.ms2, change))
    ramps.append(rising)
    return _after(rising, abs(change) / leg.ms2, speed_ms=wanted_ms)


def _after(ramp: _Ramp, lasts_s: float, *, speed_ms: float | None = None) -> _Ramp:
    end_ms = ramp.speed_ms + ramp.ms2 * lasts_s if speed_ms is None else speed_ms
    end_m = ramp.from_m + ramp.speed_ms * lasts_s + ramp.ms2 * lasts_s**2 / 2
    return _Ramp(ramp.from_s + lasts_s, end_m, end_ms, 0.0)


def heading_vector(radians: Array) -> Array:
    """Return unit vectors (N, 2) of headings (N,), counted to the left from straight away."""
    return np.column_stack([-np.sin(radians), np.cos(radians)])


def right_of(radians: Array) -> Array:
    """Return unit vectors (N, 2) to the right of headings (N,)."""
    return np.column_stack([np.cos(radians), np.sin(radians)])


def along_path(
    start_m: tuple[float, float], heading_deg: float, path: Path, shifts: Sequence[Shift], way_m: Array
) -> tuple[Array, Array]:
    """Return places (N, 2) m and headings (N,) radians at ways (N,) along a path; past its end it goes straight on."""
    point, angle = np.array(start_m, dtype=np.float64), math.radians(heading_deg)
    places = point + way_m[:, None] * heading_vector(np.array([angle]))
    angles = np.full(len(way_m), angle)
    done_m = 0.0
    for leg in path:
        beyond = way_m >= done_m
        rest = way_m[beyond] - done_m
        length = leg.for_m if isinstance(leg, Straight) else leg.radius_m * math.radians(abs(leg.degrees))
        places[beyond], angles[beyond] = _on_leg(leg, point, angle, np.minimum(rest, length))
        (point,), (angle,) = _on_leg(leg, point, angle, np.array([length]))
        over = np.maximum(rest - length, 0.0)
        places[beyond] += over[:, None] * heading_vector(angles[beyond])
        done_m += length
    for shift in shifts:
        step, slope = _smooth_step((way_m - shift.at_m) / shift.over_m)
        places = places + (shift.aside_m * step)[:, None] * right_of(angles)
        angles = angles - np.arctan(shift.aside_m * slope / shift.over_m)
    return places, angles


def _on_leg(leg: Straight | Arc, point: Array, angle: float, way_m: Array) -> tuple[Array, Array]:
    if isinstance(leg, Straight):
        return point + way_m[:, None] * heading_vector(np.array([angle])), np.full(len(way_m), angle)
    side = math.copysign(1.0, leg.degrees)
    angles = angle + side * way_m / leg.radius_m
    centre = point - side * leg.radius_m * right_of(np.array([angle]))
    return centre + side * leg.radius_m * right_of(angles), angles


def _smooth_step(share: Array) -> tuple[Array, Array]:
    """Return the quintic step from 0 to 1 and its slope."""
    s = np.clip(share, 0.0, 1.0)
    return s**3 * (10 - 15 * s + 6 * s * s), 30 * s * s * (1 - s) ** 2
