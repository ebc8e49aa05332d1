"""Glyphs laid along the places of a layout or the characters of a text: kept, swapped for another, or skipped."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import CharacterRead
from recognition.plates.ctc import ALPHABET, Glyph
from recognition.plates.grammar import Layout

_LEAST_CHANCE = 1e-4
_WORTH_TELLING = 0.01
_MAX_ALTERNATIVES = 4


@dataclass(frozen=True, eq=False, slots=True)
class Ink:
    """Glyphs as arrays: ``rows`` ``(G, 36)`` chances of each character, ``skips`` ``(G,)`` cost of passing it over."""

    rows: NDArray[np.float64]
    skips: NDArray[np.float64]

    @classmethod
    def of(cls, seen: Sequence[Glyph]) -> "Ink":
        """Gather glyphs; costs are negative natural logarithms."""
        blanks = np.array([one.blank for one in seen], np.float64)
        rows = np.array([one.chances for one in seen], np.float64).reshape(-1, len(ALPHABET))
        return cls(rows, -np.log(np.maximum(blanks, _LEAST_CHANCE)))


def fill(ink: Ink, layout: Layout) -> str | None:
    """Fill the places of a layout from the glyphs in order, skipping some; None when glyphs are too few."""
    rows, skips = ink.rows, ink.skips
    if len(rows) < len(layout.slots):
        return None
    fitting = rows[:, None, :] * _mask(layout)[None]
    marks = fitting.argmax(axis=2)
    costs = -np.log(np.maximum(fitting.max(axis=2), _LEAST_CHANCE))
    best: list[tuple[float, str] | None] = [(0.0, "")] + [None] * len(layout.slots)
    for glyph in range(len(rows)):
        for filled in range(min(glyph + 1, len(layout.slots)), -1, -1):
            stay, before = best[filled], best[filled - 1] if filled else None
            options = [(stay[0] + float(skips[glyph]), stay[1])] if stay is not None else []
            if before is not None:
                mark = ALPHABET[marks[glyph, filled - 1]]
                options.append((before[0] + float(costs[glyph, filled - 1]), before[1] + mark))
            best[filled] = min(options) if options else None
    done = best[len(layout.slots)]
    return done[1] if done is not None else None


@cache
def _mask(layout: Layout) -> NDArray[np.float64]:
    return np.array([[float(mark in slot) for mark in ALPHABET] for slot in layout.slots])


def characters(text: str, ink: Ink) -> tuple[CharacterRead, ...]:
    """Lay the text along the glyphs and tell, for each character, what else was likely in its place."""
    if len(ink.rows) < len(text):
        return tuple(CharacterRead(character=mark, confidence=0.0) for mark in text)
    chances = _along(ink, text)
    return tuple(_character(mark, row) for mark, row in zip(text, chances, strict=True))


def _along(ink: Ink, text: str) -> list[NDArray[np.float64]]:
    """Return the row of chances under each character of the text."""
    rows, skips = ink.rows, ink.skips
    columns = np.array([ALPHABET.index(mark) for mark in text])
    costs = -np.log(np.maximum(rows[:, columns], _LEAST_CHANCE))
    best = np.full((len(rows) + 1, len(text) + 1), np.inf)
    best[0, 0] = 0.0
    for glyph in range(len(rows)):
        best[glyph + 1] = best[glyph] + skips[glyph]
        best[glyph + 1, 1:] = np.minimum(best[glyph + 1, 1:], best[glyph, :-1] + costs[glyph])
    picked: list[NDArray[np.float64]] = []
    glyph, filled = len(rows), len(text)
    while filled:
        if best[glyph, filled] == best[glyph - 1, filled] + skips[glyph - 1] and glyph > filled:
            glyph -= 1
            continue
        glyph, filled = glyph - 1, filled - 1
        picked.append(rows[glyph])
    return picked[::-1]


def _character(mark: str, row: NDArray[np.float64]) -> CharacterRead:
    order = np.argsort(-row, kind="stable")[: _MAX_ALTERNATIVES + 1]
    others = tuple(
        (ALPHABET[place], round(float(row[place]), 4))
        for place in order
        if ALPHABET[place] != mark and row[place] >= _WORTH_TELLING
    )
    chance = min(1.0, float(row[ALPHABET.index(mark)]))
    return CharacterRead(character=mark, confidence=round(chance, 4), alternatives=others[:_MAX_ALTERNATIVES])
