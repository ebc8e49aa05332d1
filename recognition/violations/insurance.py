"""Driving without insurance: by the register it had run out before the day of the passage.

The last valid day still counts as valid, in the site's own time; a register that does not answer accuses nobody.
"""

from recognition.contracts import RuleMode
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.lapse import CLASS_UNCONFIRMED, find_lapse, finding_of
from recognition.violations.rule import Rule


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.register is None:
        return None
    lapse = find_lapse(case, case.register.insured_until)
    if lapse is None:
        return None
    finding = finding_of(case, RULE.name, mode, lapse)
    return passed(RULE.gates, case, finding)


RULE = Rule(
    name="insurance",
    title="Driving without insurance",
    proves=(
        "the register's answer: until which day the vehicle was insured",
        "the local day on which the vehicle was driven",
        "that the registered class is that of the vehicle seen",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(CLASS_UNCONFIRMED,),
    judge=judge,
    articles={"ru": "12.37 ч.2"},
    event_codes=("C16",),
)
