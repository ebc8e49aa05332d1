"""Driving against the direction of a one-way road: surely in a lane with both corners, against its traffic.

Backing up to a parking space is short and slow and is not meant; who crosses the road to a yard comes aside.
"""

from recognition.contracts import RuleMode, VehicleClass
from recognition.violations.against_traffic import find_in_lanes
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.proof import finding_of
from recognition.violations.rule import Rule


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF or not case.site.is_one_way or case.vehicle_class is VehicleClass.BICYCLE:
        return None
    drive = find_in_lanes(case)
    if drive is None:
        return None
    finding = finding_of(case, RULE.name, mode, drive.act, {"lane_id": drive.place_id, **drive.facts})
    return passed(RULE.gates, case, finding)


RULE = Rule(
    name="one_way",
    title="Driving against the direction of a one-way road",
    proves=(
        "a frame with the whole vehicle in the lane at the beginning of the way",
        "a frame with it there in the middle and at the end",
        "how far it drove against the traffic, with the uncertainty",
        "that the road is one-way at that place",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    # Not compared with the act yet; the centre holds a case whose rule its law tables do not name.
    articles={"ru": "12.16 ч.3"},
    event_codes=("C9",),
)
