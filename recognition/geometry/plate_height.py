"""How high above the road a number plate rides: the one thing a camera cannot see, and speed hangs on it.

A point at height h under a camera at height H moves over the picture as if it were on the road and faster, by
1 / (1 - h/H).  Three things tell h, and are adjusted together, each held by what it is worth:

* the lower edge of the vehicle below the plate, all along its way: a bumper's lower edge or, past it, where a tyre
  meets the road.  A tyre moves over the road as fast as the vehicle, so where it shows, the ratio of its way to the
  plate's apparent way gives the height with hardly any assumption; a bumper gives it within a hand's breadth;
* the plate's width: a plate of known width looks the wider the nearer it is.  What a finder's widths err by, constant
  and in proportion, is unknown as well.  With that it tells little, but it contradicts a car on a tow truck;
* where plates are mounted at all.

What bumpers, overhangs and lower edges err by are unknowns of the same adjustment, each held by what it is worth.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
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
HEIGHT_BEFORE_M = (0.55, 0.22)
"""Middle of plates of road vehicles above the road before anything is measured: mean and standard deviation, m."""
WIDER_BEFORE_PX = (1.4, 1.2)
"""How much too wide the plate finder draws, px: mean and standard deviation (on rendered vehicles: 1.4 and 1.0)."""
WIDER_BEFORE_RELATIVE = 0.03
"""Standard deviation of its error in proportion: holders that cover the rim or add to it."""
LOWER_BEFORE_RELATIVE = (0.0139, 0.0045)
"""How far below the vehicle the detector's box ends, in shares of its width (seen on rendered vehicles)."""
HEIGHT_SPAN_M = (0.15, 1.45)
"""Outside of this no plate is mounted on a vehicle that rolls on its own wheels."""
_NOISE_MIN_PX = 0.2
_EDGE_NOISE_MIN_PX = 0.5
_ASPECT_TOLERANCE = 0.13
_EDGE_NOISE_MAX_RELATIVE = 0.05
"""A lower edge that scatters by more than this share of the box's width is no vehicle's foot."""
_MAD_TO_SIGMA = 1.4826
_WILD = 2.5
"""A box's edge farther off than so many of its usual errors (it took in a neighbour) weighs less and less."""
_NOISE_START_PX = (1.0, 3.0)
_ROUNDS = 3
_STEPS = 8
_AGREES = 2.5
_HEADING_MIN_M = 1.0


@dataclass(frozen=True, slots=True)
class Foot:
    """The lowest edge of a vehicle's end: a bumper at ``bumper_m``, or a tyre ``overhang_m`` past it on the road.

    Each is a mean and a standard deviation over vehicles of the kind, m.
    """

    bumper_m: tuple[float, float]
    overhang_m: tuple[float, float]


LIGHT_FOOT = Foot(bumper_m=(0.225, 0.06), overhang_m=(0.775, 0.11))
"""Cars: lower edges of 0.15-0.35 m, tyres showing 0.6-0.95 m behind them, taken as rectangular.  The bumper's mean is
that of cars whose tyres do not show below it, for only there it matters."""
HEAVY_FOOT = Foot(bumper_m=(0.42, 0.09), overhang_m=(1.18, 0.17))
"""Lorries and buses: underrun bars and overhangs differ by more."""
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
    """What a track shows of a plate: corners (N, 4, 2) px, from top left clockwise.

    ``boxes_px`` (M, 4) are the vehicle's boxes, in more pictures than the plate was looked at, and ``middles_px``
    (M, 2) where the plate's middle was then.
    """

    corners_px: Points
    boxes_px: Points
    middles_px: Points
    size: PlateSize

    @property
    def centres_px(self) -> Points:
        """Middles of the plates, px (N, 2)."""
        return np.asarray(self.corners_px.mean(axis=1))

    @property
    def widths_px(self) -> Points:
        """Extents of the plates from left to right, px (N,): the same for true corners and for upright boxes."""
        return np.asarray(np.ptp(self.corners_px[:, :, 0], axis=1))


