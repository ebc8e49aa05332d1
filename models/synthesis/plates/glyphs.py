"""Glyphs for plates: the project's own strokes and typefaces found in a folder, as ink masks of one height.

Typefaces are never part of the project: ``fonts.toml`` names openly licensed npm packages, and a folder with TTF, OTF
or WOFF files is given by ``RUBEZH_FONTS``.  Without it plates are drawn with the project's own strokes alone.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from models.synthesis.scenes.glyphs import draw_glyph

FONTS_VARIABLE = "RUBEZH_FONTS"
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MASK_HEIGHT_PX = 64
_UNUSABLE = ("icon", "symbol", "barcode", "dingbat", "emoji", "italic")
_WEIGHTS = ("-400-", "-500-", "-600-", "-700-")

Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Typeface:
    """One way to draw characters: strokes of a given thickness, or a font file."""

    stroke: float = 0.0
    """Thickness as a share of the glyph's height; 0: a font file."""
    is_bar_one: bool = False
    is_wide_zero: bool = False
    path: Path | None = None


@dataclass
class GlyphBook:
    """All typefaces there are, with the masks drawn so far; one per process."""

    fonts: tuple[Path, ...] = ()
    _masks: dict[tuple[Typeface, str], Mask] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path | None = None) -> "GlyphBook":
        """Find the font files of a folder, by default the one the environment names."""
        named = folder or (Path(os.environ[FONTS_VARIABLE]) if os.environ.get(FONTS_VARIABLE) else None)
        if named is None:
            return cls()
        files = sorted(path for path in named.rglob("*") if path.suffix.lower() in {".ttf", ".otf", ".woff"})
        return cls(tuple(path for path in files if _is_usable(path)))

    def strokes(self, rng: np.random.Generator) -> Typeface:
        """Choose own strokes, thin to bold."""
        thickness = round(float(rng.uniform(0.10, 0.20)), 2)
        return Typeface(stroke=thickness, is_bar_one=bool(rng.random() < 0.3), is_wide_zero=bool(rng.random() < 0.3))

    def choose(self, rng: np.random.Generator, *, strokes_share: float) -> Typeface:
        """Choose a typeface: own strokes with the given probability, else any font."""
        if not self.fonts or rng.random() < strokes_share:
            return self.strokes(rng)
        return Typeface(path=self.fonts[int(rng.integers(len(self.fonts)))])

    def mask(self, face: Typeface, character: str) -> Mask:
        """Return the ink of a character cut to its edges, 64 px high, 0 to 255."""
        key = (face, character)
        if key not in self._masks:
            self._masks[key] = _stroked(face, character) if face.path is None else _typeset(face.path, character)
        return self._masks[key]


def _is_usable(path: Path) -> bool:
    name = path.name.lower()
    if any(word in name for word in _UNUSABLE) or "latin-ext" in name or "-latin-" not in name:
        return path.suffix.lower() != ".woff" and not any(word in name for word in _UNUSABLE)
    return any(weight in name for weight in _WEIGHTS)


def _stroked(face: Typeface, character: str) -> Mask:
    stroke_px = face.stroke * _MASK_HEIGHT_PX
    drawn = "O" if character == "0" and face.is_wide_zero else character
    width_px = 0.62 * _MASK_HEIGHT_PX
    if character == "I" or (character == "1" and face.is_bar_one):
        return np.full((_MASK_HEIGHT_PX, max(3, round(stroke_px))), 255, np.uint8)
    if character == "1":
        width_px *= 0.6
    if character in "MW":
        width_px *= 1.2
    canvas = np.zeros((_MASK_HEIGHT_PX, round(width_px), 3), np.uint8)
    draw_glyph(
        canvas, drawn, box_px=(0, 0, round(width_px), _MASK_HEIGHT_PX), stroke_px=stroke_px, colour=(255, 255, 255)
    )
    return np.ascontiguousarray(canvas[:, :, 0])


def _typeset(path: Path, character: str) -> Mask:
    font = ImageFont.truetype(str(path), round(1.3 * _MASK_HEIGHT_PX))
    canvas = Image.new("L", (4 * _MASK_HEIGHT_PX, 3 * _MASK_HEIGHT_PX), 0)
    ImageDraw.Draw(canvas).text((_MASK_HEIGHT_PX, _MASK_HEIGHT_PX // 2), character, fill=255, font=font)
    ink = np.asarray(canvas)
    rows, columns = np.flatnonzero(ink.max(axis=1) > 64), np.flatnonzero(ink.max(axis=0) > 64)
    if not len(rows) or not len(columns):
        return np.zeros((_MASK_HEIGHT_PX, _MASK_HEIGHT_PX // 2), np.uint8)
    tight = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    width = max(2, round(tight.shape[1] * _MASK_HEIGHT_PX / tight.shape[0]))
    return np.asarray(cv2.resize(tight, (width, _MASK_HEIGHT_PX), interpolation=cv2.INTER_AREA), np.uint8)
