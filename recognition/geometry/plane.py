"""The road as a plane: a homography between picture and metres, with the covariance of what the survey could not know.

Where the lens is known, the homography is between its ideal pixels and metres; all pixels given and returned are the
picture's own.

Normalised direct linear transform, then Gauss-Newton on picture and road errors together (Hartley and Zisserman,
Multiple View Geometry, 2nd ed., 4.1-4.5 and 5.2).
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Lens, RecognitionError, Site, SiteError, Survey
from recognition.geometry.adjustment import adjust, spread
from recognition.geometry.lens import to_ideal, to_picture

Points = NDArray[np.float64]
_PARAMETERS = 8


@dataclass(frozen=True, eq=False)
class RoadPlane:
    """The surveyed road plane of one site.

    ``parameters`` (8,) are the road-to-picture homography between centred and scaled coordinates, its last element 1;
    ``road_frame`` and ``picture_frame`` (3, 3) centre and scale.
    """

    parameters: Points
    parameter_covariance: Points
    road_frame: Points
    picture_frame: Points
    survey: Survey
    width_px: int
    height_px: int
    variance_factor: float
    lens: Lens | None = None

    @classmethod
    def from_site(cls, site: Site) -> Self:
        """Adjust the plane to the site's survey points.

        Raises:
            SiteError: the site has no survey (``site.unsurveyed``), or its points fix no plane (``site.invalid``).
        """
        if site.survey is None:
            raise SiteError(
                f"site {site.site_id} has no survey",
                code="site.unsurveyed",
                hint="add a [survey] with at least four points known in the picture and on the road",
            )
        return cls.from_survey(
            site.survey, width_px=site.camera.width_px, height_px=site.camera.height_px, lens=site.lens
        )

    @classmethod
    def from_survey(cls, survey: Survey, *, width_px: int, height_px: int, lens: Lens | None = None) -> Self:
        """Adjust the plane to survey points seen in a picture of the given size.

        Raises:
            SiteError: the points do not fix a plane, or lie mirrored or behind the camera (``site.invalid``).
        """
        road_m, picture_px = survey_points(survey)
        ideal_px = _ideal_points(survey, lens)
        road_frame, picture_frame = _frame(road_m), _frame(ideal_px)
        start = _direct_linear_transform(_apply(road_frame, road_m), _apply(picture_frame, ideal_px))
        plane = cls(start, np.zeros((8, 8)), road_frame, picture_frame, survey, width_px, height_px, 1.0, lens)
        plane._check_orientation()
        whiten = plane._whitening(road_m)

        def residuals(parameters: Points) -> Points:
            seen_px = to_picture(_apply(replace(plane, parameters=parameters).homography, road_m), lens)
            errors = seen_px - picture_px
            return np.asarray(np.einsum("nij,nj->ni", whiten, errors)).ravel()

        result = adjust(residuals, start)
        return replace(
            plane,
            parameters=result.values,
            parameter_covariance=result.covariance,
            variance_factor=result.variance_factor,
        )

    @property
    def homography(self) -> Points:
        """Road metres to ideal pixels (3, 3); the third coordinate is positive in front of the camera."""
        return np.asarray(
            np.linalg.inv(self.picture_frame) @ np.append(self.parameters, 1.0).reshape(3, 3) @ self.road_frame,
        )

    def is_on_road(self, points_px: Points) -> NDArray[np.bool_]:
        """Tell for each pixel (N, 2) whether it lies below the horizon of the plane and within the lens, (N,)."""
        lifted = _lift(to_ideal(points_px, self.lens)) @ self._inverse.T
        return np.asarray(lifted[:, 2] > 0)

    def to_road(self, points_px: Points) -> Points:
        """Return where on the road, m (N, 2), pixels (N, 2) lie.

        Raises:
            RecognitionError: a pixel lies on or above the horizon (``geometry.above_horizon``).
        """
        below = self.is_on_road(points_px)
        if not below.all():
            x_px, y_px = points_px[~below][0]
            raise RecognitionError(
                f"pixel ({x_px:.0f}, {y_px:.0f}) lies above the horizon, no road is there",
                code="geometry.above_horizon",
                hint="use pixels of the road only, or check the survey points",
            )
        return self._free_road(points_px)

    def to_pixels(self, points_m: Points) -> Points:
        """Return the pixels (N, 2) of road points, m (N, 2); NaN where they lie past what the lens's model reaches.

        Raises:
            RecognitionError: a point lies behind the camera (``geometry.behind_camera``).
        """
        if not (_lift(points_m) @ self.homography.T)[:, 2].min(initial=1.0) > 0:
            raise RecognitionError("a road point lies behind the camera", code="geometry.behind_camera")
        return to_picture(_apply(self.homography, points_m), self.lens)

    def calibration_spread_m(self, points_px: Points) -> Points:
        """Return how far one standard deviation of each independent calibration error moves the points, m (8, N, 2)."""
        return spread(
            lambda error: self._moved(error)._free_road(points_px),  # noqa: SLF001 - a sibling of the same class
            self.parameter_covariance,
        )

    def metres_per_pixel(self, points_px: Points) -> Points:
        """Return the derivative of road position by pixel position, m/px (N, 2, 2)."""
        step = 0.5
        columns = [
            (self._free_road(points_px + offset) - self._free_road(points_px - offset)) / (2 * step)
            for offset in (np.array([step, 0.0]), np.array([0.0, step]))
        ]
        return np.stack(columns, axis=-1)

    def covariance(self, points_px: Points, *, sigma_px: float = 0.0) -> Points:
        """Return the covariance of road positions, m² (N, 2, 2): calibration, plus localisation of ``sigma_px``."""
        calibration = self.calibration_spread_m(points_px)
        jacobian = self.metres_per_pixel(points_px)
        return np.asarray(
            np.einsum("pni,pnj->nij", calibration, calibration)
            + sigma_px**2 * np.einsum("nik,njk->nij", jacobian, jacobian),
        )

    def reprojection_m(self) -> Points:
        """Return how far from its surveyed place each survey point comes out, m (N,)."""
        road_m, picture_px = survey_points(self.survey)
        return np.asarray(np.linalg.norm(self._free_road(picture_px) - road_m, axis=1))

    def without(self, index: int) -> "RoadPlane":
        """Return the plane adjusted to all survey points but one."""
        points = self.survey.points
        rest = self.survey.model_copy(update={"points": points[:index] + points[index + 1 :]})
        return RoadPlane.from_survey(rest, width_px=self.width_px, height_px=self.height_px, lens=self.lens)

    def leave_one_out_m(self) -> Points:
        """Return how far each survey point lies from where the others alone put it, m (N,); needs six points."""
        errors = []
        for index, point in enumerate(self.survey.points):
            plane = self.without(index)
            errors.append(float(np.linalg.norm(plane._free_road(np.array([point.pixel_px]))[0] - point.road_m)))  # noqa: SLF001 - a sibling of the same class
        return np.array(errors)

    def _moved(self, error: Points) -> Self:
        return replace(self, parameters=self.parameters + error)

    def _free_road(self, points_px: Points) -> Points:
        return _apply(self._inverse, to_ideal(points_px, self.lens))

    @property
    def _inverse(self) -> Points:
        return np.asarray(np.linalg.inv(self.homography), dtype=np.float64)

    def _whitening(self, road_m: Points) -> Points:
        """Return (N, 2, 2) that turns picture errors into unit variance; road errors count as the pixels they cause."""
        seen_px = to_picture(_apply(self.homography, road_m), self.lens)
        if not np.isfinite(seen_px).all():
            seen_px = survey_points(self.survey)[1]
        jacobian = np.linalg.inv(self.metres_per_pixel(seen_px))
        # What the lens's calibration left over moves a point as an unsteady click does.
        lens_px = self.lens.sigma_px if self.lens is not None else 0.0
        covariance = (self.survey.sigma_px**2 + lens_px**2) * np.eye(2) + self.survey.sigma_m**2 * np.einsum(
            "nik,njk->nij",
            jacobian,
            jacobian,
        )
        return np.asarray(np.linalg.inv(np.linalg.cholesky(covariance)))

    def _check_orientation(self) -> None:
        homography = self.homography
        road_m, _ = survey_points(self.survey)
        depths = (_lift(road_m) @ homography.T)[:, 2]
        if not np.isfinite(homography).all() or depths.min() <= 0:
            name = self.survey.points[int(depths.argmin())].name
            raise SiteError(
                f"survey point {name!r} would lie behind the camera",
                hint="check that its pixel and its road position belong together",
            )
        if np.linalg.det(homography) >= 0:
            raise SiteError(
                "the survey is mirrored: seen in the picture its X does not grow to the right as Y grows away",
                hint="give road_m as [X to the right, Y away from the camera]",
            )


def survey_points(survey: Survey) -> tuple[Points, Points]:
    """Return the survey's road points, m (N, 2), and their pixels (N, 2)."""
    return (
        np.array([point.road_m for point in survey.points], dtype=np.float64),
        np.array([point.pixel_px for point in survey.points], dtype=np.float64),
    )


