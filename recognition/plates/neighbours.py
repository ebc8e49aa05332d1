"""The plates a seen text may have been: one glyph for another, two where both are cheap, a digit of the region's code.

Everything that depends on a country is laid into tables once, so that a batch of mixed countries is one pass.
"""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from recognition.plates.code_edits import CodeEdits
from recognition.plates.list_entry import Kind
from recognition.plates.list_hash import WIDTH, glyph_hashes
from recognition.plates.match_costs import Confusions, Place, places_of
from recognition.plates.seen import SeenKeys, ranges
from recognition.plates.variants import Edit, Variants

_GLYPHS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BYTES: Final = 128


@dataclass(frozen=True, eq=False, slots=True)
class Neighbours:
    """Tables for the kinds of one list.

    ``groups`` ``(kinds * 13, 12)``: by shape, the group of alike places that each place belongs to.  What may have
    been meant by a glyph in a group is ``meant[first : first + count]`` at ``costs``, cheapest first, where ``first``
    and ``counts`` ``(groups * 128,)`` are by group and ASCII.
    """

    confusions: Confusions
    codes: CodeEdits
    groups: NDArray[np.int64]
    first: NDArray[np.int64]
    counts: NDArray[np.int64]
    meant: NDArray[np.uint8]
    costs: NDArray[np.float64]

    @classmethod
    def of(cls, kind_names: tuple[Kind, ...], confusions: Confusions) -> Self:
        """Lay out the tables from the grammars."""
        groups = np.zeros((len(kind_names) * (WIDTH + 1), WIDTH), np.int64)
        known: dict[Place, int] = {Place(frozenset(), 1.0): 0}
        for number, (region, plate_type) in enumerate(kind_names):
            for length in range(1, WIDTH + 1):
                places = places_of(region, plate_type, length, confusions.weights)
                shape = number * (WIDTH + 1) + length
                groups[shape, :length] = [known.setdefault(place, len(known)) for place in places]
        cells = [_meant(place, chr(byte), confusions) for place in known for byte in range(_BYTES)]
        counts = np.array([len(cell) for cell in cells], np.int64)
        meant = np.array([ord(glyph) for cell in cells for _, glyph in cell], np.uint8)
        costs = np.array([cost for cell in cells for cost, _ in cell], np.float64)
        codes = CodeEdits.of(kind_names, confusions.code)
        return cls(confusions, codes, groups, np.cumsum(counts) - counts, counts, meant, costs)

    def variants(self, seen: SeenKeys, most_cost: float) -> tuple[Variants, ...]:
        """Return every text that each seen text may have been for at most so much; no text twice."""
        single = self._swaps(seen, most_cost)
        double = self._double_swaps(seen, single, most_cost)
        return single, double, self.codes.missing(seen, most_cost), self.codes.surplus(seen, most_cost)

    def _swaps(self, seen: SeenKeys, most_cost: float) -> Variants:
        cells = (self.groups[seen.shapes] * _BYTES + seen.texts).ravel()
        counts = self.counts.take(cells)
        at = np.repeat(np.arange(cells.size), counts)
        meant = ranges(self.first.take(cells), counts)
        costs = self.costs.take(meant)
        is_kept = costs <= most_cost
        at, glyphs, costs = at[is_kept], self.meant.take(meant[is_kept]), costs[is_kept]
        rows, places = at // WIDTH, at % WIDTH
        step = glyph_hashes(places, glyphs) - glyph_hashes(places, seen.texts.ravel().take(at))
        return Variants(Edit.SWAP, rows, seen.hashes.take(rows) + step, costs, (places,), (glyphs,))

    def _double_swaps(self, seen: SeenKeys, single: Variants, most_cost: float) -> Variants:
        """Pair each cheap swap with the cheap ones at later places of the same text."""
        cheap = np.flatnonzero(single.costs <= self.confusions.limits.cheap_most)
        at = single.rows.take(cheap) * WIDTH + single.places[0].take(cheap)
        after = np.searchsorted(at, at, side="right")
        counts = np.searchsorted(at, (at // WIDTH + 1) * WIDTH) - after
        one, other = np.repeat(cheap, counts), cheap.take(ranges(after, counts))
        costs = single.costs.take(one) + single.costs.take(other)
        is_kept = costs <= most_cost
        one, other = one[is_kept], other[is_kept]
        rows = single.rows.take(one)
        hashes = single.hashes.take(one) + single.hashes.take(other) - seen.hashes.take(rows)
        places = (single.places[0].take(one), single.places[0].take(other))
        glyphs = (single.glyphs[0].take(one), single.glyphs[0].take(other))
        return Variants(Edit.SWAP, rows, hashes, costs[is_kept], places, glyphs)


def _meant(place: Place, seen: str, confusions: Confusions) -> list[tuple[float, str]]:
    """Return what may have been meant by a glyph seen in a place, cheapest first."""
    return sorted(
        (confusions.pairs[glyph, seen] * place.weight, glyph)
        for glyph in (_GLYPHS if place.allowed is None else place.allowed)
        if (glyph, seen) in confusions.pairs
    )
