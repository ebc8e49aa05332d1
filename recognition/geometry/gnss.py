"""Satellite positions of survey points as road metres: X to the right and Y away, as the camera sees the road."""

from collections.abc import Sequence

import numpy as np

from recognition.contracts import Lens, Survey, SurveyPoint
from recognition.geometry.plane import RoadPlane
from recognition.geometry.robust import find_consensus
from recognition.geometry.survey_tables import GnssPoint
from recognition.geometry.tangent_plane import TangentPlane

_TRIAL_SIGMA_PX = 1.0
_TRIAL_SIGMA_M = 0.1
_EPOCH = "1970-01-01T00:00:00Z"


def road_points_of(
    points: Sequence[GnssPoint], *, width_px: int, height_px: int, lens: Lens | None, bearing_deg: float | None
) -> tuple[list[SurveyPoint], TangentPlane]:
    """Turn latitudes and longitudes into road metres.

    The origin is the first point.  Without a bearing Y points where the middle column of the picture goes.

    Raises:
        SiteError: the points fix no plane, so that no direction of view is known; or they are mirrored.
    """
    degrees = np.array([(point.latitude, point.longitude) for point in points], dtype=np.float64)
    north_up = TangentPlane(float(degrees[0, 0]), float(degrees[0, 1]))
    if bearing_deg is None:
        bearing_deg = _view_bearing_deg(points, north_up, width_px, height_px, lens)
    tangent = TangentPlane(north_up.latitude, north_up.longitude, round(bearing_deg, 3))
    return _placed(points, tangent), tangent


def _placed(points: Sequence[GnssPoint], tangent: TangentPlane) -> list[SurveyPoint]:
    road_m = tangent.to_metres(np.array([(point.latitude, point.longitude) for point in points], dtype=np.float64))
    return [
        SurveyPoint(name=point.name, pixel_px=point.pixel_px, road_m=(round(x, 4), round(y, 4)))
        for point, (x, y) in zip(points, road_m.tolist(), strict=True)
    ]


def _view_bearing_deg(
    points: Sequence[GnssPoint], north_up: TangentPlane, width_px: int, height_px: int, lens: Lens | None
) -> float:
    survey = Survey.model_validate(
        {
            "surveyed_at": _EPOCH,
            "surveyor": "trial",
            "method": "trial",
            "sigma_px": _TRIAL_SIGMA_PX,
            "sigma_m": _TRIAL_SIGMA_M,
            "points": [point.model_dump() for point in _placed(points, north_up)],
        }
    )
    plane: RoadPlane = find_consensus(survey, width_px=width_px, height_px=height_px, lens=lens).plane
    rows = sorted(point.pixel_px[1] for point in points)
    near, far = plane.to_road(np.array([[width_px / 2, rows[-1]], [width_px / 2, rows[0]]]))
    east, north = far - near
    return float(np.degrees(np.arctan2(east, north))) % 360
