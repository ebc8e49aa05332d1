"""Parking where it is forbidden: five minutes, unless the zone says otherwise."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recognition.contracts import VehicleClass
from recognition.violations import Finding, no_stopping
from recognition.violations.no_parking import RULE, STAY_MAX_S

FPS = 2.0
SIDES_M = (1.0, 5.0, 20, 50)


def case_in_zone(
    street: Any, case_of: Any, samples: Any, *, stay_s: float | None = None, sides_m: Any = SIDES_M, **parts: Any
) -> Any:
    site = street.site(street.zone("no_parking", *sides_m, stay_s=stay_s), **parts.pop("changes", {}))
    return case_of(street.road, samples, site=site, speed=None, **parts)


def answer(street: Any, case_of: Any, samples: Any, **parts: Any) -> Any:
    return street.answer(RULE, case_in_zone(street, case_of, samples, **parts))


def park(street: Any, stand_s: float, x_m: float = 3.0) -> Any:
    at_s = street.times(stand_s + 8.0, FPS)
    y_m = np.interp(at_s, [0.0, 4.0, 4.0 + stand_s, 8.0 + stand_s], [20.0, 30.0, 30.0, 40.0])
    return street.vehicle(at_s, x_m, y_m)


def test_who_parks_for_six_minutes_is_found(street: Any, case_of: Any) -> None:
    assert STAY_MAX_S == 300.0
    found = answer(street, case_of, park(street, 360.0))
    assert found.facts["limit_s"] == 300.0
    assert found.measurement.value == pytest.approx(360.0, abs=3.0)
    assert len(found.frame_sequences) >= 3


def test_who_parks_longer_than_the_zone_says_is_found(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, park(street, 70.0), stay_s=60.0).facts["limit_s"] == 60.0


def test_a_vehicle_that_stood_there_all_along_is_found(street: Any, case_of: Any) -> None:
    parked = street.vehicle(street.times(320.0, FPS), 3.0, 30.0)
    assert isinstance(answer(street, case_of, parked), Finding)


def test_a_bus_that_parks_is_found(street: Any, case_of: Any) -> None:
    bus = answer(street, case_of, park(street, 70.0), stay_s=60.0, vehicle_class=VehicleClass.BUS)
    assert isinstance(bus, Finding)


def test_who_stops_for_less_than_five_minutes(street: Any, case_of: Any) -> None:
    """Hard innocent: a stop, not parking."""
    assert answer(street, case_of, park(street, 295.0)) is None


def test_who_is_half_on_the_pavement(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, park(street, 360.0, x_m=5.0)) is None


def test_who_parks_behind_the_end_of_the_zone(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, park(street, 360.0), sides_m=(1.0, 5.0, 20, 31)) is None


def test_who_stands_in_a_jam(street: Any, case_of: Any) -> None:
    ahead = street.vehicle(street.times(368.0, FPS), 3.0, 37.0, seed=11)
    assert answer(street, case_of, park(street, 360.0), others=(ahead,)) == "queue"


def test_of_two_who_always_stood_there_neither_is_said_to_wait_where_lanes_tell(street: Any, case_of: Any) -> None:
    """Which way they head is known from the lane: the one ahead has nobody before it."""
    at_s = street.times(330.0, FPS)
    ahead, behind = street.vehicle(at_s, 3.0, 40.0), street.vehicle(at_s, 3.0, 28.5, seed=6)
    lanes = {"lanes": street.two_way()}
    assert isinstance(answer(street, case_of, ahead, others=(behind,), changes=lanes), Finding)
    assert answer(street, case_of, behind, others=(ahead,), changes=lanes) == "queue"
    assert answer(street, case_of, ahead, others=(behind,), changes={"lanes": []}) == "queue"


def test_a_taxi_waits_for_its_passenger(street: Any, case_of: Any) -> None:
    case = case_in_zone(street, case_of, park(street, 70.0), stay_s=60.0)
    assert isinstance(street.answer(RULE, case), Finding)
    taxi = replace(case, plate=case.plate.model_copy(update={"plate_type": "1b"}))
    assert street.answer(RULE, taxi) is None


def test_another_car_takes_the_place(street: Any, case_of: Any) -> None:
    """Hard innocent: one leaves, a minute later another stands there under the same number of the tracker."""
    car = park(street, 360.0)
    torn = tuple(s for s in car if not 150.0 < s.pts_s < 210.0)
    assert answer(street, case_of, torn) is None


def test_no_stopping_is_another_zone(street: Any, case_of: Any) -> None:
    case = case_in_zone(street, case_of, park(street, 70.0), stay_s=60.0)
    assert street.answer(no_stopping.RULE, case) is None


@pytest.mark.parametrize("rules", [{}, {"no_parking": {"mode": "off"}}])
def test_the_rule_is_off(street: Any, case_of: Any, rules: dict[str, Any]) -> None:
    assert answer(street, case_of, park(street, 70.0), stay_s=60.0, changes={"rules": rules}) is None


def test_no_plate_no_accusation(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, park(street, 70.0), stay_s=60.0, plate=None) == "no_plate"
