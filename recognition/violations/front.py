"""When a vehicle's front crossed a stop line, whichever end of the vehicle the camera sees.

Coming traffic shows its front.  Of traffic that drives away only the rear is seen: its front is ahead by a length that
nobody measured, so it lies between the shortest and the longest that its class can have.  The crossing lies between the
last moment at which the front was surely before the line and the first at which it was surely past it; a driver must be
guilty at both, and who was never seen before the line is not judged.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from recognition.contracts import Direction, Lane, Site, StopLine, VehicleClass
from recognition.geometry import depth_inside
from recognition.violations.case import RuleInput
from recognition.violations.path import COVERAGE, Array, Flags, RoadPath, runs
from recognition.violations.seen_path import seen_path

LENGTHS_M: Mapping[VehicleClass, tuple[float, float]] = {
    VehicleClass.CAR: (3.4, 5.5),
    VehicleClass.TRUCK: (3.4, 18.0),
    VehicleClass.BUS: (4.5, 19.0),
    VehicleClass.MOTORCYCLE: (1.6, 2.5),
    VehicleClass.BICYCLE: (1.4, 2.5),
    VehicleClass.UNKNOWN: (1.4, 19.0),
}
"""Shortest and longest vehicle that is seen as such; vans are taken for lorries, so one may be as short as a car."""
SEEN_MIN = 3
"""Frames in a row without which a vehicle was not seen before, past or beyond a line."""
_LANE_FRAMES = 5
_ASIDE_M = 50.0


@dataclass(frozen=True, eq=False)
class Crossing:
    """One crossing of a stop line.

    ``least_m`` and ``most_m`` (N,): the front was past the line by at least and at most so much in each sample of the
    path.  ``before`` is the last sample with the front surely before the line, ``after`` the first with it surely past,
    ``end`` the last before it is perhaps taken back.  ``heads`` are all signal heads that may be meant for its lane.
    """

    line: StopLine
    path: RoadPath
    least_m: Array
    most_m: Array
    before: int
    after: int
    end: int
    heads: tuple[str, ...]
    is_front_seen: bool

    def beyond(self, distance_m: float) -> int | None:
        """Return the first sample from which the front surely was so far past the line, None where it never was."""
        flags = self.least_m[self.after : self.end + 1] >= distance_m
        found = [first for first, last in runs(flags) if last - first + 1 >= SEEN_MIN]
        return self.after + found[0] if found else None


def crossings(case: RuleInput) -> Iterator[Crossing]:
    """Find every crossing of a stop line by a vehicle that came to it in a lane the line holds."""
    if not case.site.stop_lines or not case.signals:
        return
    path = seen_path(case)
    for line in case.site.stop_lines:
        directions = {lane.direction for lane in case.site.lanes if lane.lane_id in line.lanes}
        if len(path.at_s) and len(directions) == 1:
            yield from _crossings_of(case, path, line, directions.pop())


def lengths_ahead_m(kind: VehicleClass, *, is_front_seen: bool) -> tuple[float, float]:
    """Return how far the front lies ahead of the end that is seen, m: at least and at most."""
    return (0.0, 0.0) if is_front_seen else LENGTHS_M[kind]


def lanes_perhaps(path: RoadPath, site: Site, first: int, last: int) -> tuple[Lane, ...]:
    """Return the lanes in which the vehicle's middle may have been in any of the samples first to last."""
    return tuple(lane for lane in site.lanes if np.any(_in_lane(path, lane, first, last)[0]))


def _crossings_of(case: RuleInput, path: RoadPath, line: StopLine, direction: Direction) -> Iterator[Crossing]:
    is_front_seen = direction is Direction.APPROACHING
    towards = np.array([0.0, -1.0 if is_front_seen else 1.0])
    past, bound = path.past(_widened(line), towards)
    is_at_line = ~np.isnan(path.past(line, towards)[0])
    shortest, longest = lengths_ahead_m(case.vehicle_class, is_front_seen=is_front_seen)
    least, most = past + shortest - bound, past + longest + bound
    for before, after, end in _before_and_after(most < 0, least > 0):
        heads = _heads(case, path, line, direction, before)
        if heads and is_at_line[before] and is_at_line[after]:
            yield Crossing(line, path, least, most, before, after, end, heads, is_front_seen)


def _before_and_after(is_before: Flags, is_past: Flags) -> Iterator[tuple[int, int, int]]:
    """Pair every run before the line with the first run past it that comes before the next run before it."""
    earlier = [run for run in runs(is_before) if run[1] - run[0] + 1 >= SEEN_MIN]
    later = [run for run in runs(is_past) if run[1] - run[0] + 1 >= SEEN_MIN]
    ends = [run[0] - 1 for run in earlier[1:]] + [len(is_before) - 1]
    for (_, before), end in zip(earlier, ends, strict=False):
        after = next((first for first, _ in later if before < first <= end), None)
        if after is not None:
            yield before, after, end


def _heads(case: RuleInput, path: RoadPath, line: StopLine, direction: Direction, before: int) -> tuple[str, ...]:
    """Return the heads of every lane the vehicle may have come in; none where one of them may be free to go.

    Where two lanes, or a lane's main and arrow heads, cannot be told apart, any of their heads lets the driver go.
    """
    first = max(0, before - _LANE_FRAMES + 1)
    held = [lane for lane in case.site.lanes if lane.lane_id in line.lanes]
    if not np.all(np.any([_in_lane(path, lane, first, before)[1] for lane in held], axis=0)):
        return ()
    heads: set[str] = set()
    for lane in lanes_perhaps(path, case.site, first, before):
        if lane.direction is not direction:
            continue
        own = {other.head_id for other in case.site.stop_lines if lane.lane_id in other.lanes}
        if not own:
            return ()
        heads |= own
    return tuple(sorted(heads))


def _in_lane(path: RoadPath, lane: Lane, first: int, last: int) -> tuple[Flags, Flags]:
    """Tell in which samples the middle may lie in a lane, and in which it seems to, (N,) each."""
    covariance = path.covariance_m2[first : last + 1].mean(axis=1)
    depth, way = depth_inside(np.array(lane.polygon_m, dtype=np.float64), path.middle_m[first : last + 1])
    bound = COVERAGE * np.sqrt(np.einsum("ni,nij,nj->n", way, covariance, way))
    return np.asarray(depth > -bound), np.asarray(depth > 0)


def _widened(line: StopLine) -> StopLine:
    """Lengthen a line at both ends, so that who turns right after it is still known to be past it."""
    start, end = (np.array(line.points_m[i], dtype=np.float64) for i in (0, -1))
    reach = _ASIDE_M * (end - start) / np.linalg.norm(end - start)
    ends = tuple((float(x), float(y)) for x, y in (start - reach, end + reach))
    return line.model_copy(update={"points_m": ends})
