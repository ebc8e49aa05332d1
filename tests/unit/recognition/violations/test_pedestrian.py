"""Not letting a pedestrian pass is alleged only where a person on the crossing surely was in the vehicle's way."""

from typing import Any

import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.signals import Aspect
from recognition.violations import Finding
from recognition.violations.pedestrian import RULE, judge

OVER = [(0, 46), (2.5, 18.2)]
"""Coming at 40 km/h in the lane at x = 2 m; the front is on the crossing (28 to 32 m) from 1.26 s on."""


@pytest.fixture
def meets(scenes: Any, road: Any, case_of: Any) -> Any:
    """A car that drives over the crossing while people walk along knots (s, m)."""

    def build(*walks: Any, along: Any = OVER, y_m: float = 30.0, **parts: Any) -> Any:
        people = tuple(scenes.walk(road, knots, y_m=y_m) for knots in walks)
        return scenes.at_crossing(road, case_of, scenes.travel(road, along), *people, **parts)

    return build


def test_a_person_walking_into_the_way_is_found_with_what_proves_it(meets: Any) -> None:
    case = meets([(0, -1.8), (2.5, 1.7)])
    finding = judge(case)
    assert isinstance(finding, Finding)
    assert finding.mode is RuleMode.FINE
    assert finding.measurement is not None
    assert finding.measurement.quantity == "distance_to_person"
    assert finding.measurement.value == pytest.approx(1.1, abs=0.4), "from x = 0.0 m to the car's side at 1.1 m"
    assert finding.facts["person"] == "coming"
    assert int(finding.facts["frames_with_person"]) >= 20
    assert finding.facts["slowest_kmh"] == pytest.approx(40, abs=4)
    assert 3 <= len(finding.frame_sequences) <= 5
    by_frame = {s.frame_sequence: 46 - 11.12 * s.pts_s for s in case.samples}
    assert by_frame[finding.frame_sequences[0]] > 32
    assert 28 < by_frame[finding.frame_sequences[-1]] < 32


def test_two_officers_must_agree() -> None:
    assert RULE.reviewers == 2


@pytest.mark.parametrize("walk", [[(0, 3.3), (2.5, 1.0)], [(0, 2.2), (2.5, 1.8)]])
def test_a_person_in_the_very_way_is_found(meets: Any, walk: Any) -> None:
    finding = judge(meets(walk))
    assert isinstance(finding, Finding)
    assert finding.facts["person"] == "in_the_way"
    assert finding.measurement is not None
    assert finding.measurement.value == 0.0


def test_a_person_coming_from_the_right_is_found(meets: Any, road: Any, scenes: Any) -> None:
    zone = {"zone_id": "zebra", "kind": "pedestrian_crossing", "polygon_m": [(-7, 28), (7, 28), (7, 32), (-7, 32)]}
    site = scenes.crosswalk(road, zones=[zone])
    assert isinstance(judge(meets([(0, 5.4), (2.5, 2.4)], site=site)), Finding)


def test_a_rear_is_judged_where_the_front_came_on(meets: Any, scenes: Any, road: Any) -> None:
    """Driving away at 30 km/h the rear comes to the crossing at 1.4 s, the front between 0.6 and 1.1 s."""
    lanes = [lane.model_dump() | {"direction": "receding"} for lane in scenes.junction(road).lanes]
    site, along = scenes.crosswalk(road, lanes=lanes), [(0, 16.6), (3.4, 45.0)]
    assert isinstance(judge(meets([(-0.5, -0.6), (2.5, 1.7)], along=along, site=site)), Finding)
    assert judge(meets([(-0.5, -3.0), (2.5, 1.0)], along=along, site=site)) is None, "comes when the car has passed"
    assert judge(meets([(-0.5, -0.6), (2.5, 1.7)], along=along, site=site, vehicle_class=VehicleClass.BUS)) is None


def test_a_person_on_the_kerb_is_not_hindered(meets: Any) -> None:
    """Hard innocent: stands at the kerb, 0.5 m beside the road and 1.5 m beside the car; or before the crossing."""
    assert judge(meets([(0, 4.5), (2.5, 4.5)])) is None
    assert judge(meets([(0, 4.7), (2.5, 4.3)])) is None
    assert judge(meets([(0, -1.8), (2.5, 1.7)], y_m=26.0)) is None


def test_a_person_who_waits_on_the_middle_of_the_road_is_not_hindered(meets: Any) -> None:
    """Hard innocent: stands between the lanes, 1 m beside the car, and lets it pass."""
    assert judge(meets([(0, 0.1), (2.5, 0.1)])) is None


def test_a_person_who_has_passed_is_not_hindered(meets: Any) -> None:
    """Hard innocents: walking away on the other lane, more than two metres beyond and less."""
    assert judge(meets([(0, 0.6), (2.5, -3.4)])) is None
    assert judge(meets([(0, 1.9), (2.5, -1.6)])) is None


