"""The lens: from picture pixels to those of an ideal camera and back, and its calibration from a chessboard.

Ideal pixels are what a pinhole with square pixels, the lens's centre and the mean of its two focal lengths would show;
straight lines of the road are straight there.  Model of Brown and Conrady as in OpenCV's ``calibrateCamera``; method of
Zhang, A flexible new technique for camera calibration, 2000.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Lens, RecognitionError

Points = NDArray[np.float64]
Picture = NDArray[np.uint8]

VIEWS_MIN = 5
COVER_MIN = 0.4
"""Share of the picture that the boards must cover together: what no board touched, the model only guesses."""
TILT_MIN_DEG = 20.0
"""Two of the boards must be turned against each other by so much: from one side a near board is like a far one."""
_SETTLED = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 100, 1e-12)
_MISFIT_MAX = 1e-6


def to_ideal(points_px: Points, lens: Lens | None) -> Points:
    """Return ideal pixels (N, 2) of picture pixels (N, 2); NaN where the model of the lens reaches no ray.

    Without a lens the picture is ideal already.
    """
    if lens is None or not len(points_px):
        return points_px
    seen = (points_px - np.array(lens.centre_px)) / np.array(lens.focal_px)
    found = cv2.undistortPoints(seen.reshape(-1, 1, 2), np.eye(3), _coefficients(lens), criteria=_SETTLED)
    rays = np.asarray(found.reshape(-1, 2), dtype=np.float64)
    is_found = (np.abs(_bent(rays, lens) - seen).max(axis=1, initial=0.0) < _MISFIT_MAX) & _is_within(rays, lens)
    rays[~is_found] = np.nan
    return np.asarray(np.array(lens.centre_px) + _focal_px(lens) * rays)


def to_picture(ideal_px: Points, lens: Lens | None) -> Points:
    """Return picture pixels (N, 2) of ideal pixels (N, 2); NaN past the angle up to which the lens's model holds."""
    if lens is None or not len(ideal_px):
        return ideal_px
    rays = (ideal_px - np.array(lens.centre_px)) / _focal_px(lens)
    bent = _bent(rays, lens)
    bent[~_is_within(rays, lens)] = np.nan
    return np.asarray(np.array(lens.centre_px) + np.array(lens.focal_px) * bent)


def _focal_px(lens: Lens) -> float:
    return float(np.mean(lens.focal_px))


def _coefficients(lens: Lens) -> Points:
    """Return the coefficients in OpenCV's order."""
    (k1, k2, k3), (p1, p2) = lens.radial, lens.tangential
    return np.array([k1, k2, p1, p2, k3])


def _bent(rays: Points, lens: Lens) -> Points:
    """Return where rays (N, 2), tangents of their angles, come out (N, 2)."""
    ahead = np.column_stack([rays, np.ones(len(rays))])
    still = np.zeros(3)
    bent, _ = cv2.projectPoints(ahead, still, still, np.eye(3), _coefficients(lens))
    return np.asarray(bent.reshape(-1, 2), dtype=np.float64)


def _fold(lens: Lens) -> float:
    """Return the tangent of the angle past which the radial polynomial turns back; what it says there is no lens."""
    k1, k2, k3 = lens.radial
    roots = np.roots([7 * k3, 5 * k2, 3 * k1, 1.0])
    real = roots[np.abs(roots.imag) < _MISFIT_MAX].real
    return float(np.sqrt(real[real > 0].min())) if (real > 0).any() else np.inf


def _is_within(rays: Points, lens: Lens) -> NDArray[np.bool_]:
    return np.asarray(np.linalg.norm(rays, axis=1) < _fold(lens))


@dataclass(frozen=True, slots=True)
class BoardView:
    """One picture of the board that was of use: its residual (root mean square, px), its tilt and its distance."""

    name: str
    residual_px: float
    tilt_deg: float
    distance_m: float


@dataclass(frozen=True, slots=True)
class LensCalibration:
    """The lens, the pictures that made it, those that did not and why, and the share of the picture covered."""

    lens: Lens
    views: tuple[BoardView, ...]
    refused: dict[str, str]
    cover: float


