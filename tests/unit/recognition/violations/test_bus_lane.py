"""The lane of buses: twenty metres in it, surely, by who may not be there."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations import Finding
from recognition.violations.bus_lane import RULE
from recognition.violations.case import RegisterFacts

SIDES_M = (2.0, 5.5, 10, 70)
UNDER_M = (-1.75, 1.75, 10, 70)
"""A lane under the camera: beside it the flank widens the box, and a lorry is nowhere surely in its lane."""


def case_in_lane(street: Any, case_of: Any, samples: Any, sides_m: Any = SIDES_M, **parts: Any) -> Any:
    site = street.site(street.zone("bus_lane", *sides_m), **parts.pop("changes", {}))
    return case_of(street.road, samples, site=site, **parts)


def answer(street: Any, case_of: Any, samples: Any, **parts: Any) -> Any:
    return street.answer(RULE, case_in_lane(street, case_of, samples, **parts))


def drive(street: Any, x_m: Any = 3.7, *, way_m: float = 30.0, kmh: float = 45.0, **size: Any) -> Any:
    at_s = street.times(way_m / kmh * 3.6)
    return street.vehicle(at_s, x_m(at_s) if callable(x_m) else x_m, 20.0 + kmh / 3.6 * at_s, **size)


@pytest.mark.parametrize("kind", [VehicleClass.CAR, VehicleClass.TRUCK, VehicleClass.MOTORCYCLE])
def test_who_drives_in_the_lane_is_found(street: Any, case_of: Any, kind: VehicleClass) -> None:
    found = answer(street, case_of, drive(street), vehicle_class=kind)
    assert found.mode is RuleMode.FINE
    assert found.facts["zone_id"] == "bus_lane-1"
    assert found.measurement.quantity == "way_in_zone"
    assert found.measurement.value == pytest.approx(30.0, abs=2.0)
    assert found.measurement.value - found.measurement.expanded_uncertainty >= 20.0
    assert found.facts["frames_in_zone"] >= 55


def test_a_lorry_that_comes_in_the_lane(street: Any, case_of: Any) -> None:
    at_s = street.times(2.6)
    lorry = street.vehicle(at_s, 0.1, 52.0 - 12.0 * at_s, heading_deg=180.0, length_m=8.0, width_m=2.5, tall_m=3.2)
    assert isinstance(answer(street, case_of, lorry, sides_m=UNDER_M, vehicle_class=VehicleClass.TRUCK), Finding)


def test_who_comes_into_the_lane_and_goes_on(street: Any, case_of: Any, crossing: Any) -> None:
    found = answer(street, case_of, drive(street, crossing(0.5, 3.7, at_s=0.6, took_s=1.0), way_m=38.0))
    assert 20.0 < found.measurement.value < 34.0


def test_who_leaves_the_lane_for_a_moment_drove_twice(street: Any, case_of: Any) -> None:
    """Hard innocent: round something in the lane, half out of it for a third of a second; either way is short."""

    def x_m(at_s: Any) -> Any:
        return -1.9 * np.exp(-(((at_s - 1.2) / 0.2) ** 2))

    assert answer(street, case_of, drive(street, x_m), sides_m=UNDER_M) is None


def test_who_wavers_at_the_edge_without_leaving_drove_once(street: Any, case_of: Any) -> None:
    """For two frames the left corner is within the doubt of the line, never beyond it."""

    def x_m(at_s: Any) -> Any:
        return -0.8 * np.exp(-(((at_s - 1.2) / 0.12) ** 2))

    found = answer(street, case_of, drive(street, x_m), sides_m=UNDER_M)
    assert found.measurement.value == pytest.approx(30.0, abs=2.0)


@pytest.mark.parametrize("kind", [VehicleClass.BUS, VehicleClass.BICYCLE, VehicleClass.UNKNOWN])
def test_buses_bicycles_and_what_nobody_could_tell(street: Any, case_of: Any, kind: VehicleClass) -> None:
    assert answer(street, case_of, drive(street), vehicle_class=kind) is None


def test_a_taxi_by_its_yellow_plate(street: Any, case_of: Any) -> None:
    case = case_in_lane(street, case_of, drive(street))
    taxi = replace(case, plate=case.plate.model_copy(update={"plate_type": "1b"}))
    assert street.answer(RULE, taxi) is None
    foreign = replace(case, plate=case.plate.model_copy(update={"plate_type": "1b", "plate_region": "kz"}))
    assert isinstance(street.answer(RULE, foreign), Finding)


def test_a_minibus_by_the_register(street: Any, case_of: Any) -> None:
    """Hard innocent: a route minibus that the detector takes for a car."""
    register = RegisterFacts(vehicle_class=VehicleClass.BUS)
    assert answer(street, case_of, drive(street), register=register) is None
    assert isinstance(
        answer(street, case_of, drive(street), register=RegisterFacts(vehicle_class=VehicleClass.CAR)), Finding
    )


def test_who_cuts_through_to_turn_right(street: Any, case_of: Any) -> None:
    """Hard innocent: into the lane, eighteen metres along it, and off to the right."""
    at_s = street.times(3.4)
    x_m = np.interp(at_s, [0.0, 0.8, 2.3, 3.4], [0.5, 3.7, 3.7, 8.5])
    assert answer(street, case_of, street.vehicle(at_s, x_m, 20.0 + 12.0 * np.minimum(at_s, 2.3))) is None


def test_who_comes_in_to_park(street: Any, case_of: Any) -> None:
    """Hard innocent: into the lane and to a stand within twenty metres."""
    at_s = street.times(8.0)
    x_m = np.interp(at_s, [0.0, 1.0, 8.0], [0.5, 3.7, 3.7])
    y_m = np.interp(at_s, [0.0, 1.0, 2.0, 3.0, 8.0], [20.0, 30.0, 37.0, 40.0, 40.0])
    assert answer(street, case_of, street.vehicle(at_s, x_m, y_m)) is None


def test_who_drives_beside_the_lane(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, drive(street, 0.8)) is None


def test_half_a_lorry_in_the_lane(street: Any, case_of: Any) -> None:
    lorry = drive(street, -1.2, width_m=2.5, tall_m=3.2, length_m=8.0)
    assert answer(street, case_of, lorry, sides_m=UNDER_M, vehicle_class=VehicleClass.TRUCK) is None


def test_a_shadow_in_the_lane(street: Any, case_of: Any) -> None:
    """Hard innocent (HARMS D12): four metres of shadow to the right of a car that keeps its own lane."""
    assert answer(street, case_of, drive(street, 2.8, width_m=5.0)) is None


def test_half_hidden_by_a_nearer_car_it_seems_to_be_in_the_lane(street: Any, case_of: Any) -> None:
    """Hard innocent: the left half of the car, outside the lane, is behind the car that follows."""
    car = drive(street, 1.9)
    right_half = tuple(replace(s, box_px=(0.35 * s.box_px[0] + 0.65 * s.box_px[2], *s.box_px[1:])) for s in car)
    nearer = tuple(
        replace(s, box_px=(s.box_px[0] - 60, s.box_px[1] + 20, h.box_px[0] + 4, s.box_px[3] + 40))
        for s, h in zip(car, right_half, strict=True)
    )
    assert isinstance(answer(street, case_of, right_half), Finding)
    assert answer(street, case_of, right_half, others=(nearer,)) is None


def test_a_way_with_a_gap_is_two_ways(street: Any, case_of: Any) -> None:
    """Whether the vehicle was in the lane while it was not seen, nobody knows."""
    whole = drive(street, way_m=34.0, kmh=30.0)
    assert isinstance(answer(street, case_of, whole), Finding)
    torn = tuple(s for s in whole if not 1.4 < s.pts_s < 2.6)
    assert answer(street, case_of, torn) is None


@pytest.mark.parametrize("rules", [{}, {"bus_lane": {"mode": "off"}}])
def test_the_rule_is_off(street: Any, case_of: Any, rules: dict[str, Any]) -> None:
    assert answer(street, case_of, drive(street), changes={"rules": rules}) is None


def test_a_zone_of_another_kind_is_not_meant(street: Any, case_of: Any) -> None:
    site = street.site(street.zone("no_stopping", *SIDES_M))
    assert street.answer(RULE, case_of(street.road, drive(street), site=site)) is None


def test_a_track_of_four_frames_is_too_short(street: Any, case_of: Any) -> None:
    at_s = np.array([0.0, 0.8, 1.6, 2.4])
    four = street.vehicle(at_s, 3.7, 20.0 + 12.0 * at_s)
    assert answer(street, case_of, four) is None


def test_no_plate_no_accusation(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, drive(street), plate=None) == "no_plate"