def _ideal_points(survey: Survey, lens: Lens | None) -> Points:
    ideal_px = to_ideal(survey_points(survey)[1], lens)
    for point, ideal in zip(survey.points, ideal_px, strict=True):
        if not np.isfinite(ideal).all():
            raise SiteError(
                f"survey point {point.name!r} lies outside of what the lens's model reaches",
                hint="calibrate the lens with boards out to the picture's corners, or leave the point out",
            )
    return ideal_px


def _lift(points: Points) -> Points:
    return np.column_stack([points, np.ones(len(points))])


def _apply(matrix: Points, points: Points) -> Points:
    lifted = _lift(points) @ matrix.T
    return np.asarray(lifted[:, :2] / lifted[:, 2:])


def _frame(points: Points) -> Points:
    """Return the similarity (3, 3) that puts the points around the origin at a mean distance of √2."""
    centre = points.mean(axis=0)
    scale = np.sqrt(2) / np.linalg.norm(points - centre, axis=1).mean()
    return np.array([[scale, 0.0, -scale * centre[0]], [0.0, scale, -scale * centre[1]], [0.0, 0.0, 1.0]])


def _direct_linear_transform(source: Points, target: Points) -> Points:
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
    solution = np.linalg.svd(np.array(rows))[2][-1]
    if abs(solution[-1]) < np.finfo(float).eps * np.abs(solution).max():
        raise SiteError(
            "the survey points do not fix a road plane",
            hint="spread the points over the road: no line through all of them but one",
        )
    return np.asarray(solution[:_PARAMETERS] / solution[-1])