def calibrate_lens(pictures: Mapping[str, Picture], *, columns: int, rows: int, square_m: float) -> LensCalibration:
    """Find the lens from pictures (H, W, 3) of a chessboard with ``columns`` by ``rows`` inner corners.

    The third radial coefficient stays zero: boards seldom reach the corners well enough to tell it from the second.

    Raises:
        RecognitionError: too few pictures show the board (``lens.too_few_views``, each named with its reason), the
            boards were seen from one side only (``lens.one_side``) or leave much of the picture out (``lens.cover``).
    """
    found, refused = _find_boards(pictures, (columns, rows))
    if len(found) < VIEWS_MIN:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in refused.items()) or "no others were given"
        raise RecognitionError(
            f"the board was found in {len(found)} pictures, {VIEWS_MIN} are needed ({reasons})",
            code="lens.too_few_views",
            hint="count inner corners, not squares; show the whole board, sharp, flat and with a white border",
        )
    size_px = next(iter(pictures[name].shape[1::-1] for name in found))
    cover = _cover(found.values(), size_px)
    if cover < COVER_MIN:
        raise RecognitionError(
            f"the boards cover {cover:.0%} of the picture, {COVER_MIN:.0%} are needed",
            code="lens.cover",
            hint="bring the board into every part of the picture, its corners too",
        )
    board = np.zeros((rows * columns, 3), dtype=np.float32)
    board[:, :2] = np.mgrid[0:columns, 0:rows].T.reshape(-1, 2) * square_m
    _, matrix, bend, turns, shifts = cv2.calibrateCamera(
        [board] * len(found), list(found.values()), size_px, None, None, flags=cv2.CALIB_FIX_K3
    )
    normals = np.array([cv2.Rodrigues(turn)[0][:, 2] for turn in turns])
    _check_tilt(normals)
    residuals = [
        float(np.sqrt(np.mean(np.sum((cv2.projectPoints(board, turn, shift, matrix, bend)[0] - seen) ** 2, axis=-1))))
        for turn, shift, seen in zip(turns, shifts, found.values(), strict=True)
    ]
    lens = Lens(
        focal_px=(round(float(matrix[0, 0]), 3), round(float(matrix[1, 1]), 3)),
        centre_px=(round(float(matrix[0, 2]), 3), round(float(matrix[1, 2]), 3)),
        radial=tuple(np.round(bend.ravel()[[0, 1, 4]], 6).tolist()),
        tangential=tuple(np.round(bend.ravel()[2:4], 6).tolist()),
        sigma_px=max(0.01, round(float(np.sqrt(np.mean(np.square(residuals)))), 3)),
    )
    views = tuple(
        BoardView(name, residual, float(np.degrees(np.arccos(min(1.0, abs(normal[2]))))), float(np.linalg.norm(shift)))
        for name, residual, normal, shift in zip(found, residuals, normals, shifts, strict=True)
    )
    return LensCalibration(lens, views, refused, cover)


def _find_boards(
    pictures: Mapping[str, Picture], inner: tuple[int, int]
) -> tuple[dict[str, NDArray[np.float32]], dict[str, str]]:
    """Return the corners (N, 1, 2) px by picture, and why the other pictures are of no use."""
    found: dict[str, NDArray[np.float32]] = {}
    refused: dict[str, str] = {}
    size = None
    for name, picture in pictures.items():
        size = size or picture.shape[:2]
        if picture.shape[:2] != size:
            refused[name] = f"is {picture.shape[1]}x{picture.shape[0]} px, the first is {size[1]}x{size[0]} px"
            continue
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        is_found, corners = cv2.findChessboardCornersSB(
            grey, inner, flags=cv2.CALIB_CB_EXHAUSTIVE | cv2.CALIB_CB_ACCURACY
        )
        if is_found:
            found[name] = corners.reshape(-1, 1, 2).astype(np.float32)
        else:
            refused[name] = f"shows no whole board of {inner[0]}x{inner[1]} inner corners"
    return found, refused


def _cover(boards: Iterable[NDArray[np.float32]], size_px: tuple[int, int]) -> float:
    hull = cv2.convexHull(np.concatenate(list(boards)).reshape(-1, 2))
    return float(cv2.contourArea(hull)) / (size_px[0] * size_px[1])


def _check_tilt(normals: Points) -> None:
    widest = max(np.degrees(np.arccos(np.clip(one @ other, -1, 1))) for one, other in combinations(normals, 2))
    if widest < TILT_MIN_DEG:
        raise RecognitionError(
            f"the board was seen from one side only: its views differ by {widest:.0f} degrees, "
            f"{TILT_MIN_DEG:.0f} are needed",
            code="lens.one_side",
            hint="tilt the board to the left, right, up and down, by about 30 degrees each",
        )
