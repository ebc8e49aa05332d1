"""Vehicles that may do what others may not, as far as the plate and its register tell."""

from recognition.contracts import VehicleClass
from recognition.violations.case import RuleInput

TAXI_PLATES = frozenset({("ru", "1b")})
"""Country and layout of the plates that only vehicles of public transport and taxis carry (ГОСТ Р 50577)."""


def has_taxi_plate(case: RuleInput) -> bool:
    """Tell whether the plate is a taxi's; the text alone does not say it (AA000777 is a trailer's as well)."""
    return case.plate is not None and (case.plate.plate_region, case.plate.plate_type) in TAXI_PLATES


def is_registered_bus(case: RuleInput) -> bool:
    """Tell whether the register knows the vehicle as a bus: a minibus looks like a van or a car."""
    return case.register is not None and case.register.vehicle_class is VehicleClass.BUS
