"""The pinhole camera of a scene: metres on the road to pixels and back, without a lens error.

Road coordinates are those of the site file: X to the right, Y away from the camera along the road,
Z up, origin on the road plane below the camera.  Pixel centres lie on whole numbers (OpenCV).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SceneCamera:
    """A camera above the road, looking along it and down.

    ``pitch_deg`` is the depression of the optical axis below the horizon; ``focal_px`` the focal
    length in pixels.  A plate is readable to about ``focal_px / 115`` metres.
    """

    height_m: float
    pitch_deg: float
    focal_px: float
    width_px: int = 1280
    height_px: int = 720

    @property
    def centre_px(self) -> tuple[float, float]:
        """The principal point, px."""
        return (self.width_px - 1) / 2, (self.height_px - 1) / 2

    def axes(self) -> Array:
        """Rows: image right, image down and optical axis, each as a unit vector of the road frame, (3, 3)."""
        pitch = math.radians(self.pitch_deg)
        return np.array(
            [
                [1.0, 0.0, 0.0],
                [0.0, -math.sin(pitch), -math.cos(pitch)],
                [0.0, math.cos(pitch), -math.sin(pitch)],
            ]
        )

    @property
    def position_m(self) -> Array:
        """Where the camera stands, (3,) m."""
        return np.array([0.0, 0.0, self.height_m])

    def depth_m(self, points_m: Array) -> Array:
        """Distance along the optical axis of ``points_m`` (N, 3), (N,) m."""
        return np.asarray((points_m - self.position_m) @ self.axes()[2])

    def project(self, points_m: Array) -> Array:
        """Pixels (N, 2) of the points ``points_m`` (N, 3); points behind the camera are held at 0.1 m depth."""
        in_camera = (np.asarray(points_m, dtype=np.float64) - self.position_m) @ self.axes().T
        depth = np.maximum(in_camera[:, 2:3], 0.1)
        return np.asarray(in_camera[:, :2] / depth * self.focal_px + np.array(self.centre_px))

    def project_road(self, road_m: Array) -> Array:
        """Pixels (N, 2) of the road points ``road_m`` (N, 2)."""
        flat = np.asarray(road_m, dtype=np.float64)
        return self.project(np.column_stack([flat, np.zeros(len(flat))]))

    def rays(self, points_px: Array) -> Array:
        """Directions (N, 3) in the road frame, with a component of one along the optical axis."""
        offset = (np.asarray(points_px, dtype=np.float64) - np.array(self.centre_px)) / self.focal_px
        in_camera = np.column_stack([offset, np.ones(len(offset))])
        return np.asarray(in_camera @ self.axes())

    def to_road(self, points_px: Array) -> Array:
        """Road points (N, 2) m seen at ``points_px`` (N, 2); NaN above the horizon."""
        rays = self.rays(points_px)
        scale = np.where(rays[:, 2] < -1e-9, -self.height_m / np.minimum(rays[:, 2], -1e-9), np.nan)
        return np.asarray(rays[:, :2] * scale[:, None])

    def homography(self) -> Array:
        """The matrix (3, 3) that takes road ``(X, Y, 1)`` to pixels, last element one."""
        axes, (centre_x, centre_y) = self.axes(), self.centre_px
        intrinsic = np.array([[self.focal_px, 0, centre_x], [0, self.focal_px, centre_y], [0, 0, 1]])
        rotated = axes @ np.column_stack([np.eye(3)[:, :2], -self.position_m])
        matrix = intrinsic @ rotated
        return np.asarray(matrix / matrix[2, 2])
