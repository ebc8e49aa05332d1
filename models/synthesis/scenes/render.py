"""From a scenario to frames: backdrop once, then each moment's vehicles far to near, then the camera's faults."""

from collections.abc import Iterator, Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.draw import Placed
from models.synthesis.scenes.garage import BODIES
from models.synthesis.scenes.light import Daylight, develop
from models.synthesis.scenes.motion import pose_at
from models.synthesis.scenes.road import ground_light, settle
from models.synthesis.scenes.scenario import Scenario, Setting
from models.synthesis.scenes.scenery import furnish
from models.synthesis.scenes.signal import SceneSignal, draw_signal
from models.synthesis.scenes.weather import (
    CLEAR,
    Drawn,
    Weather,
    dress_ground,
    light_road,
    mirror_on_road,
    rain_over,
    veil,
)
from recognition.contracts import Direction

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]
_FARTHEST_M = 130.0


def placed_at(scenario: Scenario, moment_s: float) -> list[Placed]:
    """Every vehicle on the stretch before the camera, far ones first."""
    standing = []
    for vehicle in scenario.vehicles:
        approaching = scenario.road.lane(vehicle.lane).direction is Direction.APPROACHING
        placed = Placed(vehicle, pose_at(vehicle, scenario.road, moment_s), approaching)
        near_m = placed.pose.near_m[1]
        if -BODIES[vehicle.model].length_m < near_m < _FARTHEST_M:
            standing.append(placed)
    return sorted(standing, key=lambda placed: -placed.pose.near_m[1])


class Standing(Drawn, Protocol):
    """What stands in a scene: it keeps the light off the road, and can be drawn over what lies farther away."""

    def cast(self, linear_bgr: Floats, camera: SceneCamera, light: Daylight) -> None:
        """Darken the road where it keeps the light off."""
        ...


class Stage:
    """A setting in its light: the backdrop is cast once, then any number of pictures are taken of what stands there."""

    def __init__(self, setting: Setting, weather: Weather = CLEAR) -> None:
        self._setting = setting
        self._weather = weather
        ground, x_m, y_m = ground_light(setting, weather.light)
        ground /= weather.brightness()  # what stands beside the road is painted for a clear day
        furnish(ground, setting, weather.light, x_m, y_m)
        ground *= weather.brightness()
        dress_ground(ground, setting, weather, x_m, y_m)
        self._backdrop = settle(ground, y_m, weather.haze_bgr, weather.haze_m)
        self._vignette = _vignette(setting.camera.width_px, setting.camera.height_px)

    def picture(
        self, standing: Sequence[Standing], signals: Sequence[SceneSignal], moment_s: float, sequence: int
    ) -> Picture:
        """Take picture number ``sequence`` of what stands there, far things first, (H, W, 3) BGR."""
        camera, weather = self._setting.camera, self._weather
        linear = self._backdrop.copy()
        for thing in standing:
            thing.cast(linear, camera, weather.light)
        for thing in standing:
            if isinstance(thing, Placed) and thing.pose.base_m == 0 and thing.parts is None:
                light_road(linear, camera, thing, weather)
        mirror_on_road(linear, camera, standing, weather)
        for thing in standing:
            thing.draw(linear, camera, weather.light)
        linear *= self._vignette
        veil(linear, weather)
        toned = develop(linear)
        for signal in signals:
            draw_signal(toned, signal, moment_s)
        toned = rain_over(toned, weather, self._setting.seed, sequence)
        developed = cv2.GaussianBlur(toned, (0, 0), weather.blur_px)
        generator = np.random.default_rng((self._setting.seed, sequence))
        noise = generator.standard_normal(developed.shape[:2], dtype=np.float32)[:, :, None] * weather.noise_levels
        return np.asarray(np.clip(developed + noise + 0.5, 0, 255), dtype=np.uint8)


class SceneRenderer:
    """Renders the frames of one scenario; the backdrop is cast when the renderer is made."""

    def __init__(self, scenario: Scenario, weather: Weather = CLEAR) -> None:
        self._scenario = scenario
        self._stage = Stage(scenario.setting, weather)

    def frame(self, sequence: int) -> Picture:
        """Frame number ``sequence`` as (H, W, 3) BGR."""
        moment_s = sequence / self._scenario.fps
        return self._stage.picture(placed_at(self._scenario, moment_s), self._scenario.signals, moment_s, sequence)

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[Picture]:
        """Frames ``start`` to ``stop`` (all by default), in order."""
        for sequence in range(start, self._scenario.frame_count if stop is None else stop):
            yield self.frame(sequence)


def _vignette(width_px: int, height_px: int) -> NDArray[np.float32]:
    """The lens darkens the corners by a fifth; (H, W, 1)."""
    rows, columns = np.mgrid[0:height_px, 0:width_px].astype(np.float32)
    radius = np.hypot((columns - width_px / 2) / width_px, (rows - height_px / 2) / width_px)
    return np.asarray((1 - 0.45 * radius**2 * 1.4)[:, :, None], dtype=np.float32)
