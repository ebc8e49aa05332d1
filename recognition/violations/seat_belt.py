"""No seat belt: seen to be missing in several frames and seen worn in none.

A belt that cannot be seen is no missing belt (HARMS D15).  Buses are left out: who sits there need not wear one
everywhere, and the driver sits too high to be seen.
"""

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations.appearance import finding_of, looks_that_say
from recognition.violations.case import Feature, Finding, Refusal, RuleInput, Seen
from recognition.violations.driving import is_driven
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.rule import Rule

FRAMES_MIN = 3
_CLASSES = (VehicleClass.CAR, VehicleClass.TRUCK)


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.vehicle_class not in _CLASSES:
        return None
    looks = looks_that_say(case, Feature.SEAT_BELT, Seen.NO)
    if looks.against or not looks.is_enough(FRAMES_MIN) or not is_driven(case):
        return None
    finding = finding_of(case, RULE.name, mode, looks)
    return passed(RULE.gates, case, finding)


RULE = Rule(
    name="seat_belt",
    title="Driving without a seat belt",
    proves=(
        "three frames in which the place of the belt is seen and no belt is",
        "no frame in which a belt is seen",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    articles={"ru": "12.6"},
    event_codes=("C16",),
    reviewers=2,
)
