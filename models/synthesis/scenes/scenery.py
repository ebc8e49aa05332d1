"""What stands beside the road: crash barrier, trees and bushes, lamp posts, a speed limit sign."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.glyphs import draw_glyph
from models.synthesis.scenes.light import Daylight
from models.synthesis.scenes.scenario import Setting

Floats = NDArray[np.float32]
Array = NDArray[np.float64]
_OVERSAMPLE = 2
_STEEL = (0.30, 0.29, 0.28)


def furnish(picture: Floats, setting: Setting, light: Daylight, x_m: Floats, y_m: Floats) -> None:
    """Stand everything beside the road into ``picture`` (2H, 2W, 3), far things first."""
    camera, road = setting.camera, setting.road
    generator = np.random.default_rng(setting.seed + 1)
    trees = _plant(generator, road.asphalt_left_m - 5.5, road.asphalt_right_m + 18.0)
    for x, y, radius in trees:
        _tree_shadow(picture, x_m, y_m, (x, y, radius), light)
    posts = [(road.asphalt_left_m - 1.4, y) for y in (26.0, 58.0, 90.0, 122.0)]
    for x, y in posts if light.casts else ():
        _bar(picture, camera, (x, y, 0.0), (x + 0.7 * 9, y + 0.7 * 9, 0.0), width_m=0.16, colour=None, shade=0.5)
    _barrier(picture, camera, road.asphalt_right_m + 0.55, light)
    standing = [(y, "tree", (x, radius)) for x, y, radius in trees] + [(y, "post", (x, 0.0)) for x, y in posts]
    standing.append((33.0, "sign", (road.asphalt_left_m - 0.75, 0.0)))
    for y, kind, (x, radius) in sorted(standing, key=lambda item: -item[0]):
        if kind == "tree":
            _tree(picture, camera, (x, y, radius), generator)
        elif kind == "post":
            _bar(picture, camera, (x, y, 0.0), (x, y, 9.0), width_m=0.17, colour=(0.24, 0.24, 0.24))
            _bar(picture, camera, (x - 0.05, y, 0.0), (x - 0.05, y, 9.0), width_m=0.06, colour=(0.42, 0.42, 0.42))
            _bar(picture, camera, (x, y, 0.0), (x, y, 0.5), width_m=0.30, colour=(0.18, 0.18, 0.18))
        else:
            _limit_sign(picture, camera, x, y, setting.limit_kmh)


def _plant(generator: np.random.Generator, left_m: float, right_m: float) -> list[tuple[float, float, float]]:
    """Where trees and bushes stand: (x, y, crown radius), m."""
    trees = []
    for i in range(46):
        y = 24.0 + i * 5.5 + float(generator.uniform(-2.5, 2.5))
        spread = 0.10 * max(y - 40, 0)
        trees.append((left_m - float(generator.uniform(0.0, 5.0 + spread)), y, float(generator.uniform(1.2, 2.6))))
        if i % 2:
            trees.append((right_m + float(generator.uniform(0.0, 4.0 + spread)), y, float(generator.uniform(1.2, 2.6))))
        if y > 75:
            trees.append((left_m - float(generator.uniform(2.0, 16.0)), y, float(generator.uniform(2.0, 3.4))))
    return trees


def _to_px(camera: SceneCamera, points_m: Array) -> Array:
    """Pixels in the oversampled picture."""
    return np.asarray((camera.project(points_m) + 0.5) * _OVERSAMPLE - 0.5)


def _fill(picture: Floats, points_px: Array, colour: tuple[float, float, float]) -> None:
    """Fill a polygon with an opaque colour and a smooth edge."""
    cv2.fillPoly(picture, [np.round(np.clip(points_px, -1e5, 1e5) * 16).astype(np.int32)], colour, cv2.LINE_8, 4)


def _bar(
    picture: Floats,
    camera: SceneCamera,
    low_m: tuple[float, float, float],
    high_m: tuple[float, float, float],
    *,
    width_m: float,
    colour: tuple[float, float, float] | None,
    shade: float = 1.0,
) -> None:
    """A straight bar of ``width_m`` in X between two points; without a colour it only darkens (a shadow)."""
    half = np.array([width_m / 2, 0.0, 0.0])
    low, high = np.array(low_m), np.array(high_m)
    corners = _to_px(camera, np.stack([low - half, low + half, high + half, high - half]))
    if colour is not None:
        _fill(picture, corners, colour)
        return
    mask = np.zeros(picture.shape[:2], dtype=np.float32)
    cv2.fillPoly(mask, [np.round(np.clip(corners, -1e5, 1e5) * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    picture *= 1 - (1 - shade) * cv2.GaussianBlur(mask, (0, 0), 1.5)[:, :, None]


def _barrier(picture: Floats, camera: SceneCamera, x_m: float, light: Daylight) -> None:
    """A steel crash barrier along the middle strip: posts and a waved rail."""
    shift = light.to_sun[0] / light.to_sun[2]
    for low_x, high_x in ((x_m - shift * 0.45, x_m - shift * 0.75),) if light.casts else ():
        near, far = 6.0, 300.0
        corners = np.array([[low_x, near, 0], [high_x, near, 0], [high_x, far, 0], [low_x, far, 0]])
        mask = np.zeros(picture.shape[:2], dtype=np.float32)
        cv2.fillPoly(mask, [np.round(_to_px(camera, corners) * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        picture *= 1 - 0.55 * cv2.GaussianBlur(mask, (0, 0), 2.0)[:, :, None]
    for y in np.arange(300.0, 6.0, -2.0):
        _bar(
            picture,
            camera,
            (x_m + 0.06, float(y), 0.0),
            (x_m + 0.06, float(y), 0.72),
            width_m=0.10,
            colour=(0.16, 0.155, 0.15),
        )
    waves = (
        (0.45, 0.50, 0.55),
        (0.50, 0.57, 1.0),
        (0.57, 0.61, 0.7),
        (0.61, 0.66, 0.45),
        (0.66, 0.73, 1.1),
        (0.73, 0.76, 0.8),
    )
    for low_z, high_z, bright in waves:
        rail = np.array([[x_m, 5.5, low_z], [x_m, 5.5, high_z], [x_m, 300.0, high_z], [x_m, 300.0, low_z]])
        _fill(picture, _to_px(camera, rail), tuple(channel * bright for channel in _STEEL))  # type: ignore[arg-type]


def _tree_shadow(picture: Floats, x_m: Floats, y_m: Floats, tree: tuple[float, float, float], light: Daylight) -> None:
    """The round shadow of a crown on the ground."""
    x, y, radius = tree
    throw = radius * 1.6
    centre_x, centre_y = x - light.to_sun[0] / light.to_sun[2] * throw, y - light.to_sun[1] / light.to_sun[2] * throw
    if radius < 1.0:
        return
    rows = np.flatnonzero(np.abs(y_m[:, 0] - centre_y) < radius * 1.5)
    if not len(rows):
        return
    band = slice(int(rows[0]), int(rows[-1]) + 1)
    distance = np.hypot(x_m[band] - centre_x, (y_m[band] - centre_y) * 0.8) / radius
    ragged = distance + 0.12 * np.sin(x_m[band] * 9 + y_m[band] * 4) + 0.08 * np.sin(x_m[band] * 23 - y_m[band] * 17)
    weight = np.clip((1.05 - ragged) / 0.2, 0.0, 1.0)[:, :, None]
    picture[band] *= 1 - weight * (1 - light.ground_shade())


def _tree(
    picture: Floats, camera: SceneCamera, tree: tuple[float, float, float], generator: np.random.Generator
) -> None:
    """A bush or a young tree: a cloud of leaf blobs, lit from the sun's side."""
    x, y, radius = tree
    high = radius * 1.15
    _bar(picture, camera, (x, y, 0.0), (x, y, high), width_m=0.12 + 0.05 * radius, colour=(0.03, 0.04, 0.05))
    scale = camera.focal_px * _OVERSAMPLE / y
    count = int((900 * min(1.0, 45.0 / y) + 120) * min(1.0, camera.focal_px / 1000.0))
    blobs = generator.normal(size=(count, 3))
    blobs /= np.maximum(np.linalg.norm(blobs, axis=1, keepdims=True), 1e-6)
    blobs *= np.cbrt(generator.uniform(0.15, 1.0, (len(blobs), 1)))
    lit = blobs @ np.array([-0.42, -0.52, 0.74])
    order = np.argsort(-blobs[:, 1] + 0.3 * lit)
    places = np.array([x, y, high]) + blobs * np.array([radius, radius, radius * 0.95])
    pixels = _to_px(camera, places)
    hue = float(generator.uniform(0.7, 1.15))
    for i in order:
        bright = 0.16 + 1.35 * max(0.0, 0.35 + 0.65 * float(lit[i])) * float(generator.uniform(0.45, 1.35))
        colour = (0.045 * bright, 0.215 * bright * hue, 0.125 * bright)
        size = radius * float(generator.uniform(0.035, 0.085)) * scale
        centre = np.clip(pixels[i], -1e5, 1e5)
        axes = (max(1, int(size)), max(1, int(size * 0.7)))
        cv2.ellipse(
            picture, (int(centre[0]), int(centre[1])), axes, math.degrees(float(lit[i]) * 2), 0, 360, colour, -1
        )


