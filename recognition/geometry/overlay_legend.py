"""What stands beside a drawn calibration: whose it is, its errors by distance, and what the marks mean."""

from dataclasses import dataclass
from textwrap import wrap
from typing import ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Site
from recognition.geometry.plane import RoadPlane
from recognition.geometry.survey_report import PointError, SurveyReport

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

FINE: Colour = (110, 235, 110)
FAIR: Colour = (0, 190, 255)
BAD: Colour = (80, 80, 255)
_PANEL_PX = 620
_PAPER: Colour = (28, 26, 24)
_INK: Colour = (235, 235, 235)
_FAINT: Colour = (165, 165, 165)
_MARGIN = 28
_BAND_M = 10


class Palette:
    """Colours of what is drawn, BGR."""

    grid: ClassVar[Colour] = (255, 235, 190)
    lane: ClassVar[Colour] = (255, 170, 70)
    zone: ClassVar[Colour] = (220, 120, 255)
    line: ClassVar[Colour] = (255, 255, 255)
    stop: ClassVar[Colour] = (70, 70, 255)
    speed: ClassVar[Colour] = (60, 220, 255)


@dataclass(frozen=True, slots=True)
class Band:
    """Errors of the survey points of one stretch of distance from the camera, m."""

    from_m: float
    to_m: float
    count: int
    rms_m: float
    largest_m: float
    left_out_m: float | None


def bands(points: tuple[PointError, ...]) -> tuple[Band, ...]:
    """Return the errors by tens of metres of distance; stretches without points are left out."""
    found = []
    for start in range(0, int(max(point.distance_m for point in points)) + 1, _BAND_M):
        inside = [point for point in points if start <= point.distance_m < start + _BAND_M]
        if inside:
            errors = np.array([point.reprojection_m for point in inside])
            left_out = [point.leave_one_out_m for point in inside if point.leave_one_out_m is not None]
            found.append(
                Band(
                    start,
                    start + _BAND_M,
                    len(inside),
                    float(np.sqrt(np.mean(errors**2))),
                    float(errors.max()),
                    max(left_out, default=None),
                )
            )
    return tuple(found)


def text(
    canvas: Picture,
    words: str,
    at: tuple[int, int],
    colour: Colour,
    size: int,
    *,
    halo: bool = False,
    bold: bool = False,
) -> None:
    """Write a line, its baseline at ``at``; with a halo it is read on any ground."""
    face = cv2.FontFace("sans")
    if halo:
        for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1), (0, 2), (2, 0), (0, -2), (-2, 0)):
            cv2.putText(canvas, words, (at[0] + x, at[1] + y), (15, 15, 15), face, size, 500)
    cv2.putText(canvas, words, at, colour, face, size, 700 if bold else 500)


def draw_legend(
    canvas: Picture, site: Site, plane: RoadPlane, report: SurveyReport, *, factor: int, enlarged: int
) -> Picture:
    """Return the drawn picture with the panel at its right."""
    rows = _head(site, plane) + _camera(report) + _errors(report)
    marks = _marks(site, factor)
    height = max(canvas.shape[0], _MARGIN * 2 + 30 * (len(rows) + len(marks) + 4))
    panel = np.full((height, _PANEL_PX, 3), _PAPER, dtype=np.uint8)
    y = _MARGIN + 20
    for words, colour, is_bold in rows:
        for column, part in zip((0, 125, 215, 325, 435), words.split("\t"), strict=False):
            text(panel, part, (_MARGIN + column, y), colour, 22 if is_bold else 20, bold=is_bold)
        y += 30
    y += 14
    for words, colour in marks:
        cv2.line(panel, (_MARGIN, y - 7), (_MARGIN + 44, y - 7), colour, 4, cv2.LINE_AA)
        text(panel, words, (_MARGIN + 60, y), _INK, 20)
        y += 30
    _draw_bar(panel, y, factor, enlarged)
    picture = np.full((height, canvas.shape[1], 3), _PAPER, dtype=np.uint8)
    picture[: canvas.shape[0]] = canvas
    return np.asarray(np.hstack([picture, panel]), dtype=np.uint8)


