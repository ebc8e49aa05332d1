"""A phone in the driver's hand: seen in several frames over a second or more.

A hand at the cheek for a moment is no phone (HARMS D14); frames that show none must be fewer than those that do.
"""

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations.appearance import finding_of, looks_that_say
from recognition.violations.case import Feature, Finding, Refusal, RuleInput, Seen
from recognition.violations.driving import is_driven
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.rule import Rule

FRAMES_MIN = 3
SPAN_MIN_S = 1.0


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.vehicle_class is VehicleClass.BICYCLE:
        return None
    looks = looks_that_say(case, Feature.PHONE, Seen.YES)
    is_held = looks.is_enough(FRAMES_MIN, span_s=SPAN_MIN_S) and looks.against < len(looks.samples)
    if not is_held or not is_driven(case):
        return None
    finding = finding_of(case, RULE.name, mode, looks)
    return passed(RULE.gates, case, finding)


RULE = Rule(
    name="phone",
    title="A phone in the driver's hand",
    proves=(
        "three frames over a second or more in which the phone is in the driver's hand",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    articles={"ru": "12.36.1"},
    event_codes=("C16",),
    reviewers=2,
)
