"""A wide lens bends the road; known, it is bent back, and a chessboard tells how it bends."""

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from recognition.contracts import Lens, RecognitionError, SiteError
from recognition.geometry import CameraPose, RoadPlane
from recognition.geometry.lens import calibrate_lens, to_ideal, to_picture

BARREL = Lens(focal_px=(900.0, 900.0), centre_px=(640.0, 360.0), radial=(-0.35, 0.0, 0.0), sigma_px=0.05)
ODD = Lens(focal_px=(900.0, 940.0), centre_px=(655.0, 340.0), radial=(-0.3, 0.12, -0.01), tangential=(0.002, -0.003))
SMALL = Lens(focal_px=(600.0, 600.0), centre_px=(320.0, 180.0), radial=(-0.35, 0.0, 0.0), sigma_px=0.05)
INNER = (9, 6)
SQUARE_M = 0.03


def matrix_of(lens: Lens) -> np.ndarray:
    (fx, fy), (cx, cy) = lens.focal_px, lens.centre_px
    return np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1.0]])


def bent_site(road: Any, bend: Lens, **changes: Any) -> Any:
    """The surveyed road as the lens shows it, the survey spread over the picture."""
    content = road.content()
    points = []
    for index, (y, x) in enumerate((y, x) for y in (9.0, 14.0, 24.0, 60.0) for x in (-9.0, -3.0, 3.0, 9.0)):
        ideal = road.camera.project(np.array([x, y, 0.0]))
        points.append({"name": f"p{index}", "pixel_px": tuple(to_picture(ideal, bend)[0]), "road_m": (x, y)})
    content["survey"]["points"] = points
    return type(road.site()).model_validate({**content, **changes})


@pytest.fixture(name="wide", scope="module")
def _wide(perfect_road: Any) -> Any:
    camera = type(perfect_road.camera)(focal_px=900.0, height_m=7.0, pitch_rad=0.35)
    return type(perfect_road)(camera=camera)


@pytest.mark.parametrize("lens", [BARREL, ODD])
def test_the_model_is_the_one_of_opencv(lens: Lens) -> None:
    rng = np.random.default_rng(1)
    rays = rng.uniform((-0.6, -0.35), (0.6, 0.35), (50, 2))
    bend = np.array([*lens.radial[:2], *lens.tangential, lens.radial[2]])
    theirs = cv2.projectPoints(np.column_stack([rays, np.ones(50)]), np.zeros(3), np.zeros(3), matrix_of(lens), bend)[0]
    ideal_px = np.array(lens.centre_px) + np.mean(lens.focal_px) * rays
    assert np.allclose(to_picture(ideal_px, lens), theirs.reshape(-1, 2), atol=1e-9)


@example(x=1100.0, y=0.0, lens=BARREL)  # close to where the model turns back the ray is found to 14 µpx only
@given(x=st.floats(0, 1280), y=st.floats(0, 720), lens=st.sampled_from([BARREL, ODD]))
def test_there_and_back_is_the_same_pixel(x: float, y: float, lens: Lens) -> None:
    there = to_ideal(np.array([[x, y]]), lens)
    if np.isfinite(there).all():
        assert np.allclose(to_picture(there, lens), [[x, y]], rtol=0, atol=900 * 1e-6)  # a ray to a millionth
    else:
        assert np.hypot(x - lens.centre_px[0], y - lens.centre_px[1]) > 560


def test_where_the_model_turns_back_there_is_no_ray() -> None:
    far = np.array([[640 + 900 * 0.66, 360.0], [640 + 900 * 0.6, 360.0]])
    assert np.isfinite(to_ideal(far, BARREL)).all(axis=1).tolist() == [False, True]
    assert np.isnan(to_picture(np.array([[640 + 900 * 1.2, 360.0]]), BARREL)).all()


def test_no_lens_changes_nothing() -> None:
    points = np.array([[1.0, 2.0]])
    assert to_ideal(points, None) is points
    assert to_picture(points, None) is points


