"""``recognition calibrate``: from what a surveyor measured to a site file, with its errors, and a drawing of both."""

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recognition.cli.calibration_words import (
    camera_words,
    length_words,
    lens_words,
    outlier_words,
    point_words,
    scale_words,
)
from recognition.cli.report import FAILED, plain_errors
from recognition.contracts import RecognitionError, SiteError, Survey, SurveyPoint, VideoError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from recognition.contracts import Site
    from recognition.geometry import RoadPlane
    from recognition.geometry.marking import MarkingStandard
    from recognition.geometry.survey_tables import GnssPoint

_PAINTED_RELATIVE = 0.04  # how true to their standard dashes and arrows are painted, standard uncertainty
_ARROW_SIGMA_M = 0.05

calibrate = typer.Typer(
    name="calibrate", help="Tie a camera's picture to the road, and see how well it is tied.", no_args_is_help=True
)

SiteFile = Annotated[Path, typer.Argument(metavar="SITE.toml", help="the site file")]
OutFile = Annotated[Path, typer.Option(metavar="NEW.toml", help="the next version of the site file, written here")]
At = Annotated[str, typer.Option(metavar="ISO", help="when it was surveyed, with its zone: 2026-05-01T12:00:00+03:00")]
Surveyor = Annotated[str, typer.Option(help="who surveyed")]
Still = Annotated[
    Path | None, typer.Option(metavar="STILL.png", help="a still; the overlay is written beside NEW.toml")
]
SigmaPx = Annotated[float, typer.Option(min=0.01, max=20, help="standard uncertainty of a clicked point, px")]
Drop = Annotated[bool, typer.Option("--drop-outliers", help="leave out points that contradict the others")]


@dataclass(frozen=True)
class _Task:
    """What ``survey`` and ``marking`` share once they have their points."""

    site: Path
    out: Path
    survey: Survey
    still: Path | None
    drop_outliers: bool


@calibrate.command("survey")
def calibrate_survey(
    site: SiteFile,
    *,
    points: Annotated[Path, typer.Option(metavar="POINTS.csv", help="name,x_px,y_px,x_m,y_m or …,latitude,longitude")],
    out: OutFile,
    at: At,
    surveyor: Surveyor,
    method: Annotated[str, typer.Option(help="how; default tape or GNSS, as the table says")] = "",
    picture: Still = None,
    sigma_px: SigmaPx = 0.5,
    sigma_m: Annotated[float, typer.Option(min=0.001, max=2, help="standard uncertainty of a road point, m")] = 0.05,
    scale_relative: Annotated[float, typer.Option(min=0, max=0.2, help="relative, common to all lengths")] = 0.0,
    bearing_deg: Annotated[
        float | None, typer.Option(help="GNSS: bearing of the road away from the camera; default: the camera's view")
    ] = None,
    drop_outliers: Drop = False,
) -> None:
    """Fit the road plane to survey points, show its errors, and write the next version of the site file.

    Exit code 0: written.  2: it could not be; the reason and the fix are on standard error.
    """
    surveyed_at = _moment(at)
    with plain_errors():
        from recognition.geometry.survey_tables import read_points

        table = read_points(points)
        road_points, how = _on_road(table, site, bearing_deg)
        survey = _survey(
            road_points,
            surveyed_at=surveyed_at,
            surveyor=surveyor,
            method=f"{method or ('GNSS' if how else 'tape')}{how}",
            sigma_px=sigma_px,
            sigma_m=sigma_m,
            scale_relative=scale_relative,
        )
        _fit_and_write(_Task(site, out, survey, picture, drop_outliers))


@calibrate.command("marking")
def calibrate_marking(
    site: SiteFile,
    *,
    points: Annotated[
        Path, typer.Option(metavar="DASHES.csv", help="line,dash,end,x_px,y_px: ends of lane-line dashes")
    ],
    out: OutFile,
    at: At,
    surveyor: Surveyor,
    lane_m: Annotated[float, typer.Option(min=2, max=6, help="from one lane line to the next, m")],
    standard: Annotated[str, typer.Option(help="a built-in marking standard")] = "",
    dash_m: Annotated[float | None, typer.Option(min=0.2, max=20, help="length of a dash, m")] = None,
    gap_m: Annotated[float | None, typer.Option(min=0.2, max=40, help="length of a gap, m")] = None,
    arrows: Annotated[
        Path | None, typer.Option(metavar="ARROWS.csv", help="turn arrows of known length, tail to tip, to check scale")
    ] = None,
    picture: Still = None,
    sigma_px: SigmaPx = 0.5,
    sigma_m: Annotated[float, typer.Option(min=0.001, max=2, help="how true lines are painted, m")] = 0.10,
    scale_relative: Annotated[
        float | None, typer.Option(min=0, max=0.2, help="common to all lengths; default the standard's, else 0.04")
    ] = None,
    drop_outliers: Drop = False,
) -> None:
    """Fit the road plane to the ends of lane-line dashes painted to a known standard; dashes of all lines in step.

    Exit code 0: written.  1: written, but the arrows contradict the lines.  2: it could not be.
    """
    surveyed_at = _moment(at)
    with plain_errors():
        from recognition.geometry.marking import points_of_dashes
        from recognition.geometry.survey_tables import read_dashes, read_lengths

        pattern = _pattern(standard, dash_m, gap_m)
        lengths = read_lengths(arrows) if arrows is not None else ()
        survey = _survey(
            points_of_dashes(read_dashes(points), dash_m=pattern.dash_m, gap_m=pattern.gap_m, lane_m=lane_m),
            surveyed_at=surveyed_at,
            surveyor=surveyor,
            method=f"ends of dashes, {pattern.dash_m:g} m line and {pattern.gap_m:g} m gap, lanes of {lane_m:g} m, "
            + pattern.name,
            sigma_px=sigma_px,
            sigma_m=sigma_m,
            scale_relative=scale_relative if scale_relative is not None else pattern.scale_relative,
        )
        plane = _fit_and_write(_Task(site, out, survey, picture, drop_outliers))
        agrees = _compare_arrows(plane, lengths) if lengths else True
    if not agrees:
        raise typer.Exit(FAILED)


