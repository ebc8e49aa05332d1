"""Where text stands in a picture: a DB segmentation network (Liao et al., AAAI 2020) behind the plate finder's port."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.vision.runtime import OnnxNetwork

_STRIDE_PX = 32
_MIN_SIDE_PX = 2.5


@dataclass(frozen=True, eq=False, slots=True)
class FoundText:
    """One line of text.

    Attributes:
        corners_px: ``(4, 2)`` float64: top left, top right, bottom right, bottom left.
        score: mean of the network's map inside (0 to 1).
    """

    corners_px: NDArray[np.float64]
    score: float

    @property
    def width_px(self) -> float:
        """Length of the reading direction."""
        return float(np.linalg.norm(self.corners_px[1] - self.corners_px[0]))

    @property
    def height_px(self) -> float:
        """Height of the line."""
        return float(np.linalg.norm(self.corners_px[3] - self.corners_px[0]))


class PlateFinder(Protocol):
    """Finds what may be a plate, or a part of one, in a BGR picture ``(H, W, 3)`` uint8."""

    def find(self, bgr: NDArray[np.uint8]) -> list[FoundText]:
        """Return the places, best first."""


class TextFinder:
    """The text finder as a plate finder: it finds any text, so what it finds must still pass the plate grammar.

    Args:
        path: PP-OCR detection network, input ``(1, 3, H, W)`` BGR -1..1 in steps of 32, output map ``(1, 1, H, W)``.
        threshold: map value from which a pixel is text.
        min_score: mean map value a place must have.
        unclip: how far the shrunken map is grown back (ratio of area to perimeter).
    """

    def __init__(self, path: Path, *, threshold: float = 0.3, min_score: float = 0.45, unclip: float = 1.6) -> None:
        self._network = OnnxNetwork(path)
        self._threshold = threshold
        self._min_score = min_score
        self._unclip = unclip

    def find(self, bgr: NDArray[np.uint8]) -> list[FoundText]:
        """Return the lines of text, best first."""
        height, width = bgr.shape[:2]
        size = (_round_up(width), _round_up(height))
        resized = cv2.resize(bgr, size, interpolation=cv2.INTER_LINEAR)
        batch = np.ascontiguousarray(resized.transpose(2, 0, 1)[None], dtype=np.float32)
        batch /= 127.5
        batch -= 1.0
        heat = self._network.run(batch)[0, 0]
        mask = (heat > self._threshold).astype(np.uint8)
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        scale = np.array([width / size[0], height / size[1]])
        found = [self._line(np.asarray(contour), heat, scale) for contour in contours]
        return sorted((one for one in found if one is not None), key=lambda one: -one.score)

    def _line(
        self, contour: NDArray[np.int32], heat: NDArray[np.float32], scale: NDArray[np.float64]
    ) -> FoundText | None:
        centre, size, angle = cv2.minAreaRect(contour)
        if min(size) < _MIN_SIDE_PX:
            return None
        x, y, width, height = cv2.boundingRect(contour)
        inside = np.zeros((height, width), dtype=np.uint8)
        cv2.drawContours(inside, [contour - np.array([x, y])], -1, 1, -1)
        score = float(heat[y : y + height, x : x + width][inside > 0].mean())
        if score < self._min_score:
            return None
        grow = 2 * size[0] * size[1] * self._unclip / (2 * (size[0] + size[1]))
        corners = cv2.boxPoints((centre, (size[0] + grow, size[1] + grow), angle)).astype(np.float64)
        return FoundText(order_corners(corners * scale), score)


def order_corners(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return four corners as top left, top right, bottom right, bottom left of text that is read left to right.

    The reading direction is the longer side when the place is longer than high, which plates are.
    """
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left = by_x[:2][np.argsort(by_x[:2, 1], kind="stable")]
    right = by_x[2:][np.argsort(by_x[2:, 1], kind="stable")]
    return np.array([left[0], right[0], right[1], left[1]])


def _round_up(length_px: int) -> int:
    return max(_STRIDE_PX, -(-length_px // _STRIDE_PX) * _STRIDE_PX)
