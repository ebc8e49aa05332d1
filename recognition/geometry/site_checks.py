"""What a schema cannot see in a site: points on one line, crossed polygons, doubled names, dates in the wrong order."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import combinations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from recognition.contracts import Site, SiteError, Survey
from recognition.geometry.plane import Points, RoadPlane, survey_points
from recognition.geometry.polygon import area, crossing_sides

_FLAT_RELATIVE = 1e-3
_LANE_AREA_MIN_M2 = 1.0
_LEAVE_ONE_OUT_POINTS = 6
_BLUNDER_FACTOR = 10.0
_BEYOND_SURVEY = 0.25


def check_site(site: Site, name: str) -> None:
    """Check the geometry and dates of a site.

    Raises:
        SiteError: ``site.invalid``, naming the key, point or polygon, with the fix.
    """
    _check_timezone(site, name)
    _check_names(site, name)
    _check_certificate_dates(site, name)
    _check_lanes(site, name)
    if site.survey is not None:
        _check_in_picture(site, site.survey, name)
        _check_spread(site.survey, name)
        _check_blunders(_plane_of(site, name), name)
        _check_zone(site, site.survey, name)


def check_certificate(site: Site, at: datetime) -> str | None:
    """Return why the device is no measuring instrument of law at a moment, None when it is one.

    Returns:
        ``no_certificate``, ``certificate_not_yet_valid``, ``certificate_expired`` or None.
    """
    certificate = site.certificate
    if certificate is None:
        return "no_certificate"
    if at < certificate.verified_at:
        return "certificate_not_yet_valid"
    if at >= certificate.valid_until:
        return "certificate_expired"
    return None


def require_certificate(site: Site, at: datetime) -> None:
    """Refuse a site whose certificate does not hold at a moment.

    Raises:
        SiteError: ``site.certificate``, with the reason and the dates.
    """
    reason = check_certificate(site, at)
    if reason is None:
        return
    dates = ""
    if site.certificate is not None:
        dates = f" (valid {site.certificate.verified_at:%Y-%m-%d} to {site.certificate.valid_until:%Y-%m-%d})"
    raise SiteError(
        f"site {site.site_id} at {at:%Y-%m-%d}: {reason}{dates}",
        code="site.certificate",
        hint="have the device verified and write the new [certificate]; until then speed is statistics only",
    )


def _check_timezone(site: Site, name: str) -> None:
    try:
        ZoneInfo(site.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SiteError(
            f"{name}: timezone {site.timezone!r} is not known",
            hint="use an IANA name such as Europe/Moscow",
        ) from error


def _check_names(site: Site, name: str) -> None:
    kinds = {
        "lane_id": [lane.lane_id for lane in site.lanes],
        "line_id": [line.line_id for line in site.lines],
        "survey point": [point.name for point in site.survey.points] if site.survey else [],
    }
    for kind, names in kinds.items():
        for doubled, count in Counter(names).items():
            if count > 1:
                raise SiteError(f"{name}: {kind} {doubled!r} is given {count} times", hint="give each its own name")


def _check_certificate_dates(site: Site, name: str) -> None:
    certificate = site.certificate
    if certificate is not None and certificate.valid_until <= certificate.verified_at:
        raise SiteError(
            f"{name}: certificate.valid_until {certificate.valid_until:%Y-%m-%d} is not after "
            f"certificate.verified_at {certificate.verified_at:%Y-%m-%d}",
            hint="copy both dates from the verification document",
        )


def _check_lanes(site: Site, name: str) -> None:
    for lane in site.lanes:
        polygon = np.array(lane.polygon_m, dtype=np.float64)
        crossed = crossing_sides(polygon)
        if crossed is not None:
            first, second = crossed
            raise SiteError(
                f"{name}: the polygon of lane {lane.lane_id!r} crosses itself: side {first + 1} from "
                f"{lane.polygon_m[first]} and side {second + 1} from {lane.polygon_m[second]}",
                hint="list the corners in the order of a walk around the lane",
            )
        if area(polygon) < _LANE_AREA_MIN_M2:
            raise SiteError(
                f"{name}: the polygon of lane {lane.lane_id!r} has an area below 1 m²",
                hint="give its corners in metres, not all on one line",
            )


def _check_in_picture(site: Site, survey: Survey, name: str) -> None:
    for point in survey.points:
        x_px, y_px = point.pixel_px
        if not (0 <= x_px <= site.camera.width_px and 0 <= y_px <= site.camera.height_px):
            raise SiteError(
                f"{name}: survey point {point.name!r} at pixel ({x_px:g}, {y_px:g}) lies outside of the "
                f"{site.camera.width_px}x{site.camera.height_px} picture",
                hint="give pixel_px as [x from the left, y from the top] in the picture that camera names",
            )


def _check_spread(survey: Survey, name: str) -> None:
    """Refuse points of which all, or all but one, lie on one line: they fix no plane."""
    names = [point.name for point in survey.points]
    road_m, picture_px = survey_points(survey)
    for kind, points, sigma in (("road", road_m, survey.sigma_m), ("picture", picture_px, survey.sigma_px)):
        on_line = _nearly_all_on_line(points, sigma)
        if on_line is not None:
            listed = ", ".join(repr(names[i]) for i in on_line)
            raise SiteError(
                f"{name}: survey points {listed} lie on one line of the {kind}",
                hint="survey at least two points on each of two lines, such as both edges of a lane",
            )


def _nearly_all_on_line(points: Points, sigma: float) -> Sequence[int] | None:
    extent = float(np.linalg.norm(np.ptp(points, axis=0)))
    tolerance = max(2 * sigma, _FLAT_RELATIVE * extent)
    for i, j in combinations(range(len(points)), 2):
        along = points[j] - points[i]
        length = float(np.linalg.norm(along))
        if length <= tolerance:
            if len(points) == 4:  # noqa: PLR2004 - the fewest that fix a plane
                return i, j
            continue
        offset = (points - points[i]) @ np.array([-along[1], along[0]]) / length
        on_line = np.flatnonzero(np.abs(offset) <= tolerance)
        if len(on_line) >= len(points) - 1:
            return tuple(int(index) for index in on_line)
    return None


def _plane_of(site: Site, name: str) -> RoadPlane:
    try:
        return RoadPlane.from_site(site)
    except SiteError as error:
        raise SiteError(f"{name}: {error.message}", hint=error.hint, code=error.code) from error


def _check_blunders(plane: RoadPlane, name: str) -> None:
    """Refuse a survey in which one point lies far from where the others put it: a slip of the pen or of the mouse."""
    points = plane.survey.points
    if len(points) < _LEAVE_ONE_OUT_POINTS:
        return
    # The culprit is the point without which the others agree best; its own error need not be the largest.
    factors = [plane.without(index).variance_factor for index in range(len(points))]
    worst = int(np.argmin(factors))
    pixel_px = np.array([points[worst].pixel_px])
    rest = plane.without(worst)
    if not rest.is_on_road(pixel_px)[0]:
        raise SiteError(
            f"{name}: survey point {points[worst].name!r} lies above the horizon of the other points",
            hint="check its pixel_px and road_m",
        )
    error_m = float(np.linalg.norm(rest.to_road(pixel_px)[0] - points[worst].road_m))
    localised_m = float(np.linalg.norm(rest.metres_per_pixel(pixel_px))) * plane.survey.sigma_px
    expected_m = float(np.hypot(localised_m, np.sqrt(2) * plane.survey.sigma_m))
    if error_m > _BLUNDER_FACTOR * expected_m:
        raise SiteError(
            f"{name}: survey point {points[worst].name!r} lies {error_m:.2f} m from where the other points "
            f"put it (expected about {expected_m:.2f} m)",
            hint="check its pixel_px and road_m, or state larger sigma_px and sigma_m",
        )


def _check_zone(site: Site, survey: Survey, name: str) -> None:
    if site.speed is None:
        return
    along_m = [point.road_m[1] for point in survey.points]
    near_m, far_m = min(along_m), max(along_m)
    slack_m = _BEYOND_SURVEY * (far_m - near_m)
    if site.speed.from_m < near_m - slack_m or site.speed.to_m > far_m + slack_m:
        raise SiteError(
            f"{name}: the speed zone {site.speed.from_m:g}-{site.speed.to_m:g} m lies outside of the surveyed "
            f"{near_m:g}-{far_m:g} m",
            hint="survey points up to both ends of the zone, or shorten it",
        )
