"""Entries: make, confirm, withdraw, take over from other regions.  Only the owner region changes an entry."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fines_api import audit
from fines_api.db import Session
from fines_api.hotlists.live_list import live_list
from fines_api.hotlists.matching import HitService
from fines_api.hotlists.policy import LONGEST_VALIDITY, WILDCARDS, is_in_force
from fines_api.hotlists.repository import EntryRepository
from fines_api.hotlists.schemas import EntryInfo, NewEntry
from fines_api.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from fines_api.kit.ids import uuid7
from fines_api.kit.jobs import defer
from fines_api.node import Node
from fines_api.passages.service import display_plate
from recognition.contracts import HotlistEntryRecord, Passage, PlateKey, RegionHitRecord, Site
from recognition.plates import canonical, keys_for

MAX_LIST = 1000


class HotlistService:
    """The hotlist of one region: its own entries and its copies of the others'."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._entries = EntryRepository(session)
        self._hits = HitService(session, node)

    def add(self, new: NewEntry, *, actor: str) -> EntryInfo:
        """Put a vehicle on the list; passages of the last three days are searched for it at once.

        Raises:
            InvalidError: wildcard, no such plate, doubtful type, or a term in the past or too long.
        """
        now = self._node.clock.now()
        key = plate_key_of(new.plate, new.plate_region, new.plate_type)
        _check_term(new.valid_until, now)
        record = HotlistEntryRecord(
            entry_id=uuid7(now),
            owner_region=self._node.settings.region,
            version=1,
            plate=key.plate,
            plate_region=key.plate_region,
            plate_type=key.plate_type,
            reason=new.reason,
            priority=new.priority,
            vehicle_class=new.vehicle_class,
            description=new.description,
            legal_basis=new.legal_basis,
            valid_from=now,
            valid_until=new.valid_until,
            confirmed_at=now,
        )
        return self._write_own(record, actor, "created", {"reason": new.reason.value, "basis": new.legal_basis})

    def withdraw(self, entry_id: UUID, note: str, *, actor: str) -> EntryInfo:
        """Take a vehicle off the list; repeating it changes nothing.

        Raises:
            NotFoundError: no such entry.
            ForbiddenError: the entry belongs to another region (``hotlist.not_owner``).
        """
        record = self._own(entry_id)
        if record.is_withdrawn:
            return self._describe(record)
        changed = record.model_copy(update={"version": record.version + 1, "is_withdrawn": True})
        return self._write_own(changed, actor, "withdrawn", {"note": note})

    def confirm(self, entry_id: UUID, valid_until: datetime, *, actor: str) -> EntryInfo:
        """Say that the source still stands behind the entry; a new version, so earlier clearances lapse.

        Raises:
            NotFoundError: no such entry.
            ForbiddenError: the entry belongs to another region.
            ConflictError: it was withdrawn.
            InvalidError: a term in the past or too long.
        """
        record, now = self._own(entry_id), self._node.clock.now()
        if record.is_withdrawn:
            raise ConflictError("the entry was withdrawn", hint="make a new entry", code="hotlist.withdrawn")
        _check_term(valid_until, now)
        changed = record.model_copy(
            update={"version": record.version + 1, "valid_until": valid_until, "confirmed_at": now}
        )
        return self._write_own(changed, actor, "confirmed", {"valid_until": valid_until.isoformat()})

    def apply_remote(self, record: HotlistEntryRecord) -> bool:
        """Take over another region's entry; false when this or a newer version is here already.

        Raises:
            ForbiddenError: it claims to be this region's own, or its owner changed (``hotlist.not_owner``).
        """
        if record.owner_region == self._node.settings.region:
            raise ForbiddenError("another region cannot write our entries", code="hotlist.not_owner")
        known = self._entries.lock(record.entry_id)
        if known is not None and known.owner_region != record.owner_region:
            raise ForbiddenError("only the owner region writes an entry", code="hotlist.not_owner")
        if not self._entries.save(record, f"region:{record.owner_region}", self._node.clock.now()):
            return False
        self._hits.back_search(record)
        return True

    def record_remote_hit(self, record: RegionHitRecord) -> bool:
        """Keep a hit another region made on our entry; false when it is here already."""
        row = self._entries.get(record.entry_id)
        entry = HotlistEntryRecord.model_validate(row.record) if row else None
        if entry is None or entry.owner_region != self._node.settings.region:
            raise NotFoundError(f"no own entry {record.entry_id}")
        return self._hits.record_remote(record, entry)

    def match_passages(self, seen: Sequence[tuple[Passage, Site]]) -> None:
        """Match passages against the list in memory, in the transaction that stores them."""
        plated = [(passage.plate, passage, site) for passage, site in seen if passage.plate is not None]
        if not plated:
            return
        matches = live_list(self._node).match(self._session, [plate for plate, _, _ in plated])
        rows = self._entries.of_numbers({match.entry for match in matches}) if matches else {}
        for match in matches:
            if (row := rows.get(match.entry)) is not None:
                _, passage, site = plated[match.seen]
                self._hits.record(HotlistEntryRecord.model_validate(row.record), passage, site)

    def entries(self, limit: int) -> list[EntryInfo]:
        """List entries, last changed first."""
        rows = self._entries.newest(min(max(limit, 1), MAX_LIST))
        return [self._describe(HotlistEntryRecord.model_validate(row.record)) for row in rows]

    def _own(self, entry_id: UUID) -> HotlistEntryRecord:
        row = self._entries.lock(entry_id)
        if row is None:
            raise NotFoundError("no such entry")
        if row.owner_region != self._node.settings.region:
            raise ForbiddenError(
                f"the entry belongs to region {row.owner_region}",
                hint="ask that region to change it",
                code="hotlist.not_owner",
            )
        return HotlistEntryRecord.model_validate(row.record)

    def _write_own(self, record: HotlistEntryRecord, actor: str, action: str, details: dict[str, str]) -> EntryInfo:
        self._entries.save(record, actor, self._node.clock.now())
        self._hits.back_search(record)
        defer(self._session, "regions.publish_entry", record=record.model_dump(mode="json"))
        audit.record(
            self._session, self._node, actor, f"hotlists:entry:{action}", str(record.entry_id),
            details | {"plate": record.plate, "version": str(record.version)},
        )  # fmt: skip
        return self._describe(record)

    def _describe(self, record: HotlistEntryRecord) -> EntryInfo:
        return EntryInfo(
            **record.model_dump(),
            plate_display=display_plate(record),
            is_in_force=is_in_force(record, self._node.clock.now()),
        )


