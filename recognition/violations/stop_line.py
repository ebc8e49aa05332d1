"""Stopping past the stop line: on red the front crossed the line and stood past it, and did not go on in that red.

Who stood there already when red began (caught by a queue ahead) crossed on green and is not accused; nor is who stands
on the line, for what stands within the doubt of the line may stand before it.  A shadow that falls ahead of a vehicle
draws its box over the line (HARMS D12): so much as a detector takes in of it is allowed for, and where the front plate
is seen it must lie past the line too, at whatever height it is mounted.
"""

from dataclasses import dataclass

import numpy as np

from recognition.contracts import Measurement, RuleMode
from recognition.geometry import pose_of
from recognition.violations.case import Finding, Refusal, RuleInput, frames_to_keep
from recognition.violations.front import Crossing, crossings
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.red_light import find_run
from recognition.violations.red_phase import is_red_throughout, red_at_least_ms
from recognition.violations.rule import Rule

STOOD_MIN_S = 1.0
SHADOW_AHEAD_M = 0.2
"""Of shadows up to 2.9 m ahead of rendered cars the detector took in 0.36 m at most, ahead of lorries 0.61 m; most of
it lies within the doubt of the box's edge already."""
PLATE_LOWEST_M = 0.25
"""Middle of the lowest plate: mounted higher it is nearer to the camera, and farther past the line, than it seems."""


@dataclass(frozen=True, eq=False)
class _Stop:
    """A stop past the line on red: the crossing, and the first and last sample in which it stood while red shone."""

    crossing: Crossing
    first: int
    last: int

    @property
    def stood_s(self) -> float:
        return float(self.crossing.path.at_s[self.last] - self.crossing.path.at_s[self.first])


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    # One act is one violation: who went on has run the light, whatever that rule may lead to here.
    if mode is RuleMode.OFF or find_run(case) is not None:
        return None
    stop = _find_stop(case)
    if stop is None:
        return None
    finding = _finding(case, stop, mode)
    return passed(RULE.gates, case, finding)


def _find_stop(case: RuleInput) -> _Stop | None:
    for crossing in crossings(case):
        for first, last in crossing.path.standing():
            stop = _while_red(case, crossing, max(first, crossing.after), min(last, crossing.end))
            if stop is not None and stop.stood_s >= STOOD_MIN_S and not _is_shadow(case, stop):
                return stop
    return None


def _while_red(case: RuleInput, crossing: Crossing, first: int, last: int) -> _Stop | None:
    """Return the part of a stand that lies past the line beyond doubt while the red of the crossing still shone."""
    at_s = crossing.path.at_s
    before_s = float(at_s[crossing.before])
    shadow_m = SHADOW_AHEAD_M if crossing.is_front_seen else 0.0
    if first > last or not np.all(crossing.least_m[first : last + 1] > shadow_m):
        return None
    lit = [i for i in range(first, last + 1) if is_red_throughout(case, crossing.heads, before_s, float(at_s[i]))]
    return _Stop(crossing, first, lit[-1]) if lit else None


def _is_shadow(case: RuleInput, stop: _Stop) -> bool:
    """Tell whether the front plate stood before the line although the lower edge of the box lay past it."""
    stood = stop.crossing.path.kept(stop.first, stop.last)
    plates = [sample.plate_corners_px for sample in stood if sample.plate_corners_px is not None]
    if not stop.crossing.is_front_seen or not plates:
        return False
    middle_px = np.median(np.array(plates, dtype=np.float64).mean(axis=1), axis=0, keepdims=True)
    pose = pose_of(case.plane)
    place_m = pose.at_height(middle_px, PLATE_LOWEST_M) if pose is not None else case.plane.to_road(middle_px)
    start, end = (np.array(stop.crossing.line.points_m[i]) for i in (0, -1))
    normal = np.array([end[1] - start[1], start[0] - end[0]])
    towards = normal if normal[1] < 0 else -normal  # coming traffic goes down the road's Y
    return bool((place_m[0] - start) @ towards <= 0)


def _finding(case: RuleInput, stop: _Stop, mode: RuleMode) -> Finding:
    crossing, path = stop.crossing, stop.crossing.path
    must = tuple(path.samples[i].frame_sequence for i in (crossing.before, crossing.after, stop.first, stop.last))
    plate_frame = (case.plate.best.frame_sequence,) if case.plate else ()
    return Finding(
        rule=RULE.name,
        mode=mode,
        occurred_at=path.samples[stop.first].captured_at,
        frame_sequences=frames_to_keep(path.kept(crossing.before, stop.last), must=(*must, *plate_frame)[:5]),
        measurement=_measure_past_line(stop),
        facts={
            "line_id": crossing.line.line_id,
            "head_id": crossing.line.head_id,
            "red_at_least_ms": round(red_at_least_ms(case, crossing), 1),
            "stood_s": round(stop.stood_s, 2),
            "end_seen": "front" if crossing.is_front_seen else "rear",
        },
    )


def _measure_past_line(stop: _Stop) -> Measurement:
    """Measure how far past the line the front stood: the middle of what is possible, and half of it as bound."""
    crossing, stood = stop.crossing, slice(stop.first, stop.last + 1)
    bound_m = (crossing.most_m[stood] - crossing.least_m[stood]) / 2
    least_m = float(np.median(crossing.least_m[stood]))
    half_m = float(np.median(bound_m))
    return Measurement(
        quantity="distance_beyond_line",
        value=round(least_m + half_m, 3),
        unit="m",
        expanded_uncertainty=round(half_m, 3),
        is_valid=True,
        method="front" if crossing.is_front_seen else "rear_and_length",
    )


RULE = Rule(
    name="stop_line",
    title="Stopping past the stop line on red",
    proves=(
        "a frame with the vehicle before the stop line and red lit",
        "a frame with the vehicle standing past the stop line and red lit",
        "how far past the line it stood, with its uncertainty",
        "how long it stood there on red",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    articles={"ru": "12.12 ч.2"},
    event_codes=("C13",),
)
