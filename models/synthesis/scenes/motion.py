"""Where a vehicle is at a moment: its path over the road as a function of time."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.scenario import PASS_LINE_M, Road, Vehicle
from recognition.contracts import Direction


@dataclass(frozen=True, slots=True)
class Pose:
    """A vehicle at one moment.

    ``near_m`` is the road point below the middle of the end that faces the camera; ``heading`` the
    unit vector of travel; ``speed_kmh`` the speed along the path; ``base_m`` how high above the road it stands.
    """

    near_m: tuple[float, float]
    heading: tuple[float, float]
    speed_kmh: float
    base_m: float = 0.0

    def to_road(self, points_m: NDArray[np.float64], length_m: float, *, approaching: bool) -> NDArray[np.float64]:
        """Turn vehicle coordinates (N, 3) into road coordinates (N, 3).

        Vehicle coordinates: first backwards from the front, second to the vehicle's left hand
        (the camera's right for approaching traffic), third up.
        """
        ahead = np.array(self.heading)
        left = np.array([-ahead[1], ahead[0]])
        front = np.array(self.near_m) + (0.0 if approaching else length_m) * ahead
        ground = front - points_m[:, :1] * ahead + points_m[:, 1:2] * left
        return np.column_stack([ground, points_m[:, 2] + self.base_m])


def _smooth(share: float) -> tuple[float, float]:
    """The quintic step from 0 to 1 and its slope."""
    s = min(max(share, 0.0), 1.0)
    return s**3 * (10 - 15 * s + 6 * s * s), 30 * s * s * (1 - s) ** 2


def pose_at(vehicle: Vehicle, road: Road, moment_s: float) -> Pose:
    """Where ``vehicle`` is ``moment_s`` seconds into the scene."""
    lane = road.lane(vehicle.lane)
    sign = -1.0 if lane.direction is Direction.APPROACHING else 1.0
    speed_m_s = vehicle.speed_kmh / 3.6
    y_m = PASS_LINE_M + sign * speed_m_s * (moment_s - vehicle.passes_s)
    x_m, slope = lane.middle_m + vehicle.offset_m, 0.0
    if vehicle.change is not None:
        span_m = vehicle.change.ends_m - vehicle.change.starts_m
        step, rate = _smooth((y_m - vehicle.change.starts_m) / span_m)
        shift_m = road.lane(vehicle.change.to_lane).middle_m - lane.middle_m
        x_m, slope = x_m + shift_m * step, shift_m * rate / span_m
    norm = math.hypot(slope, 1.0)
    return Pose(
        near_m=(x_m, y_m),
        heading=(sign * slope / norm, sign / norm),
        speed_kmh=vehicle.speed_kmh * norm,
    )
