"""Running a red light: the front crossed the stop line when red had shone beyond its grace, and the vehicle went on.

Going on means five metres past the line beyond doubt while the same red still shone.  Who waits on the line, who stops
just past it, and who crossed before red is not meant here; every doubt of when the front crossed or red began is the
driver's.
"""

from recognition.contracts import RuleMode
from recognition.violations.case import Finding, Refusal, RuleInput, frames_to_keep
from recognition.violations.front import Crossing, crossings
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.red_phase import is_red_throughout, measure_red_elapsed, red_at_least_ms
from recognition.violations.rule import Rule

WENT_ON_M = 5.0
"""Who stands within this past the line has stopped late; who is farther has gone on."""
_FRAMES_AROUND = 2


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    if mode is RuleMode.OFF:
        return None
    found = find_run(case)
    if found is None:
        return None
    finding = _finding(case, *found, mode)
    return passed(RULE.gates, case, finding)


def find_run(case: RuleInput) -> tuple[Crossing, int] | None:
    """Return the first crossing on red after which the vehicle went on, and the sample that shows it beyond."""
    for crossing in crossings(case):
        beyond = crossing.beyond(WENT_ON_M)
        if beyond is None:
            continue
        before_s, beyond_s = (float(crossing.path.at_s[i]) for i in (crossing.before, beyond))
        if is_red_throughout(case, crossing.heads, before_s, beyond_s):
            return crossing, beyond
    return None


def _finding(case: RuleInput, crossing: Crossing, beyond: int, mode: RuleMode) -> Finding:
    path = crossing.path
    middle = (crossing.before + crossing.after) // 2
    must = tuple(path.samples[i].frame_sequence for i in (crossing.before, middle, beyond))
    plate_frame = (case.plate.best.frame_sequence,) if case.plate else ()
    shown = path.kept(max(0, crossing.before - _FRAMES_AROUND), beyond + _FRAMES_AROUND)
    return Finding(
        rule=RULE.name,
        mode=mode,
        occurred_at=path.samples[middle].captured_at,
        frame_sequences=frames_to_keep(shown, must=(*must, *plate_frame)),
        measurement=measure_red_elapsed(case, crossing),
        facts={
            "line_id": crossing.line.line_id,
            "head_id": crossing.line.head_id,
            "red_at_least_ms": round(red_at_least_ms(case, crossing), 1),
            "end_seen": "front" if crossing.is_front_seen else "rear",
            "frame_before": must[0],
            "frame_beyond": must[-1],
            "past_line_m": round(float(crossing.least_m[beyond]), 2),
        },
    )


RULE = Rule(
    name="red_light",
    title="Running a red light",
    proves=(
        "a frame with the vehicle before the stop line and red lit",
        "a frame with the vehicle beyond the stop line and red lit",
        "time since red began at the crossing, with its uncertainty",
        "the stop line and the signal head meant for the lane",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    articles={"ru": "12.12 ч.1"},
    event_codes=("C12",),
)
