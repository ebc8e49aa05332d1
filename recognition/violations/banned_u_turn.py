"""Turning back where no U-turn is allowed: into the zone of the other direction, seen all the way, round a bend.

Who turns off into a side road turns less; who backs into it never drove round; both are not accused.
"""

from recognition.contracts import RuleMode
from recognition.violations.case import Finding, Refusal, RuleInput
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.manoeuvre import find_manoeuvre
from recognition.violations.proof import finding_of
from recognition.violations.rule import Rule

TURNED_MIN_DEG = 120.0
"""Less than this is a turn into another road."""


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    found = find_manoeuvre(case, "u_turn", TURNED_MIN_DEG) if mode is not RuleMode.OFF else None
    if found is None:
        return None
    finding = finding_of(case, RULE.name, mode, found.act, found.facts)
    return passed(RULE.gates, case, finding, excuse="track_leaps" if found.is_leap else None)


RULE = Rule(
    name="banned_u_turn",
    title="A U-turn that is banned here",
    proves=(
        "a frame with the vehicle in the zone it came from",
        "a frame with it in the bend",
        "a frame with it in the zone it may not turn into",
        "how far its direction of travel turned, with the bound",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    # Not compared with the act yet; the centre holds a case whose rule its law tables do not name.
    articles={"ru": "12.16 ч.2"},
    event_codes=("C10",),
)