@dataclass(frozen=True, eq=False, slots=True)
class PlateHeight:
    """Height of the plate's middle above the road, m, and all that was adjusted with it.

    ``unknowns`` (6,) are the height, how much too wide the plates are drawn (px, and in proportion), the bumper's lower
    edge and the tyre's overhang (m), and how far too low the box ends (shares of its width).  ``noise_px`` is what one
    width and one lower edge were found to scatter by, ``width_px`` the middle width; ``has_foot`` tells whether the
    lower edge of the box was of use.
    """

    unknowns: Points
    standard_uncertainty_m: float
    noise_px: tuple[float, float]
    width_px: float
    has_foot: bool

    @property
    def value_m(self) -> float:
        """The height."""
        return float(self.unknowns[0])

    @property
    def width_contradicts(self) -> float:
        """How far the widths are from those of such a plate at this height, in standard deviations of the finder."""
        too_wide_px = self.unknowns[1] - WIDER_BEFORE_PX[0] + self.unknowns[2] * self.width_px
        return abs(float(too_wide_px)) / float(np.hypot(WIDER_BEFORE_PX[1], WIDER_BEFORE_RELATIVE * self.width_px))


def is_plausible(height: PlateHeight) -> bool:
    """Tell whether a plate can ride at this height and its width does not contradict it."""
    return HEIGHT_SPAN_M[0] <= height.value_m <= HEIGHT_SPAN_M[1] and height.width_contradicts <= _AGREES


def has_plate_shape(corners_px: Points, size: PlateSize, pose: CameraPose) -> NDArray[np.bool_]:
    """Tell for each outline (N, 4, 2) whether it is as wide for its height as such a plate looks there, (N,).

    An outline that took in the panel around the plate, or a plate of two rows, is not.
    """
    none = np.zeros((0, 4)), np.zeros((0, 2))
    view = PlateView(corners_px, *none, size)
    across = _across(pose.at_height(view.centres_px, HEIGHT_BEFORE_M[0]))
    widths, heights = _pictured_px(view, pose, across, HEIGHT_BEFORE_M[0])
    aspects = view.widths_px / np.maximum(np.ptp(view.corners_px[:, :, 1], axis=1), np.finfo(float).tiny)
    return np.asarray(np.abs(aspects * heights / widths - 1) <= _ASPECT_TOLERANCE)


def find_plate_height(view: PlateView, pose: CameraPose) -> PlateHeight:
    """Adjust the plate's height to everything seen along a track; outlines must have the plate's shape."""
    before, sigma = _before(view, pose)
    start = PlateHeight(before, float(sigma[0]), _NOISE_START_PX, float(np.median(view.widths_px)), has_foot=True)
    height = start
    for _ in range(_ROUNDS):
        height = adjust_height(view, pose, height)
    is_strange = np.any(np.abs(height.unknowns - before)[3:] > _AGREES * sigma[3:])
    if is_strange or height.noise_px[1] > _EDGE_NOISE_MAX_RELATIVE * float(
        np.median(np.ptp(view.boxes_px[:, ::2], axis=1))
    ):
        # A shadow or a trailer under the box: its lower edge says nothing of this plate.
        return adjust_height(view, pose, replace(start, noise_px=height.noise_px, has_foot=False))
    return height