@calibrate.command("lens")
def calibrate_lens_command(
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE…", help="pictures of one chessboard")],
    *,
    columns: Annotated[int, typer.Option(min=3, max=50, help="inner corners in a row")],
    rows: Annotated[int, typer.Option(min=3, max=50, help="inner corners in a column")],
    square_m: Annotated[float, typer.Option(min=0.001, max=2, help="side of a square, m")],
    out: Annotated[Path, typer.Option(metavar="LENS.toml", help="the [lens] table, written here")],
) -> None:
    """Find a lens's distortion from pictures of a chessboard; the table is for the site file.

    Exit code 0: written.  2: it could not be; each picture that did not serve is named with its reason.
    """
    with plain_errors():
        from recognition.geometry.lens import calibrate_lens
        from recognition.geometry.site_text import lens_toml

        shown = {str(path): _still(path) for path in pictures}
        done = calibrate_lens(shown, columns=columns, rows=rows, square_m=square_m)
        out.write_text(lens_toml(done.lens), encoding="utf-8")
        sys.stdout.write(lens_words(done) + f"written: {out}\n")


@calibrate.command("check")
def calibrate_check(
    site: SiteFile,
    *,
    lengths: Annotated[Path, typer.Option(metavar="LENGTHS.csv", help="name,x0_px,y0_px,x1_px,y1_px,length_m")],
    picture: Annotated[Path | None, typer.Option(metavar="STILL.png", help="the still they were clicked in")] = None,
    sigma_m: Annotated[float, typer.Option(min=0, max=2, help="standard uncertainty of a known length, m")] = 0.01,
) -> None:
    """Hold known lengths against the calibration.

    Exit code 0: all agree within their intervals (k = 2).  1: one does not.  2: it could not be checked.
    """
    with plain_errors():
        from recognition.geometry import RoadPlane, load_site
        from recognition.geometry.known_lengths import check_lengths, check_scale
        from recognition.geometry.survey_tables import read_lengths

        surveyed = load_site(site)
        known = read_lengths(lengths)
        plane = RoadPlane.from_site(surveyed)
        if picture is not None:
            _require_size(_still(picture), surveyed)
        checks = check_lengths(plane, known, length_sigma_m=sigma_m)
        sys.stdout.write(length_words(checks))
        sys.stdout.write(scale_words(check_scale(plane, known, length_sigma_m=sigma_m)))
    if not all(check.agrees for check in checks):
        raise typer.Exit(FAILED)


@calibrate.command("overlay")
def calibrate_overlay(
    site: SiteFile,
    *,
    picture: Annotated[Path, typer.Option(metavar="STILL.png", help="a still of the surveyed camera")],
    out: Annotated[Path, typer.Option(metavar="OVERLAY.png", help="the drawing, written here")],
) -> None:
    """Draw a surveyed site over a still: grid, points with their errors, lanes, zones, lines, lamps."""
    with plain_errors():
        from recognition.geometry import RoadPlane, load_site

        surveyed = load_site(site)
        _write_overlay(_still(picture), surveyed, RoadPlane.from_site(surveyed), out)
        sys.stdout.write(f"written: {out}\n")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no ISO 8601 time", param_hint="--at") from error
    if moment.tzinfo is None:
        raise typer.BadParameter("the time needs its zone, e.g. Z or +03:00", param_hint="--at")
    return moment.astimezone(UTC)


def _pattern(standard: str, dash_m: float | None, gap_m: float | None) -> "MarkingStandard":
    """Return the pattern of the lines: a built-in standard, with what is given by hand in its place, or that alone."""
    from recognition.geometry.marking import MarkingStandard, standard_named

    if standard:
        known = standard_named(standard)
        if known.status != "verified":
            sys.stderr.write(f"{known.title}: {known.source} is {known.status}; tape one dash before you rely on it\n")
        return replace(known, dash_m=dash_m or known.dash_m, gap_m=gap_m or known.gap_m)
    if dash_m is None or gap_m is None:
        raise SiteError(
            "how long a dash and a gap are is not given",
            code="marking.lengths",
            hint="name a --standard, or give --dash-m and --gap-m",
        )
    return MarkingStandard("as given", "as given", "the surveyor", "verified", dash_m, gap_m, _PAINTED_RELATIVE)


