"""The networks that ship, on plates the project draws: what each room promises, with truth that is exact."""

import cv2
import numpy as np
import pytest

from models.synthesis.plates import GlyphBook, View, draw_plate, photograph
from recognition.plates import Hints, decode, load_calibration, load_grammars
from recognition.vision import StillReader, VisionModels

_COUNT = 30
_BOOK = GlyphBook()


@pytest.mark.parametrize(("kind", "least"), [("ru/1", 29), ("ru/1a", 27), ("ru/4", 27), ("br/mercosur", 27)])
def test_drawn_plates_in_good_light_are_read(vision_models: VisionModels, kind: str, least: int) -> None:
    country, plate_type = kind.split("/")
    rng = np.random.default_rng(20)
    right = 0
    for _ in range(_COUNT):
        plate = draw_plate(rng, book=_BOOK, country=country, plate_type=plate_type)
        view = View.choose(rng, plate.picture.shape[1] / plate.picture.shape[0], 100.0)
        photo = photograph(rng, plate.picture, view, is_mild=True)
        reading = vision_models.reader.read(photo.picture, photo.corners_px.astype(np.float64))
        found = decode(reading, load_grammars(), Hints(height_px=view.height_px), calibration=load_calibration())
        right += bool(found) and found[0].plate == plate.text
    assert right >= least


def test_corners_are_found_to_a_fraction_of_the_plate(vision_models: VisionModels) -> None:
    rng = np.random.default_rng(21)
    errors = []
    for _ in range(12):
        plate = draw_plate(rng, book=_BOOK, country="ru", plate_type="1")
        photo = photograph(rng, plate.picture, View(30.0, rng.normal(0, 12), 5.0, rng.normal(0, 4)), is_mild=True)
        scene = np.full((480, 640, 3), 70, np.uint8)
        at = np.array([rng.integers(20, 640 - photo.picture.shape[1]), rng.integers(20, 400 - photo.picture.shape[0])])
        scene[at[1] : at[1] + photo.picture.shape[0], at[0] : at[0] + photo.picture.shape[1]] = photo.picture
        found = vision_models.finder.find(scene, side_px=640)
        assert found, "a drawn plate is not found at all"
        off = np.linalg.norm(found[0].corners_px - (photo.corners_px + at), axis=1).mean()
        errors.append(off / 30.0)
    assert float(np.median(errors)) < 0.25


def test_badges_and_lettering_are_no_plates(vision_models: VisionModels) -> None:
    """Four rings were once read as C00D, with confidence 0.51 (open-nvr#386)."""
    picture = np.full((480, 640, 3), (60, 50, 45), np.uint8)
    for number in range(4):
        cv2.circle(picture, (250 + 45 * number, 150), 30, (215, 215, 215), 5, cv2.LINE_AA)
    for words, place in (("LOGISTIK", (60, 300)), ("www.trans.example", (240, 380)), ("4x4", (520, 300))):
        cv2.putText(picture, words, place, cv2.FONT_HERSHEY_DUPLEX, 1.2, (240, 240, 240), 2, cv2.LINE_AA)
    assert [one for one in StillReader(vision_models).read(picture) if one.candidate.confidence >= 0.5] == []
