"""Keep the dictionary of plates: what is new every few seconds, everything on command.

**Nothing is skipped.**  A passage carries the moment of its receipt, which the intake takes after its transaction has
begun and before it commits, so a passage may appear long after that moment.  Before reading, the keeper therefore asks
how long the oldest open transaction of the database has been open: whatever is not visible yet was received after that
one began.  The mark is put there, less what clocks of two machines may differ by, and everything received since the
mark is read again next time.  Reading a passage twice changes nothing.  Ages are measured by the database's clock
alone; moments by the region's.  A prepared transaction would not be seen, and nothing here prepares any.
"""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from fines_api.db import Session
from fines_api.kit.errors import FinesError
from fines_api.node import Node
from fines_api.search.dictionary.repository import DictionaryRepository, SeenPlate
from fines_api.search.dictionary.tokens import LONGEST, tokens_of
from fines_api.search.policy import WINDOWS
from fines_api.search.repository import MarkRepository

READER: Final = "dictionary"
PAUSE_S: Final = 5.0
CLOCKS_DIFFER: Final = timedelta(seconds=10)
_ROUGHLY: Final = timedelta(hours=1)
"""Times in the dictionary are this rough, so that a car that passes ten times an hour is written down once."""
_log = structlog.get_logger(__name__)


def run(node: Node, stop: threading.Event) -> None:
    """Keep the dictionary up to date until ``stop`` is set; outlives a database that goes away and comes back."""
    while not stop.wait(PAUSE_S):
        try:
            refresh(node)
        except FinesError as error:
            _log.warning("dictionary.waits", error=str(error)[:500])


def refresh(node: Node) -> int:
    """Enter plates received since the mark; return how many are new, 0 also when another process is at it.

    Where there is no mark yet, everything is entered.
    """
    with node.database.begin() as session:
        dictionary, marks = DictionaryRepository(session), MarkRepository(session)
        if not dictionary.take_turn(may_wait=False):
            return 0
        before = marks.get(READER)
        if before is None:
            return _make_anew(session, node)
        mark = safe_mark(session, node)  # before reading: what is not visible now was received later than this
        added = _enter(dictionary, _sound(dictionary.seen_since(before)))
        marks.put(READER, mark)
        return added


def rebuild(node: Node) -> int:
    """Make the dictionary anew from every passage; searches by parts wait meanwhile.  Returns how many plates."""
    with node.database.begin() as session:
        DictionaryRepository(session).take_turn(may_wait=True)
        return _make_anew(session, node)


def forget(node: Node) -> int:
    """Let go of plates last seen longer ago than any rank may look back; return how many."""
    with node.database.begin() as session:
        dictionary = DictionaryRepository(session)
        dictionary.take_turn(may_wait=True)
        return dictionary.forget(node.clock.now() - max(WINDOWS.values()) - _ROUGHLY)


def safe_mark(session: Session, node: Node) -> datetime:
    """Return a moment before which every passage that was ever received is visible or will never be."""
    return node.clock.now() - DictionaryRepository(session).oldest_open_age() - CLOCKS_DIFFER


def _make_anew(session: Session, node: Node) -> int:
    dictionary = DictionaryRepository(session)
    mark, count = safe_mark(session, node), 0
    dictionary.start_anew()
    for page in dictionary.all_seen():
        rows = [(one, tokens_of(one[0])) for one in _sound(page)]
        dictionary.fill(rows)
        count += len(rows)
    dictionary.finish()
    MarkRepository(session).put(READER, mark)
    return count


def _enter(dictionary: DictionaryRepository, seen: Sequence[SeenPlate]) -> int:
    known = {(key.plate, key.plate_region, key.plate_type) for key in dictionary.keys_of([one[0] for one in seen])}
    dictionary.touch([one for one in seen if one[:3] in known], _ROUGHLY)
    fresh = [one for one in seen if one[:3] not in known]
    dictionary.add([(one, tokens_of(one[0])) for one in fresh])
    return len(fresh)


def _sound(seen: Sequence[SeenPlate]) -> list[SeenPlate]:
    """Leave out texts longer than a plate, which tokens have no places for; the contract lets none in."""
    return [one for one in seen if len(one[0]) <= LONGEST]
