"""Driving on the tram tracks of the opposite direction, against the traffic of the lane they lie in.

A zone has no direction of its own: it is that of the lanes in which its middle lies.  Where no lane holds it, or lanes
of both directions do, nobody can say which way the trams go there, and the rule is silent.
"""

from collections.abc import Iterator

import numpy as np

from recognition.contracts import Direction, RuleMode, Site, Zone, ZoneKind
from recognition.geometry import contains
from recognition.violations.against_traffic import AgainstTraffic, find_against
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.proof import finding_of
from recognition.violations.rule import Rule
from recognition.violations.seen_path import seen_path

TRACK_WAY_MIN_M = 10.0


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    drive = find_on_tracks(case) if mode is not RuleMode.OFF else None
    if drive is None:
        return None
    finding = finding_of(case, RULE.name, mode, drive.act, {"zone_id": drive.place_id, **drive.facts})
    return passed(RULE.gates, case, finding)


def is_judged(case: RuleInput) -> bool:
    """Tell whether this rule has something to say of the vehicle, so that no other need say it of the same act."""
    return mode_of(case, RULE.name) is not RuleMode.OFF and find_on_tracks(case) is not None


def find_on_tracks(case: RuleInput) -> AgainstTraffic | None:
    """Find a drive on tracks against their direction; on a one-way road there is no opposite direction."""
    zones = list(_directed_zones(case.site))
    if case.site.is_one_way or not zones:
        return None
    path = seen_path(case)
    found = (find_against(path, zone.zone_id, zone.polygon_m, way, way_min_m=TRACK_WAY_MIN_M) for zone, way in zones)
    return next((drive for drive in found if drive is not None), None)


def _directed_zones(site: Site) -> Iterator[tuple[Zone, Direction]]:
    for zone in site.zones:
        if zone.kind is not ZoneKind.TRAM_TRACKS:
            continue
        middle = np.array(zone.polygon_m, dtype=np.float64).mean(axis=0)[None]
        ways = {lane.direction for lane in site.lanes if contains(np.array(lane.polygon_m), middle)[0]}
        if len(ways) == 1:
            yield zone, ways.pop()


RULE = Rule(
    name="tram_tracks",
    title="Driving on the tram tracks of the opposite direction",
    proves=(
        "a frame with the whole vehicle on the tracks at the beginning of the way",
        "a frame with it there in the middle and at the end",
        "how far it drove against the direction of the tracks, with the uncertainty",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    articles={"ru": "12.15 ч.4"},
    event_codes=("C8",),
    reviewers=2,
)
