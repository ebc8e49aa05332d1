"""Driving in the lane of buses: a car, lorry or motorcycle with both corners surely in it over twenty metres.

Who cuts through it to turn or to stop at the kerb is shorter in it.  Buses, bicycles and taxis may be there, and what
kind of vehicle nobody could tell may be a bus.
"""

from recognition.contracts import RuleMode, VehicleClass, ZoneKind
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.privilege import has_taxi_plate, is_registered_bus
from recognition.violations.proof import finding_of
from recognition.violations.rule import Rule
from recognition.violations.zone_drive import find_drives

WAY_MIN_M = 20.0
_ACCUSED = (VehicleClass.CAR, VehicleClass.TRUCK, VehicleClass.MOTORCYCLE)


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.vehicle_class not in _ACCUSED or has_taxi_plate(case) or is_registered_bus(case):
        return None
    drive = next(find_drives(case, ZoneKind.BUS_LANE, WAY_MIN_M), None)
    if drive is None:
        return None
    finding = finding_of(case, RULE.name, mode, drive.act, drive.facts)
    return passed(RULE.gates, case, finding)


RULE = Rule(
    name="bus_lane",
    title="Driving in the lane of buses",
    proves=(
        "a frame with the whole vehicle in the lane at the beginning of the way",
        "a frame with it there in the middle and at the end",
        "how far it drove in the lane, with the uncertainty",
        "what kind of vehicle it is",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    articles={"ru": "12.17 ч.1.1"},
)
