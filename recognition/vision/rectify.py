"""A plate seen from the side as if seen from the front, and the colour of its ground."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

_HEIGHT_PX = 48
_MAX_WIDTH_PX = 480
_MIN_SATURATION = 80
_MIN_COLOURED_SHARE = 0.4
_MIN_CONTRAST = 40
_HUES = {"yellow": (15, 36), "blue": (95, 130)}
"""OpenCV hues (0 to 179) of the coloured grounds."""

_OUTLINE_HEIGHT_PX = 64
_OUTLINE_ASPECT = (2.6, 6.5)
_OUTLINE_FILLED = 0.84
_OUTLINE_SHARE = (0.15, 0.9)
_STRICTNESS = (0.0, 0.3, 0.5, 0.7)
_TURNS = np.linspace(-0.14, 0.14, 29)
_SHEARS = np.linspace(-0.7, 0.7, 71)


def widen(
    corners_px: NDArray[np.float64], *, left: float = 0.0, right: float = 0.0, above: float = 0.0, below: float = 0.0
) -> NDArray[np.float64]:
    """Move the sides of a quadrilateral outwards by shares of its height; ``corners_px`` is ``(4, 2)``."""
    top_left, top_right, bottom_right, bottom_left = corners_px
    height = (np.linalg.norm(bottom_left - top_left) + np.linalg.norm(bottom_right - top_right)) / 2
    along = (top_right - top_left + bottom_right - bottom_left) / 2
    down = (bottom_left - top_left + bottom_right - top_right) / 2
    along = along / max(float(np.linalg.norm(along)), 1e-6) * height
    down = down / max(float(np.linalg.norm(down)), 1e-6) * height
    return np.array(
        [
            top_left - left * along - above * down,
            top_right + right * along - above * down,
            bottom_right + right * along + below * down,
            bottom_left - left * along + below * down,
        ]
    )


def rectify(
    bgr: NDArray[np.uint8], corners_px: NDArray[np.float64], *, aspect: float | None = None
) -> NDArray[np.uint8]:
    """Return the quadrilateral as an upright strip 48 px high; ``aspect`` fixes its width where the shape is known."""
    width, height = _sides(corners_px)
    wanted = (aspect if aspect is not None else width / max(height, 1e-6)) * _HEIGHT_PX
    out_width = int(min(max(round(wanted), _HEIGHT_PX // 2), _MAX_WIDTH_PX))
    way = cv2.INTER_CUBIC if height < _HEIGHT_PX else cv2.INTER_AREA
    matrix = _to_strip(corners_px, out_width, _HEIGHT_PX)
    strip = cv2.warpPerspective(bgr, matrix, (out_width, _HEIGHT_PX), flags=way, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(strip, dtype=np.uint8)


def outline(bgr: NDArray[np.uint8], corners_px: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the corners of the light ground around a line of text, ``(4, 2)``, or None when there is no such plate.

    The smallest turned rectangle around text knows no shear; the plate's own edge does, and the edge also holds the
    smaller region code that the text finder leaves out.
    """
    wide = widen(corners_px, left=0.5, right=0.7, above=0.35, below=0.35)
    width, height = _sides(wide)
    size = (round(width / max(height, 1e-6) * _OUTLINE_HEIGHT_PX), _OUTLINE_HEIGHT_PX)
    matrix = _to_strip(wide, *size)
    strip = cv2.warpPerspective(bgr, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    for ground in _light_grounds(np.asarray(strip, dtype=np.uint8)):
        corners = _parallelogram(ground)
        if _is_plate_edge(ground, corners):
            back = cv2.perspectiveTransform(corners[None], np.linalg.inv(matrix))[0]
            return np.asarray(back, dtype=np.float64)
    return None


def _is_plate_edge(ground: NDArray[np.float64], corners: NDArray[np.float64]) -> bool:
    along, across = _sides(corners)
    filled = cv2.contourArea(ground.astype(np.float32)) / max(cv2.contourArea(corners.astype(np.float32)), 1.0)
    low, high = _OUTLINE_ASPECT
    return filled >= _OUTLINE_FILLED and low <= along / max(across, 1e-6) <= high


def background_of(strip: NDArray[np.uint8]) -> str | None:
    """Return the colour of a plate's ground (white, yellow, blue, black), or None when it is not clear."""
    hsv = cv2.cvtColor(strip, cv2.COLOR_BGR2HSV).reshape(-1, 3)
    hue, saturation = hsv[:, 0], hsv[:, 1]
    for name, (low, high) in _HUES.items():
        if np.mean((saturation > _MIN_SATURATION) & (hue >= low) & (hue <= high)) > _MIN_COLOURED_SHARE:
            return name
    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY)
    dark, median, light = np.percentile(grey, (5, 50, 95))
    if light - dark < _MIN_CONTRAST:
        return None
    # The ground covers more of a plate than its glyphs: the median lies on the ground's side.
    return "white" if median - dark > light - median else "black"


