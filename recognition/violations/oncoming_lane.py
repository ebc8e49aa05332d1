"""Driving in the oncoming lane of a two-way road: surely in it with both corners, against its traffic, for a while.

Whether the driver might go there is doubtful in two cases, and then nothing is alleged: where a dashed line parts the
directions (overtaking is allowed), and where a single vehicle stands in the driver's own lane (an obstacle; several are
a jam, which is none: ПДД 1.2).
"""

import numpy as np

from recognition.contracts import Lane, LineKind, RuleMode, Site
from recognition.geometry import contains, depth_inside
from recognition.violations import tram_tracks
from recognition.violations.against_traffic import AgainstTraffic, find_in_lanes
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.path import Array, Flags
from recognition.violations.proof import finding_of
from recognition.violations.rule import Rule
from recognition.violations.traffic import sure_stands

PARTS_WITHIN_M = 0.5
"""A line within this of the borders of two lanes parts them."""
OBSTACLE_REACH_M = 15.0


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.site.is_one_way:
        return None
    drive = find_in_lanes(case)
    # One act is one violation: where the tracks of the other direction are the lane, that rule speaks.
    if drive is None or tram_tracks.is_judged(case) or _may_be_entered(case.site, drive.place_id):
        return None
    finding = finding_of(case, RULE.name, mode, drive.act, {"lane_id": drive.place_id, **drive.facts})
    return passed(RULE.gates, case, finding, excuse="obstacle" if _passes_obstacle(case, drive) else None)


def _may_be_entered(site: Site, lane_id: str) -> bool:
    """Tell whether a dashed line parts the lane from one of the other direction along any of its length."""
    lane = next(one for one in site.lanes if one.lane_id == lane_id)
    others = [other for other in site.lanes if other.direction is not lane.direction]
    for line in site.lines:
        if line.kind is LineKind.DASHED:
            points = _every_metre(line.points_m)
            beside = _is_at_border(lane, points)
            if any(np.any(beside & _is_at_border(other, points)) for other in others):
                return True
    return False


def _every_metre(points_m: tuple[tuple[float, float], ...]) -> Array:
    points = np.array(points_m, dtype=np.float64)
    way_m = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    at_m = np.linspace(0.0, way_m[-1], max(2, int(np.ceil(way_m[-1])) + 1))
    return np.column_stack([np.interp(at_m, way_m, points[:, axis]) for axis in (0, 1)])


def _is_at_border(lane: Lane, points: Array) -> Flags:
    depth, _ = depth_inside(np.array(lane.polygon_m, dtype=np.float64), points)
    return np.asarray(np.abs(depth) <= PARTS_WITHIN_M)


def _passes_obstacle(case: RuleInput, drive: AgainstTraffic) -> bool:
    """Tell whether exactly one vehicle stands in a lane of the driver's own direction beside or near the way taken."""
    own = [lane for lane in case.site.lanes if lane.direction is not drive.direction]
    way_m = drive.path.smooth_m[drive.first : drive.last + 1, 1]
    from_s, to_s = (float(drive.path.at_s[i]) for i in (drive.first, drive.last))
    near = {
        stand.vehicle
        for stand in sure_stands(case)
        if stand.from_s <= to_s
        and stand.to_s >= from_s
        and way_m.min() - OBSTACLE_REACH_M <= stand.place_m[1] <= way_m.max() + OBSTACLE_REACH_M
        and any(contains(np.array(lane.polygon_m), stand.place_m[None])[0] for lane in own)
    }
    return len(near) == 1


RULE = Rule(
    name="oncoming_lane",
    title="Driving in the oncoming lane",
    proves=(
        "a frame with the whole vehicle in the lane at the beginning of the way",
        "a frame with it there in the middle and at the end",
        "how far it drove against the traffic of the lane, with the uncertainty",
        "the direction of the lane and the lines that part it",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    articles={"ru": "12.15 ч.4"},
    event_codes=("C7",),
    reviewers=2,
)
