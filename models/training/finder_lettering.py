"""Lettering that is no plate: telephone numbers, advertisements, badges and signs, for the finder to pass over."""

import string
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

_WORDS = (  # noqa: SIM905 - a list of forty quoted words is no easier to read
    "TAXI SERVICE SALE DIESEL TURBO HYBRID 4x4 AUTO CITY EXPRESS CARGO POLICE RENT CAFE HOTEL PARK STOP EXIT OPEN "
    "MARKET BAKERY BABY SCHOOL ДОСТАВКА ТАКСИ АПТЕКА РЕМОНТ АРЕНДА ПРОДУКТЫ ОКНА СКИДКИ ДВЕРИ TRANSPORT LOGISTIK"
).split()
_HERSHEY = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
)


def draw_lettering(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a flat picture, BGR, with one to four lines of lettering on a plain ground."""
    lines = [_line(rng) for _ in range(int(rng.choice([1, 2, 3, 4], p=[0.5, 0.2, 0.2, 0.1])))]
    ground, ink = _two_colours(rng)
    draw = _draw_outlined if rng.random() < 0.5 or not "".join(lines).isascii() else _draw_stroked
    flat = draw(lines, ground, ink, rng)
    if rng.random() < 0.2:
        cv2.rectangle(flat, (0, 0), (flat.shape[1] - 1, flat.shape[0] - 1), ink, int(rng.integers(1, 4)))
    return flat


def _line(rng: np.random.Generator) -> str:
    kind = rng.random()
    if kind < 0.3:
        digits = "".join(rng.choice(list(string.digits), size=11))
        return f"{digits[0]}-{digits[1:4]}-{digits[4:7]}-{digits[7:9]}-{digits[9:]}"
    if kind < 0.45:
        return f"www.{''.join(rng.choice(list(string.ascii_lowercase), size=int(rng.integers(4, 9))))}.com"
    words = rng.choice(_WORDS, size=int(rng.integers(1, 4)))
    return " ".join(str(word) for word in words)


def _two_colours(rng: np.random.Generator) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    while True:
        ground, ink = rng.integers(0, 256, 3), rng.integers(0, 256, 3)
        if rng.random() < 0.3:
            ground[:] = ground[0]
        if abs(int(ground.sum()) - int(ink.sum())) > 200:
            return _colour(ground), _colour(ink)


def _colour(values: NDArray[Any]) -> tuple[int, int, int]:
    return int(values[0]), int(values[1]), int(values[2])


def _draw_stroked(
    lines: list[str], ground: tuple[int, int, int], ink: tuple[int, int, int], rng: np.random.Generator
) -> NDArray[np.uint8]:
    font, thick = _HERSHEY[int(rng.integers(len(_HERSHEY)))], int(rng.integers(1, 5))
    widths = [cv2.getTextSize(line, font, 1.0, thick)[0][0] for line in lines]
    flat = np.full((34 * len(lines) + 14, max(widths) + 24, 3), ground, np.uint8)
    for row, line in enumerate(lines):
        cv2.putText(flat, line, (12, 34 * (row + 1)), font, 1.0, ink, thick, cv2.LINE_AA)
    return flat


def _draw_outlined(
    lines: list[str], ground: tuple[int, int, int], ink: tuple[int, int, int], rng: np.random.Generator
) -> NDArray[np.uint8]:
    font = ImageFont.load_default(size=28)
    stroke = int(rng.integers(0, 3))
    widths = [font.getlength(line) for line in lines]
    flat = Image.new("RGB", (int(max(widths)) + 24, 36 * len(lines) + 12), ground)
    pen = ImageDraw.Draw(flat)
    for row, line in enumerate(lines):
        pen.text((10, 4 + 36 * row), line, font=font, fill=ink, stroke_width=stroke)
    return np.array(flat)
