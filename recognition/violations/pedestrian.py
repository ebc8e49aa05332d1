"""Not letting a pedestrian pass: driving onto a crossing while a person on it walks in the vehicle's way or up to it.

Who stands on the kerb, who has passed already, and who rides are not walked over by anybody; a driver who slowed to a
crawl may have let the person choose; and where lights rule the crossing they decide, unless they surely forbid to go.
"""

from dataclasses import dataclass

import numpy as np

from recognition.contracts import Measurement, RuleMode, Zone, ZoneKind
from recognition.signals import Aspect
from recognition.violations.case import Finding, Refusal, RuleInput, frames_to_keep
from recognition.violations.front import lanes_perhaps
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.path import RoadPath
from recognition.violations.rule import Rule
from recognition.violations.walking import Conflict, find_conflict
from recognition.violations.way_over import WayOver, find_way_over, slowest_kmh

CRAWL_KMH = 10.0
"""Who came no faster than this before the crossing was ready to let pass."""
APPROACH_MIN_S = 0.5
"""So long at least the vehicle must have been seen before it came onto the crossing, to know that it did not stop."""
APPROACH_MAX_S = 3.0
_LANE_FRAMES = 5


@dataclass(frozen=True, eq=False)
class _Act:
    """A vehicle's way over a crossing, the person it did not let pass, and how slow it was at its slowest."""

    zone: Zone
    way: WayOver
    conflict: Conflict
    slowest_kmh: float


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    zones = [zone for zone in case.site.zones if zone.kind is ZoneKind.PEDESTRIAN_CROSSING]
    if mode is RuleMode.OFF or not zones or not case.people:
        return None
    path = case.path
    for zone in zones:
        act = _find_act(case, path, zone)
        if act is None:
            continue
        finding = _finding(case, act, mode)
        return passed(RULE.gates, case, finding)
    return None


def _find_act(case: RuleInput, path: RoadPath, zone: Zone) -> _Act | None:
    way = find_way_over(path, zone, case.vehicle_class)
    if way is None or _is_ruled_by_lights(case, way):
        return None
    since_s = path.at_s[way.early] - APPROACH_MAX_S
    first = int(np.searchsorted(path.at_s, since_s))
    if path.at_s[way.early] - path.at_s[first] < APPROACH_MIN_S:
        return None
    slowest = slowest_kmh(path, first, way.last)
    conflict = find_conflict(case, way, zone)
    return _Act(zone, way, conflict, slowest) if conflict is not None and slowest > CRAWL_KMH else None


def _is_ruled_by_lights(case: RuleInput, way: WayOver) -> bool:
    """Tell whether a light may have let the vehicle go."""
    first = max(0, way.early - _LANE_FRAMES + 1)
    lanes = {lane.lane_id for lane in lanes_perhaps(way.path, case.site, first, way.early)}
    heads = {line.head_id for line in case.site.stop_lines if lanes & set(line.lanes)}
    return any(not _is_surely_red(case, head_id, way) for head_id in heads)


def _is_surely_red(case: RuleInput, head_id: str, way: WayOver) -> bool:
    early_s, late_s = (float(way.path.at_s[i]) for i in (way.early, way.late))
    timeline = case.signals.get(head_id)
    return timeline is not None and timeline.aspect_at((early_s + late_s) / 2, bound_s=abs(late_s - early_s) / 2) in (
        Aspect.RED,
        Aspect.RED_AMBER,
    )


def _finding(case: RuleInput, act: _Act, mode: RuleMode) -> Finding:
    way, path = act.way, act.way.path
    must = tuple(path.samples[i].frame_sequence for i in (way.early, way.late, way.last))
    first = max(0, min(way.early, int(np.searchsorted(path.at_s, path.at_s[way.early] - APPROACH_MIN_S))))
    plate_frame = (case.plate.best.frame_sequence,) if case.plate else ()
    return Finding(
        rule=RULE.name,
        mode=mode,
        occurred_at=path.samples[way.late].captured_at,
        frame_sequences=frames_to_keep(path.kept(first, way.last), must=(*must, *plate_frame)),
        measurement=Measurement(
            quantity="distance_to_person",
            value=round(max(0.0, act.conflict.gap_m), 2),
            unit="m",
            expanded_uncertainty=round(act.conflict.bound_m, 2),
            is_valid=True,
            method="box_corners",
        ),
        facts={
            "zone_id": act.zone.zone_id,
            "person": "in_the_way" if act.conflict.gap_m <= 0 else "coming",
            "frames_with_person": act.conflict.frames,
            "slowest_kmh": round(act.slowest_kmh, 1),
        },
    )


RULE = Rule(
    name="pedestrian",
    title="Not letting a pedestrian pass",
    proves=(
        "a frame with the person on the crossing and the vehicle before it",
        "a frame with the vehicle coming onto the crossing and the person in or before its way",
        "a frame with the vehicle on the crossing",
        "that the vehicle did not stop before it",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    articles={"ru": "12.18"},
    event_codes=("C15",),
    reviewers=2,
)
