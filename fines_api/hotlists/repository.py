"""Entries and hits in the database."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, func, select, text, tuple_
from sqlalchemy.dialects.postgresql import Insert, insert

from fines_api.db import Session
from fines_api.hotlists.policy import Standing
from fines_api.hotlists.tables import (
    HOTLIST_CHANGES,
    HotlistClearanceRow,
    HotlistEntryRow,
    HotlistEntryVersionRow,
    HotlistHitRow,
)
from recognition.contracts import HotlistEntryRecord

HIT_CHANNEL = "rubezh_hits"
_HIT_LOCK = 7233003
_LIST_LOCK = 7233006
_CHUNK = 10_000
_FRESH = {"populate_existing": True}
"""Writers go past the session's own objects; whoever reads in the same transaction reads again."""
_ENTRIES = cast("Table", HotlistEntryRow.__table__)
_VERSIONS = cast("Table", HotlistEntryVersionRow.__table__)


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
            select(HotlistEntryRow).where(HotlistEntryRow.entry_id == entry_id).with_for_update(),
            execution_options=_FRESH,
        )

    def get(self, entry_id: UUID) -> HotlistEntryRow | None:
        """Find an entry."""
        return self._session.get(HotlistEntryRow, entry_id, populate_existing=True)

    def of_ids(self, ids: Iterable[UUID]) -> list[HotlistEntryRow]:
        """Find entries."""
        query = select(HotlistEntryRow).where(HotlistEntryRow.entry_id.in_(list(ids)))
        return list(self._session.scalars(query.order_by(HotlistEntryRow.change), execution_options=_FRESH))

    def newest(self, limit: int, wanted: "EntryFilter | None" = None) -> list[HotlistEntryRow]:
        """Last changed first, of those wanted."""
        query = select(HotlistEntryRow).order_by(HotlistEntryRow.changed_at.desc(), HotlistEntryRow.entry_id)
        return list(self._session.scalars(query.where(*_conditions(wanted)).limit(limit), execution_options=_FRESH))

    def versions_now(self, rows: Sequence[HotlistEntryRow]) -> dict[UUID, HotlistEntryVersionRow]:
        """Return the present version of entries with those who stand behind it."""
        version = HotlistEntryVersionRow
        wanted = tuple_(version.entry_id, version.version).in_([(row.entry_id, row.version) for row in rows])
        return {row.entry_id: row for row in self._session.scalars(select(version).where(wanted))}

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

    def save(self, record: HotlistEntryRecord, actor: str, now: datetime, *, approved_by: str | None = None) -> bool:
        """Keep a version; it becomes the current one if it is newer than what is there.  False when it is not.

        Writers take turns with each other and with those who hold the list: whoever matches a passage sees either
        the change, or none of it while the passage is already there for the writer to search back.
        """
        self.take_list()
        statement = _newer().returning(_ENTRIES.c.entry_id)
        changed = self._session.execute(statement, _values(record, actor, now)).scalar_one_or_none()
        if changed is None:
            return False
        self._session.execute(
            insert(HotlistEntryVersionRow)
            .values(
                entry_id=record.entry_id,
                version=record.version,
                record=record.model_dump(mode="json"),
                changed_at=now,
                changed_by=actor,
                approved_by=approved_by,
            )
            .on_conflict_do_nothing()
        )
        return True

    def take_list(self) -> None:
        """Take the list alone until the transaction ends."""
        self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LIST_LOCK})

    def save_many(
        self, records: Sequence[HotlistEntryRecord], actor: str, now: datetime, *, approved_by: str | None
    ) -> None:
        """Keep the next version of many own entries, read under the list's lock, as ``save`` does for one."""
        if not records:
            return
        values = [_values(record, actor, now) for record in records]
        self._session.execute(_newer(), values)
        who = {"changed_at": now, "changed_by": actor, "approved_by": approved_by}
        versions = [{name: each[name] for name in ("entry_id", "version", "record")} | who for each in values]
        self._session.execute(insert(_VERSIONS), versions)


@dataclass(frozen=True)
class EntryFilter:
    """Which entries are wanted: of a list, of a plate, and how they stand at a moment."""

    list_code: str | None = None
    plate: str | None = None
    standing: Standing | None = None
    now: datetime | None = None
    confirm_every: timedelta | None = None