def adjust_height(view: PlateView, pose: CameraPose, near: PlateHeight) -> PlateHeight:
    """Adjust the height once more, from near values and with their noise."""
    result = adjust(_residuals(view, pose, near), near.unknowns, rounds=_STEPS)
    expected = _Expected.of(view, pose, near.value_m)
    return PlateHeight(
        unknowns=result.values,
        standard_uncertainty_m=float(np.sqrt(result.covariance[0, 0])),
        noise_px=(
            _noise_px(expected.width_errors_px(result.values), _NOISE_MIN_PX),
            _noise_px(expected.edge_errors_px(result.values), _EDGE_NOISE_MIN_PX),
        ),
        width_px=near.width_px,
        has_foot=near.has_foot,
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


def _before(view: PlateView, pose: CameraPose) -> tuple[Points, Points]:
    """Return what is believed of the unknowns (6,) before anything is measured, and its standard deviations."""
    foot = _foot_of(view, pose)
    beliefs = (
        HEIGHT_BEFORE_M, WIDER_BEFORE_PX, (0.0, WIDER_BEFORE_RELATIVE),
        foot.bumper_m, foot.overhang_m, LOWER_BEFORE_RELATIVE,
    )  # fmt: skip
    means, deviations = np.array(beliefs).T
    return means, deviations


def _residuals(view: PlateView, pose: CameraPose, near: PlateHeight) -> Callable[[Points], Points]:
    """Return the whitened residuals of the unknowns (6,)."""
    before, sigma = _before(view, pose)
    expected = _Expected.of(view, pose, near.value_m)

    def whitened(trial: Points) -> Points:
        errors = [expected.width_errors_px(trial) / near.noise_px[0], (trial - before) / sigma]
        if near.has_foot:
            errors.append(_tamed(expected.edge_errors_px(trial) / near.noise_px[1]))
        return np.concatenate(errors)

    return whitened


@dataclass(frozen=True, eq=False, slots=True)
class _Expected:
    """What a track should show for trial values of the unknowns.

    ``widths_px`` (N,) are the plate's at ``height_m``; ``away`` (M, 2) and ``reach_m`` (M,) lead from below the camera
    to where the plate would stand if it lay on the road.
    """

    view: PlateView
    pose: CameraPose
    height_m: float
    widths_px: Points
    away: Points
    reach_m: Points

    @classmethod
    def of(cls, view: PlateView, pose: CameraPose, height_m: float) -> "_Expected":
        across = _across(pose.at_height(view.centres_px, height_m))
        way = pose.at_height(view.middles_px, 0.0) - pose.centre_m[:2]
        reach_m = np.linalg.norm(way, axis=1)
        widths_px, _ = _pictured_px(view, pose, across, height_m)
        return cls(view, pose, height_m, widths_px, way / reach_m[:, None], reach_m)

    def width_errors_px(self, trial: Points) -> Points:
        """Return expected less seen widths, px (N,): along a ray a plate looks the larger the nearer the camera."""
        camera_m = float(self.pose.centre_m[2])
        widths_px = self.widths_px * (camera_m - self.height_m) / (camera_m - trial[0])
        return np.asarray(widths_px * (1 + trial[2]) + trial[1] - self.view.widths_px)

    def edge_errors_px(self, trial: Points) -> Points:
        """Return expected less seen lower edges of the boxes, px (M,): a bumper, or a tyre past it."""
        height_m, _, _, bumper_m, overhang_m, lower = trial
        reach_m = self.reach_m * (1 - height_m / self.pose.centre_m[2])
        count = len(reach_m)
        places = np.empty((2 * count, 3))
        places[:count, :2] = self.away * reach_m[:, None]
        places[count:, :2] = self.away * (reach_m + overhang_m)[:, None]
        places[:, :2] += self.pose.centre_m[:2]
        places[:count, 2], places[count:, 2] = bumper_m, 0.0
        rows_px = self.pose.project(places)[:, 1]
        boxes_px = self.view.boxes_px
        lowest_px = np.maximum(rows_px[:count], rows_px[count:]) + lower * (boxes_px[:, 2] - boxes_px[:, 0])
        return np.asarray(lowest_px - boxes_px[:, 3])


def _noise_px(errors_px: Points, least_px: float) -> float:
    """Standard deviation of one error about their middle, widened so that correlated frames count as fewer.

    What all have in common is for the unknowns to explain, not for the noise.
    """
    off = errors_px - np.median(errors_px)
    scatter = max(_MAD_TO_SIGMA * float(np.median(np.abs(off))), least_px)
    correlation = lag_one_correlation(np.clip(off, -_WILD * scatter, _WILD * scatter))
    return scatter * float(np.sqrt((1 + correlation) / (1 - correlation)))


def _tamed(errors: Points) -> Points:
    """Return whitened errors whose squares grow only in proportion beyond the wild ones (Huber)."""
    size = np.abs(errors)
    tamed = np.sign(errors) * np.sqrt(_WILD * np.maximum(2 * size - _WILD, 0.0))
    return np.asarray(np.where(size <= _WILD, errors, tamed))


def _across(road_m: Points) -> Points:
    """Return the unit vector (3,) along the plate: level, square to the way the vehicle goes."""
    way = road_m[-1] - road_m[0]
    length = float(np.linalg.norm(way))
    if length < _HEADING_MIN_M:
        return np.array([1.0, 0.0, 0.0])
    return np.array([way[1], -way[0], 0.0]) / length


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
