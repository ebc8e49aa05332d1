"""Blocking a junction: driving onto the box while traffic beyond it stood, and standing in it.

Five seconds or more count, or as many as the zone says.  The vehicle beyond must have stood before the driver's front
can have come onto the box, with no room for another before it, and go on standing until the driver stood too.  Who
waits for a gap to turn, for a person on foot, or behind a vehicle that stopped later has done nothing wrong; nor has
who turned off (ПДД 13.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from recognition.contracts import Measurement, RuleMode, VehicleClass, Zone, ZoneKind
from recognition.geometry import box_bottoms_px, depth_inside, whole_samples
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.front import LENGTHS_M
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.path import Array, RoadPath
from recognition.violations.proof import Act, Facts, finding_of
from recognition.violations.rule import Rule
from recognition.violations.seen_path import seen_path
from recognition.violations.standing import is_inside, joined_stands, measure_time
from recognition.violations.traffic import ASIDE_MAX_M, SureStand, sure_stands
from recognition.violations.zone_drive import at_least

STOOD_MIN_S = 5.0
ROOM_MAX_M = 10.0
"""Where more is free between the box and the vehicle beyond, the driver could count on room."""
TURNED_OFF_DEG = 40.0
PERSON_AHEAD_M = 10.0
_LEAVES_M = 2.0


@dataclass(frozen=True, eq=False)
class _Block:
    """A stand in a box from ``first`` to ``last``; ``entered`` is the last sample with the front surely before it."""

    zone: Zone
    path: RoadPath
    entered: int
    first: int
    last: int
    heading: Array
    stood: Measurement
    beyond: SureStand


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    zones = [zone for zone in case.site.zones if zone.kind is ZoneKind.BOX_JUNCTION]
    if mode is RuleMode.OFF or not zones or not case.others:
        return None
    path = seen_path(case)
    block = next((block for zone in zones for block in _blocks(case, path, zone)), None)
    if block is None:
        return None
    finding = _finding(case, block, mode)
    return passed(RULE.gates, case, finding, excuse="person_ahead" if _has_person_ahead(case, block) else None)


def _blocks(case: RuleInput, path: RoadPath, zone: Zone) -> Iterator[_Block]:
    for first, last in joined_stands(path):
        stood = measure_time(path, first, last)
        if at_least(stood) < max(STOOD_MIN_S, zone.stay_s or 0.0) or not is_inside(path, first, last, zone):
            continue
        entered = _last_before(case, path, zone, first)
        if entered is None:
            continue
        step = path.smooth_m[first] - path.smooth_m[entered]
        heading = step / np.linalg.norm(step)
        if _turns_off(path, heading, last):
            continue
        beyond = _beyond(case, path, zone, heading, (entered, first))
        if beyond is not None:
            yield _Block(zone, path, entered, first, last, heading, stood, beyond)


def _last_before(case: RuleInput, path: RoadPath, zone: Zone, stood: int) -> int | None:
    """Return the last sample in which the front surely was not on the box yet; None where that was not seen."""
    outside = np.flatnonzero(~path.is_perhaps_in(zone.polygon_m)[:stood])
    if not len(outside):
        return None
    border = int(outside[-1])
    is_coming = path.smooth_m[stood, 1] < path.smooth_m[border, 1]
    ahead_m = 0.0 if is_coming else LENGTHS_M[case.vehicle_class][1]
    way_m = np.linalg.norm(path.smooth_m[: border + 1] - path.smooth_m[border], axis=1)
    early = np.flatnonzero(way_m >= ahead_m)
    return int(early[-1]) if len(early) else None


def _turns_off(path: RoadPath, heading: Array, last: int) -> bool:
    """Tell whether the vehicle is seen to leave in another direction than it came."""
    step = path.smooth_m[-1] - path.smooth_m[last]
    way_m = float(np.linalg.norm(step))
    return way_m >= _LEAVES_M and float(heading @ step) < np.cos(np.radians(TURNED_OFF_DEG)) * way_m


def _beyond(case: RuleInput, path: RoadPath, zone: Zone, heading: Array, span: tuple[int, int]) -> SureStand | None:
    """Return a vehicle that stood beyond the box from before the entry until the driver stood, and left no room."""
    entered, first = span
    polygon = np.array(zone.polygon_m, dtype=np.float64)
    here = path.smooth_m[first]
    exit_m = float(((polygon - here) @ heading).max())
    # Of coming traffic the front is seen: the rear, which leaves no room, is nearer to the box by a length.
    room_m = ROOM_MAX_M + (LENGTHS_M[VehicleClass.CAR][1] if heading[1] < 0 else 0.0)
    for stand in sure_stands(case):
        along_m = float((stand.place_m - here) @ heading)
        aside_m = abs(float((stand.place_m - here) @ np.array([heading[1], -heading[0]])))
        is_there = exit_m < along_m <= exit_m + room_m and aside_m <= ASIDE_MAX_M
        is_outside = depth_inside(polygon, stand.place_m[None])[0][0] < 0
        is_in_time = stand.from_s <= path.at_s[entered] and stand.to_s >= path.at_s[first]
        if is_there and is_outside and is_in_time:
            return stand
    return None


def _has_person_ahead(case: RuleInput, block: _Block) -> bool:
    """Tell whether somebody on foot was just ahead while the vehicle came to stand and stood."""
    reach_m = PERSON_AHEAD_M + (LENGTHS_M[case.vehicle_class][1] if block.heading[1] > 0 else 0.0)
    here, across = block.path.smooth_m[block.first], np.array([block.heading[1], -block.heading[0]])
    from_s, to_s = (float(block.path.at_s[i]) for i in (block.entered, block.last))
    for person in case.people:
        seen = [sample for sample in whole_samples(person, case.plane) if from_s <= sample.pts_s <= to_s]
        if seen:
            places = case.plane.to_road(box_bottoms_px(seen)) - here
            along, aside = places @ block.heading, np.abs(places @ across)
            if np.any((along > 0) & (along <= reach_m) & (aside <= ASIDE_MAX_M)):
                return True
    return False


def _finding(case: RuleInput, block: _Block, mode: RuleMode) -> Finding:
    path = block.path
    shown_by = (block.entered, block.first, (block.first + block.last) // 2, block.last)
    act = Act(path, block.entered, block.last, shown_by, block.first, block.stood)
    facts: Facts = {
        "zone_id": block.zone.zone_id,
        "frames_standing": block.last - block.first + 1,
        "other_stood_before_s": round(float(path.at_s[block.entered]) - block.beyond.from_s, 2),
    }
    return finding_of(case, RULE.name, mode, act, facts)


RULE = Rule(
    name="box_junction",
    title="Blocking a junction",
    proves=(
        "a frame with the vehicle before the box and another standing beyond it",
        "a frame with the vehicle as it came to stand in the box",
        "a frame with it in the same place at the end",
        "how long it stood in the box, with the uncertainty",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    # Not compared with the act yet; the centre holds a case whose rule its law tables do not name.
    articles={"ru": "12.13 ч.1"},
    event_codes=("C14",),
    reviewers=2,
)
