"""Where plates are: a network that gives boxes and four corners, first over the whole picture, then close up."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.vision.detect import non_maximum_suppression
from recognition.vision.runtime import OnnxNetwork

_STRIDE_PX = 32
_PAD_GREY = 114
_CLOSE_SIZE_PX = (192, 96)
"""Width and height of the close look; the plate fills about half of its width."""
_CLOSE_PLATE_PX = 96.0
_MAX_ENLARGED = 3.0
_MAX_PLATES = 12
_SAME_PLACE = 0.3
_SAME_PLATE = 0.25


@dataclass(frozen=True, eq=False, slots=True)
class FoundPlate:
    """One plate: corners ``(4, 2)`` float64 from top left clockwise, and how sure the network is (0 to 1)."""

    corners_px: NDArray[np.float64]
    score: float

    @property
    def width_px(self) -> float:
        """Mean length of the upper and lower edge."""
        sides = self.corners_px[[1, 2]] - self.corners_px[[0, 3]]
        return float(np.linalg.norm(sides, axis=1).mean())

    @property
    def height_px(self) -> float:
        """Mean length of the left and right edge."""
        sides = self.corners_px[[3, 2]] - self.corners_px[[0, 1]]
        return float(np.linalg.norm(sides, axis=1).mean())

    @property
    def box_px(self) -> NDArray[np.float64]:
        """Upright box around the corners, ``(x_min, y_min, x_max, y_max)``."""
        return np.concatenate([self.corners_px.min(axis=0), self.corners_px.max(axis=0)])


class PlateFinder(Protocol):
    """Finds plates in a BGR picture ``(H, W, 3)`` uint8."""

    def find(self, bgr: NDArray[np.uint8], *, side_px: int) -> list[FoundPlate]:
        """Return the plates, best first; the picture is looked at with ``side_px`` pixels on its longer side."""


class CornerFinder:
    """The project's finder: a YOLO pose network whose key points are a plate's corners.

    Corners found in a shrunken picture err by a pixel of it, which is a tenth of a far plate's height; so every place
    is looked at again close up, by the same network; a place where nothing at all is seen close up is dropped.

    Args:
        path: network, input ``(1, 3, H, W)`` RGB 0..1, output ``(1, 17, anchors)``: box, score, 4 × (x, y, seen).
        min_score: what the first look lets through.
        min_close_score: what the surer of both looks must reach.
    """

    def __init__(self, path: Path, *, min_score: float = 0.12, min_close_score: float = 0.25) -> None:
        self._network = OnnxNetwork(path)
        self._min_score = min_score
        self._min_close_score = min_close_score

    def find(self, bgr: NDArray[np.uint8], *, side_px: int) -> list[FoundPlate]:
        """Return the plates, best first, each once; ``side_px`` is the longer side of the first look."""
        scale = min(side_px / max(bgr.shape[:2]), _MAX_ENLARGED)
        first = self._look(bgr, scale, np.zeros(2), None, self._min_score)
        found = [self._close_up(bgr, plate) for plate in first[:_MAX_PLATES]]
        return _each_once([plate for plate in found if plate is not None])

    def _close_up(self, bgr: NDArray[np.uint8], plate: FoundPlate) -> FoundPlate | None:
        """Look again with the plate at half the width of the view; None when nothing is there."""
        box = plate.box_px
        scale = min(_CLOSE_PLATE_PX / max(plate.width_px, 1.0), 0.55 * _CLOSE_SIZE_PX[1] / max(box[3] - box[1], 1.0))
        scale = min(scale, 4.0)
        size = np.array(_CLOSE_SIZE_PX)
        low = (box[:2] + box[2:]) / 2 - size / 2 / scale
        seen = self._look(bgr, scale, low, _CLOSE_SIZE_PX, 0.05)
        near = [one for one in seen if _overlap(one.box_px, box) >= _SAME_PLACE]
        best = max(near, key=lambda one: one.score, default=None)
        if best is None or max(best.score, plate.score) < self._min_close_score:
            return None
        return FoundPlate(best.corners_px, max(best.score, plate.score))

    def _look(
        self,
        bgr: NDArray[np.uint8],
        scale: float,
        low_px: NDArray[np.float64],
        size_px: tuple[int, int] | None,
        min_score: float,
    ) -> list[FoundPlate]:
        """Run the network on the part of the picture from ``low_px`` on, enlarged by ``scale``."""
        height, width = bgr.shape[:2]
        inner = size_px or (max(1, round(width * scale)), max(1, round(height * scale)))
        outer = tuple(-(-side // _STRIDE_PX) * _STRIDE_PX for side in inner)
        matrix = np.array([[scale, 0, -low_px[0] * scale], [0, scale, -low_px[1] * scale]])
        if size_px is None and scale < 1:  # averaging, because a plain warp drops pixels
            view = np.full((outer[1], outer[0], 3), _PAD_GREY, np.uint8)
            view[: inner[1], : inner[0]] = cv2.resize(bgr, inner, interpolation=cv2.INTER_AREA)
            factors = np.array([inner[0] / width, inner[1] / height])
        else:
            view = _warp(bgr, matrix, scale, outer)
            factors = np.array([scale, scale])
        batch = np.ascontiguousarray(view[:, :, ::-1].transpose(2, 0, 1)[None], dtype=np.float32)
        batch /= 255.0
        return [
            FoundPlate(one.corners_px / factors + low_px, one.score)
            for one in _plates_of(self._network.run(batch)[0], min_score)
        ]


def _warp(
    bgr: NDArray[np.uint8], matrix: NDArray[np.float64], scale: float, size: tuple[int, ...]
) -> NDArray[np.uint8]:
    """Cut and enlarge; when shrinking, blur first so that no pixel is dropped."""
    border: dict[str, Any] = {"borderMode": cv2.BORDER_CONSTANT, "borderValue": (_PAD_GREY,) * 3}
    if scale >= 1:
        return np.asarray(cv2.warpAffine(bgr, matrix, size, flags=cv2.INTER_LINEAR, **border), np.uint8)
    low = np.floor(-matrix[:, 2] / scale).astype(int)
    high = np.ceil(low + np.array(size) / scale).astype(int) + 1
    inside_low = np.maximum(low, 0)
    inside_high = np.minimum(high, [bgr.shape[1], bgr.shape[0]])
    part = bgr[inside_low[1] : inside_high[1], inside_low[0] : inside_high[0]]
    small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    shift = matrix[:, 2] + inside_low * scale
    moved = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
    return np.asarray(cv2.warpAffine(small, moved, size, flags=cv2.INTER_LINEAR, **border), np.uint8)


def _plates_of(output: NDArray[np.float32], min_score: float) -> list[FoundPlate]:
    """Read the network's output ``(17, anchors)``; a plate is kept once."""
    scores = output[4]
    kept = np.flatnonzero(scores >= min_score)
    kept = kept[np.argsort(-scores[kept], kind="stable")][:300]
    centres, sizes = output[0:2, kept].T.astype(np.float64), output[2:4, kept].T.astype(np.float64)
    boxes = np.hstack([centres - sizes / 2, centres + sizes / 2])
    points = output[5:, kept].T.reshape(-1, 4, 3)[:, :, :2].astype(np.float64)
    return [FoundPlate(points[place], float(scores[kept[place]])) for place in non_maximum_suppression(boxes, 0.5)]


def _each_once(found: list[FoundPlate]) -> list[FoundPlate]:
    kept: list[FoundPlate] = []
    for plate in sorted(found, key=lambda one: -one.score):
        if all(_overlap(plate.box_px, other.box_px) < _SAME_PLATE for other in kept):
            kept.append(plate)
    return kept


def _overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Intersection over union of two boxes."""
    shared = np.prod(np.clip(np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2]), 0, None))
    areas = np.prod(one[2:] - one[:2]) + np.prod(other[2:] - other[:2])
    return float(shared / max(areas - shared, 1e-9))
