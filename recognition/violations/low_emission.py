"""A vehicle of too low an ecological class in a low-emission zone: surely driven in it, and so by the register.

No picture shows the class; without the register's answer nobody is accused.  The register is asked by plate, so unless
it confirms the class of the vehicle seen, a copied plate may speak, and the finding is counted only (HARMS D17).
"""

from recognition.contracts import RuleMode, ZoneKind
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.lapse import CLASS_UNCONFIRMED, is_class_confirmed
from recognition.violations.proof import finding_of
from recognition.violations.rule import Rule
from recognition.violations.zone_drive import find_drives

WAY_MIN_M = 10.0
ECO_CLASS_MIN = 4
"""The lowest class that nobody asks about, not the law: what class a zone demands and from which day is the region's
policy, dated data at the centre, which drops what it allows before a case is opened."""


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    eco_class = case.register.eco_class if case.register is not None else None
    if mode is RuleMode.OFF or eco_class is None or eco_class >= ECO_CLASS_MIN:
        return None
    drive = next(find_drives(case, ZoneKind.LOW_EMISSION, WAY_MIN_M, is_area=True), None)
    if drive is None:
        return None
    facts = drive.facts | {"eco_class": eco_class, "eco_class_min": ECO_CLASS_MIN}
    is_confirmed = is_class_confirmed(case)
    facts |= {} if is_confirmed else {"not_enforceable": CLASS_UNCONFIRMED}
    lowered = mode if is_confirmed else RuleMode.SHADOW
    finding = finding_of(case, RULE.name, lowered, drive.act, facts)
    return passed(RULE.gates, case, finding)


RULE = Rule(
    name="low_emission",
    title="Too low an ecological class in a low-emission zone",
    proves=(
        "a frame with the vehicle in the zone at the beginning of the way",
        "a frame with it there in the middle and at the end",
        "how far it drove in the zone, with the uncertainty",
        "the register's answer: its ecological class",
        "that the registered class is that of the vehicle seen",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(CLASS_UNCONFIRMED,),
    judge=judge,
    # Not compared with the act yet; the centre holds a case whose rule its law tables do not name.
    articles={"ru": "8.23"},
    event_codes=("C16",),
)
