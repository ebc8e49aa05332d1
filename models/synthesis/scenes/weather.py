"""Weather and time of day: their light, and what they do to the road, the lamps and the picture.

Every function leaves the picture as it is on a clear day.  Pictures are linear light (H, W, 3) BGR and are
changed in place, except where a function says that it takes a developed picture.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.light import Daylight
from models.synthesis.scenes.scenario import Setting
from models.synthesis.scenes.texture import GroundNoise

Floats = NDArray[np.float32]
Array = NDArray[np.float64]
Bgr = tuple[float, float, float]
_BEAM_M = 26.0
_HALOS = ((2.0, 0.10), (7.0, 0.05), (22.0, 0.022))
"""Spread in px of a 1280 px picture, and share of the light over white that goes there."""
_LAMP_EVERY_M = 32.0
_FIRST_LAMP_M = 26.0


@dataclass(frozen=True, slots=True)
class Weather:
    """How a scene is lit and seen.

    ``haze_bgr`` is the colour of far country and ``haze_m`` how far one sees into it; ``rain`` runs from 0 to 1;
    ``street`` is how uneven the light of the street lamps is on the road (0: none burn), ``beams`` the strength of
    head lamps on it; ``blur_px`` and ``noise_levels`` are the camera's, in a developed picture.
    """

    name: str
    light: Daylight
    noise_levels: float = 1.6
    blur_px: float = 0.45
    haze_bgr: Bgr = (0.95, 0.92, 0.88)
    haze_m: float = 420.0
    rain: float = 0.0
    street: float = 0.0
    beams: float = 0.0
    bloom: float = 0.0

    def brightness(self) -> Floats:
        """Light on the ground as a share of a clear day's, (3,) BGR: one on a clear day."""
        up = np.array([[0.0, 0.0, 1.0]], dtype=np.float32)
        return np.asarray(self.light.irradiance(up)[0] / Daylight().irradiance(up)[0], dtype=np.float32)


CLEAR = Weather("clear", Daylight())
OVERCAST = Weather(
    "overcast",
    Daylight(to_sun=(-0.05, -0.05, 1.0), sun_bgr=(0.42, 0.42, 0.42), sky_bgr=(1.62, 1.56, 1.50),
             horizon_bgr=(1.06, 1.04, 1.02), glint=0.0, casts=False, shadow_soft=4.0),
    haze_bgr=(0.98, 0.96, 0.94), haze_m=300.0,
)  # fmt: skip
LOW_SUN = Weather(
    "low_sun",
    Daylight(to_sun=(-0.82, -0.42, 0.36), sun_bgr=(1.75, 2.75, 3.70), sky_bgr=(0.95, 0.80, 0.74),
             horizon_bgr=(0.85, 0.98, 1.12), glint=1.3),
    haze_bgr=(0.80, 0.92, 1.04),
)  # fmt: skip
NIGHT = Weather(
    "night",
    Daylight(to_sun=(-0.20, -0.15, 1.0), sun_bgr=(0.135, 0.195, 0.235), sky_bgr=(0.080, 0.074, 0.074),
             horizon_bgr=(0.065, 0.085, 0.100), ground_bgr=(0.030, 0.038, 0.044), glint=0.05, casts=False,
             shadow_soft=2.0, lamps=7.0, retro=0.85),
    noise_levels=3.6, blur_px=0.55, haze_bgr=(0.030, 0.026, 0.026), haze_m=260.0, street=0.50, beams=2.6, bloom=1.4,
)  # fmt: skip
RAIN = Weather(
    "rain",
    Daylight(to_sun=(-0.05, -0.05, 1.0), sun_bgr=(0.10, 0.10, 0.10), sky_bgr=(1.30, 1.23, 1.16),
             horizon_bgr=(0.78, 0.76, 0.74), ground_bgr=(0.14, 0.14, 0.14), glint=0.0, casts=False, shadow_soft=3.0,
             lamps=3.0),
    noise_levels=2.0, blur_px=0.65, haze_bgr=(0.74, 0.72, 0.70), haze_m=170.0, rain=1.0, beams=0.25, bloom=0.5,
)  # fmt: skip
WEATHERS: dict[str, Weather] = {weather.name: weather for weather in (CLEAR, OVERCAST, LOW_SUN, NIGHT, RAIN)}


