"""What ``recognition calibrate`` prints: tables of errors in metres, the camera found, lengths against lengths."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recognition.geometry.known_lengths import LengthCheck, ScaleCheck
    from recognition.geometry.lens import LensCalibration
    from recognition.geometry.robust import Outlier
    from recognition.geometry.survey_report import SurveyReport


def point_words(report: "SurveyReport") -> str:
    """Return the table of survey points by distance from the camera."""
    width = max(12, *(len(point.name) for point in report.points))
    lines = [f"{'point':<{width}}  distance m  reprojection m  leave-one-out m"]
    for point in report.points:
        left_out = f"{point.leave_one_out_m:15.3f}" if point.leave_one_out_m is not None else f"{'-':>15}"
        lines.append(f"{point.name:<{width}}  {point.distance_m:10.1f}  {point.reprojection_m:14.3f}  {left_out}")
    lines.append(f"root mean square {report.reprojection_rms_m:.3f} m, variance factor {report.variance_factor:.2f}")
    if len(report.points) == 4:  # noqa: PLR2004 - the fewest that fix a plane
        lines.append("four points fit any plane exactly: survey two more, or nobody knows how wrong it is")
    return "\n".join(lines) + "\n"


def camera_words(report: "SurveyReport") -> str:
    """Return the camera that sees the road so, and whether lengths across it fit those along it."""
    camera, aspect = report.camera, report.aspect
    if camera is None or aspect is None:
        return f"camera: not fixed by these points ({report.no_camera_reason}); plates cannot give speed here\n"
    found = (
        f"camera: {camera.height_m:.2f} m high ± {2 * camera.height_uncertainty_m:.2f} m (k = 2), focal length "
        f"{camera.focal_px:.0f} px, pitch {camera.pitch_deg:.1f}° down, heading {camera.heading_deg:+.1f}°"
    )
    scale = (
        f"horizontal scale: lengths across over lengths along = {aspect.ratio:.3f} ± "
        f"{2 * aspect.standard_uncertainty:.3f} (k = 2)"
    )
    if not aspect.is_told:
        return f"{found}\nhorizontal scale: cannot be told along a straight road without a calibrated lens\n"
    lines = [found, scale]
    if not aspect.agrees:
        lines.append("  they contradict each other: check the lane width, the dash length, or calibrate the lens")
    return "\n".join(lines) + "\n"


def outlier_words(outliers: "Sequence[Outlier]") -> str:
    """Return one line for each point that contradicts the others."""
    return "\n".join(
        f"  {one.name!r} lies {one.error_m:.2f} m from where the others put it (about {one.expected_m:.2f} m is usual)"
        for one in outliers
    )


def length_words(checks: "Sequence[LengthCheck]") -> str:
    """Return the table of known lengths."""
    width = max(12, *(len(check.known.name) for check in checks))
    lines = [f"{'length':<{width}}  known m  measured m  difference m  ± m (k = 2)"]
    lines += [
        f"{check.known.name:<{width}}  {check.known.length_m:7.3f}  {check.measured_m:10.3f}  "
        f"{check.difference_m:+12.3f}  {check.expanded_m:11.3f}  {'agrees' if check.agrees else 'DISAGREES'}"
        for check in checks
    ]
    return "\n".join(lines) + "\n"


def scale_words(scale: "ScaleCheck") -> str:
    """Return all lengths together."""
    verdict = "agrees with 1" if scale.agrees else "DISAGREES with 1"
    return f"scale, measured over known: {scale.ratio:.4f} ± {scale.expanded:.4f} (k = 2), {verdict}\n"


def lens_words(done: "LensCalibration") -> str:
    """Return the views that made the lens, those that did not serve, and the lens."""
    lines = [f"{view.name}: {view.residual_px:.3f} px, tilted {view.tilt_deg:.0f}°" for view in done.views]
    lines += [f"{name}: not used, {reason}" for name, reason in done.refused.items()]
    lens = done.lens
    lines.append(
        f"focal length {lens.focal_px[0]:.1f} {lens.focal_px[1]:.1f} px, centre {lens.centre_px[0]:.1f} "
        f"{lens.centre_px[1]:.1f} px, radial {lens.radial[0]:+.4f} {lens.radial[1]:+.4f}, "
        f"residual {lens.sigma_px:.3f} px; the boards covered {done.cover:.0%} of the picture"
    )
    return "\n".join(lines) + "\n"
