"""A vehicle's way over the road, with how far each place may be wrong: what every rule about places stands on.

What touches the road is not seen; the lower edge of a box is a bumper's lower edge or a tyre.  A bumper at height h
under a camera at height H is taken h/H of its distance too far away, so a place may lie nearer to the camera by up to
that much (type B, rectangular).  Shadows make boxes lower and wider: who accuses needs both corners beyond doubt.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import StopLine
from recognition.geometry import RoadPlane, TrackSample, depth_inside, pose_of, whole_samples

LOCALISATION_PX = 2.0
"""Standard uncertainty of a box's corner, px."""
BUMPER_MAX_M = 0.35
"""Lower edge of a bumper above the road at most, where a tyre does not hang lower in the picture."""
CAMERA_LOWEST_M = 4.0
"""Height of a camera that the survey does not fix: the lowest that anybody mounts, which doubts most."""
FLANK_M = 1.0
"""How far the flank in its box draws a vehicle's middle aside at most."""
COVERAGE = 2.0
STILL_M = 0.5
"""A standing vehicle's box wanders by less than this, beside its uncertainty."""
_MEDIAN = 5
_CORNERS = 2
_SQRT_12 = float(np.sqrt(12))

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class RoadPath:
    """Where the near end of a vehicle was.

    ``corners_m`` (N, 2, 2) are its left and right lower corners on the road, ``covariance_m2`` (N, 2, 2, 2) theirs, at
    times ``at_s`` (N,).
    """

    samples: tuple[TrackSample, ...]
    at_s: Array
    corners_m: Array
    covariance_m2: Array

    @classmethod
    def of(cls, samples: tuple[TrackSample, ...], plane: RoadPlane) -> "RoadPath":
        """Place every box that stands whole in the picture and on the road."""
        whole = whole_samples(samples, plane)
        boxes = np.array([sample.box_px for sample in whole], dtype=np.float64).reshape(-1, 4)
        corners_px = np.stack([boxes[:, [0, 3]], boxes[:, [2, 3]]], axis=1).reshape(-1, 2)
        if not len(whole):
            return cls((), np.zeros(0), np.zeros((0, 2, 2)), np.zeros((0, 2, 2, 2)))
        keep = np.asarray(plane.is_on_road(corners_px).reshape(-1, _CORNERS).all(axis=1))
        whole = tuple(sample for sample, is_kept in zip(whole, keep.tolist(), strict=True) if is_kept)
        corners_px = corners_px.reshape(-1, _CORNERS, 2)[keep].reshape(-1, 2)
        seen_m = plane.to_road(corners_px)
        foot_m, height_m = _camera(plane)
        rays = (seen_m - foot_m) / height_m  # a bumper's height times this is how far too far away it seems
        contact = rays * (BUMPER_MAX_M / _SQRT_12)
        covariance = plane.covariance(corners_px, sigma_px=LOCALISATION_PX) + np.einsum("ni,nj->nij", contact, contact)
        return cls(
            samples=whole,
            at_s=np.array([sample.pts_s for sample in whole]),
            corners_m=(seen_m - rays * (BUMPER_MAX_M / 2)).reshape(-1, _CORNERS, 2),
            covariance_m2=covariance.reshape(-1, _CORNERS, 2, 2),
        )

    @property
    def middle_m(self) -> Array:
        """Middle of the near end, (N, 2) m."""
        return np.asarray(self.corners_m.mean(axis=1))

    @cached_property
    def smooth_m(self) -> Array:
        """The middle, each the median of five neighbours, (N, 2) m."""
        middle = self.middle_m
        if not len(middle):
            return middle
        padded = np.pad(middle, ((_MEDIAN // 2, _MEDIAN // 2), (0, 0)), mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, _MEDIAN, axis=0)
        return np.asarray(np.median(windows, axis=-1))

    def depth(self, polygon_m: tuple[tuple[float, float], ...]) -> tuple[Array, Array]:
        """Return how deep each corner lies in a polygon (negative outside) and how far that may be wrong, (N, 2) m."""
        depth, way = depth_inside(np.array(polygon_m, dtype=np.float64), self.corners_m.reshape(-1, 2))
        variance = np.einsum("ni,nij,nj->n", way, self.covariance_m2.reshape(-1, 2, 2), way)
        return depth.reshape(-1, _CORNERS), COVERAGE * np.sqrt(variance).reshape(-1, _CORNERS)

    def middle_depth(self, polygon_m: tuple[tuple[float, float], ...]) -> tuple[Array, Array]:
        """Return how deep the middle of the near end lies in a polygon, and how far that may be wrong, (N, 1) m.

        Beside the camera's axis a box takes in the flank, which draws its middle inward.
        """
        depth, way = depth_inside(np.array(polygon_m, dtype=np.float64), self.middle_m)
        variance = np.einsum("ni,nij,nj->n", way, self.covariance_m2.mean(axis=1), way)
        return depth[:, None], FLANK_M + COVERAGE * np.sqrt(variance)[:, None]

    def is_surely_in(self, polygon_m: tuple[tuple[float, float], ...]) -> Flags:
        """Tell in which samples both corners lie inside beyond doubt, (N,)."""
        depth, bound = self.depth(polygon_m)
        return np.asarray(np.all(depth > bound, axis=1))

    def is_perhaps_in(self, polygon_m: tuple[tuple[float, float], ...]) -> Flags:
        """Tell in which samples any corner may lie inside, (N,)."""
        depth, bound = self.depth(polygon_m)
        return np.asarray(np.any(depth > -bound, axis=1))

    def past(self, line: StopLine, towards: Array) -> tuple[Array, Array]:
        """Return how far the middle lies past a line in the direction ``towards`` (2,), and the bound, (N,) m.

        NaN beside the line's ends.
        """
        start, end = (np.array(line.points_m[i], dtype=np.float64) for i in (0, -1))
        along = (end - start) / np.linalg.norm(end - start)
        normal = np.array([along[1], -along[0]])
        normal = normal if normal @ towards > 0 else -normal
        middle = self.middle_m
        share = (middle - start) @ along / np.linalg.norm(end - start)
        past = np.where((share >= 0) & (share <= 1), (middle - start) @ normal, np.nan)
        variance = np.einsum("i,nij,j->n", normal, self.covariance_m2.mean(axis=1), normal)
        return past, COVERAGE * np.sqrt(variance)

    def standing(self) -> list[tuple[int, int]]:
        """Return spans (first, last sample) in which the vehicle stood: all places within the doubt of the first."""
        spans, first = [], 0
        places = self.smooth_m
        bound = STILL_M + COVERAGE * np.sqrt(np.trace(self.covariance_m2.mean(axis=1), axis1=1, axis2=2)) / 2
        for i in range(1, len(places) + 1):
            if i < len(places) and np.linalg.norm(places[i] - places[first]) <= min(bound[first], 2 * STILL_M):
                continue
            if i - 1 > first:
                spans.append((first, i - 1))
            first = i
        return spans

    def way_m(self, first: int, last: int) -> float:
        """Return how far the vehicle came between two samples, m."""
        return float(np.linalg.norm(self.smooth_m[last] - self.smooth_m[first]))

    def kept(self, first: int, last: int) -> tuple[TrackSample, ...]:
        """Return the samples of a span."""
        return self.samples[first : last + 1]


def runs(flags: Flags) -> list[tuple[int, int]]:
    """Return the spans (first, last) in which flags (N,) hold without a break."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    return [(int(start), int(end) - 1) for start, end in edges.reshape(-1, 2)]


def _camera(plane: RoadPlane) -> tuple[Array, float]:
    """Return the camera's foot point (2,) and height, m; where the survey fixes none, what doubts most."""
    pose = pose_of(plane)
    if pose is None:
        near_m = np.array([point.road_m for point in plane.survey.points]).min(axis=0)
        return near_m - np.array([0.0, 10.0]), CAMERA_LOWEST_M
    return np.asarray(pose.centre_m[:2]), float(pose.centre_m[2])