def _light_grounds(strip: NDArray[np.uint8]) -> Iterator[NDArray[np.float64]]:
    """Yield hulls ``(N, 2)`` of what may be the light ground in the middle of a strip.

    First with the glyphs closed over; then without, and stricter, because on a light car only the thin dark border
    parts the plate from the body.
    """
    grey = cv2.GaussianBlur(cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY), (3, 3), 0)
    split, light = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    closed = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((3, 9), dtype=np.uint8))
    yield from _middle_hull(np.asarray(closed, dtype=np.uint8))
    brightest = float(np.percentile(grey, 95))
    for strictness in _STRICTNESS:
        level = split + strictness * (brightest - split)
        yield from _middle_hull(((grey > level) * 255).astype(np.uint8))


def _middle_hull(light: NDArray[np.uint8]) -> Iterator[NDArray[np.float64]]:
    """Yield the hull of the region that holds most of the strip's middle, if it ends inside the strip."""
    _, labels = cv2.connectedComponents(light, connectivity=4)
    height, width = labels.shape
    middle = labels[height // 2 - 8 : height // 2 + 8, width // 4 : 3 * width // 4].ravel()
    middle = middle[middle > 0]
    if not len(middle):
        return
    region = (labels == int(np.bincount(middle).argmax())).astype(np.uint8)
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    hull = np.asarray(cv2.convexHull(max(contours, key=cv2.contourArea))[:, 0], dtype=np.float64)
    is_inside = bool(hull.min() >= 1 and np.all(hull.max(axis=0) < np.array([width - 1, height - 1])))
    low, high = _OUTLINE_SHARE
    # What runs out of the strip is the vehicle's body, not a plate.
    if is_inside and low <= cv2.contourArea(hull.astype(np.float32)) / (height * width) <= high:
        yield hull


def _parallelogram(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the lowest, then narrowest parallelogram around the points: corners ``(4, 2)`` from top left clockwise."""
    heights = [np.ptp(points[:, 1] - turn * points[:, 0]) for turn in _TURNS]
    turn = float(_TURNS[int(np.argmin(heights))])
    fall = points[:, 1] - turn * points[:, 0]
    widths = [np.ptp(points[:, 0] - shear * fall) for shear in _SHEARS]
    shear = float(_SHEARS[int(np.argmin(widths))])
    along = points[:, 0] - shear * fall
    corners = [
        (x + shear * y, y + turn * (x + shear * y))
        for x, y in (
            (along.min(), fall.min()),
            (along.max(), fall.min()),
            (along.max(), fall.max() + 1),
            (along.min(), fall.max() + 1),
        )
    ]
    return np.array(corners)


def _sides(corners_px: NDArray[np.float64]) -> tuple[float, float]:
    """Return mean width and mean height of a quadrilateral."""
    width = np.linalg.norm(corners_px[1] - corners_px[0]) + np.linalg.norm(corners_px[2] - corners_px[3])
    height = np.linalg.norm(corners_px[3] - corners_px[0]) + np.linalg.norm(corners_px[2] - corners_px[1])
    return float(width / 2), float(height / 2)


def _to_strip(corners_px: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    return np.asarray(cv2.getPerspectiveTransform(corners_px.astype(np.float32), target), dtype=np.float64)
