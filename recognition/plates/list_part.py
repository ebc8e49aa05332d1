"""One table of a snapshot with its dead rows: where what hashes find is compared with the texts that are listed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import MatchKind
from recognition.plates.list_columns import EntryColumns
from recognition.plates.list_entry import CONFUSABLE, Kind, ListMatch
from recognition.plates.list_hash import Hashes, Texts
from recognition.plates.list_table import EntryTable, Places
from recognition.plates.seen import SeenKeys
from recognition.plates.variants import Variants

_NO_ROWS: Final[Places] = np.zeros(0, np.int64)
_NOWHERE: Final[tuple[tuple[int, ...], tuple[int, ...]]] = ((), ())


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """A table and those of its rows, sorted, that hold no longer."""

    table: EntryTable
    dead: Places

    @classmethod
    def of(cls, columns: EntryColumns, kind_numbers: Hashes) -> Self:
        """Sort entries into a table that is all alive.

        Raises:
            ListError: two entries have one number (``list.duplicate_number``).
        """
        return cls(EntryTable.of(columns, kind_numbers), _NO_ROWS)

    def __len__(self) -> int:
        return len(self.table) - len(self.dead)

    @property
    def nbytes(self) -> int:
        """The size of the arrays, bytes."""
        return self.table.nbytes + self.dead.nbytes

    def without(self, numbers: NDArray[np.int64]) -> Self:
        """Return the part with the entries of these numbers dead; the table is the same object."""
        return replace(self, dead=np.union1d(self.dead, self.table.rows_of(numbers)))

    def alive(self, kind_names: tuple[Kind, ...]) -> EntryColumns:
        """Return the entries that hold."""
        rows = np.delete(np.arange(len(self.table)), self.dead)
        return self.table.columns(rows, kind_names)

    def exact(self, seen: SeenKeys) -> Iterator[ListMatch]:
        """Yield the entries whose key is a seen one."""
        at, rows = self.table.find(seen.hashes, self.table.every)
        is_same = self._is_listed(rows, seen.texts[at], seen.kinds[at])
        for place, row in _pairs(at, rows, is_same):
            yield self._match(seen, place, row, MatchKind.EXACT)

    def confusable(self, seen: SeenKeys, variants: Variants) -> Iterator[ListMatch]:
        """Yield the entries, among those that may be found by a misread, whose text is one of the variants."""
        at, rows = self.table.find(variants.hashes, self.table.confusable)
        is_same = self._is_listed(rows, variants.spell(seen, at), seen.kinds[variants.rows[at]])
        is_same &= self.table.policies[rows] == CONFUSABLE
        for one, row in _pairs(at, rows, is_same):
            place, cost, differs = int(variants.rows[one]), float(variants.costs[one]), variants.differs(one)
            yield self._match(seen, place, row, MatchKind.CONFUSABLE, cost=cost, differs=differs)

    def partial(self, seen: SeenKeys) -> Iterator[ListMatch]:
        """Yield the entries with unknown characters that agree with a seen key in all known ones."""
        masks = self.table.masks
        places, used, hashes = masks.hidden(seen)
        at, rows = self.table.find(hashes, self.table.partial)
        is_same = self._is_listed(rows, masks.spell(seen, places[at], used[at]), seen.kinds[places[at]])
        for one, row in _pairs(at, rows, is_same):
            hidden = masks.places_of(int(used[one]))
            yield self._match(seen, int(places[one]), row, MatchKind.PARTIAL, differs=(hidden, hidden))

    def _is_listed(self, rows: Places, texts: Texts, kinds: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell of each row whether it is alive and has just this text and kind."""
        is_same: NDArray[np.bool_] = (self.table.texts[rows] == texts).all(axis=1)
        is_same &= self.table.kinds[rows] == kinds
        if self.dead.size:
            places = np.minimum(np.searchsorted(self.dead, rows), len(self.dead) - 1)
            is_same &= self.dead[places] != rows
        return is_same

    def _match(
        self,
        seen: SeenKeys,
        place: int,
        row: int,
        kind: MatchKind,
        *,
        cost: float = 0.0,
        differs: tuple[tuple[int, ...], tuple[int, ...]] = _NOWHERE,
    ) -> ListMatch:
        listed = self.table.texts[row].tobytes().rstrip(b"\0").decode("ascii")
        return ListMatch(int(seen.batch_at[place]), int(self.table.numbers[row]), kind, cost, listed, *differs)


def _pairs(at: Places, rows: Places, is_same: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    return zip(at[is_same].tolist(), rows[is_same].tolist(), strict=True)
