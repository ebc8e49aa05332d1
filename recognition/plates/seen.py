"""A batch of seen plates as columns: the half of matching that does not depend on what is listed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import PlateKey
from recognition.plates.list_entry import Kind
from recognition.plates.list_hash import WIDTH, Hashes, Texts, hash_texts, lengths_of, text_bytes


@dataclass(frozen=True, eq=False, slots=True)
class SeenKeys:
    """Those keys of a batch whose country and type are in the list at all.

    ``batch_at`` ``(n,)`` their places in the batch; ``texts`` ``(n, 12)``; ``kinds``, ``shapes``, ``hashes`` ``(n,)``.
    A shape is kind and length in one number: ``kind * 13 + length``.
    """

    batch_at: NDArray[np.int64]
    texts: Texts
    kinds: NDArray[np.int64]
    shapes: NDArray[np.int64]
    hashes: Hashes

    @classmethod
    def of(cls, keys: Sequence[PlateKey], kinds: dict[Kind, int], kind_numbers: Hashes) -> Self:
        """Take the keys of a batch apart; ``kinds`` are the list's kinds and their places in ``kind_numbers``."""
        place = kinds.get
        found = np.array([place((key.plate_region, key.plate_type), -1) for key in keys], np.int64)
        batch_at = np.flatnonzero(found >= 0)
        chosen = keys if len(batch_at) == len(keys) else [keys[at] for at in batch_at.tolist()]
        texts, known = text_bytes([key.plate for key in chosen]), found[batch_at]
        shapes = known * (WIDTH + 1) + lengths_of(texts)
        return cls(batch_at, texts, known, shapes, hash_texts(texts, known, kind_numbers))

    def __len__(self) -> int:
        return len(self.batch_at)


def ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ``start, start + 1, … start + count - 1`` of each start, one after another."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts - (ends - counts), counts) + np.arange(total)
