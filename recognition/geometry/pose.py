"""Where the camera stands and how it looks, so that a point of known height above the road can be placed.

From a road plane, square pixels and a principal point (the lens's, else the picture's middle), focal length and pose
follow in closed form (Zhang, A flexible new technique for camera calibration, 2000, section 3.1); then an adjustment on
the survey.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Lens, RecognitionError
from recognition.geometry.adjustment import adjust, spread
from recognition.geometry.lens import to_ideal, to_picture
from recognition.geometry.plane import Points, RoadPlane, survey_points

_MISFIT_LIMIT = 9.0
_HEIGHT_RELATIVE_LIMIT = 0.25
_FOCAL_SPAN = (0.2, 50.0)


@dataclass(frozen=True, eq=False)
class CameraPose:
    """A pinhole camera over the road, behind its lens; pixels given and returned are the picture's own.

    ``rotation`` (3, 3) turns road axes (X right, Y away, Z up) into camera axes (right, down, forward);
    ``centre_m`` (3,) is the camera in road metres.  ``covariance`` (7, 7) is of the errors
    (relative focal length, three small turns, three shifts of the centre in m).
    """

    focal_px: float
    principal_px: Points
    rotation: Points
    centre_m: Points
    covariance: Points
    lens: Lens | None = None

    @classmethod
    def from_plane(cls, plane: RoadPlane) -> Self:
        """Find the camera that sees the surveyed plane as it is seen.

        Raises:
            RecognitionError: no such camera, or the survey fixes its height to no better than a quarter
                (``geometry.no_pose``): the lens is not ideal, the picture is cropped, or the points are too flat.
        """
        start = cls(*_closed_form(plane), np.zeros((7, 7)), plane.lens)
        road_m, picture_px = survey_points(plane.survey)
        road = np.column_stack([road_m, np.zeros(len(road_m))])
        whiten = plane._whitening(road_m)  # noqa: SLF001 - the plane owns the survey's weights

        def residuals(error: Points) -> Points:
            return np.asarray(np.einsum("nij,nj->ni", whiten, start.moved(error).project(road) - picture_px)).ravel()

        result = adjust(residuals, np.zeros(7))
        pose = replace(start.moved(result.values), covariance=result.covariance)
        height_m = float(pose.centre_m[2])
        excess = result.variance_factor / max(1.0, plane.variance_factor)
        if (
            height_m <= 0
            or excess > _MISFIT_LIMIT
            or result.covariance[6, 6] > (_HEIGHT_RELATIVE_LIMIT * height_m) ** 2
        ):
            raise _no_pose("the survey does not fix the camera's height")
        return pose

    def moved(self, error: Points) -> Self:
        """Return the pose with errors (7,) added."""
        return replace(
            self,
            focal_px=self.focal_px * float(np.exp(error[0])),
            rotation=_turn(error[1:4]) @ self.rotation,
            centre_m=self.centre_m + error[4:7],
        )

    def project(self, points_m: Points) -> Points:
        """Return the pixels (N, 2) of points (N, 3) in road metres."""
        seen = (points_m - self.centre_m) @ self.rotation.T
        return to_picture(self.principal_px + self.focal_px * seen[:, :2] / seen[:, 2:], self.lens)

    def at_height(self, points_px: Points, height_m: float) -> Points:
        """Return where, m (N, 2), pixels (N, 2) meet the level ``height_m`` above the road."""
        rays = self._rays(points_px)
        reach = (height_m - self.centre_m[2]) / rays[:, 2]
        return np.asarray(self.centre_m[:2] + reach[:, None] * rays[:, :2])

    def looks_down_at(self, points_px: Points) -> NDArray[np.bool_]:
        """Tell for each pixel (N, 2) whether its ray goes down to the road, (N,)."""
        rays = self._rays(points_px)
        return np.asarray(rays[:, 2] < 0)

    def _rays(self, points_px: Points) -> Points:
        """Return the directions (N, 3) in road axes in which pixels (N, 2) look."""
        aside = (to_ideal(points_px, self.lens) - self.principal_px) / self.focal_px
        return np.asarray(np.column_stack([aside, np.ones(len(aside))]) @ self.rotation)

    def standard_uncertainty_m(self) -> Points:
        """Return the standard uncertainty of the camera's place, m (3,)."""
        return np.asarray(np.linalg.norm(spread(lambda error: error[4:7], self.covariance), axis=0))


def _closed_form(plane: RoadPlane) -> tuple[float, Points, Points, Points]:
    """Return focal length, principal point, rotation and centre from the homography."""
    middle_px = (plane.width_px / 2, plane.height_px / 2)
    principal = np.array(plane.lens.centre_px if plane.lens is not None else middle_px)
    shift = np.array([[1.0, 0.0, -principal[0]], [0.0, 1.0, -principal[1]], [0.0, 0.0, 1.0]])
    columns = (shift @ plane.homography).T
    focal = _focal_px(columns[0], columns[1], plane.width_px)
    first, second, third = columns / np.array([focal, focal, 1.0])
    scale = 2 / (np.linalg.norm(first) + np.linalg.norm(second))
    frame = np.column_stack([first, second, np.cross(first, second) * scale]) * scale
    left, _, right = np.linalg.svd(frame)
    rotation = left @ np.diag([1.0, 1.0, np.linalg.det(left @ right)]) @ right
    return focal, principal, rotation, -rotation.T @ (third * scale)


def _focal_px(first: Points, second: Points, width_px: int) -> float:
    """Solve the two orthonormality constraints for 1/f² in the least-squares sense."""
    planar = np.array([first[:2] @ second[:2], first[:2] @ first[:2] - second[:2] @ second[:2]])
    axial = np.array([first[2] * second[2], first[2] ** 2 - second[2] ** 2])
    inverse_square = -(planar @ axial) / (planar @ planar)
    if not inverse_square > 0:
        raise _no_pose("no focal length fits the survey")
    focal = float(1 / np.sqrt(inverse_square))
    if not _FOCAL_SPAN[0] * width_px < focal < _FOCAL_SPAN[1] * width_px:
        raise _no_pose(f"a focal length of {focal:.0f} px fits the survey, which no such camera has")
    return focal


def _turn(vector: Points) -> Points:
    """Return the rotation (3, 3) by a rotation vector (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    sine = np.sinc(angle / np.pi)
    versine = 0.5 * np.sinc(angle / (2 * np.pi)) ** 2
    return np.asarray(np.eye(3) + sine * cross + versine * cross @ cross)


def _no_pose(message: str) -> RecognitionError:
    return RecognitionError(
        message,
        code="geometry.no_pose",
        hint="survey more points, near and far and across the road, in an uncropped picture",
    )
