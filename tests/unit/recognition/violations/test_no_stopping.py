"""Stopping where it is forbidden: a vehicle, of its own choice, for longer than allowed."""

from typing import Any

import numpy as np
import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.signals import Aspect, Phase, SignalTimeline
from recognition.violations import Finding
from recognition.violations.case import RegisterFacts
from recognition.violations.no_stopping import RULE, STAY_MAX_S
from recognition.violations.standing import joined_stands
from recognition.violations.zone_drive import seen_path

FPS = 5.0
SIDES_M = (1.0, 5.0, 20, 50)


def answer(street: Any, case_of: Any, samples: Any, *, stay_s: float | None = 20.0, **parts: Any) -> Any:
    zone = street.zone("no_stopping", *parts.pop("sides_m", SIDES_M), stay_s=stay_s)
    site = street.site(zone, **parts.pop("changes", {}))
    return street.answer(RULE, case_of(street.road, samples, site=site, speed=None, **parts))


def stop(street: Any, stand_s: float, *, x_m: float = 3.0, y_m: float = 30.0, leaves: bool = True, **size: Any) -> Any:
    """Comes from behind in three seconds, stands, and goes on."""
    at_s = street.times(stand_s + (6.0 if leaves else 3.0), FPS)
    knots = [0.0, 2.0, 3.0, 3.0 + stand_s, 4.0 + stand_s, 6.0 + stand_s]
    return street.vehicle(at_s, x_m, np.interp(at_s, knots, [y_m - 10, y_m - 2, y_m, y_m, y_m + 2, y_m + 12]), **size)


def standing(street: Any, y_m: float, from_s: float, to_s: float, x_m: float = 3.0) -> Any:
    """Another vehicle that stands from and to a moment, coming before and going on after."""
    at_s = street.times(to_s + 5.0, FPS)
    y = y_m + 8.0 * np.minimum(at_s - from_s, 0.0) + 8.0 * np.maximum(at_s - to_s, 0.0)
    return street.vehicle(at_s, x_m, y, seed=11)


def test_who_stands_for_longer_than_allowed_is_found(street: Any, case_of: Any) -> None:
    found = answer(street, case_of, stop(street, 30.0))
    assert found.mode is RuleMode.FINE
    assert found.facts["zone_id"] == "no_stopping-1"
    assert found.facts["limit_s"] == 20.0
    assert found.measurement.quantity == "time_in_zone"
    assert found.measurement.unit == "s"
    assert found.measurement.value == pytest.approx(30.0, abs=0.8)
    assert 2.0 < found.measurement.expanded_uncertainty < 3.0, "a second of rolling at each end, and the frames"
    assert (found.frame_sequences[-1] - found.frame_sequences[0]) / street.fps == pytest.approx(30.0, abs=1.5)


def test_who_stands_on_when_last_seen_is_found(street: Any, case_of: Any) -> None:
    assert isinstance(answer(street, case_of, stop(street, 30.0, leaves=False)), Finding)


def test_who_came_the_other_way_is_found(street: Any, case_of: Any) -> None:
    at_s = street.times(40.0, FPS)
    y_m = np.interp(at_s, [0.0, 3.0, 33.0, 40.0], [50.0, 30.0, 30.0, 12.0])
    assert isinstance(answer(street, case_of, street.vehicle(at_s, 3.0, y_m, heading_deg=180.0)), Finding)


def test_a_minute_where_the_zone_says_nothing(street: Any, case_of: Any) -> None:
    assert STAY_MAX_S == 60.0
    assert answer(street, case_of, stop(street, 59.0), stay_s=None) is None
    assert answer(street, case_of, stop(street, 63.0), stay_s=None).facts["limit_s"] == 60.0


def test_a_box_that_shivers_once_does_not_end_a_stand(street: Any, case_of: Any) -> None:
    """Someone walks by and for a second the lower edge is a metre and a half off."""
    car = stop(street, 30.0)
    at_s = np.array([s.pts_s for s in car])
    y_m = np.interp(at_s, [0.0, 2.0, 3.0, 33.0, 34.0, 36.0], [20.0, 28.0, 30.0, 30.0, 32.0, 42.0])
    jolted = street.vehicle(at_s, 3.0, y_m + np.where((at_s > 15.0) & (at_s < 16.2), 1.5, 0.0))
    assert len(jolted) == len(car)
    assert isinstance(answer(street, case_of, jolted), Finding)


def test_who_drives_off_in_time(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, stop(street, 19.0)) is None


