"""Entries and hits in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.hotlists.tables import (
    HotlistClearanceRow,
    HotlistEntryRow,
    HotlistEntryVersionRow,
    HotlistHitRow,
)
from recognition.contracts import HotlistEntryRecord, PlateKey

HIT_CHANNEL = "rubezh_hits"
_HIT_LOCK = 7233003


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

    def of_plate(self, key: PlateKey) -> list[HotlistEntryRow]:
        """Entries for exactly this plate key that were not withdrawn."""
        return list(
            self._session.scalars(
                select(HotlistEntryRow)
                .where(
                    HotlistEntryRow.plate == key.plate,
                    HotlistEntryRow.plate_region == key.plate_region,
                    HotlistEntryRow.plate_type == key.plate_type,
                    HotlistEntryRow.is_withdrawn.is_(False),
                )
                .order_by(HotlistEntryRow.entry_id)
            )
        )

    def newest(self, limit: int) -> list[HotlistEntryRow]:
        """Last changed first."""
        return list(
            self._session.scalars(
                select(HotlistEntryRow)
                .order_by(HotlistEntryRow.changed_at.desc(), HotlistEntryRow.entry_id)
                .limit(limit)
            )
        )

    def save(self, record: HotlistEntryRecord, actor: str, now: datetime) -> bool:
        """Keep a version; it becomes the current one if it is newer than what is there.  False when it is not."""
        document = record.model_dump(mode="json")
        values = {
            "owner_region": record.owner_region,
            "version": record.version,
            "plate": record.plate,
            "plate_region": record.plate_region,
            "plate_type": record.plate_type,
            "valid_until": record.valid_until,
            "is_withdrawn": record.is_withdrawn,
            "record": document,
            "changed_at": now,
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
