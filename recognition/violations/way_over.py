"""A vehicle's way over a crossing: when its front came onto it, and which strip of the crossing it took."""

from dataclasses import dataclass

import numpy as np

from recognition.contracts import VehicleClass, Zone
from recognition.violations.front import lengths_ahead_m
from recognition.violations.path import COVERAGE, Array, RoadPath, runs

SURE_FRAMES_MIN = 2
_STEP_S = 0.4
_KMH = 3.6
_WAY_MIN_M = 2.0


@dataclass(frozen=True, eq=False)
class WayOver:
    """One way over a crossing.

    The front came onto it between the samples ``early`` and ``late``; ``last`` is the last sample on it.  The vehicle
    took the strip from ``left_m`` to ``right_m`` along ``across`` (2,), known to ``bound_m``.
    """

    path: RoadPath
    early: int
    late: int
    last: int
    across: Array
    left_m: float
    right_m: float
    bound_m: float


def find_way_over(path: RoadPath, zone: Zone, kind: VehicleClass) -> WayOver | None:
    """Find where a vehicle drove over a crossing; None where it surely did not, or was not seen before it."""
    is_sure = path.is_surely_in(zone.polygon_m) if len(path.at_s) else np.zeros(0, dtype=np.bool_)
    if np.count_nonzero(is_sure) < SURE_FRAMES_MIN:
        return None
    sure, last = int(np.flatnonzero(is_sure)[0]), int(np.flatnonzero(is_sure)[-1])
    spans = [span for span in runs(path.is_perhaps_in(zone.polygon_m)) if span[0] <= sure <= span[1]]
    outside = spans[0][0] - 1
    if outside < 0 or path.way_m(0, last) < _WAY_MIN_M:
        return None
    along = path.smooth_m[last] - path.smooth_m[0]
    along = along / np.linalg.norm(along)
    moments = _front_onto(path, along, outside, sure, lengths_ahead_m(kind, is_front_seen=bool(along[1] < 0)))
    return _with_strip(path, along, moments, last) if moments is not None else None


def slowest_kmh(path: RoadPath, first: int, last: int) -> float:
    """Return the lowest speed between two samples, over steps long enough to know it; 0 where there is none."""
    speeds = []
    for i in range(first, last):
        j = int(np.searchsorted(path.at_s, path.at_s[i] + _STEP_S))
        if j > last:
            break
        speeds.append(path.way_m(i, j) / float(path.at_s[j] - path.at_s[i]) * _KMH)
    return min(speeds, default=0.0)


def _front_onto(
    path: RoadPath, along: Array, outside: int, sure: int, ahead_m: tuple[float, float]
) -> tuple[int, int] | None:
    """Return the samples between which the front came onto the crossing, given how far it is ahead of what is seen."""
    way_m = (path.smooth_m - path.smooth_m[0]) @ along
    shortest, longest = ahead_m
    before = np.flatnonzero(way_m[: outside + 1] <= way_m[outside] - longest)
    late = np.flatnonzero(way_m[: sure + 1] >= way_m[sure] - shortest)
    if not len(before) or not len(late):
        return None
    return int(before[-1]), int(late[0])


def _with_strip(path: RoadPath, along: Array, moments: tuple[int, int], last: int) -> WayOver:
    early, late = moments
    across = np.array([along[1], -along[0]])
    aside_m = path.corners_m[early : last + 1] @ across
    variance = np.einsum("i,ncij,j->nc", across, path.covariance_m2[early : last + 1], across)
    return WayOver(
        path=path,
        early=early,
        late=late,
        last=last,
        across=across,
        left_m=float(np.median(aside_m.min(axis=1))),
        right_m=float(np.median(aside_m.max(axis=1))),
        bound_m=float(COVERAGE * np.sqrt(np.median(variance))),
    )
