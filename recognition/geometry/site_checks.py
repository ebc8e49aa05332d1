"""What a schema cannot see in a site: points on one line, crossed polygons, doubled names, dates in the wrong order."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import combinations
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from recognition.contracts import Site, SiteError, Survey, ZoneKind
from recognition.geometry.plane import Points, RoadPlane, survey_points
from recognition.geometry.polygon import area, crossing_sides

_FLAT_RELATIVE = 1e-3
_AREA_MIN_M2 = 1.0
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
    _check_polygons(site, name)
    _check_references(site, name)
    _check_lamps(site, name)
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
        "line_id": [line.line_id for line in site.lines] + [line.line_id for line in site.stop_lines],
        "zone_id": [zone.zone_id for zone in site.zones],
        "head_id": [head.head_id for head in site.signals],
        "move_id": [move.move_id for move in site.banned_moves],
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


def _check_polygons(site: Site, name: str) -> None:
    named = [(f"lane {lane.lane_id!r}", lane.polygon_m) for lane in site.lanes]
    named += [(f"zone {zone.zone_id!r}", zone.polygon_m) for zone in site.zones]
    for title, corners_m in named:
        polygon = np.array(corners_m, dtype=np.float64)
        crossed = crossing_sides(polygon)
        if crossed is not None:
            first, second = crossed
            raise SiteError(
                f"{name}: the polygon of {title} crosses itself: side {first + 1} from "
                f"{corners_m[first]} and side {second + 1} from {corners_m[second]}",
                hint="list the corners in the order of a walk around it",
            )
        if area(polygon) < _AREA_MIN_M2:
            raise SiteError(
                f"{name}: the polygon of {title} has an area below 1 m²",
                hint="give its corners in metres, not all on one line",
            )


def _check_references(site: Site, name: str) -> None:
    """Refuse names that nothing in the file bears."""
    lanes = {lane.lane_id for lane in site.lanes}
    heads = {head.head_id for head in site.signals}
    zones = {zone.zone_id: zone.kind for zone in site.zones}
    wanted = [(f"stop line {line.line_id!r}", "lane", lane, lanes) for line in site.stop_lines for lane in line.lanes]
    wanted += [(f"stop line {line.line_id!r}", "signal head", line.head_id, heads) for line in site.stop_lines]
    wanted += [
        (f"banned move {move.move_id!r}", "zone", zone, set(zones))
        for move in site.banned_moves
        for zone in (move.from_zone, move.to_zone)
    ]
    for title, kind, missing, known in wanted:
        if missing not in known:
            raise SiteError(
                f"{name}: {title} names {kind} {missing!r}, which the file does not have",
                hint=f"add the {kind}, or name one of: {', '.join(sorted(known)) or 'none yet'}",
            )
    for move in site.banned_moves:
        wrong = [zone for zone in (move.from_zone, move.to_zone) if zones[zone] is not ZoneKind.MANOEUVRE]
        if wrong:
            raise SiteError(
                f"{name}: banned move {move.move_id!r} names zone {wrong[0]!r}, which is no manoeuvre zone",
                hint='give that zone kind = "manoeuvre"',
            )
    if site.section is not None and site.site_id not in (site.section.from_site, site.section.to_site):
        raise SiteError(
            f"{name}: section {site.section.section_id!r} runs from {site.section.from_site!r} to "
            f"{site.section.to_site!r}, neither of which is {site.site_id!r}",
            hint="one end of a site's section is the site itself",
        )


def _check_lamps(site: Site, name: str) -> None:
    for head in site.signals:
        for lamp in head.lamps:
            x0, y0, x1, y1 = lamp.box_px
            if not (0 <= x0 < x1 <= site.camera.width_px and 0 <= y0 < y1 <= site.camera.height_px):
                raise SiteError(
                    f"{name}: the {lamp.lamp} lamp of signal head {head.head_id!r} at {lamp.box_px} is no box within "
                    f"the {site.camera.width_px}x{site.camera.height_px} picture",
                    hint="give box_px as [left, top, right, bottom]",
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
