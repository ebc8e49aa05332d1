"""Drawn plates and lettering laid into real pictures in perspective, as bright and as sharp as their surroundings."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[Any]
"""BGR, uint8; OpenCV promises no more than some array."""

Quad = NDArray[np.float64]
"""Four corners in pixels, ``(4, 2)``: top left, top right, bottom right, bottom left of the plate itself."""

_KEPT_WIDTH_PX = 300
_WHITE_PERCENTILE = 92
_HOLDER_SHARE = 0.4


@dataclass(slots=True)
class FlatPool:
    """Flat pictures drawn ahead: drawing one costs more than a whole sample may."""

    draw: Callable[[np.random.Generator], Picture]
    limit: int
    flats: list[Picture]

    def renew(self, rng: np.random.Generator, count: int) -> None:
        """Draw some more; above the limit each replaces another."""
        for _ in range(count):
            flat = self.draw(rng)
            scale = _KEPT_WIDTH_PX / flat.shape[1]
            if scale < 1:
                flat = cv2.resize(flat, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            if len(self.flats) < self.limit:
                self.flats.append(flat)
            else:
                self.flats[int(rng.integers(self.limit))] = flat

    def pick(self, rng: np.random.Generator, ratio: float | None = None) -> Picture:
        """Return any, or of eight the one whose width to height comes nearest to ``ratio``."""
        places = rng.integers(len(self.flats), size=1 if ratio is None else 8)
        some = [self.flats[int(place)] for place in places]
        return min(some, key=lambda flat: abs(math.log(flat.shape[1] / flat.shape[0] / (ratio or 1.0))))


def perspective_quad(
    rng: np.random.Generator, centre: tuple[float, float], size: tuple[float, float], yaw_deg: float, roll_deg: float
) -> Quad:
    """Return where a plate's corners are seen when it is turned aside, tipped a little and rolled."""
    width, height = size
    yaw, pitch, roll = np.radians([yaw_deg, rng.uniform(-18, 18), roll_deg])
    flat = np.array([[-width, -height], [width, -height], [width, height], [-width, height]]) / 2
    x, y = flat[:, 0] * math.cos(yaw), flat[:, 1] * math.cos(pitch)
    depth = flat[:, 0] * math.sin(yaw) + flat[:, 1] * math.sin(pitch)
    # A turned plate seen from below or above also leans, which depth alone does not give.
    y = y + depth * rng.uniform(-0.25, 0.25)
    near = 1 / (1 + depth / (width * rng.uniform(3.0, 12.0)))
    x, y = x * near, y * near
    turned = np.stack([x * math.cos(roll) - y * math.sin(roll), x * math.sin(roll) + y * math.cos(roll)], axis=1)
    quad: Quad = turned + np.array(centre)
    return quad


def paste(
    canvas: Picture, flat: Picture, quad: Quad, rng: np.random.Generator, *, white: float, blur_px: float
) -> None:
    """Lay a flat picture onto the canvas, in place.

    Args:
        canvas: where to.
        flat: what.
        quad: where its corners come to lie.
        rng: chance.
        white: brightness its light parts get, 0–255.
        blur_px: how unsharp it becomes (standard deviation).
    """
    flat = _worn(_at_size(flat, quad, rng), rng, white)
    rim = round(flat.shape[0] * rng.uniform(0.03, 0.14)) if rng.random() < _HOLDER_SHARE else 0
    if rim:
        dark = int(rng.uniform(0, 0.7) * white)
        flat = cv2.copyMakeBorder(flat, rim, rim, rim, rim, cv2.BORDER_CONSTANT, value=(dark, dark, dark))
    margin = 2 + math.ceil(rim + 3 * blur_px)
    low = np.maximum(np.floor(quad.min(0)).astype(int) - margin, 0)
    high = np.minimum(np.ceil(quad.max(0)).astype(int) + margin, canvas.shape[1::-1])
    if (high - low < 1).any():
        return
    source = _corners(flat.shape[1], flat.shape[0], rim)
    warp = cv2.getPerspectiveTransform(source, (quad - low).astype(np.float32))
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    place = canvas[low[1] : high[1], low[0] : high[0]]
    layer = cv2.warpPerspective(flat, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpPerspective(np.full(flat.shape[:2], 255, np.uint8), warp, size, flags=cv2.INTER_LINEAR)
    if blur_px > 0.3:
        layer = cv2.GaussianBlur(layer, (0, 0), blur_px)
        cover = cv2.GaussianBlur(cover, (0, 0), blur_px)
    share = cover[:, :, None].astype(np.float32) / 255
    place[:] = (layer * share + place * (1 - share)).astype(np.uint8)


def smear(canvas: Picture, low: tuple[float, float], high: tuple[float, float]) -> None:
    """Blur a place beyond recognition, in place: nobody knows whether a plate stands there."""
    left, top = (max(0, math.floor(edge)) for edge in low)
    right, bottom = (max(0, math.ceil(edge)) for edge in high)
    part = canvas[top:bottom, left:right]
    if part.size:
        tiny = cv2.resize(part, (3, 2), interpolation=cv2.INTER_AREA)
        part[:] = cv2.resize(tiny, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_CUBIC)


def white_of(canvas: Picture, low: tuple[float, float], high: tuple[float, float]) -> float:
    """Return how bright the light parts of a place are, 0–255."""
    left, top = (max(0, math.floor(edge)) for edge in low)
    right, bottom = (max(0, math.ceil(edge)) for edge in high)
    part = canvas[top:bottom, left:right]
    return float(np.percentile(part[::2, ::2], _WHITE_PERCENTILE)) if part.size else 128.0


def _at_size(flat: Picture, quad: Quad, rng: np.random.Generator) -> Picture:
    """Shrink to about what will be seen, sometimes below it: distant plates have fewer pixels than they fill."""
    sides = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    wide, high = max(sides[0], sides[2]), max(sides[1], sides[3])
    detail = rng.uniform(0.55, 1.0) if rng.random() < 0.5 else 1.15
    size = (max(4, round(wide * detail)), max(2, round(high * detail)))
    way = cv2.INTER_AREA if size[0] < flat.shape[1] else cv2.INTER_LINEAR
    return cv2.resize(flat, size, interpolation=way)


def _worn(flat: Picture, rng: np.random.Generator, white: float) -> Picture:
    light = max(float(np.percentile(flat, _WHITE_PERCENTILE)), 60.0)
    gain = np.clip(white / light * rng.uniform(0.9, 1.1), 0.12, 1.4)
    lift = rng.uniform(0, 0.18) * white
    tint = 1 + rng.normal(0, 0.025, 3)
    slope = np.linspace(rng.uniform(0.8, 1.05), rng.uniform(0.8, 1.05), flat.shape[1])[None, :, None]
    shaded = flat * (gain * (1 - lift / 255) * tint) * slope + lift
    worn: Picture = np.clip(shaded, 0, 255).astype(np.uint8)
    return worn


def _corners(width: int, height: int, rim: int) -> NDArray[np.float32]:
    right, bottom = width - rim - 0.5, height - rim - 0.5
    start = rim - 0.5
    return np.array([[start, start], [right, start], [right, bottom], [start, bottom]], np.float32)