def plate_key_of(text: str, plate_region: str, plate_type: str | None) -> PlateKey:
    """Make the key of a plate as a person typed it, in any alphabet or spacing.

    Raises:
        InvalidError: ``hotlist.wildcard``, ``hotlist.plate`` (no such plate) or ``hotlist.plate_type`` (say which).
    """
    if WILDCARDS & set(text):
        raise InvalidError("an entry names one plate, no pattern", hint="type the whole plate", code="hotlist.wildcard")
    keys = keys_for(text, plate_region)
    if plate_type is not None:
        keys = tuple(key for key in keys if key.plate_type == plate_type)
    if not keys:
        raise InvalidError(
            f"{canonical(text)[:16]!r} is no plate of {plate_region}" + (f" type {plate_type}" if plate_type else ""),
            hint="check every character and the country",
            code="hotlist.plate",
        )
    if len(keys) > 1:
        kinds = ", ".join(key.plate_type for key in keys)
        raise InvalidError(
            f"the same text is several plates: types {kinds}", hint="give plate_type", code="hotlist.plate_type"
        )
    return keys[0]


def _check_term(valid_until: datetime, now: datetime) -> None:
    if not now < valid_until <= now + LONGEST_VALIDITY:
        raise InvalidError(
            "valid_until must be in the future and within a year",
            hint="stale entries harm the innocent: confirm the entry again later",
            code="hotlist.term",
        )
