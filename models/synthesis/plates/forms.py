"""Where everything stands on the plates of each country: Russian, European, Brazilian and North American forms."""

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.plates.canvas import (
    EUROPE_BLUE,
    GROUNDS,
    INKS,
    US_INKS,
    Box,
    Canvas,
    Pen,
    any_colour,
    open_plate,
    pick,
    small_words,
    write_row,
)
from models.synthesis.plates.glyphs import GlyphBook
from models.synthesis.plates.texts import PlateText

_WORDS = (
    "TEXAS", "CALIFORNIA", "NEW YORK", "OHIO", "FLORIDA", "THE LONE STAR STATE", "GARDEN STATE", "EMPIRE STATE",
    "ALASKA", "GREAT LAKES", "SUNSHINE STATE", "dmv.ca.gov", "MYFLORIDA.COM", "SUPPORT OUR TROOPS", "VIRGINIA",
    "Minnesota", "10,000 lakes", "Evergreen State", "First in Flight", "Live Free or Die", "ONTARIO",
    "Yours to discover",
)  # fmt: skip


def russian(rng: np.random.Generator, book: GlyphBook, given: PlateText) -> NDArray[np.uint8]:
    """ГОСТ Р 50577: digits 76 mm, letters and region 58 mm, the region apart with RUS and the flag below it."""
    canvas, ink = open_plate(rng, given)
    pen = Pen(book, book.choose(rng, strokes_share=0.75), ink)
    width, height = canvas.size_mm
    canvas.border(rng, ink)
    *before, last = given.rows[-1]
    if len(given.rows) == 1:
        left = width - rng.uniform(128, 136)
        canvas.fill((left, 2, rng.uniform(2, 4), height - 4), ink)
        top = rng.uniform(14, 20)
        write_row(rng, canvas, pen, before, (18, top, left - 32, 76),
                  letter_height=58 / 76, gap=(0.13, 0.20), group_gap=(0.0, 0.15))  # fmt: skip
        _region(rng, canvas, pen, last, (left + 8, 12, width - left - 16, 58))
    else:
        row = 0.36 * height
        write_row(rng, canvas, pen, given.rows[0], (0.08 * width, 0.10 * height, 0.84 * width, row),
                  letter_height=rng.uniform(0.76, 1.0), gap=(0.12, 0.24), group_gap=(0.0, 0.2))  # fmt: skip
        part = 0.52 * width if before else 0.1
        if before:
            area = (0.06 * width, 0.54 * height, 0.44 * width, row)
            write_row(rng, canvas, pen, before, area, gap=(0.12, 0.24))
        _region(rng, canvas, pen, last, (part, 0.54 * height, 0.94 * width - part, 0.75 * row))
    return canvas.pixels


def _region(rng: np.random.Generator, canvas: Canvas, pen: Pen, code: str, box: Box) -> None:
    x, y, width, height = box
    write_row(rng, canvas, pen, [code], box, gap=(0.14, 0.24))
    if rng.random() < 0.9:
        low = y + height * 1.12
        word = (x + 0.02 * width, low, 0.52 * width, 0.32 * height)
        write_row(rng, canvas, pen, ["RUS"], word, gap=(0.15, 0.25))
        if rng.random() < 0.8:
            for stripe, colour in enumerate(((245, 245, 245), (168, 60, 20), (40, 30, 200))):
                part = 0.32 * height / 3
                canvas.fill((x + 0.62 * width, low + stripe * part, 0.36 * width, part), colour)


def european(rng: np.random.Generator, book: GlyphBook, given: PlateText) -> NDArray[np.uint8]:
    """One row with the country band, or two rows as on vans and motorcycles; grounds and inks as they occur."""
    rows = given.rows
    is_stacked = len(rows) == 1 and len(rows[0]) > 1 and rng.random() < 0.12
    if is_stacked:
        cut = int(rng.integers(1, len(rows[0])))
        rows = (rows[0][:cut], rows[0][cut:])
    canvas, ink = open_plate(rng, given)
    if is_stacked:
        canvas = Canvas((float(rng.uniform(240, 340)), float(rng.uniform(165, 220))), canvas.scale, canvas.pixels[0, 0])
    if given.country in {"eu", "gb", "nl"} and rng.random() < 0.3:
        canvas.pixels[:] = pick(rng, GROUNDS["yellow" if rng.random() < 0.8 else "black"])
        ink = pick(rng, INKS["white" if canvas.pixels[0, 0].max() < 60 else "black"])
    if given.country in {"eu", "be"} and rng.random() < 0.25:
        ink = pick(rng, ((40, 30, 170), (120, 50, 20), (60, 110, 30)))
    if rng.random() < 0.7:
        canvas.border(rng, ink)
    width, height = canvas.size_mm
    left = _band(rng, canvas) if rng.random() < 0.72 else rng.uniform(6, 24)
    right = width - (rng.uniform(30, 44) if rng.random() < 0.12 else rng.uniform(6, 20))
    if right < width - 28:
        canvas.fill((right + 3, 3, width - right - 6, height - 6), EUROPE_BLUE)
    pen = Pen(book, book.choose(rng, strokes_share=0.2), ink)
    separator = str(rng.choice(["", "", "hyphen", "dot", "seal"]))
    tall = (0.62, 0.76) if len(rows) == 1 else (0.33, 0.40)
    share = float(rng.uniform(*tall)) * height
    for number, groups in enumerate(rows):
        top = (height - share) / 2 if len(rows) == 1 else (0.08 + 0.47 * number) * height
        write_row(rng, canvas, pen, groups, (left, top, right - left, share), separator=separator)
    return canvas.pixels


