"""People on a crossing, and whether one walks in or just before the way of a vehicle that drives onto it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.contracts import Zone
from recognition.geometry import TrackSample, box_bottoms_px, depth_inside, whole_samples
from recognition.violations.case import RuleInput
from recognition.violations.gates import overlap
from recognition.violations.path import COVERAGE, Array, Flags
from recognition.violations.way_over import WayOver

FRAMES_MIN = 5
"""Frames in which a person must be seen on the crossing in the last second before the vehicle comes onto it."""
NEAR_M = 2.0
CLOSING_MIN_MS = 0.3
"""Slower than this towards the vehicle's way a person stands."""
RUNNING_MAX_MS = 4.0
"""Faster than this a person rides something that was not seen."""
_LOOK_BACK_S = 1.0
_FEET_PX = 3.0
_RIDES_OVERLAP = 0.4
_RIDES_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Conflict:
    """A person who was not let pass.

    How far from the vehicle's strip (negative in it) the person was as its front came on, how far that may be wrong,
    and in how many frames the person was seen on the crossing in the second before.
    """

    gap_m: float
    bound_m: float
    frames: int


@dataclass(frozen=True, eq=False)
class _Walk:
    """A person's feet by frame: time, distance from the vehicle's strip (negative in it), bound, surely on the zone."""

    frames: tuple[int, ...]
    at_s: Array
    gap_m: Array
    bound_m: Array
    is_on_zone: Flags
    speed_ms: float


def find_conflict(case: RuleInput, way: WayOver, zone: Zone) -> Conflict | None:
    """Return the first person on the crossing whom the vehicle did not let pass, None where it hindered nobody."""
    vehicles = (case.samples, *case.others)
    for person in case.people:
        seen = whole_samples(person, case.plane)
        if len(seen) < FRAMES_MIN or any(_rides(person, vehicle) for vehicle in vehicles):
            continue
        conflict = _conflict_of(_walk(case, seen, way, zone), way)
        if conflict is not None:
            return conflict
    return None


def _rides(person: Sequence[TrackSample], vehicle: Sequence[TrackSample]) -> bool:
    """Tell whether a person is carried: in most frames that show both, the person's box lies over the vehicle's."""
    boxes = {sample.frame_sequence: sample.box_px for sample in vehicle}
    shared = [overlap(s.box_px, boxes[s.frame_sequence]) for s in person if s.frame_sequence in boxes]
    return bool(shared) and sum(share > _RIDES_OVERLAP for share in shared) > _RIDES_SHARE * len(shared)


def _walk(case: RuleInput, seen: Sequence[TrackSample], way: WayOver, zone: Zone) -> _Walk:
    feet_px = box_bottoms_px(seen)
    places = case.plane.to_road(feet_px)
    covariance = case.plane.covariance(feet_px, sigma_px=_FEET_PX)
    depth, out = depth_inside(np.array(zone.polygon_m, dtype=np.float64), places)
    on_bound = COVERAGE * np.sqrt(np.einsum("ni,nij,nj->n", out, covariance, out))
    aside_m = places @ way.across
    aside_bound = COVERAGE * np.sqrt(np.einsum("i,nij,j->n", way.across, covariance, way.across))
    at_s = np.array([sample.pts_s for sample in seen])
    took_s = float(at_s[-1] - at_s[0])
    return _Walk(
        frames=tuple(sample.frame_sequence for sample in seen),
        at_s=at_s,
        gap_m=np.maximum(way.left_m - aside_m, aside_m - way.right_m),
        bound_m=np.hypot(aside_bound, way.bound_m),
        is_on_zone=np.asarray(depth > on_bound),
        speed_ms=float(np.linalg.norm(places[-1] - places[0])) / took_s if took_s > 0 else np.inf,
    )


def _conflict_of(walk: _Walk, way: WayOver) -> Conflict | None:
    early_s, late_s = (float(way.path.at_s[i]) for i in (way.early, way.late))
    before = (walk.at_s >= late_s - _LOOK_BACK_S) & (walk.at_s <= late_s)
    on_before = np.flatnonzero(before & walk.is_on_zone)
    # The front came on at some moment of these: the person must be in its way at every one of them.
    moments = np.flatnonzero((walk.at_s >= early_s) & (walk.at_s <= late_s))
    if len(on_before) < FRAMES_MIN or not len(moments) or walk.speed_ms > RUNNING_MAX_MS:
        return None
    if not all(walk.is_on_zone[i] and _is_hindered(walk, int(i)) for i in moments):
        return None
    last = int(moments[-1])
    return Conflict(float(walk.gap_m[last]), float(walk.bound_m[last]), len(on_before))


def _is_hindered(walk: _Walk, index: int) -> bool:
    """Tell whether the person surely is in the vehicle's strip, or within two metres of it and coming."""
    if walk.gap_m[index] < -walk.bound_m[index]:
        return True
    recent = (walk.at_s >= walk.at_s[index] - _LOOK_BACK_S) & (walk.at_s <= walk.at_s[index])
    if np.count_nonzero(recent) < FRAMES_MIN or walk.gap_m[index] + walk.bound_m[index] > NEAR_M:
        return False
    at_s, gap_m = walk.at_s[recent], walk.gap_m[recent]
    centred = at_s - at_s.mean()
    if not np.any(centred):
        return False
    return bool(centred @ gap_m / (centred @ centred) < -CLOSING_MIN_MS)
