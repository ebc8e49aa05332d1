"""Driving against the direction in which the traffic of a lane moves: the geometry that several rules share.

Who turns across a lane comes aside more than along it; who backs into a space does not come far and never fast; who
reaches over a line has one corner on his own side.
"""

from dataclasses import dataclass

import numpy as np

from recognition.contracts import Direction, Lane, Measurement, Site
from recognition.geometry import contains
from recognition.violations.case import RuleInput
from recognition.violations.path import Array, Flags, RoadPath
from recognition.violations.proof import Act, Facts, drive_act
from recognition.violations.seen_path import seen_path
from recognition.violations.zone_drive import Polygon, at_least, measure_way, stays

WAY_MIN_M = 8.0
AGAINST_FRAMES_MIN = 8
BACKING_MAX_KMH = 15.0
"""Faster than this over a second nobody backs into a space."""
ASIDE_SHARE_MAX = 0.5
"""Who comes aside by more than this share of the way along turns across."""
_SPEED_OVER_S = 1.0
_KMH = 3.6


@dataclass(frozen=True, eq=False)
class AgainstTraffic:
    """A drive against the direction of a lane or zone, from sample ``first`` to ``last`` of the path."""

    path: RoadPath
    first: int
    last: int
    way: Measurement
    place_id: str
    direction: Direction

    @property
    def frames(self) -> int:
        """In how many looks it was seen."""
        return self.last - self.first + 1

    @property
    def act(self) -> Act:
        """What shows it: beginning, middle and end."""
        return drive_act(self.path, self.first, self.last, self.way)

    @property
    def facts(self) -> Facts:
        """What is written beside the evidence."""
        return {
            "direction_of_traffic": self.direction.value,
            "frames_against": self.frames,
            "seen_s": round(float(self.path.at_s[self.last] - self.path.at_s[self.first]), 2),
        }


def find_in_lanes(case: RuleInput) -> AgainstTraffic | None:
    """Find a drive against the direction of a lane."""
    if not case.site.lanes:
        return None
    path = seen_path(case)
    found = (_in_lane(path, lane, case.site) for lane in case.site.lanes)
    return next((drive for drive in found if drive is not None), None)


def find_against(
    path: RoadPath,
    place_id: str,
    polygon_m: Polygon,
    direction: Direction,
    *,
    way_min_m: float,
    where: Flags | None = None,
) -> AgainstTraffic | None:
    """Find a drive of at least ``way_min_m`` in a polygon against a direction; ``where`` (N,) leaves samples out."""
    against = np.array([0.0, 1.0 if direction is Direction.APPROACHING else -1.0])
    for start, end in stays(path, polygon_m, where):
        first, last = _longest_rise(path.smooth_m[start : end + 1] @ against)
        first, last = start + first, start + last
        step = path.smooth_m[last] - path.smooth_m[first]
        way = measure_way(path, first, last, "way_against_traffic")
        is_along = abs(float(step[0])) <= ASIDE_SHARE_MAX * abs(float(step[1]))
        is_long = at_least(way) >= way_min_m and last - first + 1 >= AGAINST_FRAMES_MIN
        if is_long and is_along and _fastest_kmh(path, first, last) > BACKING_MAX_KMH:
            return AgainstTraffic(path, first, last, way, place_id, direction)
    return None


def _in_lane(path: RoadPath, lane: Lane, site: Site) -> AgainstTraffic | None:
    # Where lanes of both directions overlap (in a junction) nobody is on the wrong side.
    own = [other for other in site.lanes if other.direction is not lane.direction]
    where = np.ones(len(path.at_s), dtype=np.bool_)
    for other in own:
        where &= ~contains(np.array(other.polygon_m, dtype=np.float64), path.middle_m)
    return find_against(path, lane.lane_id, lane.polygon_m, lane.direction, way_min_m=WAY_MIN_M, where=where)


def _longest_rise(along_m: Array) -> tuple[int, int]:
    """Return the two indices, in order, between which places along a direction (N,) grow most."""
    lowest = np.minimum.accumulate(along_m)
    last = int(np.argmax(along_m - lowest))
    return int(np.flatnonzero(along_m[: last + 1] <= lowest[last])[-1]), last


def _fastest_kmh(path: RoadPath, first: int, last: int) -> float:
    """Return the highest speed over a second, or over the whole span where that is shorter; 0 for a single sample."""
    over_s = min(_SPEED_OVER_S, float(path.at_s[last] - path.at_s[first]))
    fastest = 0.0
    for i in range(first, last):
        j = int(np.searchsorted(path.at_s, path.at_s[i] + over_s))
        if j <= last:
            fastest = max(fastest, path.way_m(i, j) / float(path.at_s[j] - path.at_s[i]) * _KMH)
    return fastest
