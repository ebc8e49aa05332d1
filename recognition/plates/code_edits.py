"""A region's code that lost a digit or got one too many: 77 for 177 or 777, 150 for 50.

In law 77, 177 and 777 are one subject; on the road they are three vehicles, and a reader that merges equal figures or
takes a frame's edge for a 1 makes one of another.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from recognition.plates.list_entry import Kind
from recognition.plates.list_hash import WIDTH, glyph_hashes
from recognition.plates.match_costs import CodeCosts, growing_code_at
from recognition.plates.seen import SeenKeys, ranges
from recognition.plates.variants import Edit, Variants

_NONE: Final = -1
_DIGITS: Final = np.frombuffer(b"0123456789", np.uint8)
_AT: Final = np.arange(WIDTH)

_Columns = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class CodeEdits:
    """``grow_at``, ``shrink_at`` ``(kinds * 13,)``: where the code begins, by shape, or -1.

    Of the first the texts may lack a digit, of the second they may have one too many.  ``lost`` and ``extra``
    ``(2, 2)`` are the costs by (first of the code, double of a neighbour).
    """

    grow_at: _Columns
    shrink_at: _Columns
    lost_costs: NDArray[np.float64]
    extra_costs: NDArray[np.float64]

    @classmethod
    def of(cls, kind_names: tuple[Kind, ...], costs: CodeCosts) -> Self:
        """Lay out which kinds and lengths have such codes."""
        grow_at = np.full(len(kind_names) * (WIDTH + 1), _NONE, np.int64)
        shrink_at = grow_at.copy()
        for number, (region, plate_type) in enumerate(kind_names):
            for length in range(1, WIDTH):
                if (start := growing_code_at(region, plate_type, length)) is not None:
                    shape = number * (WIDTH + 1) + length
                    grow_at[shape] = shrink_at[shape + 1] = start
        cases = [(is_first, is_double) for is_first in (False, True) for is_double in (False, True)]
        lost = [costs.lost(is_first=first, is_double=double) for first, double in cases]
        extra = [costs.extra(is_first=first, is_double=double) for first, double in cases]
        return cls(grow_at, shrink_at, np.array(lost).reshape(2, 2), np.array(extra).reshape(2, 2))

    def missing(self, seen: SeenKeys, most_cost: float) -> Variants:
        """Return the texts that have one digit of the code more than the seen ones."""
        rows, places, is_first = _code_places(seen, self.grow_at, behind=1)
        each = np.repeat(np.arange(len(rows)), len(_DIGITS))
        glyphs = np.resize(_DIGITS, len(each))
        rows, places, is_first = rows[each], places[each], is_first[each]
        texts = _padded(seen)
        is_new = is_first | (texts[rows, places - 1] != glyphs)  # else the same text as one place further left
        costs = self.lost_costs[is_first.astype(np.int64), (texts[rows, places] == glyphs).astype(np.int64)]
        is_kept = is_new & (costs <= most_cost)
        rows, places, glyphs = rows[is_kept], places[is_kept], glyphs[is_kept]
        hashes = seen.hashes[rows] + _moved(seen, rows, places, by=1) + glyph_hashes(places, glyphs)
        return Variants(Edit.LOST, rows, hashes, costs[is_kept], (places,), (glyphs,))

    def surplus(self, seen: SeenKeys, most_cost: float) -> Variants:
        """Return the texts that have one digit of the code less than the seen ones."""
        rows, places, is_first = _code_places(seen, self.shrink_at, behind=0)
        texts = _padded(seen)
        glyphs = texts[rows, places]
        is_new = (glyphs <= _DIGITS[-1]) & (is_first | (texts[rows, places - 1] != glyphs))
        costs = self.extra_costs[is_first.astype(np.int64), (texts[rows, places + 1] == glyphs).astype(np.int64)]
        is_kept = is_new & (costs <= most_cost)
        rows, places, glyphs = rows[is_kept], places[is_kept], glyphs[is_kept]
        hashes = seen.hashes[rows] - glyph_hashes(places, glyphs) + _moved(seen, rows, places + 1, by=-1)
        return Variants(Edit.EXTRA, rows, hashes, costs[is_kept], (places,), ())


def _code_places(seen: SeenKeys, code_at: _Columns, *, behind: int) -> tuple[_Columns, _Columns, NDArray[np.bool_]]:
    """Return row, place and whether it is the first of the code, for every place of every code that may change."""
    starts = code_at[seen.shapes]
    chosen = np.flatnonzero(starts != _NONE)
    starts = starts[chosen]
    counts = seen.shapes[chosen] % (WIDTH + 1) + behind - starts
    places = ranges(starts, counts)
    return np.repeat(chosen, counts), places, places == np.repeat(starts, counts)


def _padded(seen: SeenKeys) -> NDArray[np.uint8]:
    texts = np.zeros((len(seen), WIDTH + 1), np.uint8)
    texts[:, :WIDTH] = seen.texts
    return texts


def _moved(seen: SeenKeys, rows: _Columns, places: _Columns, *, by: int) -> NDArray[np.uint64]:
    """Return what a text's hash changes by when the glyphs from a place on move."""
    steps = np.zeros((len(seen), WIDTH + 1), np.uint64)
    moved = glyph_hashes(np.maximum(_AT + by, 0), seen.texts) - glyph_hashes(_AT, seen.texts)
    steps[:, :WIDTH] = np.cumsum(moved[:, ::-1], axis=1)[:, ::-1]
    change: NDArray[np.uint64] = steps[rows, places]
    return change
