from pathlib import Path

import numpy as np
import pytest

from models.synthesis.plates import GlyphBook, choose_text, draw_plate
from models.synthesis.plates.canvas import GROUNDS, INKS
from models.synthesis.plates.glyphs import CHARACTERS
from recognition.plates import load_grammars

KINDS = sorted({(one.plate_region, layout.plate_type) for one in load_grammars() for layout in one.layouts})
BOOK = GlyphBook()


@pytest.mark.parametrize(("country", "kind"), KINDS)
def test_every_type_of_every_country_can_be_drawn(country: str, kind: str) -> None:
    rng = np.random.default_rng(4)
    for _ in range(3):
        plate = draw_plate(rng, book=BOOK, country=country, plate_type=kind)
        assert (plate.country, plate.plate_type) == (country, kind)
        assert plate.picture.dtype == np.uint8
        assert plate.picture.ndim == 3
        assert plate.picture.std() > 8


def test_the_same_state_of_chance_gives_the_same_plate() -> None:
    first, second = (np.random.default_rng(9) for _ in range(2))
    for _ in range(12):
        one, other = draw_plate(first, book=BOOK), draw_plate(second, book=GlyphBook())
        assert (one.text, one.country, one.plate_type, one.rows) == (
            other.text,
            other.country,
            other.plate_type,
            other.rows,
        )
        assert np.array_equal(one.picture, other.picture)


@pytest.mark.parametrize(
    ("kind", "rows", "aspect"), [("1", 1, 520 / 112), ("1a", 2, 290 / 170), ("4", 2, 245 / 185), ("5", 1, 520 / 112)]
)
def test_a_plate_has_the_shape_and_the_rows_of_its_type(kind: str, rows: int, aspect: float) -> None:
    plate = draw_plate(np.random.default_rng(6), book=BOOK, country="ru", plate_type=kind)
    height, width = plate.picture.shape[:2]
    assert plate.rows == rows
    assert width / height == pytest.approx(aspect, rel=0.02)


@pytest.mark.parametrize("kind", ["1a", "3", "4"])
def test_between_two_rows_there_is_bare_ground(kind: str) -> None:
    grey = draw_plate(np.random.default_rng(8), book=BOOK, country="ru", plate_type=kind).picture.min(axis=2)
    height, width = grey.shape
    ink = (grey[:, round(0.12 * width) : round(0.45 * width)] < 120).mean(axis=1)
    upper, between, lower = (
        ink[: round(0.44 * height)],
        ink[round(0.47 * height) : round(0.53 * height)],
        ink[round(0.55 * height) :],
    )
    assert upper.max() > 0.15
    assert lower.max() > 0.15
    assert between.max() == 0


def test_a_given_text_is_drawn_and_another_text_looks_different() -> None:
    given = choose_text(np.random.default_rng(1), "ru", "1")
    other = choose_text(np.random.default_rng(2), "ru", "1")
    first, same, second = (draw_plate(np.random.default_rng(3), book=BOOK, text=one) for one in (given, given, other))
    assert (first.text, first.country) == (given.text, "ru")
    assert np.array_equal(first.picture, same.picture)
    assert first.picture.shape != second.picture.shape or (first.picture != second.picture).any()


def test_every_ground_and_ink_a_grammar_names_is_known() -> None:
    for grammar in load_grammars():
        for layout in grammar.layouts:
            assert layout.background <= GROUNDS.keys()
            assert layout.ink in INKS


def test_a_diplomats_plate_is_red_with_light_glyphs() -> None:
    blue, green, red = np.median(
        draw_plate(np.random.default_rng(1), book=BOOK, country="ru", plate_type="10").picture.reshape(-1, 3), axis=0
    )
    assert red > 2 * max(blue, green)


def test_every_character_has_ink_of_its_own() -> None:
    face = BOOK.strokes(np.random.default_rng(1))
    masks = {mark: BOOK.mask(face, mark) for mark in CHARACTERS}
    assert {mask.shape[0] for mask in masks.values()} == {64}
    assert all(mask.max() > 200 for mask in masks.values())
    assert len({(mask.shape, mask.tobytes()) for mask in masks.values()}) >= len(CHARACTERS) - 2


def test_without_a_folder_of_fonts_plates_are_drawn_with_the_projects_own_strokes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("RUBEZH_FONTS", raising=False)
    assert GlyphBook.open().fonts == ()
    for name in (
        "a-latin-400-normal.woff",
        "b.ttf",
        "icon.ttf",
        "a-latin-400-italic.woff",
        "a-cyrillic-400.woff",
        "read.me",
    ):
        (tmp_path / name).touch()
    assert [path.name for path in GlyphBook.open(tmp_path).fonts] == ["a-latin-400-normal.woff", "b.ttf"]
    monkeypatch.setenv("RUBEZH_FONTS", str(tmp_path))
    assert len(GlyphBook.open().fonts) == 2
