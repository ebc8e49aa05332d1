"""Entries and hits in the database."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.hotlists.tables import (
    HOTLIST_CHANGES,
    HotlistClearanceRow,
    HotlistEntryRow,
    HotlistEntryVersionRow,
    HotlistHitRow,
)
from recognition.contracts import HotlistEntryRecord
from recognition.plates import MatchPolicy

HIT_CHANNEL = "rubezh_hits"
_HIT_LOCK = 7233003
_LIST_LOCK = 7233006
_CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class ListChange:
    """An entry as a list in memory needs it, after the change of that number."""

    change: int
    number: int
    plate: str
    plate_region: str
    plate_type: str
    match_policy: str
    is_withdrawn: bool


class EntryRepository:
    """Entries, own and of other regions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self, entry_id: UUID) -> HotlistEntryRow | None:
        """Find an entry and hold it until the transaction ends."""
        return self._session.scalar(
            select(HotlistEntryRow).where(HotlistEntryRow.entry_id == entry_id).with_for_update()
        )

    def get(self, entry_id: UUID) -> HotlistEntryRow | None:
        """Find an entry."""
        return self._session.get(HotlistEntryRow, entry_id)

    def newest(self, limit: int) -> list[HotlistEntryRow]:
        """Last changed first."""
        return list(
            self._session.scalars(
                select(HotlistEntryRow)
                .order_by(HotlistEntryRow.changed_at.desc(), HotlistEntryRow.entry_id)
                .limit(limit)
            )
        )

    def hold_list(self) -> None:
        """Keep the list as it is until the transaction ends; any number may hold it, writers wait."""
        self._session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _LIST_LOCK})

    def of_numbers(self, numbers: Iterable[int]) -> dict[int, HotlistEntryRow]:
        """Entries by the numbers a list in memory knows them by."""
        found = self._session.scalars(select(HotlistEntryRow).where(HotlistEntryRow.number.in_(list(numbers))))
        return {row.number: row for row in found}

    def last_change(self) -> int:
        """Return the greatest change number that can be seen."""
        return self._session.scalar(select(func.coalesce(func.max(HotlistEntryRow.change), 0))) or 0

    def changes_after(self, change: int) -> Iterator[ListChange]:
        """Entries that changed after a change, withdrawn ones too, in the order of their change."""
        query = (
            select(
                HotlistEntryRow.change,
                HotlistEntryRow.number,
                HotlistEntryRow.plate,
                HotlistEntryRow.plate_region,
                HotlistEntryRow.plate_type,
                HotlistEntryRow.match_policy,
                HotlistEntryRow.is_withdrawn,
            )
            .where(HotlistEntryRow.change > change)
            .order_by(HotlistEntryRow.change)
        )
        for row in self._session.execute(query, execution_options={"yield_per": _CHUNK}):
            yield ListChange(*row)

    def save(self, record: HotlistEntryRecord, actor: str, now: datetime) -> bool:
        """Keep a version; it becomes the current one if it is newer than what is there.  False when it is not.

        Writers take turns with each other and with those who hold the list: whoever matches a passage sees either
        the change, or none of it while the passage is already there for the writer to search back.
        """
        self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LIST_LOCK})
        document = record.model_dump(mode="json")
        values = {
            "owner_region": record.owner_region,
            "version": record.version,
            "plate": record.plate,
            "plate_region": record.plate_region,
            "plate_type": record.plate_type,
            "valid_until": record.valid_until,
            "is_withdrawn": record.is_withdrawn,
            "match_policy": MatchPolicy.EXACT.value,
            "record": document,
            "changed_at": now,
            "change": HOTLIST_CHANGES.next_value(),
        }
        statement = insert(HotlistEntryRow).values(entry_id=record.entry_id, created_by=actor, **values)
        changed = self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["entry_id"],
                set_=values,
                where=(HotlistEntryRow.version < record.version)
                & (HotlistEntryRow.owner_region == record.owner_region),
            ).returning(HotlistEntryRow.entry_id),
            execution_options={"populate_existing": True},
        ).scalar_one_or_none()
        if changed is None:
            return False
        self._session.execute(
            insert(HotlistEntryVersionRow)
            .values(entry_id=record.entry_id, version=record.version, record=document, changed_at=now, changed_by=actor)
            .on_conflict_do_nothing()
        )
        return True


class HitRepository:
    """Hits and clearances."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def exists(self, entry_id: UUID, passage_id: UUID) -> bool:
        """Tell whether this passage already is a hit on this entry."""
        return (
            self._session.scalar(
                select(HotlistHitRow.id).where(
                    HotlistHitRow.entry_id == entry_id, HotlistHitRow.passage_id == passage_id
                )
            )
            is not None
        )

    def add(self, row: HotlistHitRow) -> bool:
        """Add a hit, waking the listeners when the transaction commits; false when it is there already.

        Writers take turns until their transaction ends: ids then grow in the order in which hits become visible,
        and a reader that resumes after id N misses nothing.
        """
        self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _HIT_LOCK})
        if self.exists(row.entry_id, row.passage_id):
            return False
        self._session.add(row)
        self._session.flush()
        self._session.execute(select(func.pg_notify(HIT_CHANNEL, str(row.id))))
        return True

    def get(self, number: int) -> HotlistHitRow | None:
        """Find a hit by its number."""
        return self._session.get(HotlistHitRow, number)

    def lock(self, number: int) -> HotlistHitRow | None:
        """Find a hit and hold it."""
        return self._session.scalar(select(HotlistHitRow).where(HotlistHitRow.id == number).with_for_update())

    def by_hit_id(self, hit_id: UUID) -> HotlistHitRow | None:
        """Find a hit by the id regions know it by."""
        return self._session.scalar(select(HotlistHitRow).where(HotlistHitRow.hit_id == hit_id))

    def newest(self, limit: int, state: str | None) -> list[HotlistHitRow]:
        """Newest first, in one state where it is given."""
        query = select(HotlistHitRow).order_by(HotlistHitRow.id.desc()).limit(limit)
        if state is not None:
            query = query.where(HotlistHitRow.state == state)
        return list(self._session.scalars(query))

    def after(self, number: int, state: str, limit: int) -> list[HotlistHitRow]:
        """Hits in a state with a greater number, in order."""
        return list(
            self._session.scalars(
                select(HotlistHitRow)
                .where(HotlistHitRow.id > number, HotlistHitRow.state == state)
                .order_by(HotlistHitRow.id)
                .limit(limit)
            )
        )

    def last_number(self) -> int:
        """Return the greatest number given so far."""
        return self._session.scalar(select(func.coalesce(func.max(HotlistHitRow.id), 0))) or 0

    def clearances(self, entry_id: UUID) -> list[HotlistClearanceRow]:
        """Pairs cleared for the entry."""
        return list(self._session.scalars(select(HotlistClearanceRow).where(HotlistClearanceRow.entry_id == entry_id)))

    def clear(self, row: HotlistClearanceRow) -> None:
        """Keep a cleared pair."""
        self._session.merge(row)
        self._session.flush()