def test_two_short_stops_are_not_one_long(street: Any, case_of: Any) -> None:
    at_s = street.times(40.0, FPS)
    y_m = np.interp(at_s, [0.0, 2.0, 17.0, 19.0, 34.0, 40.0], [20.0, 28.0, 28.0, 36.0, 36.0, 50.0])
    assert answer(street, case_of, street.vehicle(at_s, 3.0, y_m)) is None


def test_who_creeps_on_does_not_stand(street: Any, case_of: Any) -> None:
    """Hard innocent: in a jam, half a metre every few seconds."""
    at_s = street.times(40.0, FPS)
    creeping = street.vehicle(at_s, 3.0, 28.0 + 0.6 * np.floor(at_s / 4.0))
    assert answer(street, case_of, creeping) is None
    path = seen_path(case_of(street.road, creeping, speed=None))
    assert max(path.at_s[last] - path.at_s[first] for first, last in joined_stands(path)) < 15.0


@pytest.mark.parametrize("x_m", [0.9, 5.0])
def test_who_is_in_the_zone_with_one_side_only(street: Any, case_of: Any, x_m: float) -> None:
    assert answer(street, case_of, stop(street, 30.0, x_m=x_m)) is None


def test_who_is_in_the_zone_with_the_rear_only(street: Any, case_of: Any) -> None:
    """Hard innocent: the zone ends beside the car's middle."""
    assert answer(street, case_of, stop(street, 30.0), sides_m=(1.0, 5.0, 20, 31)) is None


def test_who_is_in_the_zone_with_the_front_only(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, stop(street, 30.0), sides_m=(1.0, 5.0, 29, 50)) is None


def test_who_stands_in_a_queue(street: Any, case_of: Any) -> None:
    """Hard innocent: the car ahead stands all the time."""
    ahead = standing(street, 37.0, 2.0, 36.0)
    assert answer(street, case_of, stop(street, 30.0), others=(ahead,)) == "queue"


def test_who_hides_the_car_ahead_still_stands_behind_it(street: Any, case_of: Any) -> None:
    """Hard innocent: the car ahead is lost from view behind the driver's own, until it drives off."""
    ahead = standing(street, 37.0, 0.5, 36.0)
    lost = tuple(s for s in ahead if not 3.0 < s.pts_s < 36.5)
    assert answer(street, case_of, stop(street, 30.0), others=(lost,)) == "queue"
    never_back = tuple(s for s in ahead if s.pts_s <= 3.0)
    assert answer(street, case_of, stop(street, 30.0), others=(never_back,)) == "queue"
    passed = tuple(s for s in standing(street, 37.0, 0.5, 1.0) if s.pts_s <= 3.0)
    assert isinstance(answer(street, case_of, stop(street, 30.0), others=(passed,)), Finding)


def test_who_stands_in_a_queue_whose_head_is_cut_by_the_picture(street: Any, case_of: Any) -> None:
    """Hard innocent: coming traffic, the car ahead stands half out of the picture."""
    at_s = street.times(40.0, FPS)
    y_m = np.interp(at_s, [0.0, 3.0, 38.0], [42.0, 27.0, 27.0])
    car = street.vehicle(at_s, 3.0, y_m, heading_deg=180.0)
    ahead = street.vehicle(at_s, 3.0, 16.5, heading_deg=180.0, seed=12)
    sides = (1.0, 5.0, 17, 50)
    assert isinstance(answer(street, case_of, car, sides_m=sides), Finding)
    assert answer(street, case_of, car, sides_m=sides, others=(ahead,)) == "queue"


def test_the_time_in_a_queue_does_not_count_but_what_follows_does(street: Any, case_of: Any) -> None:
    ahead = standing(street, 37.0, 1.0, 15.0)
    found = answer(street, case_of, stop(street, 40.0), others=(ahead,))
    assert found.facts["stood_s"] == pytest.approx(40.0, abs=1.0)
    assert found.measurement.value == pytest.approx(40.0 - 12.0, abs=2.5)
    assert answer(street, case_of, stop(street, 30.0), others=(ahead,)) == "queue"


def test_a_queue_in_the_next_lane_is_no_reason(street: Any, case_of: Any) -> None:
    beside = standing(street, 37.0, 2.0, 36.0, x_m=-0.5)
    assert isinstance(answer(street, case_of, stop(street, 30.0), others=(beside,)), Finding)


def test_traffic_that_moves_ahead_is_no_reason(street: Any, case_of: Any) -> None:
    """Three cars pull out ahead and drive on, slowly but without a stop."""
    pulling = []
    for since_s in (5.0, 13.0, 21.0):
        at_s = since_s + street.times(5.0, FPS)
        pulling.append(street.vehicle(at_s, 3.0, 35.0 + 2.4 * (at_s - since_s), seed=int(since_s)))
    assert isinstance(answer(street, case_of, stop(street, 30.0), others=tuple(pulling)), Finding)


