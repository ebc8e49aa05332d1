"""A plate while it is drawn: ground, ink, and rows of characters in millimetres."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.plates.glyphs import GlyphBook, Typeface
from models.synthesis.plates.texts import PlateText

Colour = tuple[float, float, float]
Box = tuple[float, float, float, float]

GROUNDS: dict[str, tuple[Colour, ...]] = {
    "white": ((238, 238, 236), (225, 228, 228), (245, 245, 245)),
    "yellow": ((30, 190, 245), (50, 205, 250), (20, 170, 235)),
    "black": ((28, 26, 26), (45, 42, 40)),
    "blue": ((150, 70, 20), (170, 90, 30), (140, 50, 10)),
    "red": ((40, 30, 180), (50, 40, 160), (30, 20, 200)),
    "grey": ((175, 178, 178), (200, 202, 202), (160, 165, 168)),
}
INKS: dict[str, tuple[Colour, ...]] = {
    "black": ((25, 22, 22), (45, 40, 40), (60, 50, 40)),
    "white": ((235, 235, 235), (250, 250, 250)),
}
US_INKS: tuple[Colour, ...] = ((30, 25, 25), (120, 40, 20), (30, 20, 150), (40, 90, 20), (110, 60, 40), (20, 60, 110))
EUROPE_BLUE: Colour = (160, 70, 10)


@dataclass(frozen=True, eq=False, slots=True)
class Pen:
    """What a plate's number is written with: a typeface of a book, and ink."""

    book: GlyphBook
    face: Typeface
    ink: Colour


class Canvas:
    """A plate being drawn: boxes are ``(x, y, width, height)`` in millimetres."""

    def __init__(self, size_mm: tuple[float, float], scale: float, ground: Colour) -> None:
        self.size_mm = size_mm
        self.scale = scale
        self.pixels = np.full((round(size_mm[1] * scale), round(size_mm[0] * scale), 3), ground, np.uint8)

    def fill(self, box: Box, colour: Colour) -> None:
        """Fill a box."""
        x, y, width, height = (round(value * self.scale) for value in box)
        self.pixels[max(0, y) : y + height, max(0, x) : x + width] = colour

    def glyph(self, mask: NDArray[np.uint8], box: Box, colour: Colour) -> None:
        """Lay a character's ink into a box."""
        x, y, width, height = (round(value * self.scale) for value in box)
        x, y, width, height = max(0, x), max(0, y), max(2, width), max(3, height)
        sized = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
        place = self.pixels[y : y + height, x : x + width]
        alpha = sized[: place.shape[0], : place.shape[1], None].astype(np.float32) / 255
        place[:] = place + alpha * (np.asarray(colour, np.float32) - place)

    def border(self, rng: np.random.Generator, colour: Colour) -> None:
        """Draw the line along the plate's edge."""
        inset, thick = rng.uniform(0.5, 3) * self.scale, max(1, round(rng.uniform(1.5, 4) * self.scale))
        height, width = self.pixels.shape[:2]
        low, high = (round(inset), round(inset)), (round(width - 1 - inset), round(height - 1 - inset))
        cv2.rectangle(self.pixels, low, high, colour, thick)


def pick(rng: np.random.Generator, colours: Sequence[Colour]) -> Colour:
    """Choose one of several colours."""
    blue, green, red = colours[int(rng.integers(len(colours)))]
    return blue, green, red


def any_colour(rng: np.random.Generator, low: float, high: float) -> Colour:
    """Choose any colour whose parts lie between two values."""
    blue, green, red = rng.uniform(low, high, 3)
    return float(blue), float(green), float(red)


def open_plate(rng: np.random.Generator, given: PlateText) -> tuple[Canvas, Colour]:
    """Return an empty plate of the layout's size and colours, and its ink."""
    layout = given.layout
    grounds = sorted(layout.background) or ["white"]
    ground = pick(rng, GROUNDS[grounds[int(rng.integers(len(grounds)))]])
    return Canvas(layout.size_mm, float(rng.uniform(0.9, 1.2)), ground), pick(rng, INKS[layout.ink])


