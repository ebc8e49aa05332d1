"""Driving by day without lights: headlights of a coming vehicle seen dark for a second or more, and lit in no frame.

A vehicle seen from the rear is not judged: its tail lights need not shine by day.  Lamps that are driven by pulses seem
dark in single frames, so a single frame in which they are lit clears the driver.
"""

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations.appearance import finding_of, looks_that_say
from recognition.violations.case import Feature, Finding, Refusal, RuleInput, Seen
from recognition.violations.driving import way_of
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.rule import Rule

FRAMES_MIN = 5
SPAN_MIN_S = 1.0


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.vehicle_class is VehicleClass.BICYCLE:
        return None
    looks = looks_that_say(case, Feature.HEADLIGHTS, Seen.NO)
    if looks.against or not looks.is_enough(FRAMES_MIN, span_s=SPAN_MIN_S) or way_of(case) != "approaching":
        return None
    finding = finding_of(case, RULE.name, mode, looks)
    return passed(RULE.gates, case, finding)


RULE = Rule(
    name="lights_off",
    title="Driving without lights",
    proves=(
        "five frames over a second or more in which both headlights are seen and neither is lit",
        "no frame in which one is lit",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    # Not compared with the act yet; the centre holds a case whose rule its law tables do not name.
    articles={"ru": "12.20"},
    event_codes=("C16",),
    reviewers=1,
)
