"""A wrong match is said once and silent everywhere: a verdict becomes a clearance, here and in every region."""

from collections.abc import Callable
from uuid import UUID

from fines_api import audit
from fines_api.db import Session
from fines_api.hotlists.policy import (
    Clearance,
    HitState,
    Seen,
    StateReason,
    Verdict,
    clears,
    is_cleared,
)
from fines_api.hotlists.repository import EntryRepository, HitRepository
from fines_api.hotlists.tables import HotlistClearanceRow, HotlistHitRow
from fines_api.kit.errors import InvalidError, NotFoundError
from fines_api.kit.jobs import defer
from fines_api.node import Node
from recognition.contracts import (
    HotlistEntryRecord,
    MatchKind,
    PlateKey,
    RegionClearanceRecord,
    RegionHitRecord,
    VehicleClass,
)

_ANY = "*"
_OPEN = (HitState.NEW, HitState.POSSIBLE, HitState.NOTIFIED)


class ClearingService:
    """Clearances said here, and heard from other regions."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._hits = HitRepository(session)
        self._entries = EntryRepository(session)

    def clear(self, row: HotlistHitRow, verdict: Verdict, told: Callable[[HotlistHitRow], RegionHitRecord]) -> None:
        """Silence what a verdict finds wrong, and tell the entry's owner, or as its owner every region."""
        found = clears(verdict, MatchKind(row.match_kind), VehicleClass(row.vehicle_class), row.plate)
        if found is None or row.verdict_by is None or row.verdict_at is None:
            return
        region = self._node.settings.region
        plate = PlateKey(plate=row.plate, plate_region=row.plate_region, plate_type=row.plate_type)
        record = RegionClearanceRecord(
            hit_id=row.hit_id,
            entry_id=row.entry_id,
            content_version=row.content_version,
            owner_region=row.owner_region,
            seen_region=row.seen_region,
            said_by=region,
            verdict=verdict.value,
            vehicle_class=found.vehicle_class,
            plate=plate if found.plate else None,
            judged_at=row.verdict_at,
        )
        self._keep(record, row.verdict_by)
        body = record.model_dump(mode="json")
        if row.owner_region == region:
            defer(self._session, "regions.publish_clearance", record=body)
        else:
            defer(self._session, "regions.send_clearance", hit=told(row).model_dump(mode="json"), record=body)

    def hear(self, record: RegionClearanceRecord) -> bool:
        """Take over a clearance; as the entry's owner, pass it on to every region.  False when it is known.

        Raises:
            InvalidError: no verdict that clears (``hotlist.clearance``).
            NotFoundError: no such entry of that owner, or, to its owner, no such hit seen there.
        """
        if record.verdict not in set(Verdict) - {Verdict.CORRECT}:
            raise InvalidError(f"{record.verdict} clears nothing", code="hotlist.clearance")
        entry, hit = self._entries.get(record.entry_id), self._hits.by_hit_id(record.hit_id)
        is_owner = record.owner_region == self._node.settings.region
        if entry is None or entry.owner_region != record.owner_region:
            raise NotFoundError(f"no entry {record.entry_id} of region {record.owner_region}")
        is_its = hit is not None and (hit.entry_id, hit.seen_region) == (record.entry_id, record.seen_region)
        if is_owner and not is_its:
            raise NotFoundError(f"no hit {record.hit_id} seen in region {record.seen_region}")
        actor = f"region:{record.said_by}"
        if not self._keep(record, actor):
            return False
        if is_its and hit is not None and hit.verdict_at is None:
            hit.state, hit.state_reason, hit.verdict_by = record.verdict, None, actor
            hit.verdict_at, hit.verdict_note = record.judged_at, ""
        if is_owner:
            defer(self._session, "regions.publish_clearance", record=record.model_dump(mode="json"))
        details = {"verdict": record.verdict, "hit_id": str(record.hit_id), "seen": record.seen_region}
        audit.record(self._session, self._node, actor, "hotlists:entry:cleared", str(record.entry_id), details)
        return True

    def _keep(self, record: RegionClearanceRecord, actor: str) -> bool:
        is_new = self._hits.clear(
            HotlistClearanceRow(
                entry_id=record.entry_id,
                content_version=record.content_version,
                vehicle_class=record.vehicle_class.value if record.vehicle_class else _ANY,
                plate=record.plate.plate if record.plate else _ANY,
                verdict=record.verdict,
                cleared_by=actor,
                cleared_at=record.judged_at,
                hit_id=record.hit_id,
                said_by=record.said_by,
            )
        )
        if is_new:
            self._close_open(record)
        return is_new

    def _close_open(self, record: RegionClearanceRecord) -> None:
        """Take the same pair's other hits off the wall: what they say is known to be wrong."""
        row = self._entries.get(record.entry_id)
        entry = HotlistEntryRecord.model_validate(row.record) if row else None
        if entry is None or entry.content_version != record.content_version:
            return
        clearance = Clearance(
            record.content_version, record.vehicle_class, record.plate.plate if record.plate else None
        )
        for hit in self._hits.open_of(record.entry_id, record.content_version, [each.value for each in _OPEN]):
            if is_cleared(entry, clearance, Seen(hit.plate, VehicleClass(hit.vehicle_class))):
                hit.state, hit.state_reason = HitState.CLEARED.value, StateReason.CLEARED.value


def clearances_of(hits: HitRepository, entry_id: UUID) -> tuple[Clearance, ...]:
    """Return the pairs cleared for an entry, of any of its contents."""
    return tuple(
        Clearance(
            row.content_version,
            None if row.vehicle_class == _ANY else VehicleClass(row.vehicle_class),
            None if row.plate == _ANY else row.plate,
        )
        for row in hits.clearances([entry_id])
    )
