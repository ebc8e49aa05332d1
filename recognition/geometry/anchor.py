"""One point of a vehicle followed over the road, in metres, with everything that may be wrong with where it lies.

Two such points are known.  The middle of the box's bottom edge is a bumper or a tyre, whichever hangs lower in the
picture, and its road position errs by up to 3.3 % of a length.  The middle of the number plate is one and the same
point all the way, at a height above the road that can be found (see ``plate_height``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import RecognitionError
from recognition.geometry.adjustment import spread
from recognition.geometry.plane import Points, RoadPlane
from recognition.geometry.plate_height import (
    HEIGHT_BEFORE_M,
    PlateHeight,
    PlateSize,
    PlateView,
    find_plate_height,
    has_plate_shape,
    height_under,
)
from recognition.geometry.pose import CameraPose
from recognition.geometry.track import TrackSample

CONTACT_RELATIVE_LIMIT = 0.033
"""Largest relative error of speed from a box's bottom edge, seen in a trial with perfect calibration over 13-25 m."""
PLATE_SAMPLES_MIN = 4
_CUT_MARGIN_PX = 2.0
_HEIGHT_STEP_M = 0.01


@dataclass(frozen=True, eq=False)
class Anchored:
    """Road positions of one point of a vehicle.

    ``road_m`` (N, 2) at times ``at_s`` (N,); ``metres_per_px`` (N,) is the largest reach of one pixel;
    ``calibration_m`` (K, N, 2) what one standard deviation of each independent calibration error does;
    ``height_m`` (N, 2) the same for the height of the point above the road (zero for the box).
    """

    method: Literal["plate", "box_bottom"]
    samples: tuple[TrackSample, ...]
    at_s: Points
    road_m: Points
    metres_per_px: Points
    calibration_m: Points
    height_m: Points
    plate_height: PlateHeight | None = None

    def kept(self, keep: NDArray[np.bool_]) -> "Anchored":
        """Return the positions where ``keep`` (N,) holds."""
        index = np.flatnonzero(keep)
        return Anchored(
            self.method,
            tuple(self.samples[i] for i in index),
            self.at_s[index],
            self.road_m[index],
            self.metres_per_px[index],
            self.calibration_m[:, index],
            self.height_m[index],
            self.plate_height,
        )


def box_bottoms_px(samples: Sequence[TrackSample]) -> Points:
    """Return the middle of each box's bottom edge, px (N, 2)."""
    boxes = np.array([sample.box_px for sample in samples], dtype=np.float64).reshape(-1, 4)
    return np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])


def whole_samples(samples: Sequence[TrackSample], plane: RoadPlane) -> tuple[TrackSample, ...]:
    """Return the samples whose box stands on the road and is not cut by the picture's edge."""
    if not samples:
        return ()
    boxes = np.array([sample.box_px for sample in samples], dtype=np.float64)
    inside = (
        (boxes[:, 0] > _CUT_MARGIN_PX)
        & (boxes[:, 2] < plane.width_px - _CUT_MARGIN_PX)
        & (boxes[:, 3] < plane.height_px - _CUT_MARGIN_PX)
    )
    keep = inside & plane.is_on_road(box_bottoms_px(samples))
    return tuple(sample for sample, is_kept in zip(samples, keep, strict=True) if is_kept)


def anchor_box(samples: Sequence[TrackSample], plane: RoadPlane) -> Anchored:
    """Follow the middle of the box's bottom edge; samples must be whole (see ``whole_samples``)."""
    points_px = box_bottoms_px(samples)
    return Anchored(
        method="box_bottom",
        samples=tuple(samples),
        at_s=np.array([sample.pts_s for sample in samples]),
        road_m=plane.to_road(points_px),
        metres_per_px=_reach(plane.metres_per_pixel(points_px)),
        calibration_m=plane.calibration_spread_m(points_px),
        height_m=np.zeros_like(points_px),
    )


def anchor_plate(samples: Sequence[TrackSample], plane: RoadPlane, size: PlateSize) -> Anchored | None:
    """Follow the middle of the plate at the height that its width tells.

    Returns:
        None where fewer than four samples carry corners of the shape of such a plate, or the survey does not fix the
        camera's height.
    """
    seen = [sample for sample in samples if sample.plate_corners_px is not None]
    if len(seen) < PLATE_SAMPLES_MIN:
        return None
    pose = pose_of(plane)
    if pose is None:
        return None
    corners_px = np.array([sample.plate_corners_px for sample in seen], dtype=np.float64)
    if not pose.looks_down_at(corners_px.mean(axis=1)).all():
        return None
    is_plate = has_plate_shape(corners_px, size, pose)
    if np.count_nonzero(is_plate) < PLATE_SAMPLES_MIN:
        return None
    seen = [sample for sample, keep in zip(seen, is_plate.tolist(), strict=True) if keep]
    view = _view(samples, seen, corners_px[is_plate], size, pose)
    centres_px = view.centres_px
    height = find_plate_height(view, pose)
    shifted = height_under(view, pose, height)

    def placed(error: Points) -> Points:
        moved = pose.moved(error)
        return moved.at_height(centres_px, shifted(moved))

    road_m = pose.at_height(centres_px, height.value_m)
    higher = pose.at_height(centres_px, height.value_m + _HEIGHT_STEP_M)
    return Anchored(
        method="plate",
        samples=tuple(seen),
        at_s=np.array([sample.pts_s for sample in seen]),
        road_m=road_m,
        metres_per_px=_reach(plane.metres_per_pixel(centres_px)),
        calibration_m=spread(placed, pose.covariance),
        height_m=(higher - road_m) * (height.standard_uncertainty_m / _HEIGHT_STEP_M),
        plate_height=height,
    )


def _view(
    samples: Sequence[TrackSample], seen: Sequence[TrackSample], corners_px: Points, size: PlateSize, pose: CameraPose
) -> PlateView:
    """Put the looks at the plate beside all boxes between the first and the last of them.

    Where the plate was not looked at, its middle follows from a smooth way through the looks.
    """
    looks_s = np.array([sample.pts_s for sample in seen])
    boxed = [sample for sample in samples if looks_s[0] <= sample.pts_s <= looks_s[-1]]
    road_m = pose.at_height(corners_px.mean(axis=1), HEIGHT_BEFORE_M[0])
    degree = 2 if len(seen) > PLATE_SAMPLES_MIN else 1
    at_s = np.array([sample.pts_s for sample in boxed]) - looks_s[0]
    way = [np.polyval(np.polyfit(looks_s - looks_s[0], road_m[:, axis], degree), at_s) for axis in (0, 1)]
    return PlateView(
        corners_px=corners_px,
        boxes_px=np.array([sample.box_px for sample in boxed], dtype=np.float64),
        middles_px=pose.project(np.column_stack([*way, np.full(len(at_s), HEIGHT_BEFORE_M[0])])),
        size=size,
    )


@lru_cache(maxsize=8)
def pose_of(plane: RoadPlane) -> CameraPose | None:
    """Return the camera of a plane, None where its survey does not fix it; found once for all vehicles."""
    try:
        return CameraPose.from_plane(plane)
    except RecognitionError as error:
        if error.code != "geometry.no_pose":
            raise
        return None


def _reach(jacobian: Points) -> Points:
    return np.asarray(np.linalg.norm(jacobian, ord=2, axis=(1, 2)))
