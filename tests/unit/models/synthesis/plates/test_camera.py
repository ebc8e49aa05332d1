import cv2
import numpy as np
import pytest

from models.synthesis.plates import GlyphBook, SyntheticPlate, View, draw_plate, photograph
from recognition.vision import straighten

BOOK = GlyphBook()


def _plate(seed: int) -> SyntheticPlate:
    return draw_plate(np.random.default_rng(seed), book=BOOK, country="ru", plate_type="1")


def _aspect(plate: SyntheticPlate) -> float:
    return plate.picture.shape[1] / plate.picture.shape[0]


@pytest.mark.parametrize("is_mild", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_the_corners_lie_in_the_picture_and_go_round_from_the_top_left(seed: int, is_mild: bool) -> None:
    rng, plate = np.random.default_rng(seed), _plate(seed)
    photo = photograph(rng, plate.picture, View.choose(rng, _aspect(plate)), is_mild=is_mild)
    height, width = photo.picture.shape[:2]
    assert photo.picture.dtype == np.uint8
    assert photo.corners_px.shape == (4, 2)
    assert (photo.corners_px > 0).all()
    assert (photo.corners_px < [width, height]).all()
    sides = np.roll(photo.corners_px, -1, axis=0) - photo.corners_px
    turns = sides[:, 0] * np.roll(sides, -1, axis=0)[:, 1] - sides[:, 1] * np.roll(sides, -1, axis=0)[:, 0]
    assert (turns > 0).all()
    assert sides[0, 0] > 0 > sides[2, 0]


@pytest.mark.parametrize("seed", range(8))
def test_straightened_by_its_corners_a_mild_photo_is_the_flat_plate_again(seed: int) -> None:
    plate = _plate(seed)
    view = View(height_px=36, yaw_deg=22, pitch_deg=-10, roll_deg=7)
    photo = photograph(np.random.default_rng(seed), plate.picture, view, is_mild=True)
    again = straighten(photo.picture, photo.corners_px, (160, 36))
    flat = np.asarray(cv2.resize(plate.picture, (160, 36), interpolation=cv2.INTER_AREA))
    assert np.corrcoef(again.mean(axis=2).ravel(), flat.mean(axis=2).ravel())[0, 1] > 0.8


@pytest.mark.parametrize("aspect", [520 / 112, 245 / 185])
def test_seen_from_in_front_a_plate_has_its_own_width_and_height(aspect: float) -> None:
    corners = View(height_px=30, yaw_deg=0, pitch_deg=0, roll_deg=0).corners_px(aspect)
    half = np.array([aspect * 30, 30]) / 2
    assert corners == pytest.approx(np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half, rel=1e-5)


def test_turned_aside_a_plate_is_narrower_by_the_cosine_and_its_near_edge_taller() -> None:
    corners = View(height_px=30, yaw_deg=40, pitch_deg=0, roll_deg=0).corners_px(4.0)
    assert np.ptp(corners[:, 0]) == pytest.approx(120 * np.cos(np.radians(40)), rel=0.03)
    left, right = corners[3, 1] - corners[0, 1], corners[2, 1] - corners[1, 1]
    assert abs(left - right) > 0.5


def test_rolled_a_plate_keeps_its_sides() -> None:
    corners = View(height_px=30, yaw_deg=0, pitch_deg=0, roll_deg=15).corners_px(4.0)
    top = corners[1] - corners[0]
    assert np.linalg.norm(top) == pytest.approx(120, rel=1e-4)
    assert np.degrees(np.arctan2(top[1], top[0])) == pytest.approx(15, abs=0.01)


def test_chosen_widths_lie_between_the_bounds() -> None:
    rng = np.random.default_rng(3)
    widths = [View.choose(rng, 4.0, 50.0, 200.0).height_px * 4 for _ in range(300)]
    assert 50 <= min(widths) < 60
    assert 170 < max(widths) <= 200
    assert np.median(widths) == pytest.approx(100, rel=0.15)


def test_the_same_state_of_chance_gives_the_same_photo() -> None:
    plate, view = _plate(1), View(height_px=24, yaw_deg=10, pitch_deg=5, roll_deg=2)
    first, second = (photograph(np.random.default_rng(4), plate.picture, view) for _ in range(2))
    assert np.array_equal(first.picture, second.picture)
    assert np.array_equal(first.corners_px, second.corners_px)


def test_surroundings_that_are_given_stand_around_the_plate() -> None:
    around = np.zeros((10, 10, 3), np.uint8)
    around[:, :, 2] = 255
    view = View(height_px=30, yaw_deg=0, pitch_deg=0, roll_deg=0)
    photo = photograph(np.random.default_rng(4), _plate(1).picture, view, around, is_mild=True)
    blue, green, red = photo.picture[:2].reshape(-1, 3).mean(axis=0)
    assert red > 100 > 2 * max(blue, green)
