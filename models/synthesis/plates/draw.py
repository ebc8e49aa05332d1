"""Flat plates as pictures, each in the form of its country."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.synthesis.plates import forms
from models.synthesis.plates.glyphs import GlyphBook
from models.synthesis.plates.texts import PlateText, choose_text


@dataclass(frozen=True, eq=False, slots=True)
class SyntheticPlate:
    """A flat plate ``picture`` ``(H, W, 3)`` uint8 BGR and what stands on it, canonical."""

    picture: NDArray[np.uint8]
    text: str
    country: str
    plate_type: str
    rows: int


def draw_plate(
    rng: np.random.Generator,
    *,
    book: GlyphBook | None = None,
    country: str | None = None,
    plate_type: str | None = None,
    text: PlateText | None = None,
) -> SyntheticPlate:
    """Draw one plate.

    Args:
        rng: where chance comes from; the same state and fonts give the same plate.
        book: typefaces; default the project's own strokes and the folder that ``RUBEZH_FONTS`` names.
        country: only plates of this country.
        plate_type: only plates of this type.
        text: exactly this one.
    """
    book = book or _default_book()
    given = text or choose_text(rng, country, plate_type)
    match given.country:
        case "ru":
            pixels = forms.russian(rng, book, given)
        case "us":
            pixels = forms.american(rng, book, given)
        case "br":
            pixels = forms.brazilian(rng, book, given)
        case _:
            pixels = forms.european(rng, book, given)
    return SyntheticPlate(pixels, given.text, given.country, given.layout.plate_type, len(given.rows))


_BOOKS: list[GlyphBook] = []


def _default_book() -> GlyphBook:
    if not _BOOKS:
        _BOOKS.append(GlyphBook.open())
    return _BOOKS[0]
