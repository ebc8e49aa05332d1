import numpy as np
import pytest

from models.evaluation.peers.pp_ocr import ALPHABET, collapse


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
