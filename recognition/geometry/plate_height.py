"""How high above the road a number plate rides: the one thing a camera cannot see, and speed hangs on it.

A point at height h under a camera at height H moves over the picture as if it were on the road and faster, by
1 / (1 - h/H).  Three things tell h, and are adjusted together, each held by what it is worth:

* the plate's width: a plate of known width looks the wider the nearer it is.  A finder that draws plates too wide, or
  only around their text, would put every plate too high or too low, so what its widths err by, constant and in
  proportion, is unknown as well.  With that the width tells little, but it contradicts a car on a tow truck;
* the lowest edge of the vehicle below the plate: a bumper's lower edge or, past it, where a tyre meets the road.  At
  the plate's distance that is a small height, known within a hand's breadth;
* where plates are mounted at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recognition.geometry.adjustment import adjust, differences
from recognition.geometry.line_fit import lag_one_correlation
from recognition.geometry.plane import Points
from recognition.geometry.pose import CameraPose

PLATE_SIZES_M: dict[str, tuple[float, float]] = {
    # ГОСТ Р 50577-2018 type 1; the one-row plate of most of Europe has the same width.
    "ru": (0.520, 0.112),
    "de": (0.520, 0.110),
    "fr": (0.520, 0.110),
    "gb": (0.520, 0.111),
    # GA 36-2018, plates of cars.
    "cn": (0.440, 0.140),
    # SAE J686.
    "us": (0.3048, 0.1524),
}
HEIGHT_BEFORE_M = (0.65, 0.25)
"""Middle of plates of road vehicles above the road before anything is measured: mean and standard deviation, m."""
WIDTH_ERROR_BEFORE_PX = 1.0
"""Standard deviation of the constant error of a plate finder's width, px."""
WIDTH_ERROR_BEFORE_RELATIVE = 0.06
"""Standard deviation of its error in proportion: an outline around the text alone is up to a tenth too narrow."""
HEIGHT_SPAN_M = (0.15, 1.45)
"""Outside of this no plate is mounted on a vehicle that rolls on its own wheels."""
_NOISE_MIN_PX = 0.2
_ASPECT_TOLERANCE = 0.13
_ROUNDS = 2
_STEPS = 3
_AGREES = 2.5
_HEADING_MIN_M = 1.0


@dataclass(frozen=True, slots=True)
class Foot:
    """The lowest edge of a vehicle's end: a bumper at ``bumper_m``, or a tyre ``overhang_m`` past it on the road."""

    bumper_m: float
    overhang_m: float
    standard_uncertainty_m: float

    def heights_m(self, slopes: Points) -> Points:
        """Heights, in the bumper's plane, of what hangs lowest in pictures that look down by ``slopes`` (tangents)."""
        return np.minimum(self.bumper_m, self.overhang_m * slopes)


LIGHT_FOOT = Foot(bumper_m=0.25, overhang_m=0.75, standard_uncertainty_m=0.07)
"""Cars: within 0.12 m either way, taken as rectangular.  A high bumper is bounded by the tyre that shows below it."""
HEAVY_FOOT = Foot(bumper_m=0.45, overhang_m=1.20, standard_uncertainty_m=0.20)
"""Lorries and buses: underrun bars and overhangs differ by much more."""
LIGHT_WIDTH_MAX_M = 2.25


@dataclass(frozen=True, slots=True)
class PlateSize:
    """Width and height of a plate, m."""

    width_m: float
    height_m: float

    @classmethod
    def of(cls, jurisdiction: str) -> Self | None:
        """Return the size of a jurisdiction's common plate, None where it is not known."""
        size = PLATE_SIZES_M.get(jurisdiction)
        return cls(*size) if size else None


@dataclass(frozen=True, eq=False)
class PlateView:
    """What a track shows of a plate: corners (N, 4, 2) px, from top left clockwise, and vehicle boxes (N, 4) px."""

    corners_px: Points
    boxes_px: Points
    size: PlateSize

    @property
    def centres_px(self) -> Points:
        """Middles of the plates, px (N, 2)."""
        return np.asarray(self.corners_px.mean(axis=1))

    @property
    def widths_px(self) -> Points:
        """Extents of the plates from left to right, px (N,): the same for true corners and for upright boxes."""
        return np.asarray(np.ptp(self.corners_px[:, :, 0], axis=1))

    def kept(self, keep: NDArray[np.bool_]) -> "PlateView":
        """Return the looks where ``keep`` (N,) holds."""
        return PlateView(self.corners_px[keep], self.boxes_px[keep], self.size)


