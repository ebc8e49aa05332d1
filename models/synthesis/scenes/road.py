"""The backdrop: road, paint, verge and far country, cast once per camera in world metres."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.light import Daylight
from models.synthesis.scenes.scenario import Road, RoadLine, RoadMark, Setting
from models.synthesis.scenes.texture import GroundNoise
from recognition.contracts import LineKind

Floats = NDArray[np.float32]
Array = NDArray[np.floating[Any]]
_OVERSAMPLE = 2
_ASPHALT = (0.108, 0.105, 0.103)
_GRAVEL = (0.17, 0.20, 0.22)
_GRASS = (0.025, 0.105, 0.070)
_PAINT = 0.62
_DASH_M = (4.0, 8.0)
"""Length of a dash and of the gap after it (ГОСТ Р 51256, 1.5 outside towns is 1:3; in towns 1:2 is common)."""


def ground_grid(camera: SceneCamera) -> tuple[Floats, Floats]:
    """Road coordinates X, Y of every pixel at twice the resolution; far pixels are held at 400 m."""
    height, width = camera.height_px * _OVERSAMPLE, camera.width_px * _OVERSAMPLE
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    pixels = (np.stack([columns.ravel(), rows.ravel()], axis=1) + 0.5) / _OVERSAMPLE - 0.5
    rays = camera.rays(pixels)
    scale = camera.height_m / np.maximum(-rays[:, 2], camera.height_m / 400.0)
    x_m, y_m = rays[:, 0] * scale, rays[:, 1] * scale
    return x_m.reshape(height, width).astype(np.float32), y_m.reshape(height, width).astype(np.float32)


def _edge(value_m: Array, soft_m: float | Array) -> Floats:
    """0 to 1 across zero with a soft edge."""
    return np.asarray(np.clip(value_m / soft_m + 0.5, 0.0, 1.0), dtype=np.float32)


def _blend(picture: Floats, colour: Floats | tuple[float, float, float], weight: Floats) -> None:
    """Lay ``colour`` over the picture by ``weight`` (H, W)."""
    picture += (np.asarray(colour, dtype=np.float32) - picture) * weight[:, :, None]


def _asphalt(x_m: Floats, y_m: Floats, road: Road, noise: GroundNoise) -> Floats:
    """Albedo (H, W, 3) of worn asphalt: grain, wheel tracks, patches, sealed cracks."""
    grain = noise.layers(x_m, y_m, (0.012, 0.03, 0.08), 1)
    blotches = noise.layers(x_m, y_m, (0.6, 2.5, 7.0), 5)
    shade = 1.04 + 0.32 * grain + 0.10 * blotches
    for lane in road.lanes:
        for offset in (-0.78, 0.78):
            distance = (x_m - lane.middle_m - offset) / 0.34
            shade -= 0.11 * np.exp(-(distance**2)) * (1 + 0.3 * noise.sample(x_m, y_m * 0.1, 0.5, 9))
        shade -= (
            0.10 * np.exp(-(((x_m - lane.middle_m) / 0.25) ** 2)) * np.clip(noise.sample(x_m, y_m * 0.15, 0.7, 3), 0, 1)
        )
    crack = np.abs(noise.sample(x_m, y_m, 1.7, 12) + 0.15 * noise.sample(x_m, y_m, 0.25, 13))
    footprint = np.maximum(np.abs(np.gradient(y_m, axis=0)), 1e-6)
    shade *= 1 - 0.45 * np.clip(1 - crack / 0.02, 0, 1) * (noise.sample(x_m, y_m, 6.0, 14) > 0.7) / (1 + footprint * 6)
    for joint_m in (17.3, 37.9, 66.0):
        wave = y_m - joint_m - 0.05 * noise.sample(x_m, y_m, 0.8, 17)
        shade *= 1 - 0.38 * _edge(0.035 - np.abs(wave), np.maximum(footprint, 0.02)) * (np.abs(x_m) < 5.0)
    for low_x, high_x, low_y, high_y in ((-3.1, -1.7, 20.5, 25.0), (0.9, 2.9, 33.0, 41.0)):
        inside = (
            _edge(x_m - low_x, 0.03) * _edge(high_x - x_m, 0.03) * _edge(y_m - low_y, 0.1) * _edge(high_y - y_m, 0.1)
        )
        shade *= 1 - 0.16 * inside
    return np.asarray(np.array(_ASPHALT, dtype=np.float32) * shade[:, :, None], dtype=np.float32)


def _paint_line(picture: Floats, x_m: Floats, y_m: Floats, line: RoadLine, noise: GroundNoise) -> None:
    """One painted line, a little worn."""
    footprint = np.maximum(np.abs(np.gradient(x_m, axis=1)), 0.004)
    half = line.width_m / 2
    weight = _edge(half - np.abs(x_m - line.x_m), footprint)
    weight *= _edge(y_m - line.from_m, 0.06) * _edge(line.to_m - y_m, 0.06)
    if line.kind is LineKind.DASHED:
        dash, gap = _DASH_M
        phase = np.mod(y_m - line.from_m, dash + gap)
        weight *= _edge(dash - phase, 0.06)
    worn = np.clip(0.86 + 0.20 * noise.layers(x_m, y_m, (0.02, 0.07, 0.4), 21), 0.45, 1.0)
    _blend(picture, (_PAINT, _PAINT, _PAINT), weight * worn)


def _paint_mark(picture: Floats, camera: SceneCamera, mark: RoadMark) -> None:
    """One painted area."""
    corners_px = (camera.project_road(np.array(mark.corners_m)) + 0.5) * _OVERSAMPLE - 0.5
    weight = np.zeros(picture.shape[:2], dtype=np.float32)
    cv2.fillPoly(weight, [np.round(np.clip(corners_px, -1e5, 1e5) * 16).astype(np.int32)], 0.86, cv2.LINE_AA, 4)
    _blend(picture, mark.paint, weight)


def _verges(picture: Floats, x_m: Floats, y_m: Floats, road: Road, noise: GroundNoise) -> None:
    """Gravel shoulder, grass, and a second carriageway beyond the middle strip."""
    wander = 0.08 * noise.sample(x_m, y_m, 0.8, 30)
    left, right = road.asphalt_left_m, road.asphalt_right_m
    gravel = _edge(left - x_m + wander, 0.06) + _edge(x_m - right + wander, 0.06)
    stones = 1 + 0.35 * noise.layers(x_m, y_m, (0.02, 0.05, 0.3), 31)
    _blend(picture, np.array(_GRAVEL, dtype=np.float32) * stones[:, :, None], gravel)
    wander = 0.25 * noise.sample(x_m, y_m, 0.6, 33) + 0.2 * noise.sample(x_m, y_m, 0.12, 34)
    grass = _edge(left - 0.9 - x_m + wander, 0.1) + _edge(x_m - right - 0.9 + wander, 0.1)
    blades = noise.layers(x_m, y_m, (0.025, 0.09, 0.5, 2.5), 35)
    dry = np.clip(0.5 + 0.9 * noise.layers(x_m, y_m, (0.5, 3.0, 9.0), 41), 0, 1)[:, :, None]
    green = (
        np.array(_GRASS, dtype=np.float32) * (1 - 0.5 * dry)
        + np.array((0.05, 0.15, 0.16), dtype=np.float32) * 0.5 * dry
    )
    _blend(picture, green * np.clip(1 + 0.55 * blades, 0.15, 2.2)[:, :, None], np.clip(grass, 0, 1))
    opposite = _edge(x_m - right - 4.6, 0.05) * _edge(right + 13.0 - x_m, 0.05)
    shade = 1 + 0.15 * noise.layers(x_m, y_m, (0.05, 0.5, 4.0), 51)
    _blend(picture, np.array(_ASPHALT, dtype=np.float32) * shade[:, :, None], opposite)
    edge = _edge(0.08 - np.abs(x_m - right - 5.0), 0.03) + _edge(0.08 - np.abs(x_m - right - 12.4), 0.05)
    dash = _edge(0.07 - np.abs(x_m - right - 8.7), 0.04) * (np.mod(y_m, 12.0) < 4.0)
    _blend(picture, (_PAINT * 0.9,) * 3, np.clip(edge + dash, 0, 1))


def ground_light(setting: Setting, light: Daylight) -> tuple[Floats, Floats, Floats]:
    """Light from the ground (2H, 2W, 3) linear BGR, with the grids X and Y it was cast on."""
    camera, road = setting.camera, setting.road
    x_m, y_m = ground_grid(camera)
    noise = GroundNoise(setting.seed)
    albedo = _asphalt(x_m, y_m, road, noise)
    for line in road.lines:
        _paint_line(albedo, x_m, y_m, line, noise)
    for mark in road.marks:
        _paint_mark(albedo, camera, mark)
    _verges(albedo, x_m, y_m, road, noise)
    up = np.array([[0.0, 0.0, 1.0]], dtype=np.float32)
    return np.asarray(np.maximum(albedo, 0.004) * light.irradiance(up)[0], dtype=np.float32), x_m, y_m


def settle(
    picture: Floats, y_m: Floats, haze_bgr: tuple[float, float, float] = (0.95, 0.92, 0.88), haze_m: float = 420.0
) -> Floats:
    """Add the haze of distance and bring the picture down to the camera's resolution."""
    haze = (1 - np.exp(-np.maximum(y_m - 30.0, 0.0) / haze_m))[:, :, None]
    picture += (np.array(haze_bgr, dtype=np.float32) - picture) * haze
    height, width = picture.shape[0] // _OVERSAMPLE, picture.shape[1] // _OVERSAMPLE
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), dtype=np.float32)