def _conditions(wanted: EntryFilter | None) -> list[ColumnElement[bool]]:
    if wanted is None:
        return []
    row, found = HotlistEntryRow, []
    if wanted.list_code is not None:
        found.append(row.list_code == wanted.list_code)
    if wanted.plate is not None:
        found.append(row.plate == wanted.plate)
    if wanted.standing is None or wanted.now is None:
        return found
    if wanted.standing is Standing.WITHDRAWN:
        return [*found, row.is_withdrawn.is_(True)]
    found.append(row.is_withdrawn.is_(False))
    if wanted.standing is Standing.EXPIRED:
        return [*found, row.valid_until <= wanted.now]
    found.append(row.valid_until > wanted.now)
    if wanted.confirm_every is not None:
        is_stale = row.confirmed_at < wanted.now - wanted.confirm_every
        found.append(is_stale if wanted.standing is Standing.STALE else ~is_stale)
    return found


def _newer() -> Insert:
    """Add an entry, or put a newer version of it in place; the change takes the next number either way."""
    statement = insert(_ENTRIES).values(change=HOTLIST_CHANGES.next_value())
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["entry_id"],
        set_={name: getattr(new, name) for name in _CHANGING} | {"change": HOTLIST_CHANGES.next_value()},
        where=(_ENTRIES.c.version < new.version) & (_ENTRIES.c.owner_region == new.owner_region),
    )


_CHANGING = (
    "owner_region", "version", "plate", "plate_region", "plate_type", "valid_until", "is_withdrawn", "match_policy",
    "record", "changed_at", "list_code", "confirmed_at", "source_id",
)  # fmt: skip


def _values(record: HotlistEntryRecord, actor: str, now: datetime) -> dict[str, Any]:
    return {
        "entry_id": record.entry_id,
        "created_by": actor,
        "owner_region": record.owner_region,
        "version": record.version,
        "plate": record.plate,
        "plate_region": record.plate_region,
        "plate_type": record.plate_type,
        "valid_until": record.valid_until,
        "is_withdrawn": record.is_withdrawn,
        "match_policy": record.match_policy.value,
        "record": record.model_dump(mode="json"),
        "changed_at": now,
        "list_code": record.list_code,
        "confirmed_at": record.confirmed_at,
        "source_id": record.source_id,
    }


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

    def newest(self, limit: int, states: Sequence[str] = ()) -> list[HotlistHitRow]:
        """Newest first, in some states where they are given."""
        query = select(HotlistHitRow).order_by(HotlistHitRow.id.desc()).limit(limit)
        if states:
            query = query.where(HotlistHitRow.state.in_(states))
        return list(self._session.scalars(query))

    def open_of(self, entry_id: UUID, content_version: int, states: Sequence[str]) -> list[HotlistHitRow]:
        """Hits on an entry's content in some states, held."""
        query = select(HotlistHitRow).where(
            HotlistHitRow.entry_id == entry_id,
            HotlistHitRow.content_version == content_version,
            HotlistHitRow.state.in_(states),
        )
        return list(self._session.scalars(query.order_by(HotlistHitRow.id).with_for_update()))

    def after(self, number: int, states: Sequence[str], limit: int) -> list[HotlistHitRow]:
        """Hits in some states with a greater number, in order."""
        return list(
            self._session.scalars(
                select(HotlistHitRow)
                .where(HotlistHitRow.id > number, HotlistHitRow.state.in_(states))
                .order_by(HotlistHitRow.id)
                .limit(limit)
            )
        )

    def passages_between(self, first: datetime, past: datetime) -> list[UUID]:
        """Passages captured in a time that are hits."""
        query = select(HotlistHitRow.passage_id).where(
            HotlistHitRow.captured_at >= first, HotlistHitRow.captured_at < past
        )
        return list(self._session.scalars(query.distinct()))

    def pictures(self) -> Iterator[str]:
        """Digests of the pictures of every hit."""
        found = self._session.scalars(select(HotlistHitRow.images), execution_options={"yield_per": _CHUNK})
        for images in found:
            yield from images.values()

    def last_number(self) -> int:
        """Return the greatest number given so far."""
        return self._session.scalar(select(func.coalesce(func.max(HotlistHitRow.id), 0))) or 0

    def clearances(self, entries: Iterable[UUID]) -> list[HotlistClearanceRow]:
        """Pairs cleared for entries, oldest first."""
        query = select(HotlistClearanceRow).where(HotlistClearanceRow.entry_id.in_(list(entries)))
        return list(self._session.scalars(query.order_by(HotlistClearanceRow.cleared_at)))

    def clear(self, row: HotlistClearanceRow) -> bool:
        """Keep a cleared pair; false when it is cleared already."""
        key = (row.entry_id, row.content_version, row.vehicle_class, row.plate)
        if self._session.get(HotlistClearanceRow, key) is not None:
            return False
        self._session.add(row)
        self._session.flush()
        return True
