"""Entries with unknown characters: each way of hiding places is a mask, and a seen text is hidden the same way.

An entry ``A12?BC77`` lies in the table under the hash of its text, ``?`` being a glyph like any other; a seen text is
found by the hash it has once the mask's places are hidden.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recognition.plates.list_hash import UNKNOWN, WIDTH, Hashes, Texts, glyph_hashes, lengths_of
from recognition.plates.seen import SeenKeys, ranges

_HIDDEN = ord(UNKNOWN)


@dataclass(frozen=True, eq=False, slots=True)
class Masks:
    """The masks of some partial entries, ordered by kind and length of the texts they are for.

    ``shapes`` ``(m,) int64`` sorted, see ``SeenKeys.shapes``; ``places`` ``(m, most)`` the hidden places of each mask,
    filled up with 12, which is behind every text.
    """

    shapes: NDArray[np.int64]
    places: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Texts, kinds: NDArray[np.uint16]) -> Self:
        """Gather the masks of texts ``(n, 12)``; one without unknown characters has none."""
        has_hidden = (texts == _HIDDEN).any(axis=1)
        texts, kinds = texts[has_hidden], kinds[has_hidden]
        is_hidden = texts == _HIDDEN
        shapes = kinds.astype(np.int64) * (WIDTH + 1) + lengths_of(texts)
        masks = np.unique(np.column_stack((shapes, is_hidden)), axis=0)
        most = int(is_hidden.sum(axis=1).max(initial=0))
        places = np.sort(np.where(masks[:, 1:], np.arange(WIDTH), WIDTH), axis=1)[:, :most]
        return cls(masks[:, 0].copy(), places)

    @property
    def nbytes(self) -> int:
        """The size of the arrays, bytes."""
        return self.shapes.nbytes + self.places.nbytes

    def hidden(self, seen: SeenKeys) -> tuple[NDArray[np.int64], NDArray[np.int64], Hashes]:
        """Return each row of the seen texts under each mask of its kind and length: row, mask, hash."""
        first = np.searchsorted(self.shapes, seen.shapes)
        counts = np.searchsorted(self.shapes, seen.shapes, side="right") - first
        rows, masks = np.repeat(np.arange(len(seen)), counts), ranges(first, counts)
        steps = np.zeros((len(seen), WIDTH + 1), np.uint64)
        at = np.arange(WIDTH)
        steps[:, :WIDTH] = glyph_hashes(at, np.full(WIDTH, _HIDDEN)) - glyph_hashes(at, seen.texts)
        hashes = seen.hashes[rows]
        for column in self.places.T:
            hashes += steps.ravel().take(rows * (WIDTH + 1) + column[masks])
        return rows, masks, hashes

    def spell(self, seen: SeenKeys, rows: NDArray[np.int64], masks: NDArray[np.int64]) -> Texts:
        """Return the seen texts with the masks' places hidden ``(n, 12)``."""
        texts = np.zeros((len(rows), WIDTH + 1), np.uint8)
        texts[:, :WIDTH] = seen.texts[rows]
        np.put_along_axis(texts, self.places[masks], _HIDDEN, axis=1)
        return texts[:, :WIDTH]

    def places_of(self, mask: int) -> tuple[int, ...]:
        """Return the places one mask hides."""
        return tuple(int(place) for place in self.places[mask] if place < WIDTH)
