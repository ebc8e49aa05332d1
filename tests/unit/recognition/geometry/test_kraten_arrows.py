"""One real road calibrated twice, by its lane lines and by its turn arrows: both give the same metres and speeds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from recognition.contracts import Site
from recognition.geometry import RoadPlane, TrackSample, load_site, measure_speed
from recognition.geometry.known_lengths import KnownLength, check_lengths, check_scale

ARROWS = (
    KnownLength("lane 2", (272.0, 116.5), (273.0, 94.4), 6.0),
    KnownLength("lane 3", (330.7, 117.5), (324.0, 95.1), 6.0),
    KnownLength("lane 4", (379.0, 118.4), (365.1, 96.6), 6.0),
)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(name="sites", scope="module")
def _sites(project_root: Path) -> tuple[Site, Site]:
    assets = project_root / "tests" / "assets"
    return load_site(assets / "kraten.toml"), load_site(assets / "kraten_arrows.toml")


def drive(plane: RoadPlane, x_m: float, speed_kmh: float) -> tuple[TrackSample, ...]:
    """Boxes of a car that goes away at a constant speed, on the pixels that one calibration gives it."""
    at_s = np.arange(0, 30 / (speed_kmh / 3.6), 1 / 25)
    feet = plane.to_pixels(np.column_stack([np.full(len(at_s), x_m), at_s * speed_kmh / 3.6]))
    side = plane.to_pixels(np.column_stack([np.full(len(at_s), x_m + 0.9), at_s * speed_kmh / 3.6]))
    half = np.abs(side[:, 0] - feet[:, 0])
    return tuple(
        TrackSample(
            frame_sequence=index,
            pts_s=float(moment),
            captured_at=NOON + timedelta(seconds=float(moment)),
            box_px=(float(x - w), float(y - 1.5 * w), float(x + w), float(y)),
            confidence=0.9,
        )
        for index, (moment, (x, y), w) in enumerate(zip(at_s, feet, half, strict=True))
    )


def test_arrows_are_six_metres_by_the_lane_lines(sites: tuple[Site, Site]) -> None:
    plane = RoadPlane.from_site(sites[0])
    assert all(check.agrees for check in check_lengths(plane, ARROWS, length_sigma_m=0.05))
    scale = check_scale(plane, ARROWS, length_sigma_m=0.05)
    assert scale.agrees
    assert scale.ratio == pytest.approx(1.0, abs=0.03)
    others = [
        check_scale(
            plane, [KnownLength(one.name, one.from_px, one.to_px, length) for one in ARROWS], length_sigma_m=0.05
        )
        for length in (3.0, 4.5, 9.0)
    ]
    assert not any(other.agrees for other in others)


def test_lengths_along_the_road_agree_within_their_uncertainty(sites: tuple[Site, Site]) -> None:
    lines, arrows = (np.array([point.road_m[1] for point in site.survey.points]) for site in sites)
    ratio = np.polyfit(lines, arrows, 1)[0]
    assert ratio == pytest.approx(1.019, abs=0.002)
    assert abs(ratio - 1) < 2 * np.hypot(*(site.survey.scale_relative for site in sites))


@pytest.mark.parametrize(("x_m", "speed_kmh"), [(-1.75, 40.0), (1.75, 55.0), (1.75, 70.0)])
def test_speeds_by_lines_and_by_arrows_agree(sites: tuple[Site, Site], x_m: float, speed_kmh: float) -> None:
    track = drive(RoadPlane.from_site(sites[0]), x_m, speed_kmh)
    by_lines, by_arrows = (measure_speed(track, RoadPlane.from_site(site), site) for site in sites)
    assert by_lines is not None
    assert by_arrows is not None
    assert by_lines.value == pytest.approx(speed_kmh, rel=0.005)
    assert by_arrows.value != by_lines.value
    apart = abs(by_arrows.value - by_lines.value)
    assert apart < np.hypot(by_lines.expanded_uncertainty, by_arrows.expanded_uncertainty)
    assert apart / speed_kmh < 0.05