@dataclass(frozen=True, slots=True)
class PlateHeight:
    """Height of the plate's middle above the road, m.

    ``noise_px`` is what one width was found to scatter by, ``width_error_px`` and ``width_error_relative``
    what all widths have in common;
    ``has_foot`` tells whether the lower edge of the box was of use.
    """

    value_m: float
    standard_uncertainty_m: float
    noise_px: float
    has_foot: bool
    width_error_px: float = 0.0
    width_error_relative: float = 0.0

    @property
    def unknowns(self) -> Points:
        """What was adjusted, (3,)."""
        return np.array([self.value_m, self.width_error_px, self.width_error_relative])


def is_plausible(height: PlateHeight) -> bool:
    """Tell whether a plate can ride at this height and its width does not contradict it."""
    return (
        HEIGHT_SPAN_M[0] <= height.value_m <= HEIGHT_SPAN_M[1]
        and abs(height.width_error_relative) <= _AGREES * WIDTH_ERROR_BEFORE_RELATIVE
    )


def has_plate_shape(view: PlateView, pose: CameraPose) -> NDArray[np.bool_]:
    """Tell for each outline whether it is as wide for its height as such a plate looks there, (N,).

    An outline that took in the panel around the plate, or a plate of two rows, is not.
    """
    across = _across(pose.at_height(view.centres_px, HEIGHT_BEFORE_M[0]))
    widths, heights = _pictured_px(view, pose, across, HEIGHT_BEFORE_M[0])
    aspects = view.widths_px / np.maximum(np.ptp(view.corners_px[:, :, 1], axis=1), np.finfo(float).tiny)
    return np.asarray(np.abs(aspects * heights / widths - 1) <= _ASPECT_TOLERANCE)


def find_plate_height(view: PlateView, pose: CameraPose) -> PlateHeight:
    """Adjust the plate's height to everything seen along a track; outlines must have the plate's shape."""
    height = PlateHeight(HEIGHT_BEFORE_M[0], HEIGHT_BEFORE_M[1], _NOISE_MIN_PX, has_foot=True)
    for _ in range(_ROUNDS):
        height = adjust_height(view, pose, height)
    foot = _foot_of(view, pose)
    if abs(_foot_error_m(view, pose, foot, height.value_m)) > _AGREES * foot.standard_uncertainty_m:
        # A shadow or a trailer under the box: its lower edge says nothing of this plate.
        return adjust_height(view, pose, PlateHeight(*HEIGHT_BEFORE_M, height.noise_px, has_foot=False))
    return height


def adjust_height(view: PlateView, pose: CameraPose, near: PlateHeight) -> PlateHeight:
    """Adjust the height once more, from a near value and with its width noise."""
    result = adjust(_residuals(view, pose, near), near.unknowns, rounds=_STEPS)
    across = _across(pose.at_height(view.centres_px, near.value_m))
    return PlateHeight(
        value_m=float(result.values[0]),
        standard_uncertainty_m=float(np.sqrt(result.covariance[0, 0])),
        noise_px=_noise_px(_width_errors_px(view, pose, across, result.values)),
        has_foot=near.has_foot,
        width_error_px=float(result.values[1]),
        width_error_relative=float(result.values[2]),
    )


def height_under(view: PlateView, pose: CameraPose, height: PlateHeight) -> Callable[[CameraPose], float]:
    """Return the function that tells the height, m, had the camera stood a little otherwise (one Gauss-Newton step)."""
    residuals = _residuals(view, pose, height)
    gain = np.linalg.pinv(differences(residuals, height.unknowns))
    start = residuals(height.unknowns)

    def shifted(moved: CameraPose) -> float:
        change = _residuals(view, moved, height)(height.unknowns) - start
        return height.value_m - float(gain[0] @ change)

    return shifted


