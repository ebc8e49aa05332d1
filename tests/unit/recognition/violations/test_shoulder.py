"""The shoulder: driven along at an even pace, and nothing that may have been a stop."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recognition.contracts import VehicleClass
from recognition.violations import Finding
from recognition.violations.shoulder import RULE

SIDES_M = (2.0, 5.5, 10, 70)


def answer(street: Any, case_of: Any, samples: Any, **parts: Any) -> Any:
    site = street.site(street.zone("shoulder", *SIDES_M), **parts.pop("changes", {}))
    return street.answer(RULE, case_of(street.road, samples, site=site, **parts))


def drive(street: Any, x_m: Any = 3.7, *, way_m: float = 28.0, kmh: float = 40.0, **size: Any) -> Any:
    at_s = street.times(way_m / kmh * 3.6)
    return street.vehicle(at_s, x_m(at_s) if callable(x_m) else x_m, 20.0 + kmh / 3.6 * at_s, **size)


def test_who_drives_along_the_shoulder_is_found(street: Any, case_of: Any) -> None:
    found = answer(street, case_of, drive(street))
    assert found.facts["zone_id"] == "shoulder-1"
    assert found.facts["slowest_kmh"] == pytest.approx(40.0, abs=4.0)
    assert found.measurement.quantity == "way_in_zone"
    assert found.measurement.value == pytest.approx(28.0, abs=2.0)
    assert found.measurement.value - found.measurement.expanded_uncertainty >= 15.0


def test_who_comes_along_the_shoulder_is_found(street: Any, case_of: Any) -> None:
    at_s = street.times(2.6)
    assert isinstance(
        answer(street, case_of, street.vehicle(at_s, 3.7, 50.0 - 10.0 * at_s, heading_deg=180.0)), Finding
    )


def test_who_passes_a_jam_on_the_shoulder_is_found(street: Any, case_of: Any, crossing: Any) -> None:
    """At the pace of a jam's impatient: 25 km/h, from the lane onto the shoulder and on."""
    car = drive(street, crossing(0.4, 3.7, at_s=1.0, took_s=1.6), way_m=34.0, kmh=25.0)
    at_s = street.times(car[-1].pts_s)
    jam = tuple(street.vehicle(at_s, -0.5, y, seed=int(y)) for y in (28.0, 36.0, 44.0))
    assert isinstance(answer(street, case_of, car, others=jam), Finding)


def test_a_lorry_on_the_shoulder(street: Any, case_of: Any) -> None:
    lorry = drive(street, 0.0, width_m=2.5, tall_m=3.2, length_m=8.0)
    zone = street.zone("shoulder", -1.75, 1.75, 10, 70)
    case = case_of(street.road, lorry, site=street.site(zone), vehicle_class=VehicleClass.TRUCK)
    assert isinstance(street.answer(RULE, case), Finding)


def test_a_shadow_on_the_shoulder_never_accuses(street: Any, case_of: Any) -> None:
    """Hard innocent (HARMS D12, Moscow 2016): the car keeps the lane, its box takes in the shadow on the right."""
    for shadow_m in (1.0, 2.0, 3.4):
        box = drive(street, 0.6 + shadow_m / 2, width_m=1.8 + shadow_m)
        assert answer(street, case_of, box) is None


def test_a_shadow_behind_a_car_in_the_lane_never_accuses(street: Any, case_of: Any) -> None:
    """Hard innocent: the sun ahead and to the left throws the shadow back and to the right."""
    car = drive(street, 0.6)
    shaded = tuple(replace(s, box_px=(s.box_px[0], s.box_px[1], s.box_px[2] + 90, s.box_px[3] + 25)) for s in car)
    assert answer(street, case_of, shaded) is None


def test_two_wheels_on_the_shoulder(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, drive(street, 2.1)) is None


def test_who_stops_there(street: Any, case_of: Any) -> None:
    """Hard innocent, a breakdown: twenty metres along the shoulder to a stand."""
    at_s = street.times(9.0)
    y_m = np.interp(at_s, [0.0, 2.0, 3.0, 4.0, 9.0], [20.0, 38.0, 44.0, 46.0, 46.0])
    assert answer(street, case_of, street.vehicle(at_s, 3.7, y_m)) is None


def test_who_brakes_to_stop_out_of_view(street: Any, case_of: Any) -> None:
    """Hard innocent: evenly from 50 km/h, still at 22 when last seen."""
    at_s = street.times(2.6)
    car = street.vehicle(at_s, 3.7, 20.0 + 13.9 * at_s - 1.5 * at_s**2)
    assert answer(street, case_of, car) is None


def test_who_sets_off_from_a_stop_out_of_view(street: Any, case_of: Any) -> None:
    """Hard innocent: at 20 km/h when first seen, and faster all the time."""
    at_s = street.times(3.0)
    assert answer(street, case_of, street.vehicle(at_s, 3.7, 20.0 + 5.6 * at_s + 1.25 * at_s**2)) is None


def test_who_sets_off_in_view_and_goes_along(street: Any, case_of: Any) -> None:
    """Hard innocent: after a stop one gathers speed on the shoulder and joins the traffic."""
    at_s = street.times(8.0)
    y_m = 20.0 + np.where(at_s > 3.0, np.minimum(1.6 * (at_s - 3.0) ** 2, 9.0 * (at_s - 3.0) - 12.6), 0.0)
    assert answer(street, case_of, street.vehicle(at_s, 3.7, y_m)) is None


def test_who_crosses_the_shoulder_to_a_yard(street: Any, case_of: Any) -> None:
    at_s = street.times(3.0)
    x_m = np.interp(at_s, [0.0, 0.8, 1.8, 3.0], [0.5, 3.7, 3.7, 9.0])
    assert answer(street, case_of, street.vehicle(at_s, x_m, 20.0 + 9.0 * np.minimum(at_s, 2.0))) is None


def test_who_crawls_lets_others_pass(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, drive(street, kmh=12.0)) is None
    assert isinstance(answer(street, case_of, drive(street, kmh=20.0)), Finding)


def test_fifteen_metres_are_needed_beyond_doubt(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, drive(street, way_m=14.0)) is None
    assert isinstance(answer(street, case_of, drive(street, way_m=19.0)), Finding)


def test_a_bicycle_may(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, drive(street), vehicle_class=VehicleClass.BICYCLE) is None


def test_a_rough_survey_accuses_nobody(street: Any, case_of: Any) -> None:
    survey = {**street.road.content()["survey"], "sigma_px": 12.0, "sigma_m": 1.2}
    assert answer(street, case_of, drive(street), changes={"survey": survey}) is None


@pytest.mark.parametrize("rules", [{}, {"shoulder": {"mode": "off"}}])
def test_the_rule_is_off(street: Any, case_of: Any, rules: dict[str, Any]) -> None:
    assert answer(street, case_of, drive(street), changes={"rules": rules}) is None


def test_no_plate_no_accusation(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, drive(street), plate=None) == "no_plate"


def test_a_clock_that_jumps(street: Any, case_of: Any, retimed: Any) -> None:
    jumped = retimed(drive(street), 30, 0.03, wall_too=False)
    assert answer(street, case_of, jumped) == "time_jump"
