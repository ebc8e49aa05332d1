"""A lorry where lorries may not drive: surely in the zone over ten metres, and too heavy by the register.

A detector calls vans, pick-ups and coaches lorries too, so the picture alone only counts: above 3.5 t laden mass the
register makes it an accusation; at or below it, and for what is registered as no lorry, there is none.
"""

from recognition.contracts import RuleMode, VehicleClass, ZoneKind
from recognition.violations.case import Finding, Refusal, RegisterFacts, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.proof import finding_of
from recognition.violations.rule import Rule
from recognition.violations.zone_drive import find_drives

WAY_MIN_M = 10.0
LADEN_MASS_MAX_KG = 3500
"""The sign means lorries of a greater permitted laden mass (ПДД, sign 3.4, where it bears no other number)."""
MASS_UNKNOWN = "mass_unknown"


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.vehicle_class is not VehicleClass.TRUCK or _is_cleared(case.register):
        return None
    mass_kg = case.register.laden_mass_kg if case.register is not None else None
    drive = next(find_drives(case, ZoneKind.NO_LORRIES, WAY_MIN_M, is_area=True), None)
    if drive is None:
        return None
    facts = drive.facts
    facts |= {"not_enforceable": MASS_UNKNOWN} if mass_kg is None else {"laden_mass_kg": mass_kg}
    lowered = RuleMode.SHADOW if mass_kg is None else mode
    finding = finding_of(case, RULE.name, lowered, drive.act, facts)
    return passed(RULE.gates, case, finding)


def _is_cleared(register: RegisterFacts | None) -> bool:
    """Tell whether the register says that this is no lorry, or a light one."""
    if register is None:
        return False
    if register.vehicle_class in (VehicleClass.CAR, VehicleClass.BUS):
        return True
    return register.laden_mass_kg is not None and register.laden_mass_kg <= LADEN_MASS_MAX_KG


RULE = Rule(
    name="no_lorries",
    title="A lorry where lorries may not drive",
    proves=(
        "a frame with the lorry in the zone at the beginning of the way",
        "a frame with it there in the middle and at the end",
        "how far it drove in the zone, with the uncertainty",
        "the register's answer: its permitted laden mass",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(MASS_UNKNOWN,),
    judge=judge,
    # Not compared with the act yet; the centre holds a case whose rule its law tables do not name.
    articles={"ru": "12.16 ч.6"},
)
