"""Russian plates of type 1 (520 x 112 mm) as flat pictures, to be laid onto a vehicle.

Layout after ГОСТ Р 50577-2018: digits 76 mm, letters and region 58 mm, a divider before the region
box, "RUS" and the flag below the region code.
"""

import re
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes.glyphs import PLATE_LETTERS, draw_glyph

PLATE_WIDTH_M = 0.520
PLATE_HEIGHT_M = 0.112
TEXTURE_PX_PER_MM = 4
_TYPE_1 = re.compile(rf"([{PLATE_LETTERS}])(\d{{3}})([{PLATE_LETTERS}]{{2}})(\d{{2,3}})")
_PAPER = (236, 238, 238)
_INK = (22, 20, 20)
_STROKE_MM = 10.0
_BASE_MM = 94.0
_DIGIT_MM = (43.0, 76.0)
_LETTER_MM = (47.0, 58.0)


def _boxes(plate: str) -> list[tuple[str, float, float, float, float, float]]:
    """(character, x, y, width, height, stroke) in mm of every character of a type 1 plate.

    Raises:
        ValueError: the text is no plate of type 1.
    """
    match = _TYPE_1.fullmatch(plate)
    if match is None:
        raise ValueError(f"{plate!r} is no Russian plate of type 1: write it like A123BC77")
    first, number, last, region = match.groups()
    letters = [(first, 27.0), (last[0], 262.0), (last[1], 321.0)]
    placed = [(c, x, _BASE_MM - 58.0, *_LETTER_MM, _STROKE_MM) for c, x in letters]
    placed += [(c, 89.0 + 57.0 * i, _BASE_MM - 76.0, *_DIGIT_MM, _STROKE_MM) for i, c in enumerate(number)]
    width_mm, step_mm = (36.0, 48.0) if len(region) == 2 else (30.0, 38.5)
    start_mm = 453.0 - (step_mm * (len(region) - 1) + width_mm) / 2
    placed += [(c, start_mm + step_mm * i, 14.0, width_mm, 58.0, 9.0) for i, c in enumerate(region)]
    placed += [(c, 402.0 + 18.0 * i, 80.0, 14.0, 20.0, 3.5) for i, c in enumerate("RUS")]
    return placed


@cache
def plate_texture(plate: str) -> NDArray[np.uint8]:
    """The picture of the plate, (448, 2080, 3) BGR: four pixels a millimetre."""
    scale = TEXTURE_PX_PER_MM
    canvas = np.full((112 * scale, 520 * scale, 3), 30, dtype=np.uint8)
    _rounded(canvas, (0.0, 0.0, 520.0, 112.0), 10.0, _PAPER)
    _rounded(canvas, (2.0, 2.0, 518.0, 110.0), 9.0, _INK)
    _rounded(canvas, (5.0, 5.0, 515.0, 107.0), 7.0, _PAPER)
    cv2.rectangle(canvas, (388 * scale, 4 * scale), (391 * scale, 108 * scale), _INK, -1)
    for character, x, y, width, height, stroke in _boxes(plate):
        box_px = (x * scale, y * scale, width * scale, height * scale)
        draw_glyph(canvas, character, box_px=box_px, stroke_px=stroke * scale, colour=_INK)
    for row, colour in enumerate(((245, 245, 245), (168, 60, 20), (40, 30, 200))):
        top = round((80 + row * 6.5) * scale)
        cv2.rectangle(canvas, (466 * scale, top), (502 * scale, top + round(6.5 * scale)), colour, -1)
    cv2.rectangle(canvas, (466 * scale, 80 * scale), (502 * scale, round(99.5 * scale)), (120, 120, 120), 2)
    return canvas


def _rounded(
    canvas: NDArray[np.uint8],
    corners_mm: tuple[float, float, float, float],
    radius_mm: float,
    colour: tuple[int, int, int],
) -> None:
    """Fill a rectangle with round corners."""
    x0, y0, x1, y1 = (round(v * TEXTURE_PX_PER_MM) for v in corners_mm)
    radius = round(radius_mm * TEXTURE_PX_PER_MM)
    cv2.rectangle(canvas, (x0 + radius, y0), (x1 - radius - 1, y1 - 1), colour, -1)
    cv2.rectangle(canvas, (x0, y0 + radius), (x1 - 1, y1 - radius - 1), colour, -1)
    for x in (x0 + radius, x1 - radius - 1):
        for y in (y0 + radius, y1 - radius - 1):
            cv2.circle(canvas, (x, y), radius, colour, -1, cv2.LINE_AA)
