"""A low-emission zone: the register says the class, the picture that the vehicle drove there."""

from typing import Any

import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations import Finding
from recognition.violations.case import RegisterFacts
from recognition.violations.low_emission import ECO_CLASS_MIN, RULE

SIDES_M = (-4.0, 4.0, 14, 60)


def old(eco_class: int | None = 2, kind: VehicleClass | None = VehicleClass.CAR) -> RegisterFacts:
    return RegisterFacts(vehicle_class=kind, eco_class=eco_class)


def answer(street: Any, case_of: Any, samples: Any, sides_m: Any = SIDES_M, **parts: Any) -> Any:
    site = street.site(street.zone("low_emission", *sides_m), **parts.pop("changes", {}))
    return street.answer(RULE, case_of(street.road, samples, site=site, **{"register": old(), **parts}))


def drive(street: Any, x_m: float = 1.5) -> Any:
    at_s = street.times(2.4)
    return street.vehicle(at_s, x_m, 22.0 + 10.0 * at_s)


def test_an_old_car_is_found(street: Any, case_of: Any) -> None:
    found = answer(street, case_of, drive(street))
    assert found.mode is RuleMode.FINE
    assert found.facts["eco_class"] == 2
    assert found.facts["eco_class_min"] == ECO_CLASS_MIN
    assert found.facts["zone_id"] == "low_emission-1"
    assert found.measurement.value == pytest.approx(24.0, abs=2.0)


def test_an_old_lorry_that_comes_is_found(street: Any, case_of: Any) -> None:
    at_s = street.times(2.4)
    lorry = street.vehicle(at_s, 0.0, 48.0 - 10.0 * at_s, heading_deg=180.0, length_m=8.0, width_m=2.5, tall_m=3.2)
    register = old(1, VehicleClass.TRUCK)
    assert answer(street, case_of, lorry, register=register, vehicle_class=VehicleClass.TRUCK).mode is RuleMode.FINE


@pytest.mark.parametrize(("eco_class", "is_found"), [(0, True), (3, True), (4, False), (5, False), (6, False)])
def test_from_the_lowest_class_allowed_nobody_is_found(
    street: Any, case_of: Any, eco_class: int, is_found: bool
) -> None:
    assert isinstance(answer(street, case_of, drive(street), register=old(eco_class)), Finding) == is_found


@pytest.mark.parametrize("register", [None, RegisterFacts(), old(None)])
def test_a_register_that_does_not_answer_accuses_nobody(
    street: Any, case_of: Any, register: RegisterFacts | None
) -> None:
    assert answer(street, case_of, drive(street), register=register) is None


@pytest.mark.parametrize("kind", [None, VehicleClass.UNKNOWN, VehicleClass.TRUCK])
def test_a_plate_that_may_be_copied_is_only_counted(street: Any, case_of: Any, kind: VehicleClass | None) -> None:
    """Hard innocent (HARMS D17): the class of the vehicle seen is not the one the register knows."""
    found = answer(street, case_of, drive(street), register=old(2, kind))
    assert found.mode is RuleMode.SHADOW
    assert found.facts["not_enforceable"] == "class_unconfirmed"
    assert "class_unconfirmed" in RULE.lowered_to_shadow_by


def test_ten_metres_are_needed_beyond_doubt(street: Any, case_of: Any) -> None:
    seen = drive(street)
    assert answer(street, case_of, seen[:25]) is None
    assert isinstance(answer(street, case_of, seen[:36]), Finding)


def test_who_drives_past_beside_the_zone(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, drive(street, x_m=4.0)) is None


def test_who_turns_round_at_the_entry(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, drive(street), (-4.0, 4.0, 36, 60)) is None
    assert isinstance(answer(street, case_of, drive(street), (-4.0, 4.0, 28, 60)), Finding)


def test_who_is_parked_in_the_zone_was_not_seen_to_drive(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, street.vehicle(street.times(4.0), 1.5, 30.0)) is None


@pytest.mark.parametrize("rules", [{}, {"low_emission": {"mode": "off"}}])
def test_the_rule_is_off(street: Any, case_of: Any, rules: dict[str, Any]) -> None:
    assert answer(street, case_of, drive(street), changes={"rules": rules}) is None


def test_no_plate_no_accusation(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, drive(street), plate=None) == "no_plate"


def test_an_emergency_vehicle(street: Any, case_of: Any) -> None:
    register = RegisterFacts(vehicle_class=VehicleClass.CAR, eco_class=2, is_emergency=True)
    assert answer(street, case_of, drive(street), register=register) == "emergency_vehicle"