def test_a_person_still_far_off_is_not_hindered(meets: Any) -> None:
    """Hard innocent: three metres off, walking towards the way and passing behind the car."""
    assert judge(meets([(0, -3.8), (2.5, -0.3)])) is None


def test_a_person_seen_in_four_frames_is_too_little(meets: Any) -> None:
    assert judge(meets([(1.24, 0.15), (1.36, 0.3)])) is None
    assert judge(meets([(1.04, 0.0), (1.36, 0.3)])) is None, "in nine, but too few to know where before the car came"
    assert isinstance(judge(meets([(0.88, -0.15), (1.36, 0.3)])), Finding)


def test_a_person_who_came_when_the_car_was_on_the_crossing_is_not_hindered(meets: Any) -> None:
    assert judge(meets([(1.4, -0.2), (2.5, 1.5)])) is None


def test_a_driver_who_stopped_is_not_accused(meets: Any) -> None:
    """Hard innocents: stopped before the crossing and then drove; slowed to a walk."""
    stopped = [(0, 46), (1.2, 34), (2.4, 34), (4, 20)]
    assert judge(meets([(0, -1.8), (4, 2.2)], along=stopped)) is None
    walking = [(0, 44), (0.9, 34), (3.5, 28), (5, 20)]
    assert judge(meets([(0, -1.8), (5, 2.2)], along=walking)) is None


def test_a_vehicle_first_seen_at_the_crossing_is_not_accused(meets: Any) -> None:
    """Nobody saw whether it had stopped."""
    assert judge(meets([(0, -0.5), (2.5, 1.7)], along=[(1.0, 34.5), (2.5, 17.8)])) is None
    assert judge(meets([(0, -0.5), (2.5, 1.7)], along=[(1.0, 30.5), (2.0, 19.4)])) is None


@pytest.mark.parametrize(
    ("aspect", "is_found"),
    [
        (Aspect.GREEN, False),
        (Aspect.AMBER, False),
        (Aspect.UNKNOWN, False),
        (Aspect.DARK, False),
        (Aspect.RED, True),
    ],
)
def test_where_lights_rule_only_a_sure_red_leaves_the_person_the_way(
    scenes: Any, road: Any, meets: Any, aspect: Aspect, is_found: bool
) -> None:
    """Hard innocent: the person walks against the light while the vehicle has green."""
    lights = scenes.junction(road)
    site = scenes.crosswalk(road, **lights.model_dump(include={"stop_lines", "signals"}))
    walk = [(0, -1.8), (2.5, 1.7)]
    head = scenes.shows("main", (aspect, -9.0))
    assert isinstance(judge(meets(walk, site=site, signals={"main": head})), Finding) == is_found
    assert judge(meets(walk, site=site)) is None, "nobody watched the head"


def test_the_head_of_the_other_lane_does_not_rule(scenes: Any, road: Any, meets: Any) -> None:
    lights = scenes.junction(road).model_dump(include={"stop_lines", "signals"})
    lights["stop_lines"] = lights["stop_lines"][1:]
    site = scenes.crosswalk(road, **lights)
    head = scenes.shows("arrow", (Aspect.GREEN, -9.0))
    assert isinstance(judge(meets([(0, -1.8), (2.5, 1.7)], site=site, signals={"arrow": head})), Finding)


def test_a_rider_is_no_pedestrian(scenes: Any, road: Any, case_of: Any) -> None:
    """Hard innocents: the motorcyclist's own box, and a passer-by on a motorcycle that is tracked beside."""
    drive = scenes.travel(road, OVER, width_m=0.8, tall_m=1.1)
    rider = scenes.travel(road, OVER, width_m=0.6, tall_m=1.8, seed=8)
    case = scenes.at_crossing(road, case_of, drive, rider, vehicle_class=VehicleClass.MOTORCYCLE)
    assert judge(case) is None
    walker = scenes.walk(road, [(0, -1.8), (2.5, 1.7)])
    drive = scenes.travel(road, OVER)
    assert isinstance(judge(scenes.at_crossing(road, case_of, drive, walker)), Finding)
    assert judge(scenes.at_crossing(road, case_of, drive, walker, others=(walker,))) is None


def test_who_goes_faster_than_people_walk_rides_something_unseen(meets: Any) -> None:
    assert judge(meets([(0.4, -3.9), (1.6, 3.0)])) is None


def test_a_vehicle_that_does_not_drive_over_it_is_not_accused(meets: Any) -> None:
    assert judge(meets([(0, -1.8), (2.5, 1.7)], along=[(0, 46), (1, 34), (2.5, 33.5)])) is None


def test_another_zone_is_no_crossing(scenes: Any, road: Any, meets: Any) -> None:
    zone = {"zone_id": "box", "kind": "box_junction", "polygon_m": [(-4, 28), (4, 28), (4, 32), (-4, 32)]}
    assert judge(meets([(0, -1.8), (2.5, 1.7)], site=scenes.crosswalk(road, zones=[zone]))) is None
