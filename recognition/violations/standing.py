"""Standing in a zone for longer than is allowed there: how long, and how much of it the driver chose to stand.

Time counts only where the vehicle was seen, nobody stood just ahead of it and no light held its lane.  The near end
must lie in the zone, and as much of the vehicle as the shortest of its class is long.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recognition.contracts import Direction, Measurement, Zone, ZoneKind
from recognition.geometry import depth_inside
from recognition.signals import Aspect
from recognition.violations.case import RuleInput
from recognition.violations.front import LENGTHS_M, lanes_perhaps
from recognition.violations.path import COVERAGE, STILL_M, Array, Flags, RoadPath
from recognition.violations.proof import Act, Facts
from recognition.violations.seen_path import seen_path
from recognition.violations.traffic import is_held_up
from recognition.violations.zone_drive import at_least

UNSEEN_MAX_S = 5.0
"""A vehicle unseen for longer may have driven off and another have come."""
ROLLING_S = 2.0
"""A box does not show the last hand's breadth of coming to rest and the first of leaving: a second at each end."""
_MOVED_MIN_M = 2.0


@dataclass(frozen=True, eq=False)
class ZoneStand:
    """A stand in a zone longer than allowed: all of it, and what of it was by the driver's own choice."""

    zone: Zone
    limit_s: float
    path: RoadPath
    first: int
    last: int
    chosen: Measurement
    is_by_light: bool

    @property
    def stood_s(self) -> float:
        """How long it stood, for whatever reason."""
        return float(self.path.at_s[self.last] - self.path.at_s[self.first])

    @property
    def excuse(self) -> str | None:
        """Why the stand is not laid at the driver's door, None where it is."""
        if at_least(self.chosen) > self.limit_s:
            return None
        return "at_signal" if self.is_by_light else "queue"

    @property
    def act(self) -> Act:
        """What shows it: beginning, middle and end."""
        shown_by = (self.first, (self.first + self.last) // 2, self.last)
        return Act(self.path, self.first, self.last, shown_by, self.first, self.chosen)

    @property
    def facts(self) -> Facts:
        """What is written beside the evidence."""
        return {
            "zone_id": self.zone.zone_id,
            "limit_s": self.limit_s,
            "stood_s": round(self.stood_s, 2),
            "frames_standing": self.last - self.first + 1,
        }


def find_long_stand(case: RuleInput, kind: ZoneKind, limit_s: float) -> ZoneStand | None:
    """Find a stand longer than a zone allows (``limit_s`` unless it says), one without an excuse before one with."""
    zones = [zone for zone in case.site.zones if zone.kind is kind]
    if not zones:
        return None
    path = seen_path(case)
    stands = [stand for zone in zones for stand in _stands_in(case, path, zone, zone.stay_s or limit_s)]
    return next((stand for stand in stands if stand.excuse is None), stands[0] if stands else None)


def joined_stands(path: RoadPath) -> list[tuple[int, int]]:
    """Return the stands of a path as spans (first, last): a box that is off for a moment does not end one."""
    spans: list[tuple[int, int]] = []
    began_m: list[Array] = []
    for first, last in _seen_throughout(path):
        here_m = _place(path, first, last)
        # Beside where a stand began, not where it went on: who creeps on in a jam is not taken to stand.
        same = [
            i
            for i, (_, end) in enumerate(spans)
            if path.at_s[first] - path.at_s[end] <= UNSEEN_MAX_S and np.linalg.norm(here_m - began_m[i]) <= 2 * STILL_M
        ]
        if same:
            spans[same[0] :] = [(spans[same[0]][0], last)]
            del began_m[same[0] + 1 :]
        else:
            spans.append((first, last))
            began_m.append(here_m)
    kept = (_without_creeping(path, first, last) for first, last in spans)
    return [(first, last) for first, last in kept if last > first]


def is_inside(path: RoadPath, first: int, last: int, zone: Zone, far_m: float = 0.0) -> bool:
    """Tell whether both corners of a standing vehicle, moved ``far_m`` away from the camera, lie in a zone for sure.

    A standing vehicle's box shivers; the middle of all its looks is better known than each.
    """
    stood = slice(first, last + 1)
    corners = path.corners_m[stood].reshape(-1, 2) + np.array([0.0, far_m])
    depth, way = depth_inside(np.array(zone.polygon_m, dtype=np.float64), corners)
    variance = np.einsum("ni,nij,nj->n", way, path.covariance_m2[stood].reshape(-1, 2, 2), way)
    least = (depth - COVERAGE * np.sqrt(variance)).reshape(-1, 2)
    return bool(np.all(np.median(least, axis=0) > 0))


def measure_time(path: RoadPath, first: int, last: int, counts: Flags | None = None) -> Measurement:
    """Measure how long a vehicle stood, over the steps between looks that count at both ends (``counts`` (N,))."""
    steps_s = np.diff(path.at_s[first : last + 1])
    flags = np.ones(last - first + 1, dtype=np.bool_) if counts is None else counts
    counted = steps_s[flags[:-1] & flags[1:] & (steps_s <= UNSEEN_MAX_S)]
    return Measurement(
        quantity="time_in_zone",
        value=round(float(counted.sum()), 3),
        unit="s",
        expanded_uncertainty=round(2 * float(np.median(steps_s)) + ROLLING_S, 3),
        is_valid=True,
        method="box_corners",
    )


def _stands_in(case: RuleInput, path: RoadPath, zone: Zone, limit_s: float) -> Iterator[ZoneStand]:
    shortest_m = LENGTHS_M[case.vehicle_class][0]
    for first, last in joined_stands(path):
        if at_least(measure_time(path, first, last)) <= limit_s:
            continue
        if not is_inside(path, first, last, zone) or not is_inside(path, first, last, zone, shortest_m):
            continue
        at_s = path.at_s[first : last + 1]
        is_free = _is_free_to_go(case, path, first, last)
        is_held = is_held_up(case, _place(path, first, last), at_s, _headings(case, path, first, last))
        chosen = measure_time(path, first, last, is_free & ~is_held)
        yield ZoneStand(zone, limit_s, path, first, last, chosen, is_by_light=not np.all(is_free))


def _seen_throughout(path: RoadPath) -> Iterator[tuple[int, int]]:
    for first, last in path.standing() if len(path.at_s) else ():
        unseen = np.flatnonzero(np.diff(path.at_s[first : last + 1]) > UNSEEN_MAX_S)
        starts = [first, *(first + int(i) + 1 for i in unseen)]
        ends = [*(first + int(i) for i in unseen), last]
        yield from ((a, b) for a, b in zip(starts, ends, strict=True) if b > a)


def _without_creeping(path: RoadPath, first: int, last: int) -> tuple[int, int]:
    """Cut off the ends of a stand in which the vehicle still came to its place or already left it."""
    away_m = np.linalg.norm(path.smooth_m[first : last + 1] - _place(path, first, last), axis=1)
    there = np.flatnonzero(away_m <= STILL_M / 2)
    return (first + int(there[0]), first + int(there[-1])) if len(there) else (first, first)


def _place(path: RoadPath, first: int, last: int) -> Array:
    return np.asarray(np.median(path.middle_m[first : last + 1], axis=0))


def _is_free_to_go(case: RuleInput, path: RoadPath, first: int, last: int) -> Flags:
    """Tell at which samples of a stand every light that may be meant for the vehicle's lane was surely green."""
    lanes = {lane.lane_id for lane in lanes_perhaps(path, case.site, first, last)}
    heads = {line.head_id for line in case.site.stop_lines if lanes & set(line.lanes)}
    at_s = path.at_s[first : last + 1]
    return np.array([all(_is_green(case, head_id, float(moment)) for head_id in heads) for moment in at_s])


def _is_green(case: RuleInput, head_id: str, moment_s: float) -> bool:
    timeline = case.signals.get(head_id)
    return timeline is not None and timeline.aspect_at(moment_s) is Aspect.GREEN


def _headings(case: RuleInput, path: RoadPath, first: int, last: int) -> tuple[Array, ...]:
    """Return where the vehicle may have been heading: as it came or left, else as its lanes lead, else both ways."""
    for start, end in ((0, first), (last, len(path.at_s) - 1)):
        if path.way_m(start, end) >= _MOVED_MIN_M:
            step = path.smooth_m[end] - path.smooth_m[start]
            return (step / np.linalg.norm(step),)
    ways = {lane.direction for lane in lanes_perhaps(path, case.site, first, last)}
    both = {Direction.RECEDING: np.array([0.0, 1.0]), Direction.APPROACHING: np.array([0.0, -1.0])}
    return tuple(heading for direction, heading in both.items() if not ways or direction in ways)