class Drawn(Protocol):
    """What stands in a scene and can be drawn over what lies farther away."""

    def draw(self, linear_bgr: Floats, camera: SceneCamera, light: Daylight) -> None:
        """Draw it over the picture (H, W, 3)."""
        ...


class Shining(Protocol):
    """A vehicle whose head lamps light the road."""

    def in_road(self, points_m: Array) -> Array:
        """Vehicle coordinates (N, 3) as road coordinates (N, 3)."""
        ...

    def axes(self) -> Array:
        """Rows: the vehicle's backward, left and up direction in the road frame, (3, 3)."""
        ...


@dataclass(frozen=True, slots=True)
class _MirrorCamera(SceneCamera):
    """The camera as the wet road shows the scene: everything stands on its head below the road."""

    @property
    def position_m(self) -> Array:
        """Where the mirrored camera stands, (3,) m."""
        return np.array([0.0, 0.0, -self.height_m])

    def depth_m(self, points_m: Array) -> Array:
        """Distance along the optical axis of the mirror image of ``points_m`` (N, 3), (N,) m."""
        return SceneCamera.depth_m(self._upright(), points_m * _FLIP)

    def project(self, points_m: Array) -> Array:
        """Pixels (N, 2) of the mirror image of ``points_m`` (N, 3)."""
        return SceneCamera.project(self._upright(), np.asarray(points_m) * _FLIP)

    def rays(self, points_px: Array) -> Array:
        """Directions (N, 3) after the reflection on the road."""
        return np.asarray(SceneCamera.rays(self, points_px) * _FLIP)

    def _upright(self) -> SceneCamera:
        return SceneCamera(self.height_m, self.pitch_deg, self.focal_px, self.width_px, self.height_px)


_FLIP = np.array([1.0, 1.0, -1.0])


def dress_ground(ground: Floats, setting: Setting, weather: Weather, x_m: Floats, y_m: Floats) -> None:
    """Light the ground (2H, 2W, 3) by its street lamps and wet it, before the haze of distance."""
    if weather.street > 0:
        across = (x_m - setting.road.asphalt_left_m - 2.5) / 9.0
        along = (np.mod(y_m - _FIRST_LAMP_M + _LAMP_EVERY_M / 2, _LAMP_EVERY_M) - _LAMP_EVERY_M / 2) / 9.0
        pool = np.exp(-(across**2) - along**2)
        ground *= (1 - weather.street + 2.3 * weather.street * pool)[:, :, None]
    if weather.rain > 0:
        road = setting.road
        asphalt = np.clip((x_m - road.asphalt_left_m) / 0.2, 0, 1) * np.clip((road.asphalt_right_m - x_m) / 0.2, 0, 1)
        film = 0.75 + 0.25 * GroundNoise(setting.seed + 2).sample(x_m, y_m * 0.35, 1.1)
        film = np.clip(film, 0.0, 1.2) * (0.15 + 0.85 * asphalt) * weather.rain
        cosine = setting.camera.height_m / np.sqrt(x_m**2 + y_m**2 + setting.camera.height_m**2)
        mirror = film * (0.02 + 0.70 * (1 - cosine) ** 5)
        ground *= (1 - 0.52 * weather.rain * (0.35 + 0.65 * asphalt))[:, :, None]
        ground += mirror[:, :, None] * np.array(weather.haze_bgr, dtype=np.float32)


