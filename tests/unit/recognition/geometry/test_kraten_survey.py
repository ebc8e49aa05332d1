"""The survey of a real road, made from its lane lines, agrees with itself and with how cars are made."""

from pathlib import Path

import numpy as np
import pytest

from recognition.contracts import Site
from recognition.geometry import CameraPose, RoadPlane, load_site


@pytest.fixture(name="site", scope="module")
def _site(project_root: Path) -> Site:
    return load_site(project_root / "tests" / "assets" / "kraten.toml")


def test_dash_ends_come_out_where_the_standard_puts_them(site: Site) -> None:
    plane = RoadPlane.from_site(site)
    assert plane.variance_factor < 1.5
    assert np.sqrt(np.mean(plane.reprojection_m() ** 2)) < 0.15
    assert plane.leave_one_out_m().max() < 0.35


def test_lane_lines_come_out_straight_parallel_and_equally_spaced(site: Site) -> None:
    plane = RoadPlane.from_site(site)
    assert site.survey is not None
    slopes, offsets = [], []
    for name in ("left", "middle", "right"):
        points = np.array([p.pixel_px for p in site.survey.points if p.name.startswith(name)])
        road_m = plane.to_road(points)
        slope, offset = np.polyfit(road_m[:, 1], road_m[:, 0], 1)
        assert np.abs(road_m[:, 0] - slope * road_m[:, 1] - offset).max() < 0.15
        slopes.append(slope)
        offsets.append(offset + slope * 16.0)
    assert np.ptp(slopes) < 0.012
    assert np.diff(offsets) == pytest.approx([3.5, 3.5], abs=0.06)


def test_the_camera_is_one_that_could_hang_there(site: Site) -> None:
    """The marking of 2 m and 4 m gives a mast of 8.5 m; with 6 m and 9 m no square-pixel camera fits so well."""
    pose = CameraPose.from_plane(RoadPlane.from_site(site))
    assert pose.centre_m[2] == pytest.approx(8.5, abs=0.5)
    assert 450 < pose.focal_px < 650


def test_it_is_statistics_only(site: Site) -> None:
    assert site.certificate is None
    assert {setting.mode.value for setting in site.rules.values()} == {"shadow"}
