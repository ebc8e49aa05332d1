"""The vehicles around: where they stand, and whether one of them holds up the vehicle that is judged.

Two questions with opposite doubts.  Where another's stand is to *prove* something it must be sure (``sure_stands``);
where it would *excuse* the driver, a box cut by the picture's edge or crawling along counts as well (``is_held_up``).
"""

from dataclasses import dataclass

import numpy as np

from recognition.contracts import VehicleClass
from recognition.geometry import TrackSample, box_bottoms_px
from recognition.violations.case import RuleInput
from recognition.violations.front import LENGTHS_M
from recognition.violations.path import Array, Flags, RoadPath

STOOD_MIN_S = 1.0
QUEUE_GAP_M = 10.0
"""A vehicle that stands no farther ahead than this is a reason to stand."""
ASIDE_MAX_M = 2.0
"""Farther aside than this it stands in another lane."""
CREEP_M = 2.0
"""Traffic that moves up by less than this stands."""
_CREEP_S = 1.0
_CRAWL_M = 1.0
_CRAWL_S = 1.0
_AT_ONCE_S = 0.5


@dataclass(frozen=True, eq=False)
class SureStand:
    """A stand of another vehicle, by its number among the others: where its near end stood, from and to when, s."""

    vehicle: int
    place_m: Array
    from_s: float
    to_s: float


def sure_stands(case: RuleInput) -> list[SureStand]:
    """Return every stand of at least a second of every other vehicle."""
    found = (stand for vehicle in range(len(case.others)) for stand in _stands_of(case, vehicle))
    return [stand for stand in found if stand.to_s - stand.from_s >= STOOD_MIN_S]


def _stands_of(case: RuleInput, vehicle: int) -> list[SureStand]:
    """Return the stands of one other vehicle, each at its first place.

    Who drives up behind it hides its lower edge, and it seems to have moved on a little: that ends no stand.
    """
    path = RoadPath.of(case.others[vehicle], case.plane)
    stands: list[SureStand] = []
    for first, last in path.standing() if len(path.at_s) else ():
        place_m = np.median(path.middle_m[first : last + 1], axis=0)
        from_s, to_s = float(path.at_s[first]), float(path.at_s[last])
        # Only what surely stood may creep: of who drives slowly every short way would be a stand.
        before = stands[-1] if stands and stands[-1].to_s - stands[-1].from_s >= STOOD_MIN_S else None
        if before and from_s - before.to_s <= _CREEP_S and np.linalg.norm(place_m - before.place_m) <= CREEP_M:
            stands[-1] = SureStand(vehicle, before.place_m, before.from_s, to_s)
        else:
            stands.append(SureStand(vehicle, place_m, from_s, to_s))
    return stands


def is_held_up(case: RuleInput, place_m: Array, at_s: Array, headings: tuple[Array, ...]) -> Flags:
    """Tell at which moments (N,) another vehicle stands or crawls just ahead of a place (2,), in any of the headings.

    From near end to near end lies a vehicle's length beside the gap: one's own going away, the other's coming, and of
    the other the class is not known.  Who stood there when it was lost from view, or when it came into view, is taken
    to have stood there in between: the vehicle that is judged hides it.
    """
    held = np.zeros(len(at_s), dtype=np.bool_)
    reach_m = QUEUE_GAP_M + max(LENGTHS_M[case.vehicle_class][1], LENGTHS_M[VehicleClass.CAR][1])
    for other in case.others:
        places, moments, is_slow = _perhaps_standing(other, case)
        if not len(moments):
            continue
        ahead = np.zeros(len(moments), dtype=np.bool_)
        for heading in headings:
            along = (places - place_m) @ heading
            aside = (places - place_m) @ np.array([heading[1], -heading[0]])
            ahead |= (along > 0) & (along <= reach_m) & (np.abs(aside) <= ASIDE_MAX_M)
        held |= _is_near_in_time(at_s, moments[ahead & is_slow])
        held |= _is_while_unseen(at_s, moments, ahead & is_slow)
    return held


def _perhaps_standing(track: tuple[TrackSample, ...], case: RuleInput) -> tuple[Array, Array, Flags]:
    """Return places (M, 2) m, times (M,) s, and whether the vehicle hardly moved in the second before or after (M,)."""
    bottoms_px = box_bottoms_px(track)
    keep = case.plane.is_on_road(bottoms_px) if len(track) else np.zeros(0, dtype=np.bool_)
    places = case.plane.to_road(bottoms_px[keep]) if np.any(keep) else np.zeros((0, 2))
    at_s = np.array([sample.pts_s for sample in track], dtype=np.float64)[keep]
    last = len(at_s) - 1
    before = np.clip(np.searchsorted(at_s, at_s - _CRAWL_S), 0, max(last, 0))
    after = np.clip(np.searchsorted(at_s, at_s + _CRAWL_S), 0, max(last, 0))
    is_slow = np.zeros(len(at_s), dtype=np.bool_)
    for index in (before, after):
        is_long_enough = np.abs(at_s[index] - at_s) >= _CRAWL_S / 2
        is_slow |= is_long_enough & (np.linalg.norm(places[index] - places, axis=1) < _CRAWL_M)
    return places, at_s, is_slow


def _is_near_in_time(at_s: Array, moments: Array) -> Flags:
    if not len(moments):
        return np.zeros(len(at_s), dtype=np.bool_)
    index = np.searchsorted(moments, at_s)
    later = np.abs(moments[np.clip(index, 0, len(moments) - 1)] - at_s)
    earlier = np.abs(moments[np.clip(index - 1, 0, len(moments) - 1)] - at_s)
    return np.asarray(np.minimum(later, earlier) <= _AT_ONCE_S)


def _is_while_unseen(at_s: Array, moments: Array, is_ahead: Flags) -> Flags:
    """Tell which times (N,) lie in a gap of a track, or beyond its ends, beside a look (M,) at a stand ahead."""
    unseen = np.zeros(len(at_s), dtype=np.bool_)
    edges = np.concatenate([[-np.inf], moments, [np.inf]])
    flags = np.concatenate([[False], is_ahead, [False]])
    for i in np.flatnonzero((np.diff(edges) > _AT_ONCE_S) & (flags[:-1] | flags[1:])).tolist():
        unseen |= (at_s > edges[i]) & (at_s < edges[i + 1])
    return unseen
