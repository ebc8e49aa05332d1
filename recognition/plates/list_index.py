"""An immutable snapshot of a hotlist in memory, and the one attribute through which it is changed under readers.

    index = ListIndex.of(entries)
    for match in index.match([passage.plate for passage in batch]):
        batch[match.seen], match.entry, match.kind, match.cost

A million entries are some 45 MB.  What is found by a hash is compared with the stored text before it is told.
"""

import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np

from recognition.contracts import PlateKey
from recognition.plates.list_columns import EntryColumns
from recognition.plates.list_entry import Kind, ListEntry, ListMatch
from recognition.plates.list_hash import Hashes, kind_number
from recognition.plates.list_part import Part
from recognition.plates.match_costs import Confusions, load_confusions
from recognition.plates.neighbours import Neighbours
from recognition.plates.seen import SeenKeys

MAX_OVERLAY: Final = 8192
"""Changes beside the big table; with more of them it is built anew, which for a million entries takes a second."""


@dataclass(frozen=True, eq=False, slots=True)
class ListIndex:
    """A hotlist as it stood at one moment; safe to read from any number of threads.

    ``kinds`` are the places of countries and types in ``kind_numbers``; ``parts`` the big table and, beside it, what
    was added since it was built.
    """

    kinds: dict[Kind, int]
    kind_numbers: Hashes
    neighbours: Neighbours
    parts: tuple[Part, Part]

    @classmethod
    def of(cls, entries: Iterable[ListEntry], confusions: Confusions | None = None) -> Self:
        """Build from entries, which are read once and not kept.

        Raises:
            ListError: an entry no plate can match (``list.invalid``), or two with one number
                (``list.duplicate_number``).
        """
        return cls.from_columns(EntryColumns.pack(entries), confusions)

    @classmethod
    def from_columns(cls, columns: EntryColumns, confusions: Confusions | None = None) -> Self:
        """Build from entries as columns, which are copied.

        Raises:
            ListError: as ``of``.
        """
        columns.check()
        names = columns.kind_names
        numbers = _kind_numbers(names)
        parts = Part.of(columns, numbers), Part.of(EntryColumns.pack((), names), numbers)
        return cls(_places(names), numbers, Neighbours.of(names, confusions or load_confusions()), parts)

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    @property
    def nbytes(self) -> int:
        """The size of the entries' arrays, bytes."""
        return sum(part.nbytes for part in self.parts)

    def with_changes(self, added: Iterable[ListEntry] = (), removed: Iterable[int] = ()) -> Self:
        """Return the snapshot after a change; this one stays as it is, and the big arrays belong to both.

        An added entry takes the place of one with its number; a number that is not in the list is removed already.

        Raises:
            ListError: as ``of``.
        """
        fresh = EntryColumns.pack(added, tuple(self.kinds))
        names = fresh.kind_names
        gone = np.union1d(np.fromiter(removed, np.int64), fresh.numbers)
        base, overlay = (part.without(gone) for part in self.parts)
        changed = overlay.alive(names).joined(fresh)
        if len(changed) + len(base.dead) > MAX_OVERLAY:
            return self.from_columns(base.alive(names).joined(changed), self.neighbours.confusions)
        if len(names) == len(self.kinds):
            return replace(self, parts=(base, Part.of(changed, self.kind_numbers)))
        numbers, neighbours = _kind_numbers(names), Neighbours.of(names, self.neighbours.confusions)
        return type(self)(_places(names), numbers, neighbours, (base, Part.of(changed, numbers)))

    def match(self, keys: Sequence[PlateKey], most_cost: float | None = None) -> tuple[ListMatch, ...]:
        """Return every entry that each key is or may be, by place in the batch, then cost, then number.

        ``most_cost`` is what misreads may cost together: without it the limit of the file of costs holds, and at 0
        nothing but exact texts and partial entries match.
        """
        seen = self._seen(keys)
        limit = self.neighbours.confusions.limits.most_cost if most_cost is None else most_cost
        exact = (part.exact(seen) for part in self.parts)
        partial = (part.partial(seen) for part in self.parts)
        chained = itertools.chain.from_iterable((*exact, self._confusable(seen, limit), *partial))
        return _ordered(chained)

    def exact(self, keys: Sequence[PlateKey]) -> tuple[ListMatch, ...]:
        """Return the entries whose country, type and text are a key's, in the order of ``match``."""
        seen = self._seen(keys)
        return _ordered(match for part in self.parts for match in part.exact(seen))

    def _seen(self, keys: Sequence[PlateKey]) -> SeenKeys:
        return SeenKeys.of(keys, self.kinds, self.kind_numbers)

    def _confusable(self, seen: SeenKeys, most_cost: float) -> Iterator[ListMatch]:
        parts = [part for part in self.parts if part.table.confusable.count]
        if most_cost > 0 and parts:
            for variants in self.neighbours.variants(seen, most_cost):
                for part in parts:
                    yield from part.confusable(seen, variants)


class CurrentIndex:
    """The snapshot that holds now.  Readers take it once per batch and see it whole; writers wait for each other."""

    def __init__(self, snapshot: ListIndex) -> None:
        self._snapshot = snapshot
        self._writing = threading.Lock()

    @property
    def snapshot(self) -> ListIndex:
        """The snapshot of this moment; never waits."""
        return self._snapshot

    def swap(self, snapshot: ListIndex) -> None:
        """Put a new snapshot in the place of the old one."""
        with self._writing:
            self._snapshot = snapshot

    def change(self, added: Iterable[ListEntry] = (), removed: Iterable[int] = ()) -> ListIndex:
        """Put the changed snapshot in the place of the one it was made from, and return it.

        Raises:
            ListError: as ``ListIndex.of``; the old snapshot stays.
        """
        with self._writing:
            self._snapshot = self._snapshot.with_changes(added, removed)
            return self._snapshot


def _places(names: tuple[Kind, ...]) -> dict[Kind, int]:
    return {name: place for place, name in enumerate(names)}


def _kind_numbers(names: tuple[Kind, ...]) -> Hashes:
    return np.array([kind_number(*name) for name in names], np.uint64)


def _ordered(matches: Iterable[ListMatch]) -> tuple[ListMatch, ...]:
    return tuple(sorted(matches, key=lambda match: (match.seen, match.cost, match.entry)))
