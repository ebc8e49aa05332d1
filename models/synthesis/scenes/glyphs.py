"""Stroke-drawn characters of plates, the Russian ones after the proportions of ГОСТ Р 50577-2018.

Each glyph is a set of centre lines in a unit box (x right, y down); the drawing scales the box to
the character's millimetres and gives the line its stroke.  The shapes are the project's own; the
flat-topped 3 and the narrow zero are what general readers stumble over, so they are kept.
"""

import math
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Stroke = tuple[tuple[float, float], ...]
PLATE_LETTERS = "ABEKMHOPCTYX"
PLATE_DIGITS = "0123456789"


def _arc(oval: tuple[float, float, float, float], start_deg: float, end_deg: float) -> Stroke:
    """Points of an arc of ``oval`` (centre x, y, radius x, y); 0° to the right, 90° down."""
    x, y, rx, ry = oval
    angles = np.radians(np.linspace(start_deg, end_deg, 24))
    return tuple((x + rx * math.cos(a), y + ry * math.sin(a)) for a in angles)


def _oval(corner: float) -> Stroke:
    """A closed box with round corners, ``corner`` of its width."""
    c, d = corner, corner * 0.62
    return (
        *_arc((1 - c, d, c, d), -90, 0),
        *_arc((1 - c, 1 - d, c, d), 0, 90),
        *_arc((c, 1 - d, c, d), 90, 180),
        *_arc((c, d, c, d), 180, 270),
        (1 - c, 0.0),
    )


