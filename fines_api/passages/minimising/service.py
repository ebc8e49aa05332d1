"""One day of passages: count it, leave alone what is to stay, take event and plate from the rest, let the day go.

Whoever decides who is left alone stands above this room and hands the ids down.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic_core import from_json

from fines_api.db import Session
from fines_api.passages.minimising.repository import DayRepository, Scope, kept_of, partition_of, strays_of
from fines_api.passages.packing import unpack

__all__ = ["PassageDay", "PassageDays", "Place", "Scope", "pictures_of"]


class Place(StrEnum):
    """Where passages of a day lie: in its partition, in the one of all others, or among those that outlived it."""

    PARTITION = "partition"
    STRAYS = "strays"
    KEPT = "kept"


_ROWS_OF = {Place.PARTITION: partition_of, Place.STRAYS: strays_of, Place.KEPT: kept_of}


def pictures_of(stored: bytes) -> list[str]:
    """Return the digests of the pictures a stored event names.

    A tenth of the time it takes to read the whole passage: a night reads millions.
    """
    data = from_json(unpack(stored), cache_strings="keys")["data"]
    return [image["sha256"] for image in data.get("images", ())]


class PassageDays:
    """Which days there are."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows = DayRepository(session)

    def take_turns(self) -> None:
        """Let one transaction at a time change days."""
        self._rows.take_turns()

    def all(self, now: datetime) -> dict[Place, list[date]]:
        """Return the days with passages by where they lie, oldest first; of the kept ones those to be looked at."""
        return {
            Place.PARTITION: self._rows.partitions(),
            Place.STRAYS: self._rows.strays(),
            Place.KEPT: self._rows.kept(now),
        }

    def places_of(self, day: date) -> list[Place]:
        """Return where passages of a day may lie."""
        has_partition = day in self._rows.partitions()
        return [each for each in Place if has_partition or each is not Place.PARTITION]

    def pictures(self) -> Iterator[str]:
        """Yield the digest of every picture that a whole passage names, as often as it is named."""
        for event in self._rows.whole_events():
            yield from pictures_of(event)


class PassageDay:
    """The passages of one day at one place, in one transaction; nobody is left alone at first."""

    def __init__(self, session: Session, place: Place, start: datetime) -> None:
        self._rows = _ROWS_OF[place](start)
        self._place = place
        self._repository = DayRepository(session)
        self._repository.begin_aside()

    def leave_alone(self, ids: Sequence[UUID], why: str) -> None:
        """Leave passages alone, for the first reason given."""
        if ids:
            self._repository.set_aside(ids, why)

    def leave_scope_alone(self, scope: Scope, why: str) -> None:
        """Leave alone the passages a scope is about."""
        self._repository.set_aside_scope(self._rows, scope, why)

    def ids_of(self, scope: Scope) -> list[UUID]:
        """Return the ids of the passages a scope is about."""
        return self._repository.ids_of(self._rows, scope)

    def counts(self, settled: datetime) -> dict[str, int]:
        """Count the passages: by reason those left alone, ``minimised`` before, ``unsettled``, and the ``other``s."""
        return self._repository.counts(self._rows, settled)

    def leaving_pictures(self, settled: datetime | None = None) -> Iterator[str]:
        """Yield the digests of the pictures named by those not left alone."""
        for event in self._repository.leaving_events(self._rows, settled):
            yield from pictures_of(event)

    def pseudonymise(self, key: bytes, settled: datetime) -> None:
        """Take event and plate from those not left alone that came in before the moment."""
        if self._place is Place.PARTITION:
            self._repository.rewrite(self._rows, key, settled)
        else:
            self._repository.minimise(self._rows, key, settled)

    def hold_still(self) -> None:
        """Let nobody read or write passages until the transaction ends, which must be soon."""
        self._repository.hold_still()

    def let_go(self, terms: Mapping[str, datetime | None]) -> int:
        """Move those left alone to the kept ones, each reason with its end; drop the rest.  Returns how many moved."""
        moved = self._repository.move_kept(self._rows, terms)
        self._repository.drop(self._rows)
        return moved

    def review(self, terms: Mapping[str, datetime | None]) -> int:
        """Give kept passages the reason that holds now; delete those without one, and return how many."""
        return self._repository.review_kept(self._rows, terms)
