"""A calibration drawn over its still, for a surveyor: metric grid, survey points with their errors, all geometry.

The picture is enlarged before anything is drawn, so that lines stay thin beside what they mark.  Errors are drawn
larger than they are, by a stated factor.  What they are, by distance, stands beside the picture.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Lamp, LineKind, PointM, RecognitionError, Site
from recognition.geometry.overlay_legend import BAD, FAIR, FINE, Palette, draw_legend, text
from recognition.geometry.plane import Points, RoadPlane, survey_points
from recognition.geometry.survey_report import SurveyReport

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

_WIDTH_PX = 1920
_SHADE = 0.72
_FACTORS = (1, 2, 5, 10, 20, 50)
_VECTOR_PX = 32.0
_NAMED_POINTS = 12
_WORST_NAMED = 3
_STEP_PX = 9.0
_PIECE_M = 0.5
_BEYOND = 0.1
_LAMPS: dict[Lamp, Colour] = {Lamp.RED: (60, 60, 255), Lamp.AMBER: (0, 190, 255), Lamp.GREEN: (90, 230, 90)}


@dataclass(frozen=True, eq=False)
class _Sheet:
    """The enlarged picture that is drawn on, and how road and pixels come onto it."""

    canvas: Picture
    enlarged: int
    plane: RoadPlane

    def at(self, points_px: Points) -> Points:
        """Return where pixels (N, 2) lie on the sheet (N, 2)."""
        return np.asarray((points_px + 0.5) * self.enlarged - 0.5)

    def path(self, points_m: Points) -> list[NDArray[np.int32]]:
        """Return the visible runs of a polyline on the road, m (N, 2), with the bend of the lens."""
        dense = np.concatenate(
            [np.linspace(a, b, max(2, int(np.linalg.norm(b - a) / _PIECE_M) + 1)) for a, b in pairwise(points_m)]
        )
        lifted = np.column_stack([dense, np.ones(len(dense))]) @ self.plane.homography.T
        seen = np.full_like(dense, np.nan)
        is_before = lifted[:, 2] > 1e-9  # noqa: PLR2004 - in front of the camera
        seen[is_before] = self.at(self.plane.to_pixels(dense[is_before]))
        height, width = self.canvas.shape[:2]
        with np.errstate(invalid="ignore"):
            is_near = (np.abs(seen - [width / 2, height / 2]) < [width, height]).all(axis=1)
        runs = np.split(np.arange(len(seen)), np.flatnonzero(np.diff(is_near.astype(int))) + 1)
        return [np.round(seen[run] * 16).astype(np.int32) for run in runs if is_near[run[0]] and len(run) > 1]

    def line(self, points_m: Points, colour: Colour, thickness: int, alpha: float = 1.0) -> None:
        """Draw a polyline of the road, m (N, 2)."""
        target = self.canvas if alpha >= 1 else self.canvas.copy()
        cv2.polylines(target, self.path(points_m), False, colour, thickness, cv2.LINE_AA, 4)  # noqa: FBT003 - OpenCV's order
        if alpha < 1:
            cv2.addWeighted(target, alpha, self.canvas, 1 - alpha, 0, dst=self.canvas)

    def label(self, words: str, point_m: PointM, colour: Colour, size: int = 20, aside: int = 6) -> None:
        """Write ``aside`` px beside a point of the road, if it is in the picture; within its right edge."""
        seen = self.path(np.array([point_m, point_m]))
        if seen:
            x, y = (seen[0][0] / 16).round().astype(int).tolist()
            height, width = self.canvas.shape[:2]
            if size <= y < height and -aside <= x < width * 1.2:
                x = min(x + aside, width - round(0.56 * size * len(words)) - 6)
                text(self.canvas, words, (x, y - 6), colour, size, halo=True)


def draw_overlay(bgr: Picture, site: Site, plane: RoadPlane, report: SurveyReport) -> Picture:
    """Draw a surveyed site over a still (H, W, 3) of its camera.

    Raises:
        RecognitionError: the still is of another size than the survey's (``site.other_picture``).
    """
    if bgr.shape[1::-1] != (plane.width_px, plane.height_px):
        raise RecognitionError(
            f"the still is {bgr.shape[1]}x{bgr.shape[0]} px, the site was surveyed at "
            f"{plane.width_px}x{plane.height_px} px",
            code="site.other_picture",
            hint="take the still from the surveyed camera, at its full size",
        )
    enlarged = max(1, round(_WIDTH_PX / plane.width_px))
    large = cv2.resize(bgr, None, fx=enlarged, fy=enlarged, interpolation=cv2.INTER_CUBIC)
    sheet = _Sheet(np.asarray(large * _SHADE, dtype=np.uint8), enlarged, plane)
    _draw_grid(sheet, site)
    _draw_areas(sheet, site)
    _draw_lines(sheet, site)
    _draw_lamps(sheet, site)
    factor = _draw_points(sheet)
    return draw_legend(sheet.canvas, site, plane, report, factor=factor, enlarged=enlarged)


def _draw_grid(sheet: _Sheet, site: Site) -> None:
    """Lines every 5 m with their distance, every 1 m where there is room for them."""
    left, right, near, far = _extent(sheet, site)
    thin, thick = sheet.canvas.copy(), sheet.canvas.copy()
    rows = np.arange(near, far + 0.5)
    for y_m in rows:
        runs = sheet.path(np.array([[left, y_m], [right, y_m]]))
        if y_m % 5 == 0:
            cv2.polylines(thick, runs, False, Palette.grid, 2, cv2.LINE_AA, 4)  # noqa: FBT003 - OpenCV's order
        elif _spacing_px(sheet, (left + right) / 2, y_m) >= _STEP_PX:
            cv2.polylines(thin, runs, False, Palette.grid, 1, cv2.LINE_AA, 4)  # noqa: FBT003 - OpenCV's order
    for x_m in np.arange(np.ceil(left), right + 0.01):
        runs = sheet.path(np.array([[x_m, near], [x_m, far]]))
        cv2.polylines(thick if x_m % 5 == 0 else thin, runs, False, Palette.grid, 1, cv2.LINE_AA, 4)  # noqa: FBT003 - OpenCV's order
    cv2.addWeighted(thin, 0.3, sheet.canvas, 0.7, 0, dst=sheet.canvas)
    cv2.addWeighted(thick, 0.6, sheet.canvas, 0.4, 0, dst=sheet.canvas)
    last = np.inf
    for y_m in rows[rows % 5 == 0]:
        seen = sheet.path(np.array([[right, y_m], [right, y_m]]))
        if seen and abs(last - seen[0][0][1] / 16) >= 26:  # noqa: PLR2004 - px, so that labels do not touch
            sheet.label(f"{y_m:g} m", (right, float(y_m)), Palette.grid)
            last = seen[0][0][1] / 16


def _extent(sheet: _Sheet, site: Site) -> tuple[float, float, float, float]:
    """Return the stretch of road to lay the grid over: where the survey holds, all lanes across."""
    road_m, _ = survey_points(sheet.plane.survey)
    across = np.concatenate([road_m[:, 0], *(np.array(lane.polygon_m)[:, 0] for lane in site.lanes)])
    (_, low), (_, high) = road_m.min(axis=0), road_m.max(axis=0)
    slack = _BEYOND * (high - low)
    return float(across.min()), float(across.max()), float(np.floor(low - slack)), float(np.ceil(high + slack))


def _spacing_px(sheet: _Sheet, x_m: float, y_m: float) -> float:
    pair = sheet.path(np.array([[x_m, y_m], [x_m, y_m + 1]]))
    return abs(float(pair[0][-1][1] - pair[0][0][1])) / 16 if pair else 0.0


def _draw_areas(sheet: _Sheet, site: Site) -> None:
    for lane in site.lanes:
        corners = np.array(lane.polygon_m, dtype=np.float64)
        sheet.line(np.vstack([corners, corners[:1]]), Palette.lane, 2, 0.75)
        along = np.sort(corners[:, 1])
        road_m, _ = survey_points(sheet.plane.survey)
        low = max(float(along[0]), float(road_m[:, 1].min()))
        name = lane.lane_id if lane.lane_id.startswith("lane") else f"lane {lane.lane_id}"
        sheet.label(name, (float(corners[:, 0].mean()) - 0.4, low + 1.0), Palette.lane, 22)
    for zone in site.zones:
        corners = np.array(zone.polygon_m, dtype=np.float64)
        runs = sheet.path(np.vstack([corners, corners[:1]]))
        tinted = sheet.canvas.copy()
        if runs:
            cv2.fillPoly(tinted, [np.concatenate(runs)], Palette.zone, cv2.LINE_AA, 4)
        cv2.addWeighted(tinted, 0.18, sheet.canvas, 0.82, 0, dst=sheet.canvas)
        sheet.line(np.vstack([corners, corners[:1]]), Palette.zone, 2)
        middle = corners.mean(axis=0)
        sheet.label(f"{zone.zone_id} ({zone.kind})", (float(middle[0]), float(middle[1])), Palette.zone)
    if site.speed is not None:
        left, right, _, _ = _extent(sheet, site)
        for y_m, word in ((site.speed.from_m, "from"), (site.speed.to_m, "to")):
            sheet.line(np.array([[left, y_m], [right, y_m]]), Palette.speed, 4)
            sheet.label(f"speed zone {word} {y_m:g} m", (right, y_m), Palette.speed, 22, aside=78)


def _draw_lines(sheet: _Sheet, site: Site) -> None:
    for line in site.lines:
        colour = Palette.stop if line.kind is LineKind.STOP else Palette.line
        points = np.array(line.points_m, dtype=np.float64)
        sheet.line(points, colour, 3 if line.kind is not LineKind.DASHED else 2)
        sheet.label(f"{line.line_id} ({line.kind})", tuple(points.mean(axis=0).tolist()), colour)
    for stop in site.stop_lines:
        points = np.array(stop.points_m, dtype=np.float64)
        sheet.line(points, Palette.stop, 5)
        sheet.label(f"{stop.line_id}: stop, {stop.head_id}", tuple(points[0].tolist()), Palette.stop)


def _draw_lamps(sheet: _Sheet, site: Site) -> None:
    for head in site.signals:
        for lamp in head.lamps:
            x0, y0, x1, y1 = (round(edge) for edge in (np.array(lamp.box_px) * sheet.enlarged).tolist())
            cv2.rectangle(sheet.canvas, (x0, y0), (x1, y1), _LAMPS[lamp.lamp], 2)
        if head.lamps:
            x0, y0 = (round(edge) for edge in (np.array(head.lamps[0].box_px[:2]) * sheet.enlarged).tolist())
            text(sheet.canvas, head.head_id, (x0, max(16, y0 - 6)), Palette.grid, 18, halo=True)


def _draw_points(sheet: _Sheet) -> int:
    """Draw survey points with their errors, larger by the factor returned; doubtful ones carry their names."""
    plane = sheet.plane
    road_m, picture_px = survey_points(plane.survey)
    errors_px = plane.to_pixels(road_m) - picture_px
    whole = np.linalg.norm(np.einsum("nij,nj->ni", plane._whitening(road_m), errors_px), axis=1)  # noqa: SLF001 - the plane owns the survey's weights
    typical = float(np.sqrt(np.mean(np.sum(errors_px**2, axis=1)))) * sheet.enlarged
    factor = max((one for one in _FACTORS if one * typical <= _VECTOR_PX), default=1)
    doubtful = set(np.argsort(-whole)[:_WORST_NAMED].tolist()) & set(np.flatnonzero(whole > 2).tolist())  # noqa: PLR2004 - in standard deviations
    marks = zip(sheet.at(picture_px), errors_px * sheet.enlarged * factor, whole.tolist(), strict=True)
    for index, (at, error, size) in enumerate(marks):
        colour = FINE if size <= 2 else FAIR if size <= 3 else BAD  # noqa: PLR2004 - in standard deviations
        tip = np.round((at + error) * 16).astype(int).tolist()
        centre = np.round(at * 16).astype(int).tolist()
        cv2.circle(sheet.canvas, centre, 5 * 16, (20, 20, 20), 4, cv2.LINE_AA, 4)
        cv2.circle(sheet.canvas, centre, 5 * 16, colour, 2, cv2.LINE_AA, 4)
        cv2.line(sheet.canvas, centre, tip, (20, 20, 20), 5, cv2.LINE_AA, 4)
        cv2.line(sheet.canvas, centre, tip, colour, 2, cv2.LINE_AA, 4)
        if len(whole) <= _NAMED_POINTS or index in doubtful:
            text(
                sheet.canvas,
                plane.survey.points[index].name,
                (round(at[0]) + 10, round(at[1]) + 20),
                colour,
                18,
                halo=True,
            )
    return factor
