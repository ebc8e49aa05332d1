from itertools import pairwise

import cv2
import numpy as np
import pytest

from recognition.plates import Hints, decode, load_grammars
from recognition.vision import VisionModels
from recognition.vision.read_text import ALPHABET, collapse


def _steps(*marks: tuple[str, float]) -> tuple[np.ndarray, np.ndarray]:
    rows = np.zeros((len(marks), len(ALPHABET)), dtype=np.float32)
    blank = np.ones(len(marks), dtype=np.float32)
    for step, (mark, probability) in enumerate(marks):
        if mark != "-":
            rows[step, ALPHABET.index(mark)] = probability
            blank[step] = 1 - probability
    return rows, blank


def test_repeats_merge_and_blanks_part() -> None:
    glyphs = collapse(*_steps(("A", 0.9), ("A", 0.7), ("-", 1), ("7", 0.8), ("-", 1), ("7", 0.9), ("B", 0.95)))
    assert "".join(glyph.character for glyph in glyphs) == "A77B"
    assert glyphs[0].confidence == pytest.approx(0.9)


def test_the_runner_up_is_kept_as_an_alternative() -> None:
    rows, blank = _steps(("8", 0.6))
    rows[0, ALPHABET.index("B")] = 0.3
    blank[0] = 0.1
    assert collapse(rows, blank)[0].alternatives == (("B", pytest.approx(0.3)),)


def test_a_step_that_is_blank_rather_than_anything_is_no_glyph() -> None:
    assert collapse(*_steps(("A", 0.3), ("-", 1))) == ()


def _drawn(text: str) -> np.ndarray:
    strip = np.full((60, 34 * len(text), 3), 235, dtype=np.uint8)
    for place, mark in enumerate(text):
        cv2.putText(strip, mark, (6 + 33 * place, 46), cv2.FONT_HERSHEY_DUPLEX, 1.4, (20, 20, 20), 3, cv2.LINE_AA)
    return strip


@pytest.mark.parametrize("text", ["K834OT22", "T003TT48", "X623EM777"])
def test_the_network_reads_drawn_plates(vision_models: VisionModels, text: str) -> None:
    glyphs = vision_models.reader.read(_drawn(text))
    assert decode(glyphs, load_grammars(("ru",)), Hints(home="ru"))[0].plate == text


def test_the_same_picture_gives_the_same_bits(vision_models: VisionModels) -> None:
    reads = [vision_models.reader.read(_drawn("K834OT22")) for _ in range(3)]
    assert all(one == other for one, other in pairwise(reads))


def test_an_empty_strip_says_nothing(vision_models: VisionModels) -> None:
    assert vision_models.reader.read(np.full((48, 200, 3), 128, dtype=np.uint8)) == ()
