"""Driving without technical inspection: by the register it had run out before the day of the passage.

The last valid day still counts as valid, in the site's own time; a register that does not answer accuses nobody.  Cars
and motorcycles of private persons have needed no inspection since 1 March 2022 (Federal Law 494-ФЗ of 30 December 2021,
unverified), and a picture does not tell whose they are: only lorries, buses and yellow plates (taxis) are judged.
"""

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.lapse import CLASS_UNCONFIRMED, find_lapse, finding_of
from recognition.violations.rule import Rule

NEEDING = frozenset({VehicleClass.TRUCK, VehicleClass.BUS})
TAXI_PLATE = ("ru", "1b")


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.register is None or not _needs_inspection(case):
        return None
    lapse = find_lapse(case, case.register.inspected_until)
    if lapse is None:
        return None
    finding = finding_of(case, RULE.name, mode, lapse)
    return passed(RULE.gates, case, finding)


def _needs_inspection(case: RuleInput) -> bool:
    plate, registered = case.plate, case.register.vehicle_class if case.register is not None else None
    if plate is not None and (plate.plate_region, plate.plate_type) == TAXI_PLATE:
        return True
    return case.vehicle_class in NEEDING and registered is not VehicleClass.CAR


RULE = Rule(
    name="inspection",
    title="Driving without technical inspection",
    proves=(
        "the register's answer: until which day the inspection was valid",
        "the local day on which the vehicle was driven",
        "that the registered class is that of the vehicle seen",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(CLASS_UNCONFIRMED,),
    judge=judge,
    # Not compared with the act yet; the centre holds a case whose rule its law tables do not name.
    articles={"ru": "12.1 ч.2"},
    event_codes=("C16",),
)