def light_road(linear_bgr: Floats, camera: SceneCamera, vehicle: Shining, weather: Weather) -> None:
    """Lay the light of a vehicle's head lamps on the road before it; nothing stands on the picture there yet."""
    if weather.beams == 0:
        return
    front = vehicle.in_road(np.zeros((1, 3)))[0, :2]
    ahead, left = -vehicle.axes()[0, :2], vehicle.axes()[1, :2]
    height, width = linear_bgr.shape[:2]
    reach = [front + f * ahead + s * left for f in (0.3, _BEAM_M) for s in (-6.0, 6.0)]
    inner = [point for point in reach if camera.depth_m(np.array([[*point, 0.0]]))[0] > 1.0]
    if not inner:
        return
    pixels = camera.project_road(np.array(inner))
    low = np.clip(np.floor(pixels.min(axis=0)), 0, [width, height]).astype(int)
    high = np.clip(np.ceil(pixels.max(axis=0)), 0, [width, height]).astype(int)
    if len(inner) < len(reach):
        low[0], high = 0, np.array([width, height])
    if (high - low < 8).any():
        return
    step = 4
    columns, rows = np.meshgrid(np.arange(low[0], high[0], step), np.arange(low[1], high[1], step))
    road = camera.to_road(np.column_stack([columns.ravel(), rows.ravel()]) + (step - 1) / 2)
    offset = np.nan_to_num(road, nan=1e3) - front
    forward, aside = np.maximum(offset @ ahead, 0.0), offset @ left
    spread = np.exp(-((aside / (1.0 + 0.17 * forward)) ** 2))
    fall = forward**2 / (forward**2 + 4.0) / (1 + (forward / 8.0) ** 2) * np.clip(1 - forward / _BEAM_M, 0, 1)
    beam = (weather.beams * spread * fall).astype(np.float32).reshape(rows.shape)
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    smooth = cv2.resize(beam, (rows.shape[1] * step, rows.shape[0] * step))[: size[1], : size[0], None]
    up = weather.light.irradiance(np.array([[0.0, 0.0, 1.0]], dtype=np.float32))[0]
    linear_bgr[low[1] : high[1], low[0] : high[0]] *= 1 + smooth * np.array((0.85, 0.95, 1.0), np.float32) / up


def mirror_on_road(linear_bgr: Floats, camera: SceneCamera, things: Iterable[Drawn], weather: Weather) -> None:
    """Lay the dim, smeared mirror image of what stands on the wet road; far things first."""
    if weather.rain == 0:
        return
    mirror = _MirrorCamera(camera.height_m, camera.pitch_deg, camera.focal_px, camera.width_px, camera.height_px)
    image = np.zeros_like(linear_bgr)
    for thing in things:
        thing.draw(image, mirror, weather.light)
    seen = (image.max(axis=2, keepdims=True) > 1e-5).astype(np.float32)
    layer = np.concatenate([np.minimum(image, 4.0), seen], axis=2)
    smeared = cv2.GaussianBlur(layer, (0, 0), sigmaX=2.0, sigmaY=7.0 * camera.height_px / 720)
    linear_bgr *= 1 - 0.30 * weather.rain * smeared[:, :, 3:]
    linear_bgr += 0.20 * weather.rain * smeared[:, :, :3]


def veil(linear_bgr: Floats, weather: Weather) -> None:
    """Let bright lamps bleed into halos, and lay the grey veil of falling rain over everything."""
    if weather.bloom > 0:
        over = np.clip(linear_bgr - 1.2, 0.0, 6.0)
        scale = linear_bgr.shape[1] / 1280
        for spread_px, share in _HALOS:
            quarter = cv2.resize(over, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
            halo = cv2.GaussianBlur(quarter, (0, 0), max(spread_px * scale / 4, 0.3))
            gain = weather.bloom * share * 4.0 * math.sqrt(spread_px)
            linear_bgr += gain * cv2.resize(halo, (linear_bgr.shape[1], linear_bgr.shape[0]))
    if weather.rain > 0:
        share = 0.02 * weather.rain
        linear_bgr *= 1 - share
        linear_bgr += share * np.array(weather.haze_bgr, dtype=np.float32)


def rain_over(developed: NDArray[np.uint8], weather: Weather, seed: int, sequence: int) -> NDArray[np.uint8]:
    """The developed picture (H, W, 3) with the streaks of picture number ``sequence``."""
    if weather.rain == 0:
        return developed
    height, width = developed.shape[:2]
    generator = np.random.default_rng((seed, sequence, 77))
    scale = width / 1280
    streaks = np.zeros((height, width), dtype=np.float32)
    for _ in range(round(520 * weather.rain)):
        x, y = generator.uniform(0, width), generator.uniform(-30, height)
        long = float(generator.gamma(4.0, 5.5)) * scale
        lean = float(generator.normal(0.09, 0.02)) * long
        start, stop = (round(x * 16), round(y * 16)), (round((x + lean) * 16), round((y + long) * 16))
        thick = 2 if generator.uniform() < 0.12 else 1
        cv2.line(streaks, start, stop, float(generator.uniform(0.12, 0.46)), thick, cv2.LINE_AA, 4)
    soft = cv2.GaussianBlur(streaks, (0, 0), max(0.7 * scale, 0.4))[:, :, None]
    white = 205.0 * min(1.0, 0.25 + float(weather.brightness().mean()))
    return np.asarray(developed + np.maximum(white - developed, 0.0) * soft + 0.5, dtype=np.uint8)
