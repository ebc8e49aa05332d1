"""Texts that a seen text may have been, as columns; spelled only when one of them turns out to be listed."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from recognition.plates.list_hash import WIDTH, Hashes, Texts
from recognition.plates.seen import SeenKeys


class Edit(Enum):
    """What happened to the listed text on its way to the seen one."""

    SWAP = "swap"
    LOST = "lost"
    EXTRA = "extra"


@dataclass(frozen=True, eq=False, slots=True)
class Variants:
    """Texts that seen texts may have been, all by one kind of edit.

    ``rows`` ``(v,)`` into the seen keys; ``hashes``, ``costs`` ``(v,)``; ``places`` are one or two columns ``(v,)``,
    where the text differs, and ``glyphs`` as many, what was meant there (of an extra digit: nothing).
    """

    edit: Edit
    rows: NDArray[np.int64]
    hashes: Hashes
    costs: NDArray[np.float64]
    places: tuple[NDArray[np.int64], ...]
    glyphs: tuple[NDArray[np.uint8], ...]

    def spell(self, seen: SeenKeys, chosen: NDArray[np.int64]) -> Texts:
        """Return the texts of the chosen variants ``(n, 12)``."""
        texts, each = seen.texts[self.rows[chosen]], np.arange(len(chosen))
        if self.edit is not Edit.SWAP:
            texts = _shifted(texts, self.places[0][chosen], by=1 if self.edit is Edit.LOST else -1)
        for places, glyphs in zip(self.places, self.glyphs, strict=False):
            texts[each, places[chosen]] = glyphs[chosen]
        return texts

    def differs(self, at: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return where one variant differs: places of the seen text, places of the listed one."""
        places = tuple(int(column[at]) for column in self.places)
        return () if self.edit is Edit.LOST else places, () if self.edit is Edit.EXTRA else places


def _shifted(texts: Texts, places: NDArray[np.int64], *, by: int) -> Texts:
    """Return texts with the glyphs from a place on moved to the right by one, or those behind it to the left."""
    padded = np.zeros((len(texts), WIDTH + 1), np.uint8)
    padded[:, :WIDTH] = texts
    at = np.arange(WIDTH)
    source = at - (at > places[:, None]) if by > 0 else at + (at >= places[:, None])
    return np.take_along_axis(padded, source, axis=1)
