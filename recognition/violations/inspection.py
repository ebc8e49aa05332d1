"""Driving without technical inspection: by the register it had run out before the day of the passage.

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
    lapse = find_lapse(case, case.register.inspected_until)
    if lapse is None:
        return None
    finding = finding_of(case, RULE.name, mode, lapse)
    return passed(RULE.gates, case, finding)


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
