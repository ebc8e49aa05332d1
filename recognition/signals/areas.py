"""Which pixels of a frame belong to a lamp, to what surrounds it, and to the road side beyond.

Boxes are ``(x_min, y_min, x_max, y_max)`` px; a pixel belongs to a box that holds its centre.
"""

import math

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import BoxPx

Picture = NDArray[np.uint8]
Pixels = NDArray[np.float32]
_SMALLEST_PX = 2


def is_inside(bgr: Picture, box: BoxPx) -> bool:
    """Tell whether a box lies in the picture (H, W, 3) whole."""
    height_px, width_px = bgr.shape[:2]
    return bool(0 <= box[0] < box[2] <= width_px and 0 <= box[1] < box[3] <= height_px)


def grown(box: BoxPx, share: float, least_px: float = 2.0) -> BoxPx:
    """Return the box grown on every side by a share of its shorter side, at least by ``least_px``."""
    by_px = max(least_px, share * min(box[2] - box[0], box[3] - box[1]))
    return box[0] - by_px, box[1] - by_px, box[2] + by_px, box[3] + by_px


def around(boxes: tuple[BoxPx, ...]) -> BoxPx:
    """Return the smallest box that holds all of them."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def window(bgr: Picture, box: BoxPx) -> tuple[slice, slice]:
    """Return rows and columns of a box, cut at the picture's edge, at least two pixels each way where it has them."""
    height_px, width_px = bgr.shape[:2]
    return _span(box[1], box[3], height_px), _span(box[0], box[2], width_px)


def pixels(bgr: Picture, box: BoxPx) -> Pixels:
    """Return the pixels of a box, (N, 3) float32, blue first."""
    return np.asarray(bgr[window(bgr, box)].reshape(-1, 3), dtype=np.float32)


def pixels_outside(bgr: Picture, area: BoxPx, holes: tuple[BoxPx, ...]) -> Pixels:
    """Return the pixels of an area that no hole holds, (N, 3) float32; N may be 0."""
    return np.asarray(bgr[window(bgr, area)][mask_outside(bgr, area, holes)], dtype=np.float32)


def mask_outside(bgr: Picture, area: BoxPx, holes: tuple[BoxPx, ...]) -> NDArray[np.bool_]:
    """Return (h, w): which pixels of the area's window no hole holds."""
    rows, columns = window(bgr, area)
    mask = np.ones((rows.stop - rows.start, columns.stop - columns.start), dtype=np.bool_)
    for hole in holes:
        down, across = window(bgr, hole)
        mask[_within(down, rows), _within(across, columns)] = False
    return mask


def sides(box: BoxPx) -> tuple[BoxPx, ...]:
    """Return a strip left, above, right and below, about one box away and as long as the box."""
    x0, y0, x1, y1 = box
    wide_px, tall_px = x1 - x0, y1 - y0
    return (
        (x0 - 1.25 * wide_px, y0, x0 - 0.75 * wide_px, y1),
        (x0, y0 - 1.25 * tall_px, x1, y0 - 0.75 * tall_px),
        (x1 + 0.75 * wide_px, y0, x1 + 1.25 * wide_px, y1),
        (x0, y1 + 0.75 * tall_px, x1, y1 + 1.25 * tall_px),
    )


def inner(box: BoxPx) -> BoxPx:
    """Return the middle half of a box."""
    return middle_of(box, box)


def middle_of(one: BoxPx, other: BoxPx) -> BoxPx:
    """Return the box half as large as ``other``, half way between the middles of both."""
    x_px = (one[0] + one[2] + other[0] + other[2]) / 4
    y_px = (one[1] + one[3] + other[1] + other[3]) / 4
    wide_px, tall_px = (other[2] - other[0]) / 4, (other[3] - other[1]) / 4
    return x_px - wide_px, y_px - tall_px, x_px + wide_px, y_px + tall_px


def _within(part: slice, whole: slice) -> slice:
    """Return a slice of the frame as one of a window of it."""
    return slice(max(part.start - whole.start, 0), max(part.stop - whole.start, 0))


def _span(low: float, high: float, size_px: int) -> slice:
    first, last = math.floor(low + 0.5), math.floor(high + 0.5)
    if last - first < _SMALLEST_PX:
        first = math.floor((low + high) / 2 - _SMALLEST_PX / 2 + 0.5)
        last = first + _SMALLEST_PX
    return slice(min(max(first, 0), size_px), min(max(last, 0), size_px))
