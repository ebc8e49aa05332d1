"""Crossing a solid line: the whole vehicle stood clearly on one side of it and then clearly on the other.

Both lower corners of the box must be beyond the line by more than twice the uncertainty of where they are, for several
frames on either side.  A wide vehicle, or the shadow of one, reaches over a line with one corner only and is never
accused (HARMS D12).  A track that leaps from one side to the other is two vehicles mixed up, not a crossing.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import LineKind, MarkedLine, Measurement, RuleMode
from recognition.violations.case import Finding, Refusal, RuleInput, frames_to_keep
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.path import COVERAGE, Array, RoadPath, runs
from recognition.violations.rule import Rule

FRAMES_BEYOND_MIN = 5
ASIDE_MAX_MS = 6.0
"""Faster than this no road vehicle moves sideways."""


@dataclass(frozen=True, eq=False)
class _Crossing:
    """A crossing: indices of the last sample before and the first after, and how far beyond (m, with U)."""

    before: int
    after: int
    is_to_right: bool
    distance_m: float
    expanded_uncertainty_m: float
    last: int


def judge(case: RuleInput) -> Finding | Refusal | None:
    """Return what is found, why it is withheld, or None where there is nothing to accuse."""
    mode = mode_of(case, RULE.name)
    lines = [line for line in case.site.lines if line.kind is LineKind.SOLID]
    if mode is RuleMode.OFF or not lines:
        return None
    for line in lines:
        crossing = _find_crossing(case.path, line)
        if crossing is not None:
            leaps = "track_leaps" if _is_leap(case.path, crossing) else None
            return passed(RULE.gates, case, _finding(case.path, line, crossing, mode), excuse=leaps)
    return None


def side_distances_m(path: RoadPath, line: MarkedLine) -> tuple[Array, Array]:
    """Return how far right of the line both lower corners are, and how far that may be wrong, m (N, 2).

    Left is negative; NaN where a corner lies before the beginning or past the end of the line.
    """
    distance, normal = _signed_distance(path.corners_m.reshape(-1, 2), np.array(line.points_m, dtype=np.float64))
    variance = np.einsum("ni,nij,nj->n", normal, path.covariance_m2.reshape(-1, 2, 2), normal)
    return distance.reshape(-1, 2), COVERAGE * np.sqrt(variance).reshape(-1, 2)


def _find_crossing(path: RoadPath, line: MarkedLine) -> _Crossing | None:
    if len(path.samples) < 2 * FRAMES_BEYOND_MIN:
        return None
    distance, bound = side_distances_m(path, line)
    is_left = np.all(distance < -bound, axis=1)
    is_right = np.all(distance > bound, axis=1)
    for first, second, is_to_right in ((is_left, is_right, True), (is_right, is_left, False)):
        run = _runs_in_order(first, second)
        if run is None:
            continue
        before, after, last = run
        nearest = np.abs(distance[after : last + 1]).min(axis=1)
        farthest = after + int(nearest.argmax())
        corner = int(np.abs(distance[farthest]).argmin())
        return _Crossing(
            before,
            after,
            is_to_right,
            float(abs(distance[farthest, corner])),
            float(bound[farthest, corner]),
            last,
        )
    return None


def _runs_in_order(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> tuple[int, int, int] | None:
    """Find a run of enough samples on one side followed by one on the other.

    Returns:
        Last index of the first run, first and last index of the second.
    """
    earlier = [run for run in runs(first) if run[1] - run[0] + 1 >= FRAMES_BEYOND_MIN]
    later = [run for run in runs(second) if run[1] - run[0] + 1 >= FRAMES_BEYOND_MIN]
    for start, end in later:
        before = [run[1] for run in earlier if run[1] < start]
        if before:
            return before[-1], start, end
    return None


def _is_leap(path: RoadPath, crossing: _Crossing) -> bool:
    """Tell whether the vehicle went from side to side faster than a vehicle can."""
    ends = [crossing.before, crossing.after]
    aside_m = abs(float(np.diff(path.middle_m[ends, 0])[0]))
    return aside_m > ASIDE_MAX_MS * float(np.diff(path.at_s[ends])[0])


def _finding(
    path: RoadPath,
    line: MarkedLine,
    crossing: _Crossing,
    mode: RuleMode,
) -> Finding:
    samples = path.samples
    shown = samples[max(0, crossing.before - FRAMES_BEYOND_MIN + 1) : crossing.last + 1]
    middle = samples[(crossing.before + crossing.after) // 2]
    must = (samples[crossing.before].frame_sequence, middle.frame_sequence, samples[crossing.after].frame_sequence)
    return Finding(
        rule=RULE.name,
        mode=mode,
        occurred_at=middle.captured_at,
        frame_sequences=frames_to_keep(shown, must=must),
        measurement=Measurement(
            quantity="distance_beyond_line",
            value=round(crossing.distance_m, 3),
            unit="m",
            expanded_uncertainty=round(crossing.expanded_uncertainty_m, 3),
            is_valid=True,
            method="box_corners",
        ),
        facts={
            "line_id": line.line_id,
            "crossed": "left_to_right" if crossing.is_to_right else "right_to_left",
            "frames_before": crossing.before + 1,
            "frames_beyond": crossing.last - crossing.after + 1,
        },
    )


def _signed_distance(points: Array, line: Array) -> tuple[Array, Array]:
    """Return the distance right of a polyline (M, 2) for points (N, 2), (N,), and the unit normals used, (N, 2)."""
    best = np.full(len(points), np.nan)
    normals = np.tile(np.array([1.0, 0.0]), (len(points), 1))
    for start, end in pairwise(line):
        along = (end - start) / np.linalg.norm(end - start)
        normal = np.array([along[1], -along[0]])
        share = (points - start) @ along / np.linalg.norm(end - start)
        distance = (points - start) @ normal
        is_better = (share >= 0) & (share <= 1) & ~(np.abs(best) <= np.abs(distance))
        best[is_better] = distance[is_better]
        normals[is_better] = normal
    return best, normals


RULE = Rule(
    name="solid_line",
    title="Crossing a solid line",
    proves=(
        "a frame with the whole vehicle on the one side of the line",
        "a frame with the vehicle on the line",
        "a frame with the whole vehicle on the other side",
        "distance beyond the line with its uncertainty",
        "the frame the plate was read from",
    ),
    gates=EVERY_RULE,
    lowered_to_shadow_by=(),
    judge=judge,
    articles={"ru": "12.16 ч.1"},
    event_codes=("C11",),
)
