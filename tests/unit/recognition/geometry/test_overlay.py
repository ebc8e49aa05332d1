"""The drawing of a calibration shows what is there, where it is, and as large as it says."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recognition.contracts import Lens, RecognitionError
from recognition.geometry import RoadPlane, load_site
from recognition.geometry.overlay import draw_overlay
from recognition.geometry.overlay_legend import FINE, Palette, bands
from recognition.geometry.survey_report import PointError, report_survey

GREY = np.full((720, 1280, 3), 100, np.uint8)


def count(picture: np.ndarray, colour: tuple[int, int, int]) -> int:
    return int((np.abs(picture.astype(int) - np.array(colour)).max(axis=-1) < 12).sum())


def drawn(site: Any, still: np.ndarray = GREY) -> np.ndarray:
    plane = RoadPlane.from_site(site)
    return draw_overlay(still, site, plane, report_survey(plane))


@pytest.fixture(name="low", scope="module")
def _low(perfect_road: Any) -> Any:
    """The road seen from where the whole survey is in the picture."""
    return type(perfect_road)(camera=type(perfect_road.camera)(focal_px=1500.0))


def test_points_lie_where_they_were_clicked(low: Any) -> None:
    site = low.site()
    picture = drawn(site)
    for point in site.survey.points:
        x, y = (np.array(point.pixel_px) * 2).astype(int)
        assert count(picture[y - 14 : y + 15, x - 14 : x + 15], FINE) > 20


def test_zones_stop_lines_and_lamps_are_drawn(low: Any) -> None:
    plain = low.site()
    full = low.site(
        zones=[
            {"zone_id": "z", "kind": "no_stopping", "polygon_m": [(0.5, 24), (3.5, 24), (3.5, 32), (0.5, 32)]},
        ],
        stop_lines=[{"line_id": "s", "points_m": [(-4.0, 30.0), (0.0, 30.0)], "lanes": ["left"], "head_id": "h"}],
        signals=[{"head_id": "h", "lamps": [{"lamp": "red", "box_px": (1000, 40, 1030, 70)}]}],
    )
    before, after = drawn(plain), drawn(full)
    assert count(after, Palette.zone) > count(before, Palette.zone) + 1000
    assert count(after, Palette.stop) > count(before, Palette.stop) + 1000
    assert count(after[60:150, 1990:2070], (60, 60, 255)) > 100


def test_the_still_itself_is_not_written_to(low: Any) -> None:
    still = GREY.copy()
    picture = drawn(low.site(), still)
    assert np.array_equal(still, GREY)
    assert picture.shape[0] >= 1440
    assert picture.shape[1] > 2560


def test_a_wide_lens_bends_the_grid_and_nothing_breaks(low: Any) -> None:
    lens = Lens(focal_px=(1500.0, 1500.0), centre_px=(640.0, 360.0), radial=(-0.1, 0.0, 0.0))
    assert drawn(low.site(lens=lens)).shape[1] > 2560


def test_another_size_is_refused(low: Any) -> None:
    with pytest.raises(RecognitionError) as caught:
        drawn(low.site(), GREY[:-1])
    assert caught.value.code == "site.other_picture"


def test_errors_are_told_by_tens_of_metres() -> None:
    points = (PointError("a", 3.0, 0.3, None), PointError("b", 9.9, 0.4, None), PointError("c", 25.0, 0.1, 0.2))
    near, far = bands(points)
    assert (near.from_m, near.to_m, near.count, near.largest_m, near.left_out_m) == (0, 10, 2, 0.4, None)
    assert near.rms_m == pytest.approx(np.sqrt(0.125))
    assert (far.from_m, far.count, far.left_out_m) == (20, 1, 0.2)


def test_the_real_survey_is_drawn(project_root: Path) -> None:
    site = load_site(project_root / "tests" / "assets" / "kraten.toml")
    picture = drawn(site, np.full((360, 640, 3), 100, np.uint8))
    assert picture.shape[0] == 1080
    assert count(picture, Palette.lane) > 500
    assert count(picture, Palette.speed) > 2000