def test_a_wide_lens_costs_metres_where_it_is_not_known(wide: Any) -> None:
    blind = RoadPlane.from_site(bent_site(wide, BARREL))
    knowing = RoadPlane.from_site(bent_site(wide, BARREL, lens=BARREL))
    assert blind.reprojection_m().max() > 1.0
    assert knowing.reprojection_m().max() < 0.01
    assert knowing.leave_one_out_m().max() < 0.01


def test_the_plane_gives_and_takes_pixels_of_the_picture(wide: Any) -> None:
    plane = RoadPlane.from_site(bent_site(wide, BARREL, lens=BARREL))
    road_m = np.array([[-6.0, 15.0], [0.0, 22.0], [5.0, 38.0]])
    seen_px = to_picture(wide.camera.project(np.column_stack([road_m, np.zeros(3)])), BARREL)
    assert np.allclose(plane.to_pixels(road_m), seen_px, atol=1e-4)
    assert np.allclose(plane.to_road(seen_px), road_m, atol=1e-4)
    step = plane.to_road(seen_px + np.array([0.0, 1.0])) - plane.to_road(seen_px - np.array([0.0, 1.0]))
    assert np.allclose(plane.metres_per_pixel(seen_px)[:, :, 1], step / 2, rtol=0.01)
    assert not plane.is_on_road(np.array([[640.0, 1.0]]))[0]


def test_its_covariance_covers_the_errors_of_bent_surveys(wide: Any) -> None:
    rng = np.random.default_rng(4)
    site = bent_site(wide, BARREL, lens=BARREL)
    road_m = np.array([[-6.0, 16.0], [1.0, 25.0], [5.0, 38.0]])
    seen_px = RoadPlane.from_site(site).to_pixels(road_m)
    normalised = []
    for _ in range(60):
        points = [
            point.model_copy(
                update={
                    "pixel_px": tuple(np.array(point.pixel_px) + rng.normal(0, 0.3, 2)),
                    "road_m": tuple(np.array(point.road_m) + rng.normal(0, 0.01, 2)),
                }
            )
            for point in site.survey.points
        ]
        survey = site.survey.model_copy(update={"points": tuple(points)})
        plane = RoadPlane.from_survey(survey, width_px=1280, height_px=720, lens=BARREL)
        errors = plane.to_road(seen_px) - road_m
        normalised.append(np.einsum("ni,nij,nj->n", errors, np.linalg.inv(plane.covariance(seen_px)), errors))
    assert 1.3 < np.mean(normalised) < 2.6


def test_the_camera_behind_the_lens_is_found(wide: Any) -> None:
    pose = CameraPose.from_plane(RoadPlane.from_site(bent_site(wide, BARREL, lens=BARREL)))
    assert pose.focal_px == pytest.approx(900.0, rel=1e-4)
    assert pose.centre_m == pytest.approx([0.0, 0.0, 7.0], abs=1e-3)
    raised = np.array([[-5.0, 18.0, 0.6], [2.0, 30.0, 1.2]])
    seen_px = to_picture(wide.camera.project(raised), BARREL)
    assert np.allclose(pose.project(raised), seen_px, atol=0.01)
    assert np.allclose(pose.at_height(seen_px[:1], 0.6), raised[:1, :2], atol=1e-3)
    assert pose.looks_down_at(seen_px).all()


def test_a_point_the_lens_cannot_show_is_named(wide: Any) -> None:
    site = bent_site(wide, BARREL)
    stronger = BARREL.model_copy(update={"radial": (-1.5, 0.0, 0.0)})
    with pytest.raises(SiteError, match=r"'p\d+' lies outside of what the lens"):
        RoadPlane.from_survey(site.survey, width_px=1280, height_px=720, lens=stronger)


