"""What a line of text says, glyph by glyph with what else it may be: a CTC network as PP-OCR has it."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import CharacterRead, ModelError
from recognition.plates import canonical
from recognition.vision.runtime import OnnxNetwork

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_HEIGHT_PX = 48
_MAX_WIDTH_PX = 480
_MIN_WIDTH_PX = 32
_MIN_GLYPH = 0.06
_MIN_ALTERNATIVE = 0.01
_MAX_ALTERNATIVES = 4


class TextReader:
    """PP-OCR recognition network as a reader of plates.

    The network knows 18 thousand glyphs; a plate knows 36.  The probabilities of everything that is the same plate
    character (``o``, ``О``, ``O``) are added, so a confidence is the share of belief in that character among all
    glyphs, and what looks like none of the 36 stays weak.
    """

    def __init__(self, path: Path) -> None:
        self._network = OnnxNetwork(path)
        try:
            glyphs = ["", *self._network.notes["character"].split("\n"), " "]
        except KeyError as error:
            raise ModelError(f"{path.name} does not carry its alphabet", code="model.unusable") from error
        self._columns = [
            np.array([place for place, glyph in enumerate(glyphs) if place and canonical(glyph) == mark])
            for mark in ALPHABET
        ]

    def read(self, bgr: NDArray[np.uint8]) -> tuple[CharacterRead, ...]:
        """Return the glyphs from left to right; empty when there is nothing to read."""
        width = round(bgr.shape[1] * _HEIGHT_PX / max(1, bgr.shape[0]))
        width = min(max(width, _MIN_WIDTH_PX), _MAX_WIDTH_PX)
        line = cv2.resize(bgr, (width, _HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
        batch = np.ascontiguousarray(line[:, :, ::-1].transpose(2, 0, 1)[None], dtype=np.float32)
        batch /= 127.5
        batch -= 1.0
        steps = self._network.run(batch)[0]
        marks = np.stack([steps[:, columns].sum(axis=1) for columns in self._columns], axis=1)
        return collapse(marks, steps[:, 0])


def collapse(marks: NDArray[np.float32], blank: NDArray[np.float32]) -> tuple[CharacterRead, ...]:
    """Collapse CTC steps into glyphs (Graves et al., ICML 2006): repeats merge, blanks part.

    Args:
        marks: ``(T, 36)`` probability of each character of ``ALPHABET`` at each step.
        blank: ``(T,)`` probability of the blank.
    """
    glyphs: list[CharacterRead] = []
    best = marks.argmax(axis=1)
    is_mark = (marks.max(axis=1) > blank) & (marks.max(axis=1) >= _MIN_GLYPH)
    step = 0
    while step < len(best):
        if not is_mark[step]:
            step += 1
            continue
        end = step
        while end < len(best) and is_mark[end] and best[end] == best[step]:
            end += 1
        glyphs.append(_glyph(marks[step + int(marks[step:end, best[step]].argmax())]))
        step = end
    return tuple(glyphs)


def _glyph(row: NDArray[np.float32]) -> CharacterRead:
    order = np.argsort(-row, kind="stable")
    others = tuple(
        (ALPHABET[place], round(float(row[place]), 4))
        for place in order[1 : 1 + _MAX_ALTERNATIVES]
        if row[place] >= _MIN_ALTERNATIVE
    )
    return CharacterRead(
        character=ALPHABET[order[0]], confidence=round(min(1.0, float(row[order[0]])), 4), alternatives=others
    )