def write_row(
    rng: np.random.Generator,
    canvas: Canvas,
    pen: Pen,
    groups: Sequence[str],
    box: Box,
    *,
    letter_height: float = 1.0,
    gap: tuple[float, float] = (0.10, 0.20),
    group_gap: tuple[float, float] = (0.25, 0.7),
    separator: str = "",
) -> None:
    """Write groups of characters into a box, centred, all digits as high as the box.

    Args:
        rng: where chance comes from.
        canvas: the plate.
        pen: typeface and ink.
        groups: from left to right.
        box: place of the row on the plate.
        letter_height: height of letters as a share of the digits' (Russian plates: 58 mm to 76 mm).
        gap: between characters, as a share of the height.
        group_gap: additional gap between groups.
        separator: ``dot``, ``hyphen``, ``seal`` or nothing between groups.
    """
    x, y, width, height = box
    step, jump = height * rng.uniform(*gap), height * rng.uniform(*group_gap)
    squeeze, slant = rng.uniform(0.9, 1.1), rng.uniform(0.96, 1.04)
    placed: list[tuple[str, float, float]] = []
    at, separators = 0.0, []
    for number, group in enumerate(groups):
        if number:
            separators.append(at - step / 2)
            at += jump
        for mark in group:
            ink_mask = pen.book.mask(pen.face, mark)
            share = letter_height if mark.isalpha() else 1.0
            glyph_width = ink_mask.shape[1] / ink_mask.shape[0] * height * share * squeeze
            slot = max(glyph_width, 0.30 * height) if mark in "1I" else glyph_width
            placed.append((mark, at + (slot - glyph_width) / 2, glyph_width))
            at += slot + step
    total = at - step
    shrink = min(1.0, width / total)
    start = x + (width - total * shrink) * rng.uniform(0.35, 0.65)
    for mark, offset, glyph_width in placed:
        share = (letter_height if mark.isalpha() else 1.0) * slant
        glyph_height = min(height, height * share)
        canvas.glyph(
            pen.book.mask(pen.face, mark),
            (start + offset * shrink, y + height - glyph_height, glyph_width * shrink, glyph_height),
            pen.ink,
        )
    for place in separators:
        centre = (start + (place + jump / 2) * shrink, y + height / 2)
        _separate(rng, canvas, pen.ink, separator, centre, height=height)


def _separate(
    rng: np.random.Generator, canvas: Canvas, ink: Colour, kind: str, centre_mm: tuple[float, float], *, height: float
) -> None:
    x, y = centre_mm
    if kind == "hyphen":
        canvas.fill((x - 0.09 * height, y - 0.04 * height, 0.18 * height, 0.09 * height), ink)
    elif kind in {"dot", "seal"}:
        radius = max(1, round((0.07 if kind == "dot" else rng.uniform(0.13, 0.22)) * height * canvas.scale))
        colour = ink if kind == "dot" else tuple(float(value) for value in rng.uniform(30, 220, 3))
        cv2.circle(canvas.pixels, (round(x * canvas.scale), round(y * canvas.scale)), radius, colour, -1, cv2.LINE_AA)


def small_words(rng: np.random.Generator, canvas: Canvas, words: str, box: Box, ink: Colour) -> None:
    """Print words that are no part of the number, as state names and towns are."""
    x, y, width, height = box
    face = int(rng.choice([cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX]))
    (wide, tall), _ = cv2.getTextSize(words, face, 1.0, 2)
    size = min(width * canvas.scale / max(wide, 1), height * canvas.scale / max(tall, 1))
    left = (x + width / 2) * canvas.scale - wide * size / 2
    bottom = (y + height) * canvas.scale
    thickness = 2 if size > 0.6 and rng.random() < 0.5 else 1
    cv2.putText(canvas.pixels, words, (round(left), round(bottom)), face, size, ink, thickness, cv2.LINE_AA)