def _residuals(view: PlateView, pose: CameraPose, near: PlateHeight) -> Callable[[Points], Points]:
    """Return the whitened residuals of (height m, width error px, relative width error)."""
    before = np.array([HEIGHT_BEFORE_M[0], 0.0, 0.0])
    belief = 1 / np.array([HEIGHT_BEFORE_M[1], WIDTH_ERROR_BEFORE_PX, WIDTH_ERROR_BEFORE_RELATIVE])
    across = _across(pose.at_height(view.centres_px, near.value_m))
    foot = _foot_of(view, pose)

    def whitened(trial: Points) -> Points:
        errors = [_width_errors_px(view, pose, across, trial) / near.noise_px, (trial - before) * belief]
        if near.has_foot:
            errors.append(np.array([_foot_error_m(view, pose, foot, trial[0]) / foot.standard_uncertainty_m]))
        return np.concatenate(errors)

    return whitened


def _noise_px(errors_px: Points) -> float:
    """Standard deviation of one width, widened so that correlated frames count as the fewer ones they are."""
    correlation = lag_one_correlation(errors_px)
    scatter = float(np.sqrt(errors_px @ errors_px / max(len(errors_px) - 2, 1)))
    return max(scatter, _NOISE_MIN_PX) * float(np.sqrt((1 + correlation) / (1 - correlation)))


def _across(road_m: Points) -> Points:
    """Return the unit vector (3,) along the plate: level, square to the way the vehicle goes."""
    way = road_m[-1] - road_m[0]
    length = float(np.linalg.norm(way))
    if length < _HEADING_MIN_M:
        return np.array([1.0, 0.0, 0.0])
    return np.array([way[1], -way[0], 0.0]) / length


def _width_errors_px(view: PlateView, pose: CameraPose, across: Points, trial: Points) -> Points:
    pictured_px, _ = _pictured_px(view, pose, across, trial[0])
    return np.asarray(pictured_px * (1 + trial[2]) + trial[1] - view.widths_px)


def _pictured_px(view: PlateView, pose: CameraPose, across: Points, height_m: float) -> tuple[Points, Points]:
    """Return the width and height in the picture, px (N,), of upright plates centred there at the height given."""
    places = pose.at_height(view.centres_px, height_m)
    centres = np.column_stack([places, np.full(len(places), height_m)])
    aside, up = across * view.size.width_m / 2, np.array([0.0, 0.0, view.size.height_m / 2])
    corners = np.stack([pose.project(centres + a * aside + b * up) for a in (-1, 1) for b in (-1, 1)], axis=1)
    return np.asarray(np.ptp(corners[:, :, 0], axis=1)), np.asarray(np.ptp(corners[:, :, 1], axis=1))


def _foot_of(view: PlateView, pose: CameraPose) -> Foot:
    """Tell a light vehicle from a heavy one by the width of its box where it stands on the road."""
    left, _, right, bottom = view.boxes_px.T
    ends = [pose.at_height(np.column_stack([side, bottom]), 0.0) for side in (left, right)]
    width_m = float(np.median(np.linalg.norm(ends[1] - ends[0], axis=1)))
    return LIGHT_FOOT if width_m <= LIGHT_WIDTH_MAX_M else HEAVY_FOOT


def _foot_error_m(view: PlateView, pose: CameraPose, foot: Foot, height_m: float) -> float:
    """Return how much higher than expected the box's lower edge lies in the upright plane of the plate, m."""
    camera_height_m = float(pose.centre_m[2])
    plate_m = _reach_m(pose, view.centres_px, height_m)
    bottoms_px = np.column_stack([(view.boxes_px[:, 0] + view.boxes_px[:, 2]) / 2, view.boxes_px[:, 3]])
    edge_m = camera_height_m * (1 - plate_m / _reach_m(pose, bottoms_px, 0.0))
    return float(np.median(edge_m - foot.heights_m(camera_height_m / plate_m)))


def _reach_m(pose: CameraPose, points_px: Points, height_m: float) -> Points:
    """Return the level distances from the camera, m (N,), of pixels (N, 2) at a height."""
    return np.asarray(np.linalg.norm(pose.at_height(points_px, height_m) - pose.centre_m[:2], axis=1))