def _band(rng: np.random.Generator, canvas: Canvas) -> float:
    _, height = canvas.size_mm
    band = rng.uniform(0.32, 0.44) * min(height, 120)
    canvas.fill((0, 0, band, height), EUROPE_BLUE)
    centre = (round(band / 2 * canvas.scale), round(0.3 * height * canvas.scale))
    for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False):
        place = (round(centre[0] + 0.3 * band * canvas.scale * np.cos(angle)),
                 round(centre[1] + 0.3 * band * canvas.scale * np.sin(angle)))  # fmt: skip
        cv2.circle(canvas.pixels, place, max(1, round(1.5 * canvas.scale)), (30, 210, 250), -1)
    letters = "".join(chr(65 + int(rng.integers(26))) for _ in range(int(rng.integers(1, 4))))
    small_words(rng, canvas, letters, (0.15 * band, 0.62 * height, 0.7 * band, 0.2 * height), (240, 240, 240))
    return float(band + rng.uniform(4, 16))


def brazilian(rng: np.random.Generator, book: GlyphBook, given: PlateText) -> NDArray[np.uint8]:
    """Grey plates carry the town above the number, Mercosur plates a blue strip."""
    canvas, ink = open_plate(rng, given)
    width, height = canvas.size_mm
    is_mercosur = given.layout.plate_type.startswith("mercosur")
    top = 0.30 * height if is_mercosur else rng.uniform(0.26, 0.36) * height
    if is_mercosur:
        canvas.fill((0, 0, width, rng.uniform(0.2, 0.26) * height), EUROPE_BLUE)
        small_words(rng, canvas, "BRASIL", (0.3 * width, 0.05 * height, 0.4 * width, 0.13 * height), (240, 240, 240))
    else:
        canvas.border(rng, ink)
        town = "".join(chr(65 + int(rng.integers(26))) for _ in range(int(rng.integers(4, 12))))
        place = f"{town[:2]} - {town}"
        if rng.random() < 0.9:
            small_words(rng, canvas, place, (0.2 * width, 0.06 * height, 0.6 * width, 0.13 * height), ink)
    pen = Pen(book, book.choose(rng, strokes_share=0.3 if is_mercosur else 0.55), ink)
    if len(given.rows) == 1:
        area = (0.05 * width, top, 0.9 * width, 0.92 * height - top)
        separator = "" if is_mercosur else str(rng.choice(["dot", "hyphen", ""]))
        write_row(rng, canvas, pen, given.rows[0], area, separator=separator, group_gap=(0.15, 0.4))
    else:
        row = (0.95 * height - top) / 2 - 0.02 * height
        for number, groups in enumerate(given.rows):
            area = (0.08 * width, top + number * (row + 0.03 * height), 0.84 * width, row)
            write_row(rng, canvas, pen, groups, area)
    return canvas.pixels


def american(rng: np.random.Generator, book: GlyphBook, given: PlateText) -> NDArray[np.uint8]:
    """A number in the middle of any picture the state likes, its name above, a motto below, stickers in corners."""
    canvas, _ = open_plate(rng, given)
    width, height = canvas.size_mm
    _scenery(rng, canvas)
    ink = pick(rng, US_INKS)
    if canvas.pixels.mean() < 110:
        ink = (235.0, 235.0, 235.0)
    if rng.random() < 0.4:
        canvas.border(rng, ink)
    small = pick(rng, US_INKS)
    words = str(rng.choice(_WORDS))
    if rng.random() < 0.85:
        small_words(rng, canvas, words, (0.15 * width, 0.06 * height, 0.7 * width, 0.13 * height), small)
    if rng.random() < 0.6:
        motto = str(rng.choice(_WORDS))
        small_words(rng, canvas, motto, (0.2 * width, 0.86 * height, 0.6 * width, 0.08 * height), small)
    for corner in range(4):
        if rng.random() < 0.25:
            x, y = (0.03 if corner % 2 == 0 else 0.85) * width, (0.04 if corner < 2 else 0.8) * height
            canvas.fill((x, y, 0.11 * width, 0.15 * height), any_colour(rng, 20, 240))
    pen = Pen(book, book.choose(rng, strokes_share=0.2), ink)
    share = rng.uniform(0.40, 0.54) * height
    side = rng.uniform(0.03, 0.09) * width
    area = (side, (height - share) / 2 + rng.uniform(-0.03, 0.05) * height, width - 2 * side, share)
    separator = str(rng.choice(["", "", "dot", "hyphen", "seal"]))
    write_row(rng, canvas, pen, given.rows[0], area, separator=separator, group_gap=(0.05, 0.5))
    return canvas.pixels


def _scenery(rng: np.random.Generator, canvas: Canvas) -> None:
    """Give the ground a soft gradient or shapes, as painted plates have."""
    height, width = canvas.pixels.shape[:2]
    kind = rng.random()
    if kind < 0.35:
        return
    low, high = rng.uniform(120, 255, 3), rng.uniform(150, 255, 3)
    if kind > 0.92:
        low, high = rng.uniform(20, 110, 3), rng.uniform(20, 90, 3)
    ramp = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    canvas.pixels[:] = low + (high - low) * (ramp if rng.random() < 0.7 else np.abs(2 * ramp - 1))
    if rng.random() < 0.4:
        points = np.stack([np.linspace(0, width, 9), height * rng.uniform(0.45, 0.95, 9)], axis=1)
        shape = np.vstack([points, [[width, height], [0, height]]]).astype(np.int32)
        cv2.fillPoly(canvas.pixels, [shape], tuple(float(v) for v in rng.uniform(120, 230, 3)))