def board_picture(lens: Lens, turn: tuple[float, float, float], shift_m: tuple[float, float, float]) -> np.ndarray:
    """A chessboard as the lens shows it: every pixel asks the board what is there."""
    height, width = 360, 640
    grid = np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).reshape(-1, 2).astype(np.float64)
    rays = (to_ideal(grid, lens) - np.array(lens.centre_px)) / np.mean(lens.focal_px)
    rotation = cv2.Rodrigues(np.array(turn, dtype=np.float64))[0]
    plane = np.linalg.inv(np.column_stack([rotation[:, :2], shift_m]))
    board = np.column_stack([rays, np.ones(len(rays))]) @ plane.T
    x, y = (board[:, :2] / board[:, 2:] / SQUARE_M + 1).T
    is_on = (x > -0.7) & (x < INNER[0] + 1.7) & (y > -0.7) & (y < INNER[1] + 1.7)
    is_black = (x > 0) & (x < INNER[0] + 1) & (y > 0) & (y < INNER[1] + 1) & ((np.floor(x) + np.floor(y)) % 2 == 0)
    grey = np.where(is_on, np.where(is_black, 30, 230), 110).astype(np.uint8).reshape(height, width)
    return cv2.cvtColor(cv2.GaussianBlur(grey, (0, 0), 0.8), cv2.COLOR_GRAY2BGR)


def boards(lens: Lens, tilt: float = 0.4) -> dict[str, np.ndarray]:
    places = [(-0.27, -0.15), (0.03, -0.15), (-0.27, 0.0), (0.03, 0.0), (-0.13, -0.08), (-0.13, -0.08)]
    turns = [(tilt, 0, 0), (-tilt, 0, 0.1), (0, tilt, 0), (0, -tilt, 0), (0, 0, 0), (tilt, tilt, 0)]
    return {
        f"board-{number}.png": board_picture(lens, turn, (*place, 0.57))
        for number, (turn, place) in enumerate(zip(turns, places, strict=True))
    }


@pytest.fixture(name="pictures", scope="module")
def _pictures() -> dict[str, np.ndarray]:
    return boards(SMALL)


def test_a_chessboard_tells_the_lens(pictures: dict[str, np.ndarray]) -> None:
    done = calibrate_lens(
        {**pictures, "empty.png": np.full((360, 640, 3), 90, np.uint8), "small.png": np.zeros((36, 64, 3), np.uint8)},
        columns=INNER[0],
        rows=INNER[1],
        square_m=SQUARE_M,
    )
    assert len(done.views) >= 5
    assert "no whole board of 9x6" in done.refused["empty.png"]
    assert "64x36" in done.refused["small.png"]
    assert done.lens.focal_px == pytest.approx((600, 600), rel=0.01)
    assert done.lens.centre_px == pytest.approx((320, 180), abs=3)
    assert max(view.residual_px for view in done.views) < 0.4
    edges = np.array([[20.0, 20.0], [620.0, 340.0], [320.0, 350.0], [10.0, 180.0]])
    assert np.abs(to_ideal(edges, done.lens) - to_ideal(edges, SMALL)).max() < 3.0


@pytest.mark.parametrize(
    ("chosen", "code", "words"),
    [
        (slice(0, 3), "lens.too_few_views", "2 pictures, 5 are needed"),
        (slice(0, 0), "lens.too_few_views", "blank.png: shows no whole board"),
    ],
)
def test_too_few_boards_are_refused_with_the_reason(
    pictures: dict[str, np.ndarray], chosen: slice, code: str, words: str
) -> None:
    some = dict(list(pictures.items())[chosen])
    with pytest.raises(RecognitionError) as caught:
        calibrate_lens({**some, "blank.png": np.zeros((360, 640, 3), np.uint8)}, columns=9, rows=6, square_m=SQUARE_M)
    assert caught.value.code == code
    assert words in caught.value.message
    assert caught.value.hint


def test_boards_that_leave_the_corners_out_are_refused(pictures: dict[str, np.ndarray]) -> None:
    one = pictures["board-4.png"]
    with pytest.raises(RecognitionError) as caught:
        calibrate_lens({f"{number}.png": one for number in range(5)}, columns=9, rows=6, square_m=SQUARE_M)
    assert caught.value.code == "lens.cover"


def test_boards_seen_from_one_side_only_are_refused() -> None:
    with pytest.raises(RecognitionError) as caught:
        calibrate_lens(boards(SMALL, tilt=0.02), columns=9, rows=6, square_m=SQUARE_M)
    assert caught.value.code == "lens.one_side"
    assert "tilt the board" in caught.value.hint
