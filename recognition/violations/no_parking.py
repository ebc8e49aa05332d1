"""Parking where it is forbidden: the whole vehicle stood in the zone for longer than a stop may last.

A stop of up to five minutes is no parking (ПДД 1.2).  A queue ahead and a light are reasons to stand; a taxi may wait
for its passenger under this sign.
"""

from recognition.contracts import RuleMode, VehicleClass, ZoneKind
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.privilege import has_taxi_plate
from recognition.violations.proof import finding_of
from recognition.violations.rule import Rule
from recognition.violations.standing import find_long_stand

STAY_MAX_S = 300.0
"""Where the zone says nothing else (ПДД 1.2)."""


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or case.vehicle_class is VehicleClass.BICYCLE or has_taxi_plate(case):
        return None
    stand = find_long_stand(case, ZoneKind.NO_PARKING, STAY_MAX_S)
    if stand is None:
        return None
    finding = finding_of(case, RULE.name, mode, stand.act, stand.facts)
    return passed(RULE.gates, case, finding, excuse=stand.excuse)


RULE = Rule(
    name="no_parking",
    title="Parking where it is forbidden",
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
)
