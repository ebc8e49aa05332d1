"""Stopping where it is forbidden: the whole vehicle stood in the zone for longer than a forced stop would take.

A queue ahead and a light are reasons to stand; a bus may stop where its passengers wait, and what may be a bus is not
accused.  A breakdown cannot be told from a stop: that is the officers' matter.
"""

from recognition.contracts import RuleMode, VehicleClass, ZoneKind
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.privilege import is_registered_bus
from recognition.violations.proof import finding_of
from recognition.violations.rule import Rule
from recognition.violations.standing import find_long_stand

STAY_MAX_S = 60.0
"""Where the zone says nothing else: long enough to tell a stop from waiting for a gap."""
_NOT_ACCUSED = (VehicleClass.BUS, VehicleClass.UNKNOWN, VehicleClass.BICYCLE)


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.vehicle_class in _NOT_ACCUSED or is_registered_bus(case):
        return None
    stand = find_long_stand(case, ZoneKind.NO_STOPPING, STAY_MAX_S)
    if stand is None:
        return None
    finding = finding_of(case, RULE.name, mode, stand.act, stand.facts)
    return passed(RULE.gates, case, finding, excuse=stand.excuse)


RULE = Rule(
    name="no_stopping",
    title="Stopping where it is forbidden",
    proves=(
        "a frame with the whole vehicle in the zone as it came to stand",
        "a frame with it in the same place at the end",
        "how long it stood of its own choice, with the uncertainty",
        "that no vehicle stood just ahead of it and no light held it",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    # Not compared with the act yet; the centre holds a case whose rule its law tables do not name.
    articles={"ru": "12.19"},
    reviewers=2,
)
