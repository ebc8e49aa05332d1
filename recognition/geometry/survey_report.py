"""What a surveyor must see of a calibration: errors by point and distance, the camera found, and whether X fits Y."""

from dataclasses import dataclass, replace

import numpy as np

from recognition.contracts import RecognitionError
from recognition.geometry.adjustment import adjust
from recognition.geometry.plane import RoadPlane, survey_points
from recognition.geometry.pose import CameraPose

LEAVE_ONE_OUT_POINTS = 6
_LENS_FOCAL_RELATIVE = 0.005
_ASPECT_BEFORE = 0.5
_ASPECT_TOLD = 0.2


@dataclass(frozen=True, slots=True)
class PointError:
    """Errors of one survey point, m: to the plane of all, and to that of the others (None below six points)."""

    name: str
    distance_m: float
    reprojection_m: float
    leave_one_out_m: float | None


@dataclass(frozen=True, slots=True)
class CameraFound:
    """Where the camera stands and how it looks, each with its standard uncertainty where it has one."""

    height_m: float
    height_uncertainty_m: float
    focal_px: float
    pitch_deg: float
    heading_deg: float


@dataclass(frozen=True, slots=True)
class AspectCheck:
    """Lengths across the road over lengths along it, as the survey gives them over as a camera can see them.

    One where both are right.  ``standard_uncertainty`` is large where the camera looks straight along the road and no
    lens is known: then the picture cannot tell a wide road from a short one.
    """

    ratio: float
    standard_uncertainty: float

    @property
    def is_told(self) -> bool:
        """The picture says anything about it at all."""
        return self.standard_uncertainty <= _ASPECT_TOLD

    @property
    def agrees(self) -> bool:
        """One is within the interval (k = 2)."""
        return abs(self.ratio - 1) <= 2 * self.standard_uncertainty


@dataclass(frozen=True, slots=True)
class SurveyReport:
    """All of it; ``camera`` and ``aspect`` are None where the survey does not fix a pose, with the reason."""

    points: tuple[PointError, ...]
    variance_factor: float
    camera: CameraFound | None
    aspect: AspectCheck | None
    no_camera_reason: str = ""

    @property
    def reprojection_rms_m(self) -> float:
        """Root mean square of the points' errors."""
        return float(np.sqrt(np.mean([point.reprojection_m**2 for point in self.points])))


def report_survey(plane: RoadPlane) -> SurveyReport:
    """Describe an adjusted survey, points by distance from the camera (along the road where no pose is found)."""
    road_m, _ = survey_points(plane.survey)
    pose, reason = None, ""
    try:
        pose = CameraPose.from_plane(plane)
    except RecognitionError as error:
        if error.code != "geometry.no_pose":
            raise
        reason = error.message
    foot = pose.centre_m[:2] if pose is not None else np.array([0.0, 0.0])
    distances = np.linalg.norm(road_m - foot, axis=1)
    left_out = plane.leave_one_out_m() if len(road_m) >= LEAVE_ONE_OUT_POINTS else None
    errors = [
        PointError(
            point.name,
            float(distances[index]),
            float(error_m),
            float(left_out[index]) if left_out is not None else None,
        )
        for index, (point, error_m) in enumerate(zip(plane.survey.points, plane.reprojection_m(), strict=True))
    ]
    return SurveyReport(
        tuple(sorted(errors, key=lambda error: error.distance_m)),
        plane.variance_factor,
        _camera(pose) if pose is not None else None,
        _aspect(plane, pose) if pose is not None else None,
        reason,
    )


def _camera(pose: CameraPose) -> CameraFound:
    forward = pose.rotation[2]
    return CameraFound(
        height_m=float(pose.centre_m[2]),
        height_uncertainty_m=float(pose.standard_uncertainty_m()[2]),
        focal_px=pose.focal_px,
        pitch_deg=float(np.degrees(np.arcsin(-forward[2]))),
        heading_deg=float(np.degrees(np.arctan2(forward[0], forward[1]))),
    )


def _aspect(plane: RoadPlane, pose: CameraPose) -> AspectCheck:
    """Adjust the camera once more with lengths across the road free."""
    road_m, picture_px = survey_points(plane.survey)
    road = np.column_stack([road_m, np.zeros(len(road_m))])
    whiten = plane._whitening(road_m)  # noqa: SLF001 - the plane owns the survey's weights

    def residuals(error: np.ndarray[tuple[int], np.dtype[np.float64]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        stretched = road * np.array([np.exp(-error[7]), 1.0, 1.0])
        moved = replace(pose, covariance=np.zeros((7, 7))).moved(error[:7])
        fits = np.einsum("nij,nj->ni", whiten, moved.project(stretched) - picture_px).ravel()
        held = [error[7] / _ASPECT_BEFORE]
        if plane.lens is not None:
            held.append(np.log(moved.focal_px / np.mean(plane.lens.focal_px)) / _LENS_FOCAL_RELATIVE)
        return np.append(fits, held)

    result = adjust(residuals, np.zeros(8))
    ratio = float(np.exp(result.values[7]))
    return AspectCheck(ratio, ratio * float(np.sqrt(result.covariance[7, 7])))
