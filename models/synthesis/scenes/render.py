"""From a scenario to frames: backdrop once, then each moment's vehicles far to near, then the camera's faults."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.draw import Placed, cast_shadow, draw_vehicle
from models.synthesis.scenes.garage import BODIES
from models.synthesis.scenes.light import Daylight, develop
from models.synthesis.scenes.motion import pose_at
from models.synthesis.scenes.road import ground_light, settle
from models.synthesis.scenes.scenario import Scenario
from models.synthesis.scenes.scenery import furnish
from models.synthesis.scenes.signal import draw_signal
from recognition.contracts import Direction

_FARTHEST_M = 130.0
_NOISE_LEVELS = 1.6
_BLUR_PX = 0.45


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


class SceneRenderer:
    """Renders the frames of one scenario; the backdrop is cast when the renderer is made."""

    def __init__(self, scenario: Scenario, light: Daylight | None = None) -> None:
        self._scenario = scenario
        self._light = light or Daylight()
        ground, x_m, y_m = ground_light(scenario.camera, scenario.road, self._light, scenario.seed)
        furnish(ground, scenario, self._light, x_m, y_m)
        self._backdrop = settle(ground, y_m)
        self._vignette = _vignette(scenario.camera.width_px, scenario.camera.height_px)

    def frame(self, sequence: int) -> NDArray[np.uint8]:
        """Frame number ``sequence`` as (H, W, 3) BGR."""
        camera = self._scenario.camera
        picture = self._backdrop.copy()
        standing = placed_at(self._scenario, sequence / self._scenario.fps)
        for placed in standing:
            cast_shadow(picture, camera, placed, self._light)
        for placed in standing:
            draw_vehicle(picture, camera, placed, self._light)
        picture *= self._vignette
        toned = develop(picture)
        for signal in self._scenario.signals:
            draw_signal(toned, signal, sequence / self._scenario.fps)
        developed = cv2.GaussianBlur(toned, (0, 0), _BLUR_PX)
        generator = np.random.default_rng((self._scenario.seed, sequence))
        noise = generator.standard_normal(developed.shape[:2], dtype=np.float32)[:, :, None] * _NOISE_LEVELS
        return np.asarray(np.clip(developed + noise + 0.5, 0, 255), dtype=np.uint8)

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[NDArray[np.uint8]]:
        """Frames ``start`` to ``stop`` (all by default), in order."""
        for sequence in range(start, self._scenario.frame_count if stop is None else stop):
            yield self.frame(sequence)


def _vignette(width_px: int, height_px: int) -> NDArray[np.float32]:
    """The lens darkens the corners by a fifth; (H, W, 1)."""
    rows, columns = np.mgrid[0:height_px, 0:width_px].astype(np.float32)
    radius = np.hypot((columns - width_px / 2) / width_px, (rows - height_px / 2) / width_px)
    return np.asarray((1 - 0.45 * radius**2 * 1.4)[:, :, None], dtype=np.float32)
