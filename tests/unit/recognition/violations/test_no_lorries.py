"""Lorries where they may not drive: what the picture shows is counted, what the register says accuses."""

from typing import Any

import pytest

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations import Finding
from recognition.violations.case import RegisterFacts
from recognition.violations.no_lorries import RULE

SIDES_M = (-2.5, 2.5, 14, 60)
HEAVY = RegisterFacts(vehicle_class=VehicleClass.TRUCK, laden_mass_kg=18_000)


def answer(street: Any, case_of: Any, samples: Any, sides_m: Any = SIDES_M, **parts: Any) -> Any:
    site = street.site(street.zone("no_lorries", *sides_m), **parts.pop("changes", {}))
    given = {"vehicle_class": VehicleClass.TRUCK, "register": HEAVY, **parts}
    return street.answer(RULE, case_of(street.road, samples, site=site, **given))


def lorry(street: Any, way_m: float = 24.0, x_m: float = 0.0) -> Any:
    at_s = street.times(way_m / 10.0)
    return street.vehicle(at_s, x_m, 22.0 + 10.0 * at_s, length_m=8.0, width_m=2.5, tall_m=3.2)


def test_a_heavy_lorry_is_found(street: Any, case_of: Any) -> None:
    found = answer(street, case_of, lorry(street))
    assert found.mode is RuleMode.FINE
    assert found.facts["laden_mass_kg"] == 18_000
    assert found.facts["zone_id"] == "no_lorries-1"
    assert "not_enforceable" not in found.facts
    assert found.measurement.value == pytest.approx(24.0, abs=2.0)


def test_a_heavy_lorry_that_comes_is_found(street: Any, case_of: Any) -> None:
    at_s = street.times(2.4)
    coming = street.vehicle(at_s, 0.0, 48.0 - 10.0 * at_s, heading_deg=180.0, length_m=8.0, width_m=2.5, tall_m=3.2)
    assert answer(street, case_of, coming).mode is RuleMode.FINE


@pytest.mark.parametrize("register", [None, RegisterFacts(), RegisterFacts(vehicle_class=VehicleClass.TRUCK)])
def test_without_the_mass_it_is_only_counted(street: Any, case_of: Any, register: RegisterFacts | None) -> None:
    found = answer(street, case_of, lorry(street), register=register)
    assert found.mode is RuleMode.SHADOW
    assert found.facts["not_enforceable"] == "mass_unknown"
    assert "mass_unknown" in RULE.lowered_to_shadow_by
    assert "laden_mass_kg" not in found.facts


@pytest.mark.parametrize(("mass_kg", "is_found"), [(2900, False), (3500, False), (3501, True)])
def test_a_van_of_three_and_a_half_tonnes_may(street: Any, case_of: Any, mass_kg: int, is_found: bool) -> None:
    """Hard innocent: a delivery van, to the detector a lorry."""
    found = answer(street, case_of, lorry(street), register=RegisterFacts(laden_mass_kg=mass_kg))
    assert isinstance(found, Finding) == is_found


@pytest.mark.parametrize("kind", [VehicleClass.CAR, VehicleClass.BUS, VehicleClass.MOTORCYCLE, VehicleClass.UNKNOWN])
def test_who_is_no_lorry(street: Any, case_of: Any, kind: VehicleClass) -> None:
    assert answer(street, case_of, lorry(street), vehicle_class=kind) is None


@pytest.mark.parametrize("kind", [VehicleClass.BUS, VehicleClass.CAR])
def test_what_the_register_knows_as_no_lorry(street: Any, case_of: Any, kind: VehicleClass) -> None:
    """Hard innocent: a coach of 17 t, which the detector takes for a lorry."""
    register = RegisterFacts(vehicle_class=kind, laden_mass_kg=17_000)
    assert answer(street, case_of, lorry(street), register=register) is None


def test_who_only_turns_round_at_the_entry(street: Any, case_of: Any) -> None:
    """Hard innocent: less than ten metres into the zone."""
    assert answer(street, case_of, lorry(street), (-2.5, 2.5, 34, 60)) is None
    assert isinstance(answer(street, case_of, lorry(street), (-2.5, 2.5, 26, 60)), Finding)


def test_ten_metres_are_needed_beyond_doubt(street: Any, case_of: Any) -> None:
    seen = lorry(street)
    assert answer(street, case_of, seen[:25]) is None
    assert isinstance(answer(street, case_of, seen[:36]), Finding)


def test_who_drives_past_beside_the_zone(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, lorry(street, x_m=2.6)) is None


def test_who_stands_in_the_zone_was_not_seen_to_drive(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, street.vehicle(street.times(4.0), 0.0, 30.0, length_m=8.0, tall_m=3.2)) is None


@pytest.mark.parametrize("rules", [{}, {"no_lorries": {"mode": "off"}}])
def test_the_rule_is_off(street: Any, case_of: Any, rules: dict[str, Any]) -> None:
    assert answer(street, case_of, lorry(street), changes={"rules": rules}) is None


def test_no_plate_no_accusation(street: Any, case_of: Any) -> None:
    assert answer(street, case_of, lorry(street), plate=None) == "no_plate"


def test_a_copied_plate_of_a_motorcycle(street: Any, case_of: Any) -> None:
    register = RegisterFacts(vehicle_class=VehicleClass.MOTORCYCLE, laden_mass_kg=18_000)
    assert answer(street, case_of, lorry(street), register=register) == "class_differs_from_register"
