"""A sorted table of hashes with the entries they stand for, and a small filter that spares most searches."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from recognition.plates.list_columns import EntryColumns
from recognition.plates.list_entry import CONFUSABLE, PARTIAL, Kind, ListError
from recognition.plates.list_hash import Hashes, Texts, hash_texts
from recognition.plates.list_masks import Masks
from recognition.plates.seen import ranges

_BITS_PER_ENTRY: Final = 32
_LEAST_BITS: Final = 10
_HASH_BITS: Final = 64

Places = NDArray[np.int64]
"""Places in some other array."""


@dataclass(frozen=True, eq=False, slots=True)
class Filter:
    """One bit for every hash's first bits: a hash whose bit is not set is not there.

    About 3 % of the hashes that are not there have their bit set; 4 MB for a million.
    """

    bits: NDArray[np.uint8]
    shift: int
    count: int

    @classmethod
    def of(cls, hashes: Hashes) -> Self:
        """Set the bits of the hashes."""
        size = max(_LEAST_BITS, (_BITS_PER_ENTRY * len(hashes)).bit_length())
        bits = np.zeros(1 << (size - 3), np.uint8)
        slots = (hashes >> (_HASH_BITS - size)).view(np.int64)
        np.bitwise_or.at(bits, slots >> 3, np.left_shift(1, slots & 7).astype(np.uint8))
        return cls(bits, _HASH_BITS - size, len(hashes))

    def may_hold(self, hashes: Hashes) -> Places:
        """Return the places of the hashes that may be there."""
        slots = (hashes >> self.shift).view(np.int64)
        return np.flatnonzero((self.bits.take(slots >> 3) >> (slots & 7).astype(np.uint8)) & 1)


@dataclass(frozen=True, eq=False, slots=True)
class EntryTable:
    """Entries in the order of their hashes; ``by_number`` is the order of their numbers.

    ``every`` filters all of them, ``confusable`` and ``partial`` those of a policy.
    """

    hashes: Hashes
    numbers: NDArray[np.int64]
    texts: Texts
    kinds: NDArray[np.uint16]
    policies: NDArray[np.uint8]
    by_number: NDArray[np.int32]
    every: Filter
    confusable: Filter
    partial: Filter
    masks: Masks

    @classmethod
    def of(cls, columns: EntryColumns, kind_numbers: Hashes) -> Self:
        """Sort columns into a table that nothing can change.

        Raises:
            ListError: two entries have one number (``list.duplicate_number``).
        """
        hashes = hash_texts(columns.texts, columns.kinds, kind_numbers)
        order = np.argsort(hashes)
        hashes = hashes[order]
        numbers, texts = columns.numbers[order], columns.texts[order]
        kinds, policies = columns.kinds[order], columns.policies[order]
        del order
        by_number = _unique_order(numbers)
        for column in (hashes, numbers, texts, kinds, policies, by_number):
            column.flags.writeable = False
        is_confusable, is_partial = policies == CONFUSABLE, policies == PARTIAL
        every = Filter.of(hashes)
        confusable = every if is_confusable.all() else Filter.of(hashes[is_confusable])
        partial = Filter.of(hashes[is_partial])
        masks = Masks.of(texts[is_partial], kinds[is_partial])
        return cls(hashes, numbers, texts, kinds, policies, by_number, every, confusable, partial, masks)

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def nbytes(self) -> int:
        """The size of the arrays, bytes."""
        filters = {id(one.bits): one.bits.nbytes for one in (self.every, self.confusable, self.partial)}
        columns = (self.hashes, self.numbers, self.texts, self.kinds, self.policies, self.by_number)
        return sum(column.nbytes for column in columns) + sum(filters.values()) + self.masks.nbytes

    def find(self, hashes: Hashes, among: Filter) -> tuple[Places, Places]:
        """Return pairs: the place of a hash asked for, and a row that has it; one hash may have several rows.

        The rows' texts are still to be compared.
        """
        maybe = among.may_hold(hashes)
        wanted = hashes[maybe]
        first = np.searchsorted(self.hashes, wanted)
        is_there = first < len(self.hashes)
        is_there[is_there] = self.hashes[first[is_there]] == wanted[is_there]
        maybe, first = maybe[is_there], first[is_there]
        counts = np.searchsorted(self.hashes, wanted[is_there], side="right") - first
        return np.repeat(maybe, counts), ranges(first, counts)

    def rows_of(self, numbers: NDArray[np.int64]) -> Places:
        """Return the rows of the entries that have these numbers; a number that is not there has none."""
        places = np.searchsorted(self.numbers, numbers, sorter=self.by_number)
        is_there = places < len(self)
        rows: Places = self.by_number[places[is_there]].astype(np.int64)
        found: Places = rows[self.numbers[rows] == numbers[is_there]]
        return found

    def columns(self, rows: Places, kind_names: tuple[Kind, ...]) -> EntryColumns:
        """Return the entries of some rows as they were given."""
        return EntryColumns(self.numbers[rows], self.texts[rows], self.kinds[rows], self.policies[rows], kind_names)


def _unique_order(numbers: NDArray[np.int64]) -> NDArray[np.int32]:
    order = np.argsort(numbers).astype(np.int32)
    ordered = numbers[order]
    if (twice := np.flatnonzero(ordered[1:] == ordered[:-1])).size:
        raise ListError(
            f"two entries have the number {ordered[twice[0]]}",
            hint="an entry has one number, and a changed entry replaces the old one",
            code="list.duplicate_number",
        )
    return order
