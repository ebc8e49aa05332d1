"""Driving in the oncoming lane is alleged only of who surely drove there, against its traffic, where he might not."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations import Finding
from recognition.violations.oncoming_lane import RULE

SOLID = {"line_id": "middle", "kind": "solid", "points_m": [(0.0, 10.0), (0.0, 70.0)]}
DASHED = {**SOLID, "kind": "dashed"}


def along(at_s: Any, start_m: float = 20.0, kmh: float = 40.0) -> Any:
    return start_m + kmh / 3.6 * at_s


def answer(street: Any, case_of: Any, samples: Any, **parts: Any) -> Any:
    changes = parts.pop("changes", {"lines": [SOLID]})
    site = street.site(*parts.pop("zones", ()), lanes=street.two_way(), **changes)
    return street.answer(RULE, case_of(street.road, samples, site=site, **parts))


def wrong_side(street: Any, took_s: float = 3.0, kmh: float = 40.0) -> Any:
    at_s = street.times(took_s)
    return street.vehicle(at_s, -2.0, along(at_s, kmh=kmh))


def test_a_car_going_away_in_the_lane_of_those_who_come(street: Any, case_of: Any) -> None:
    found = answer(street, case_of, wrong_side(street))
    assert found.mode is RuleMode.FINE
    assert found.facts["lane_id"] == "approaching"
    assert found.facts["direction_of_traffic"] == "approaching"
    assert found.measurement.quantity == "way_against_traffic"
    assert found.measurement.unit == "m"
    assert found.measurement.value == pytest.approx(3.0 * 40 / 3.6, abs=2.5)
    assert 0.3 < found.measurement.expanded_uncertainty < 4.0
    assert 3 <= len(found.frame_sequences) <= 5
    assert found.frame_sequences[-1] - found.frame_sequences[0] > 50


def test_a_car_coming_in_the_lane_of_those_who_go_away(street: Any, case_of: Any) -> None:
    at_s = street.times(2.6)
    found = answer(street, case_of, street.vehicle(at_s, 2.0, along(at_s, 52.0, -40.0), heading_deg=180.0))
    assert found.facts["lane_id"] == "receding"


def test_an_overtaker_who_is_wholly_over_for_long_enough(street: Any, case_of: Any, crossing: Any) -> None:
    at_s = street.times(4.0)
    x_m = crossing(2.0, -2.0, at_s=0.7, took_s=1.2)(at_s) + crossing(0.0, 4.0, at_s=3.4, took_s=1.2)(at_s)
    found = answer(street, case_of, street.vehicle(at_s, x_m, along(at_s)))
    assert found.facts["lane_id"] == "approaching"
    assert found.measurement.value < 4.0 * 40 / 3.6 - 6


def test_a_drive_past_a_jam_is_no_way_round_an_obstacle(street: Any, case_of: Any) -> None:
    at_s = street.times(3.0)
    jam = tuple(street.vehicle(at_s, 2.6, y, seed=int(y)) for y in (26.0, 34.0, 42.0))
    assert answer(street, case_of, street.vehicle(at_s, -2.4, along(at_s)), others=jam).rule == "oncoming_lane"


def test_the_frame_of_the_plate_is_kept_though_read_before_the_act(street: Any, case_of: Any, crossing: Any) -> None:
    at_s = street.times(4.0)
    drive = street.vehicle(at_s, crossing(2.0, -2.0, at_s=1.2, took_s=1.4)(at_s), along(at_s))
    case = case_of(street.road, drive, site=street.site(lanes=street.two_way()))
    assert case.plate is not None
    early = case.plate.best.model_copy(update={"frame_sequence": drive[2].frame_sequence})
    found = street.answer(RULE, replace(case, plate=case.plate.model_copy(update={"best": early})))
    assert found.frame_sequences[0] == drive[2].frame_sequence
    assert found.frame_sequences[1] > 20


def test_who_drives_in_his_own_lane(street: Any, case_of: Any) -> None:
    at_s = street.times(3.0)
    assert answer(street, case_of, street.vehicle(at_s, 2.0, along(at_s))) is None
    coming = street.vehicle(at_s, -2.0, along(at_s, 52.0, -36.0), heading_deg=180.0)
    assert answer(street, case_of, coming) is None


def test_an_overtaker_who_only_reaches_over(street: Any, case_of: Any) -> None:
    """Hard innocent: the left half is over the line for a second, the right wheels never are."""
    at_s = street.times(3.5)
    x_m = 2.0 - 1.9 * np.exp(-(((at_s - 1.6) / 0.7) ** 2))
    assert answer(street, case_of, street.vehicle(at_s, x_m, along(at_s))) is None


def test_an_overtaker_who_is_back_within_eight_metres(street: Any, case_of: Any) -> None:
    """Hard innocent: wholly over, but for less way than proves driving there."""
    at_s = street.times(3.5)
    x_m = 2.0 - 3.7 * np.exp(-(((at_s - 1.6) / 0.55) ** 2))
    assert answer(street, case_of, street.vehicle(at_s, x_m, along(at_s, kmh=30.0))) is None


def test_who_turns_across_the_lane(street: Any, case_of: Any) -> None:
    """Hard innocent: from his own lane to a yard on the left."""
    at_s = street.times(4.0)
    turn = np.clip((at_s - 1.0) / 2.0, 0.0, 1.0) * np.pi / 2
    x_m = 2.0 - 9.0 * (1 - np.cos(turn))
    y_m = 22.0 + 14.0 * np.sin(turn)
    assert answer(street, case_of, street.vehicle(at_s, x_m, y_m, heading_deg=np.degrees(turn))) is None


def test_who_backs_a_few_metres_to_a_space(street: Any, case_of: Any) -> None:
    """Hard innocent: with the traffic by direction of the car, against it by a few metres of backing."""
    at_s = street.times(5.0)
    y_m = np.interp(at_s, [0.0, 2.0, 3.0, 5.0], [24.0, 40.0, 40.0, 34.0])
    assert answer(street, case_of, street.vehicle(at_s, 2.0, y_m)) is None


def test_who_backs_slowly_all_the_way(street: Any, case_of: Any) -> None:
    at_s = street.times(6.0)
    assert answer(street, case_of, street.vehicle(at_s, 2.0, along(at_s, 44.0, -10.0))) is None
    assert isinstance(answer(street, case_of, street.vehicle(at_s, 2.0, along(at_s, 44.0, -18.0))), Finding)


def test_a_shadow_that_reaches_over_the_lane(street: Any, case_of: Any) -> None:
    """Hard innocent (HARMS D12): the box takes in four metres of shadow on the left."""
    at_s = street.times(3.0)
    shadow = street.vehicle(at_s, 0.2, along(at_s), width_m=5.4)
    assert answer(street, case_of, shadow) is None


def test_who_passes_an_obstacle_in_his_own_lane(street: Any, case_of: Any) -> None:
    """Hard innocent: one broken-down lorry in the way."""
    at_s = street.times(3.0)
    broken = street.vehicle(at_s, 2.6, 36.0, seed=9)
    assert answer(street, case_of, street.vehicle(at_s, -2.4, along(at_s)), others=(broken,)) == "obstacle"


def test_a_slow_car_in_ones_own_lane_is_no_obstacle(street: Any, case_of: Any) -> None:
    """Its box goes on by fits and starts, as far boxes do; that is no stand."""
    at_s = street.times(3.0)
    y_m = 30.0 + 1.5 * np.floor(at_s / 0.6)
    slow = street.vehicle(at_s, 2.4, y_m, seed=9)
    car = street.vehicle(at_s, -2.4, along(at_s))
    assert isinstance(answer(street, case_of, car, others=(slow,)), Finding)


def test_who_overtakes_where_the_line_is_dashed(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, wrong_side(street), changes={"lines": [DASHED]}) is None


def test_a_dashed_line_between_lanes_of_one_direction_allows_nothing(street: Any, case_of: Any) -> None:
    lanes = [street.lane("approaching", -4.0, 0.0), street.lane("receding", 0.0, 4.0)]
    lanes.append(street.lane("approaching", -8.0, -4.0, lane_id="far"))
    line = {**DASHED, "points_m": [(-4.0, 10.0), (-4.0, 70.0)]}
    site = street.site(lanes=lanes, lines=[line])
    assert isinstance(street.answer(RULE, case_of(street.road, wrong_side(street), site=site)), Finding)


def test_where_lanes_of_both_directions_overlap_nobody_is_wrong(street: Any, case_of: Any) -> None:
    lanes = [*street.two_way(), street.lane("receding", -4.0, 0.0, lane_id="through")]
    site = street.site(lanes=lanes)
    assert street.answer(RULE, case_of(street.road, wrong_side(street), site=site)) is None


def test_eight_metres_are_needed_beyond_doubt(street: Any, case_of: Any) -> None:
    """Hard innocent: a short swerve past something on the road, at speed and with many looks."""
    car = wrong_side(street)
    ways = {count: answer(street, case_of, car[:count]) for count in (19, 30)}
    assert ways[19] is None
    assert ways[30].measurement.value == pytest.approx(12.8, abs=1.5)
    assert ways[30].measurement.value - ways[30].measurement.expanded_uncertainty >= 8.0


def test_seven_frames_are_too_few(street: Any, case_of: Any) -> None:
    """At six frames a second the way is long enough and the looks are not."""
    at_s = street.times(1.0, fps=6.25)
    assert len(at_s) == 7
    assert answer(street, case_of, street.vehicle(at_s, -2.0, along(at_s, 22.0, 70.0))) is None
    at_s = street.times(1.3, fps=6.25)
    assert len(at_s) == 9
    assert isinstance(answer(street, case_of, street.vehicle(at_s, -2.0, along(at_s, 22.0, 70.0))), Finding)


def test_on_a_one_way_road_another_rule_speaks(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, wrong_side(street), changes={"is_one_way": True}) is None


def test_a_track_that_leaps_from_lane_to_lane(street: Any, case_of: Any) -> None:
    """Hard innocent: the plate was read on the car in the right lane, the box went on with the car beside it."""
    at_s = street.times(4.0)
    drive = street.vehicle(at_s, np.where(at_s < 1.0, 2.0, -2.0), along(at_s))
    case = case_of(street.road, drive, site=street.site(lanes=street.two_way()))
    early = case.plate.best.model_copy(update={"frame_sequence": 5})
    case = replace(case, plate=case.plate.model_copy(update={"best": early}))
    assert street.answer(RULE, case) == "track_leaps"


def test_a_lower_edge_hidden_by_a_nearer_vehicle_proves_nothing(street: Any, case_of: Any) -> None:
    """Hard innocent: what is seen of a car behind another seems farther away, and to one side, than it is."""
    at_s = street.times(3.0)
    car = street.vehicle(at_s, -2.0, along(at_s))
    cut = tuple(replace(s, box_px=(*s.box_px[:3], s.box_px[3] - 0.3 * (s.box_px[3] - s.box_px[1]))) for s in car)
    nearer = tuple(replace(s, box_px=(s.box_px[0], c.box_px[3], s.box_px[2] + 20, s.box_px[3] + 60))
                   for s, c in zip(car, cut, strict=True))  # fmt: skip
    assert isinstance(answer(street, case_of, cut), Finding)
    assert answer(street, case_of, cut, others=(nearer,)) is None


@pytest.mark.parametrize("rules", [{}, {"oncoming_lane": {"mode": "off"}}])
def test_the_rule_is_off(street: Any, case_of: Any, rules: dict[str, Any]) -> None:
    assert answer(street, case_of, wrong_side(street), changes={"rules": rules}) is None


def test_no_plate_no_accusation(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, wrong_side(street), plate=None) == "no_plate"


def test_the_class_of_vehicle_does_not_matter(street: Any, case_of: Any) -> None:
    assert isinstance(answer(street, case_of, wrong_side(street), vehicle_class=VehicleClass.BUS), Finding)
