"""The hotlist in this process's memory, as it stands in the transaction that asks.

Whoever matches holds the list, reads what changed since this copy was made, and matches against a snapshot that is at
least as new as every change committed before.  A copy is one per process, swapped whole; a process that starts reads
all of it, which takes seconds for a million entries.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import structlog

from fines_api.db import Session
from fines_api.hotlists.repository import EntryRepository, ListChange
from fines_api.node import Node
from recognition.contracts import MatchPolicy, PlateKey
from recognition.plates import ListEntry, ListIndex, ListMatch, fault_of

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Copy:
    index: ListIndex
    change: int


class LiveList:
    """One copy of the list; safe to ask from any number of threads."""

    def __init__(self) -> None:
        self._copy = _Copy(ListIndex.of(()), 0)
        self._refreshing = threading.Lock()

    def match(self, session: Session, keys: Sequence[PlateKey]) -> tuple[ListMatch, ...]:
        """Match a batch against the list as it stands; the list stays so until the transaction ends."""
        entries = EntryRepository(session)
        entries.hold_list()
        return self._refreshed(entries).match(keys)

    def _refreshed(self, entries: EntryRepository) -> ListIndex:
        if entries.last_change() <= self._copy.change:
            return self._copy.index
        with self._refreshing:
            changes = _Changes(entries.changes_after(self._copy.change), self._copy.change)
            index = self._copy.index.with_changes(changes.standing(), changes.gone())
            self._copy = _Copy(index, changes.last)
            return index


def live_list(node: Node) -> LiveList:
    """Return this process's copy."""
    return node.memory.of(LiveList, LiveList)


class _Changes:
    """Changes read once, as they come from the database: entries that stand, then the numbers of those that do not."""

    def __init__(self, changes: Iterable[ListChange], last: int) -> None:
        self._changes = changes
        self._gone: list[int] = []
        self.last = last

    def standing(self) -> Iterator[ListEntry]:
        """Give the entries to match against; what no plate can match is told aloud and left out."""
        for one in self._changes:
            self.last = one.change
            policy = MatchPolicy(one.match_policy)
            fault = fault_of(one.plate, policy)
            if fault is not None:
                _log.error("hotlists.entry_unmatchable", number=one.number, fault=fault)
            if fault is not None or one.is_withdrawn:
                self._gone.append(one.number)
            else:
                yield ListEntry(one.number, one.plate, one.plate_region, one.plate_type, policy)

    def gone(self) -> Iterator[int]:
        """Give the numbers to leave out; asked for when every change was read."""
        yield from self._gone