def _limit_sign(picture: Floats, camera: SceneCamera, x: float, y: float, limit_kmh: int | None) -> None:
    """The round speed limit sign on its post."""
    _bar(picture, camera, (x, y, 0.0), (x, y, 2.6), width_m=0.07, colour=(0.32, 0.32, 0.32))
    if limit_kmh is None:
        return
    size = 256
    face = np.zeros((size, size, 4), dtype=np.float32)
    cv2.circle(face, (128, 128), 124, (0.06, 0.05, 0.75, 1.0), -1, cv2.LINE_AA)
    cv2.circle(face, (128, 128), 94, (1.4, 1.4, 1.4, 1.0), -1, cv2.LINE_AA)
    digits = np.zeros((size, size, 3), dtype=np.uint8)
    text = str(limit_kmh)
    for i, character in enumerate(text):
        left = 128 - 32.0 * len(text) + 64 * i + 6
        draw_glyph(digits, character, box_px=(left, 78.0, 52.0, 100.0), stroke_px=15.0, colour=(255, 255, 255))
    ink = (digits[:, :, :1] / 255.0).astype(np.float32)
    face[:, :, :3] = face[:, :, :3] * (1 - ink) + 0.03 * ink
    corners = np.array(
        [[x - 0.35, y - 0.05, 2.65], [x + 0.35, y - 0.05, 2.65], [x + 0.35, y - 0.05, 1.95], [x - 0.35, y - 0.05, 1.95]]
    )
    target = _to_px(camera, corners).astype(np.float32)
    matrix = cv2.getPerspectiveTransform(
        np.array([[0, 0], [size, 0], [size, size], [0, size]], dtype=np.float32), target
    )
    height, width = picture.shape[:2]
    laid = cv2.warpPerspective(cv2.GaussianBlur(face, (0, 0), 2.0), matrix, (width, height), flags=cv2.INTER_AREA)
    picture *= 1 - laid[:, :, 3:]
    picture += laid[:, :, :3]