def _head(site: Site, plane: RoadPlane) -> list[tuple[str, Colour, bool]]:
    survey = plane.survey
    lens = "lens calibrated" if plane.lens is not None else "no lens known"
    return [
        (f"{site.site_id}, version {site.version}", _INK, True),
        (f"survey of {survey.surveyed_at:%Y-%m-%d}, surveyor: {survey.surveyor}"[:56], _FAINT, False),
        *((line, _FAINT, False) for line in wrap(survey.method, 56)[:3]),
        (f"{len(survey.points)} points, stated {survey.sigma_px:g} px and {survey.sigma_m:g} m; {lens}", _FAINT, False),
        ("", _INK, False),
    ]


def _camera(report: SurveyReport) -> list[tuple[str, Colour, bool]]:
    camera, aspect = report.camera, report.aspect
    if camera is None or aspect is None:
        return [("Camera: not fixed by this survey", FAIR, True), (report.no_camera_reason[:56], _FAINT, False)]
    return [
        (f"Camera {camera.height_m:.2f} ± {2 * camera.height_uncertainty_m:.2f} m high (k = 2)", _INK, True),
        (
            f"pitch {camera.pitch_deg:.1f}° down, heading {camera.heading_deg:+.1f}°, focal {camera.focal_px:.0f} px",
            _FAINT,
            False,
        ),
        (
            f"across over along: {aspect.ratio:.3f} ± {2 * aspect.standard_uncertainty:.3f}"
            if aspect.is_told
            else "across over along: not to be told without a lens",
            _FAINT if aspect.agrees or not aspect.is_told else BAD,
            False,
        ),
        ("", _INK, False),
    ]


def _errors(report: SurveyReport) -> list[tuple[str, Colour, bool]]:
    rows: list[tuple[str, Colour, bool]] = [
        ("Errors on the road, m", _INK, True),
        ("distance\tpoints\trms\tlargest\tleft out", _FAINT, False),
    ]
    for band in bands(report.points):
        left_out = f"{band.left_out_m:.3f}" if band.left_out_m is not None else "-"
        rows.append(
            (
                f"{band.from_m:g}-{band.to_m:g} m\t{band.count}\t{band.rms_m:.3f}\t{band.largest_m:.3f}\t{left_out}",
                _INK,
                False,
            )
        )
    factor = report.variance_factor
    fits = "as good as stated" if factor <= 1.5 else "worse than stated"  # noqa: PLR2004 - a survey of a dozen points
    rows.append((f"variance factor {factor:.2f}: {fits}", FINE if factor <= 1.5 else BAD, False))  # noqa: PLR2004
    return rows


def _marks(site: Site, factor: int) -> list[tuple[str, Colour]]:
    marks = [
        (f"survey point, error drawn ×{factor}: within 2 sigma", FINE),
        ("within 3 sigma", FAIR),
        ("beyond 3 sigma: look at it again", BAD),
        ("grid, 1 m and 5 m", Palette.grid),
    ]
    known = (
        ("lanes", Palette.lane, site.lanes),
        ("painted lines", Palette.line, site.lines),
        ("zones", Palette.zone, site.zones),
        ("stop lines", Palette.stop, site.stop_lines),
        ("ends of the speed zone", Palette.speed, site.speed),
    )
    return marks + [(words, colour) for words, colour, given in known if given]


def _draw_bar(panel: Picture, y: int, factor: int, enlarged: int) -> None:
    """Draw how long one pixel of error is on the sheet."""
    end = _MARGIN + factor * enlarged
    cv2.line(panel, (_MARGIN, y - 7), (end, y - 7), _INK, 2, cv2.LINE_AA)
    for x in (_MARGIN, end):
        cv2.line(panel, (x, y - 13), (x, y - 1), _INK, 2, cv2.LINE_AA)
    if end < _PANEL_PX * 2 // 3:
        text(panel, "1 px of error", (end + 16, y), _INK, 20)
    else:
        text(panel, "1 px of error: the bar above", (_MARGIN, y + 26), _INK, 20)