_GLYPHS: dict[str, tuple[Stroke, ...]] = {
    "0": (_oval(0.46),),
    "1": (((0.18, 0.25), (0.62, 0.0), (0.62, 1.0)),),
    "2": ((*_arc((0.5, 0.28, 0.48, 0.28), 190, 380), (0.80, 0.56), (0.02, 1.0), (1.0, 1.0)),),
    "3": (((0.02, 0.0), (0.96, 0.0), (0.42, 0.40)), ((0.42, 0.40), *_arc((0.45, 0.70, 0.53, 0.30), -90, 160))),
    "4": (((0.62, 0.0), (0.0, 0.72), (1.0, 0.72)), ((0.76, 0.45), (0.76, 1.0))),
    "5": (((0.94, 0.0), (0.16, 0.0), (0.08, 0.46)), ((0.08, 0.46), *_arc((0.48, 0.69, 0.50, 0.31), -125, 155))),
    "6": (_arc((0.5, 0.69, 0.5, 0.31), 0, 360), ((0.02, 0.66), (0.10, 0.48), (0.62, 0.0))),
    "7": (((0.0, 0.0), (1.0, 0.0), (0.42, 1.0)),),
    "8": (_arc((0.5, 0.25, 0.42, 0.25), 0, 360), _arc((0.5, 0.73, 0.5, 0.27), 0, 360)),
    "9": (_arc((0.5, 0.31, 0.5, 0.31), 0, 360), ((0.98, 0.34), (0.90, 0.52), (0.38, 1.0))),
    "A": (((0.0, 1.0), (0.5, 0.0), (1.0, 1.0)), ((0.17, 0.70), (0.83, 0.70))),
    "B": (
        ((0.04, 0.0), (0.04, 1.0)),
        ((0.04, 0.0), (0.62, 0.0), *_arc((0.62, 0.24, 0.30, 0.24), -90, 90), (0.04, 0.48)),
        ((0.62, 0.48), *_arc((0.64, 0.74, 0.34, 0.26), -90, 90), (0.04, 1.0)),
    ),
    "C": (
        (
            *_arc((0.56, 0.30, 0.44, 0.30), -15, -90),
            (0.44, 0.0),
            *_arc((0.44, 0.30, 0.44, 0.30), 270, 180),
            *_arc((0.44, 0.70, 0.44, 0.30), 180, 90),
            (0.56, 1.0),
            *_arc((0.56, 0.70, 0.44, 0.30), 90, 15),
        ),
    ),
    "D": (((0.04, 0.0), (0.04, 1.0)), ((0.04, 0.0), (0.50, 0.0), *_arc((0.50, 0.5, 0.46, 0.5), -90, 90), (0.04, 1.0))),
    "E": (((0.96, 0.0), (0.06, 0.0), (0.06, 1.0), (0.98, 1.0)), ((0.06, 0.49), (0.86, 0.49))),
    "F": (((0.96, 0.0), (0.06, 0.0), (0.06, 1.0)), ((0.06, 0.49), (0.82, 0.49))),
    "G": (
        (
            *_arc((0.56, 0.30, 0.44, 0.30), -15, -90),
            *_arc((0.44, 0.30, 0.44, 0.30), 270, 180),
            *_arc((0.44, 0.70, 0.44, 0.30), 180, 90),
            *_arc((0.56, 0.70, 0.44, 0.30), 90, 0),
            (1.0, 0.54),
            (0.58, 0.54),
        ),
    ),
    "H": (((0.04, 0.0), (0.04, 1.0)), ((0.96, 0.0), (0.96, 1.0)), ((0.04, 0.5), (0.96, 0.5))),
    "I": (((0.5, 0.0), (0.5, 1.0)),),
    "J": (((0.86, 0.0), (0.86, 0.70), *_arc((0.44, 0.70, 0.42, 0.30), 0, 170)),),
    "K": (((0.05, 0.0), (0.05, 1.0)), ((0.94, 0.0), (0.05, 0.56)), ((0.34, 0.40), (0.98, 1.0))),
    "L": (((0.05, 0.0), (0.05, 1.0), (0.96, 1.0)),),
    "M": (((0.0, 1.0), (0.0, 0.0), (0.5, 0.66), (1.0, 0.0), (1.0, 1.0)),),
    "N": (((0.04, 1.0), (0.04, 0.0), (0.96, 1.0), (0.96, 0.0)),),
    "O": (_oval(0.48),),
    "P": (((0.05, 1.0), (0.05, 0.0), (0.60, 0.0), *_arc((0.60, 0.29, 0.36, 0.29), -90, 90), (0.05, 0.58)),),
    "Q": (_oval(0.48), ((0.62, 0.72), (0.98, 1.0))),
    "R": (
        ((0.05, 1.0), (0.05, 0.0), (0.60, 0.0), *_arc((0.60, 0.27, 0.36, 0.27), -90, 90), (0.05, 0.54)),
        ((0.50, 0.54), (0.98, 1.0)),
    ),
    "S": (
        (
            *_arc((0.5, 0.26, 0.44, 0.26), -20, -200),
            (0.30, 0.44),
            (0.70, 0.53),
            *_arc((0.5, 0.74, 0.46, 0.26), -35, 160),
        ),
    ),
    "T": (((0.0, 0.0), (1.0, 0.0)), ((0.5, 0.0), (0.5, 1.0))),
    "U": (((0.04, 0.0), (0.04, 0.68), *_arc((0.5, 0.68, 0.46, 0.32), 180, 0), (0.96, 0.0)),),
    "V": (((0.0, 0.0), (0.5, 1.0), (1.0, 0.0)),),
    "W": (((0.0, 0.0), (0.24, 1.0), (0.5, 0.30), (0.76, 1.0), (1.0, 0.0)),),
    "X": (((0.04, 0.0), (0.96, 1.0)), ((0.96, 0.0), (0.04, 1.0))),
    "Y": (((0.02, 0.0), (0.52, 0.60)), ((0.98, 0.0), (0.46, 0.72), *_arc((0.16, 0.78, 0.22, 0.22), 10, 90))),
    "Z": (((0.02, 0.0), (0.98, 0.0), (0.02, 1.0), (0.98, 1.0)),),
}


def alphabet() -> frozenset[str]:
    """Every character that can be drawn."""
    return frozenset(_GLYPHS)


@cache
def strokes(character: str) -> tuple[NDArray[np.float64], ...]:
    """The centre lines of ``character``, each (N, 2) in the unit box.

    Raises:
        KeyError: the character is on no plate.
    """
    return tuple(np.array(stroke, dtype=np.float64) for stroke in _GLYPHS[character])


def draw_glyph(
    canvas: NDArray[np.uint8],
    character: str,
    *,
    box_px: tuple[float, float, float, float],
    stroke_px: float,
    colour: tuple[int, int, int],
) -> None:
    """Draw ``character`` so that its ink fills ``box_px`` (x, y, width, height) of ``canvas``."""
    x, y, width, height = box_px
    inner = np.array([width - stroke_px, height - stroke_px])
    origin = np.array([x, y]) + stroke_px / 2
    for line in strokes(character):
        points = np.round((origin + line * inner) * 16).astype(np.int32)
        cv2.polylines(
            canvas, [points.reshape(-1, 1, 2)], isClosed=False, color=colour,
            thickness=max(1, round(stroke_px)), lineType=cv2.LINE_AA, shift=4,
        )  # fmt: skip