def _survey(points: "list[SurveyPoint]", **fields: Any) -> Survey:
    from pydantic import ValidationError

    try:
        return Survey(points=tuple(points), **fields)
    except ValidationError as error:
        detail = error.errors()[0]
        raise SiteError(
            f"the survey cannot be: {'.'.join(map(str, detail['loc']))}: {detail['msg']}",
            code="survey.invalid",
            hint="give at least four points, each known in the picture and on the road",
        ) from error


def _on_road(
    table: "tuple[SurveyPoint, ...] | tuple[GnssPoint, ...]", site: Path, bearing_deg: float | None
) -> "tuple[list[SurveyPoint], str]":
    """Return survey points in road metres, and how satellite positions became metres (empty for a tape)."""
    from recognition.geometry.gnss import road_points_of
    from recognition.geometry.site_text import SiteDraft

    metric = [point for point in table if isinstance(point, SurveyPoint)]
    if metric:
        return metric, ""
    draft = SiteDraft.load(site)
    placed, tangent = road_points_of(
        [point for point in table if not isinstance(point, SurveyPoint)],
        width_px=draft.camera.width_px,
        height_px=draft.camera.height_px,
        lens=draft.lens,
        bearing_deg=bearing_deg,
    )
    how = (
        f", WGS 84 plane at {tangent.latitude:.8f} {tangent.longitude:.8f}, Y to bearing {tangent.bearing_deg:.3f} deg"
    )
    sys.stdout.write(f"origin and axis: {how.removeprefix(', ')}\n")
    return placed, how


def _fit_and_write(task: _Task) -> "RoadPlane":
    from recognition.geometry.robust import find_consensus
    from recognition.geometry.site_text import SiteDraft
    from recognition.geometry.survey_report import report_survey

    draft = SiteDraft.load(task.site)
    still = _still(task.still) if task.still is not None else None
    found = find_consensus(
        task.survey, width_px=draft.camera.width_px, height_px=draft.camera.height_px, lens=draft.lens
    )
    if found.outliers and not task.drop_outliers:
        raise SiteError(
            f"{len(found.outliers)} of {len(task.survey.points)} survey points contradict the others:\n"
            + outlier_words(found.outliers),
            code="survey.outliers",
            hint="measure them again; or leave them out with --drop-outliers",
        )
    if found.outliers:
        sys.stdout.write(f"left out, for they contradict the others:\n{outlier_words(found.outliers)}\n")
    report = report_survey(found.plane)
    sys.stdout.write(point_words(report) + camera_words(report))
    text, surveyed = draft.with_survey(found.plane.survey, task.survey.surveyed_at)
    task.out.write_text(text, encoding="utf-8")
    sys.stdout.write(f"written: {task.out}, version {surveyed.version}; lanes, lines and zones are kept as they were\n")
    if still is not None:
        drawing = task.out.with_suffix(".overlay.png")
        _write_overlay(still, surveyed, found.plane, drawing)
        sys.stdout.write(f"written: {drawing}\n{_kept_still(still, task.out)}\n")
    return found.plane


def _kept_still(still: "NDArray[np.uint8]", site_path: Path) -> str:
    """Keep the still by which a camera that moved is noticed, if it serves, and say so."""
    from recognition.geometry.view_watch import keep_still, still_beside

    try:
        keep_still(still, site_path)
    except RecognitionError as error:
        return f"no still is kept, so a camera that moved will not be noticed: {error.message}"
    return f"written: {still_beside(site_path)}, by which a camera that moved is noticed"


def _compare_arrows(plane: "RoadPlane", lengths: Any) -> bool:
    from recognition.geometry.known_lengths import check_lengths, check_scale

    scale = check_scale(plane, lengths, length_sigma_m=_ARROW_SIGMA_M, length_scale_relative=_PAINTED_RELATIVE)
    sys.stdout.write("\nturn arrows against lane lines\n")
    sys.stdout.write(length_words(check_lengths(plane, lengths, length_sigma_m=_ARROW_SIGMA_M)) + scale_words(scale))
    return scale.agrees


def _still(path: Path) -> "NDArray[np.uint8]":
    from recognition.vision.stills import load_still

    return load_still(path)


def _require_size(still: "NDArray[np.uint8]", site: "Site") -> None:
    if still.shape[1::-1] != (site.camera.width_px, site.camera.height_px):
        raise VideoError(
            f"the still is {still.shape[1]}x{still.shape[0]} px, the site was surveyed at "
            f"{site.camera.width_px}x{site.camera.height_px} px",
            hint="take the still from the surveyed camera, at its full size",
            code="site.other_picture",
        )


def _write_overlay(still: "NDArray[np.uint8]", site: "Site", plane: "RoadPlane", out: Path) -> None:
    from recognition.evidence.annotate import encode_png
    from recognition.geometry.overlay import draw_overlay
    from recognition.geometry.survey_report import report_survey

    out.write_bytes(encode_png(draw_overlay(still, site, plane, report_survey(plane))))
