from itertools import combinations

import cv2
import numpy as np
import pytest

from models.synthesis.scenes.glyphs import PLATE_DIGITS, PLATE_LETTERS, alphabet, draw_glyph, strokes
from models.synthesis.scenes.plate import plate_texture


def drawn(character: str) -> np.ndarray:
    canvas = np.zeros((76, 48, 3), dtype=np.uint8)
    draw_glyph(canvas, character, box_px=(2.0, 2.0, 44.0, 72.0), stroke_px=10.0, colour=(255, 255, 255))
    return canvas[:, :, 0]


def test_every_character_of_a_russian_plate_can_be_drawn() -> None:
    assert set(PLATE_LETTERS) == set("ABEKMHOPCTYX")
    assert set(PLATE_LETTERS + PLATE_DIGITS + "RUS") <= alphabet()


@pytest.mark.parametrize("character", sorted(alphabet()))
def test_strokes_stay_in_the_unit_box(character: str) -> None:
    points = np.concatenate(strokes(character))
    assert points.min() > -0.07
    assert points.max() < 1.03


def test_no_two_characters_look_alike_but_zero_and_o() -> None:
    for one, other in combinations(sorted(alphabet()), 2):
        if {one, other} != {"0", "O"}:
            different = np.mean(np.abs(drawn(one).astype(int) - drawn(other)) > 128)
            assert different > 0.02, (one, other)


def test_the_three_has_a_flat_top() -> None:
    first = strokes("3")[0]
    assert first[0][1] == first[1][1] == 0.0
    assert first[1][0] - first[0][0] > 0.9


@pytest.mark.parametrize("text", ["A123BC", "A12BC77", "Z123BC77", "A123BC7", "a123bc77", "А123ВС77", ""])
def test_what_is_no_plate_of_type_1_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it like A123BC77"):
        plate_texture(text)


@pytest.mark.parametrize("text", ["A123BC77", "H806TY190"])
def test_a_plate_has_its_standard_shape_and_dark_ink_on_light_paper(text: str) -> None:
    texture = plate_texture(text)
    assert texture.shape[1] / texture.shape[0] == pytest.approx(520 / 112)
    grey = cv2.cvtColor(texture, cv2.COLOR_BGR2GRAY)
    assert 0.1 < np.mean(grey < 80) < 0.45
    assert np.mean(grey > 200) > 0.5


def test_two_plates_are_two_pictures() -> None:
    assert not np.array_equal(plate_texture("A123BC77"), plate_texture("A123BC78"))
