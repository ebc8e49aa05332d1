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
from recognition.geometry import RoadPlane, TrackSample, whole_samples
from recognition.violations.case import Finding, Refusal, RuleInput, frames_to_keep
from recognition.violations.gates import EVERY_RULE, mode_of, passed
from recognition.violations.path import LOCALISATION_PX, runs
from recognition.violations.rule import Rule

FRAMES_BEYOND_MIN = 5
ASIDE_MAX_MS = 6.0
"""Faster than this no road vehicle moves sideways."""
_COVERAGE = 2.0
_CORNERS = 2

Array = NDArray[np.float64]


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
    samples = whole_samples(case.samples, case.plane)
    for line in lines:
        crossing = _find_crossing(samples, case.plane, line)
        if crossing is None:
            continue
        if _is_leap(samples, case.plane, crossing):
            return Refusal(RULE.name, "track_leaps")
        finding = _finding(samples, line, crossing, mode)
        return passed(RULE.gates, case, finding)
    return None


def side_distances_m(samples: tuple[TrackSample, ...], plane: RoadPlane, line: MarkedLine) -> tuple[Array, Array]:
    """Return how far right of the line the lower corners of each box are, and their standard uncertainty, m (N, 2).

    Left is negative; NaN where a corner lies before the beginning or past the end of the line.
    """
    boxes = np.array([sample.box_px for sample in samples], dtype=np.float64).reshape(-1, 4)
    corners_px = np.concatenate([boxes[:, [0, 3]], boxes[:, [2, 3]]])
    is_on_road = plane.is_on_road(corners_px)
    safe_px = np.where(is_on_road[:, None], corners_px, corners_px.mean(axis=0))
    distance, normal = _signed_distance(plane.to_road(safe_px), np.array(line.points_m, dtype=np.float64))
    covariance = plane.covariance(safe_px, sigma_px=LOCALISATION_PX)
    sigma = np.sqrt(np.einsum("ni,nij,nj->n", normal, covariance, normal))
    distance[~is_on_road] = np.nan
    return distance.reshape(_CORNERS, -1).T, sigma.reshape(_CORNERS, -1).T


def _find_crossing(samples: tuple[TrackSample, ...], plane: RoadPlane, line: MarkedLine) -> _Crossing | None:
    if len(samples) < 2 * FRAMES_BEYOND_MIN:
        return None
    distance, sigma = side_distances_m(samples, plane, line)
    is_left = np.all(distance < -_COVERAGE * sigma, axis=1)
    is_right = np.all(distance > _COVERAGE * sigma, axis=1)
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
            float(_COVERAGE * sigma[farthest, corner]),
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


def _is_leap(samples: tuple[TrackSample, ...], plane: RoadPlane, crossing: _Crossing) -> bool:
    """Tell whether the vehicle went from side to side faster than a vehicle can."""
    ends = [samples[crossing.before], samples[crossing.after]]
    middles_px = np.array([((s.box_px[0] + s.box_px[2]) / 2, s.box_px[3]) for s in ends])
    aside_m = abs(float(np.diff(plane.to_road(middles_px)[:, 0])[0]))
    return aside_m > ASIDE_MAX_MS * (ends[1].pts_s - ends[0].pts_s)


def _finding(
    samples: tuple[TrackSample, ...],
    line: MarkedLine,
    crossing: _Crossing,
    mode: RuleMode,
) -> Finding:
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