def test_a_vehicle_that_stands_behind_is_no_reason(street: Any, case_of: Any) -> None:
    behind = street.vehicle(street.times(36.0, FPS), 3.0, 20.3, seed=13)
    assert isinstance(answer(street, case_of, stop(street, 30.0, y_m=34.0), others=(behind,)), Finding)


def test_a_vehicle_far_ahead_is_no_reason(street: Any, case_of: Any) -> None:
    far = standing(street, 50.0, 2.0, 36.0)
    assert isinstance(answer(street, case_of, stop(street, 30.0, y_m=27.0), others=(far,)), Finding)


def lights(*aspects: tuple[Aspect, float, float]) -> dict[str, SignalTimeline]:
    return {"main": SignalTimeline("main", tuple(Phase(a, start, start, end, end) for a, start, end in aspects))}


def at_lights(street: Any) -> dict[str, Any]:
    line = {"line_id": "stop", "points_m": [(0.0, 36.0), (4.0, 36.0)], "lanes": ["receding"], "head_id": "main"}
    heads = [{"head_id": "main", "feed": "group-1"}]
    return {"lanes": street.two_way(), "stop_lines": [line], "signals": heads}


def test_who_waits_for_green(street: Any, case_of: Any) -> None:
    """Hard innocent: a long red, and a light that nobody knows, hold the lane."""
    red = lights((Aspect.RED, 0.0, 33.0), (Aspect.GREEN, 33.0, 60.0))
    assert answer(street, case_of, stop(street, 30.0), changes=at_lights(street), signals=red) == "at_signal"
    assert answer(street, case_of, stop(street, 30.0), changes=at_lights(street)) == "at_signal"


def test_who_stands_through_the_green(street: Any, case_of: Any) -> None:
    green = lights((Aspect.RED, 0.0, 6.0), (Aspect.GREEN, 6.0, 60.0))
    found = answer(street, case_of, stop(street, 30.0), changes=at_lights(street), signals=green)
    assert found.measurement.value == pytest.approx(27.0, abs=1.0)


@pytest.mark.parametrize("kind", [VehicleClass.BUS, VehicleClass.UNKNOWN, VehicleClass.BICYCLE])
def test_a_bus_and_what_may_be_one(street: Any, case_of: Any, kind: VehicleClass) -> None:
    assert answer(street, case_of, stop(street, 30.0), vehicle_class=kind) is None


def test_a_minibus_by_the_register(street: Any, case_of: Any) -> None:
    register = RegisterFacts(vehicle_class=VehicleClass.BUS)
    assert answer(street, case_of, stop(street, 30.0), register=register) is None


def test_as_much_as_the_shortest_lorry_must_lie_in_the_zone(street: Any, case_of: Any) -> None:
    """What is hidden behind its rear may be longer; a van's length of it stands in the zone for sure."""
    size: dict[str, Any] = {"length_m": 7.0, "width_m": 2.3, "tall_m": 2.8, "x_m": 0.0}
    lorry = stop(street, 30.0, y_m=27.0, **size)
    kind: dict[str, Any] = {"vehicle_class": VehicleClass.TRUCK}
    assert answer(street, case_of, lorry, sides_m=(-2.0, 2.0, 18, 22.5), **kind) is None
    assert isinstance(answer(street, case_of, lorry, sides_m=(-2.0, 2.0, 18, 38), **kind), Finding)


def test_a_vehicle_unseen_for_long_may_have_been_away(street: Any, case_of: Any) -> None:
    torn = tuple(s for s in stop(street, 36.0) if not 15.0 < s.pts_s < 22.0)
    assert answer(street, case_of, torn) is None


@pytest.mark.parametrize("rules", [{}, {"no_stopping": {"mode": "off"}}])
def test_the_rule_is_off(street: Any, case_of: Any, rules: dict[str, Any]) -> None:
    assert answer(street, case_of, stop(street, 30.0), changes={"rules": rules}) is None


def test_a_zone_of_another_kind_is_not_meant(street: Any, case_of: Any) -> None:
    site = street.site(street.zone("no_parking", *SIDES_M, stay_s=20.0))
    assert street.answer(RULE, case_of(street.road, stop(street, 30.0), site=site, speed=None)) is None


def test_no_plate_no_accusation(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, stop(street, 30.0), plate=None) == "no_plate"


def test_a_clock_that_jumps_measures_no_time(street: Any, case_of: Any, retimed: Any) -> None:
    jumped = retimed(stop(street, 22.0), 60, 4.0)
    assert answer(street, case_of, jumped) == "time_jump"
