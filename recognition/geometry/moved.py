"""Has the camera moved since it was surveyed?  A picture that lies elsewhere measures another road.

Small pieces of the reference still that have corners (Shi and Tomasi, Good features to track, 1994) are looked for in
the current picture (normalised cross-correlation, refined to a fraction of a pixel).  A shift, a turn and a change of
scale common to most of them is how the picture moved; pieces behind vehicles, or on vehicles of the reference, are
outvoted.  At night nothing can be told, and the answer is that it is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import BoxPx, PointPx, RecognitionError

Points = NDArray[np.float64]
Picture = NDArray[np.uint8]
Grey = NDArray[np.uint8]

_HALF_PX = 12
_REACH_PX = 20
_COARSE_SHARE = 0.15
_CELLS = (9, 5)
_TEXTURE_MIN = 6.0  # levels; standard deviation within a piece, below it noise would be matched
_FIT_MIN = 0.7
_INLIER_PX = 0.75
_PATCHES_MIN = 8
_DARK_LEVEL = 30.0
_FLAT_SHARE = 0.35
_FOUND_SHARE_MIN = 0.25


@dataclass(frozen=True, slots=True)
class ViewCheck:
    """How far the picture lies from where it was surveyed.

    ``shift_px`` is the largest displacement of any corner of the picture, with its standard uncertainty.  Where the
    place is textured but nothing of it is recognised (``reason`` "unrecognised"), ``shift_px`` is the reach of the
    search: it moved at least so far.  At night (``reason`` "dark" or "flat") both are None: nobody can tell.
    """

    shift_px: float | None
    standard_uncertainty_px: float | None
    patches_used: int
    is_known: bool
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class ViewReference:
    """What the picture looked like when it was surveyed: its grey levels, and where its pieces with corners are.

    ``centres_px`` (N, 2) whole pixels.
    """

    grey: Grey
    centres_px: NDArray[np.int64]

    @classmethod
    def from_still(cls, bgr: Picture, *, fixed_px: Sequence[PointPx] = (), avoid_px: Sequence[BoxPx] = ()) -> Self:
        """Choose the pieces to look for in a still (H, W, 3) of the survey.

        Args:
            bgr: the still, best one with few vehicles.
            fixed_px: landmarks to use besides those found, such as survey points.
            avoid_px: boxes that do not belong to the scene: the camera's own date and name.

        Raises:
            RecognitionError: fewer than eight pieces have corners (``view.no_texture``).
        """
        grey = _grey(bgr)
        centres = [point for point in _corners(grey) if not _is_in_any(point, avoid_px)]
        centres += [(round(x), round(y)) for x, y in fixed_px if _is_inside(grey, x, y)]
        textured = [point for point in centres if _piece(grey, point).std() >= _TEXTURE_MIN]
        if len(textured) < _PATCHES_MIN:
            raise RecognitionError(
                f"{len(textured)} places of the reference still have corners to be recognised by, "
                f"{_PATCHES_MIN} are needed",
                code="view.no_texture",
                hint="take the still by day, in focus, with kerbs, poles or markings in it",
            )
        return cls(grey, np.array(textured, dtype=np.int64))

    def check(self, bgr: Picture) -> ViewCheck:
        """Tell how far the current picture (H, W, 3) lies from the reference.

        Raises:
            RecognitionError: it is of another size (``view.other_picture``).
        """
        grey = _grey(bgr)
        if grey.shape != self.grey.shape:
            raise RecognitionError(
                f"the picture is {grey.shape[1]}x{grey.shape[0]} px, the reference "
                f"{self.grey.shape[1]}x{self.grey.shape[0]} px",
                code="view.other_picture",
                hint="take a still of the surveyed camera at the surveyed size",
            )
        if float(np.percentile(grey, 90)) < _DARK_LEVEL:
            return ViewCheck(None, None, 0, is_known=False, reason="dark")
        if _contrast(grey) < _FLAT_SHARE * _contrast(self.grey):
            return ViewCheck(None, None, 0, is_known=False, reason="flat")
        coarse = _coarse_shift(self.grey, grey)
        return max((self._compare(grey, start) for start in {(0, 0), coarse}), key=lambda check: check.patches_used)

    def _compare(self, grey: Grey, start: tuple[int, int]) -> ViewCheck:
        """Look for the pieces around where a coarse shift puts them."""
        found = [(point, at) for point in self.centres_px.tolist() if (at := _find(self.grey, grey, point, start))]
        from_px = np.array([point for point, _ in found], dtype=np.float64).reshape(-1, 2)
        to_px = np.array([at for _, at in found], dtype=np.float64).reshape(-1, 2)
        height, width = grey.shape
        move = _common_move(from_px, to_px)
        enough = max(_PATCHES_MIN, _FOUND_SHARE_MIN * len(self.centres_px))
        if move is None or np.count_nonzero(move.is_used) < enough:
            used = 0 if move is None else int(np.count_nonzero(move.is_used))
            return ViewCheck(float(_REACH_PX), None, used, is_known=False, reason="unrecognised")
        corners = np.array([0j, width - 1, (height - 1) * 1j, width - 1 + (height - 1) * 1j])
        shifts = np.abs(move.turn * corners + move.shift - corners)
        worst = int(shifts.argmax())
        return ViewCheck(
            float(shifts[worst]), move.uncertainty_px(corners[worst]), int(move.is_used.sum()), is_known=True
        )


@dataclass(frozen=True, eq=False, slots=True)
class _Move:
    """z → turn·z + shift in complex pixels, with the covariance (2, 2) of both and which pieces follow it."""

    turn: complex
    shift: complex
    covariance: NDArray[np.complex128]
    is_used: NDArray[np.bool_]

    def uncertainty_px(self, at: complex) -> float:
        lever = np.array([at, 1.0])
        return float(np.sqrt(np.abs(lever @ self.covariance @ lever.conj())))


def _common_move(from_px: Points, to_px: Points) -> _Move | None:
    """Find the similarity that most pieces (N, 2) follow, and how well those that do fix it."""
    if len(from_px) < _PATCHES_MIN:
        return None
    matrix, inliers = cv2.estimateAffinePartial2D(from_px, to_px, ransacReprojThreshold=_INLIER_PX, maxIters=5000)
    if matrix is None:
        return None
    is_used = inliers.ravel().astype(bool)
    seen, now = (points[is_used] @ np.array([1, 1j]) for points in (from_px, to_px))
    turn, shift = complex(matrix[0, 0], matrix[1, 0]), complex(matrix[0, 2], matrix[1, 2])
    design = np.column_stack([seen, np.ones(len(seen))])
    variance = float(np.sum(np.abs(turn * seen + shift - now) ** 2)) / max(1, len(seen) - 2)
    covariance = variance * np.linalg.pinv(design.T @ design.conj())
    return _Move(turn, shift, np.asarray(covariance, dtype=np.complex128), is_used)


def _grey(bgr: Picture) -> Grey:
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY), dtype=np.uint8)


def _corners(grey: Grey) -> list[tuple[int, int]]:
    """Return the strongest corner of each cell of the picture, far enough from its edge."""
    strength = cv2.cornerMinEigenVal(cv2.GaussianBlur(grey, (0, 0), 1.0), 2 * _HALF_PX + 1)
    height, width = grey.shape
    across = np.linspace(_HALF_PX + 1, width - _HALF_PX - 1, _CELLS[0] + 1).astype(int)
    down = np.linspace(_HALF_PX + 1, height - _HALF_PX - 1, _CELLS[1] + 1).astype(int)
    found = []
    for top, bottom in pairwise(down.tolist()):
        for left, right in pairwise(across.tolist()):
            y, x = np.unravel_index(int(strength[top:bottom, left:right].argmax()), (bottom - top, right - left))
            found.append((int(left + x), int(top + y)))
    return found


def _find(reference: Grey, grey: Grey, point: Sequence[int], start: tuple[int, int]) -> PointPx | None:
    """Return where a piece of the reference is now, px, None where it is not to be seen within reach."""
    piece = _piece(reference, point)
    x, y = point[0] + start[0], point[1] + start[1]
    left, top = max(0, x - _HALF_PX - _REACH_PX), max(0, y - _HALF_PX - _REACH_PX)
    window = grey[top : y + _HALF_PX + _REACH_PX + 1, left : x + _HALF_PX + _REACH_PX + 1]
    if min(window.shape, default=0) < 2 * _HALF_PX + 3:
        return None
    fits = np.asarray(cv2.matchTemplate(window, piece, cv2.TM_CCOEFF_NORMED), dtype=np.float32)
    row, column = np.unravel_index(int(fits.argmax()), fits.shape)
    is_at_edge = row in (0, fits.shape[0] - 1) or column in (0, fits.shape[1] - 1)
    if is_at_edge or fits[row, column] < _FIT_MIN or window.std() < _TEXTURE_MIN:
        return None
    return (
        float(left + column + _HALF_PX + _peak(fits[row, column - 1 : column + 2])),
        float(top + row + _HALF_PX + _peak(fits[row - 1 : row + 2, column])),
    )


def _peak(three: NDArray[np.float32]) -> float:
    """Return where between its neighbours a parabola through three values is highest, -0.5 to 0.5."""
    before, at, after = (float(value) for value in three)
    bend = before - 2 * at + after
    return float(np.clip((before - after) / (2 * bend), -0.5, 0.5)) if bend < 0 else 0.0


def _coarse_shift(reference: Grey, grey: Grey) -> tuple[int, int]:
    """Return about how far the whole picture shifted, px, by phase correlation."""
    height, width = grey.shape
    window = cv2.createHanningWindow((width, height), cv2.CV_32F)
    (x, y), response = cv2.phaseCorrelate(_edges(reference), _edges(grey), window)
    return (round(x), round(y)) if response >= _COARSE_SHARE else (0, 0)


def _edges(grey: Grey) -> NDArray[np.float32]:
    level = grey.astype(np.float32)
    return np.asarray(level - cv2.GaussianBlur(level, (0, 0), 8.0), dtype=np.float32)


def _contrast(grey: Grey) -> float:
    """Return the fine contrast of the picture, levels: what is left of it without light and shade."""
    return float(np.median(np.abs(_edges(np.asarray(cv2.GaussianBlur(grey, (0, 0), 1.5), dtype=np.uint8)))))


def _piece(grey: Grey, point: Sequence[int]) -> Grey:
    x, y = point
    return grey[y - _HALF_PX : y + _HALF_PX + 1, x - _HALF_PX : x + _HALF_PX + 1]


def _is_inside(grey: Grey, x: float, y: float) -> bool:
    return bool(_HALF_PX < x < grey.shape[1] - _HALF_PX - 1 and _HALF_PX < y < grey.shape[0] - _HALF_PX - 1)


def _is_in_any(point: PointPx, boxes: Sequence[BoxPx]) -> bool:
    x, y = point
    margin = _HALF_PX
    return any(x0 - margin <= x <= x1 + margin and y0 - margin <= y <= y1 + margin for x0, y0, x1, y1 in boxes)
