"""Gates: checks that stop a finding, each with a reason that never changes its name.

A gate is asked only about a vehicle that the rule would accuse, so the counts tell how many were spared and why.
"""

from collections.abc import Callable, Sequence

from recognition.contracts import BoxPx, ClockSource, RuleMode
from recognition.geometry import check_certificate
from recognition.violations.case import Finding, RuleInput

Gate = Callable[[RuleInput, Finding], str | None]

CLOCK_BOUND_MAX_MS = 1000.0
OVERLAP_MAX = 0.4
AMBIGUOUS_FRAMES = 3


def certificate_holds(case: RuleInput, finding: Finding) -> str | None:
    """Without type approval and verification valid at that moment a speed is statistics only."""
    return check_certificate(case.site, finding.occurred_at)


def plate_is_read(case: RuleInput, finding: Finding) -> str | None:
    """Nobody can be named without a plate that the vote settled on."""
    del finding
    return None if case.plate is not None else "no_plate"


def clock_is_known(case: RuleInput, finding: Finding) -> str | None:
    """The moment must be known; a recorded file (an expert's or a demonstration) states its own."""
    del finding
    if case.clock.source is ClockSource.FILE:
        return None
    if case.clock.bound_ms is None:
        return "clock_unknown"
    return None if case.clock.bound_ms <= CLOCK_BOUND_MAX_MS else "clock_uncertain"


def vehicle_is_alone(case: RuleInput, finding: Finding) -> str | None:
    """Two boxes that lie over each other (a tow truck and its load, two motorcycles) cannot be told apart."""
    first, last = min(finding.frame_sequences), max(finding.frame_sequences)
    mine = {s.frame_sequence: s.box_px for s in case.samples if first <= s.frame_sequence <= last}
    for other in case.others:
        shared = [overlap(mine[s.frame_sequence], s.box_px) for s in other if s.frame_sequence in mine]
        if sum(share > OVERLAP_MAX for share in shared) >= AMBIGUOUS_FRAMES:
            return "vehicle_ambiguous"
    return None


def first_refusal(gates: Sequence[Gate], case: RuleInput, finding: Finding) -> str | None:
    """Return the reason of the first gate that stops the finding, None where all let it pass."""
    return next((reason for gate in gates if (reason := gate(case, finding)) is not None), None)


def mode_of(case: RuleInput, rule: str) -> RuleMode:
    """Return what a rule may lead to at this site; a rule the site does not name is off."""
    setting = case.site.rules.get(rule)
    return setting.mode if setting else RuleMode.OFF


def overlap(one: BoxPx, other: BoxPx) -> float:
    """Return the shared area of two boxes over that of the smaller, 0 to 1: a load counts wholly within its carrier."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((one[2] - one[0]) * (one[3] - one[1]), (other[2] - other[0]) * (other[3] - other[1]))
    return width * height / smaller if smaller > 0 else 0.0
