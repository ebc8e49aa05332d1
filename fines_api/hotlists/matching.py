"""Hits: made in the passage's transaction, searched back for a new entry, judged by an officer."""

import base64
import binascii
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from fines_api import audit
from fines_api.db import Session
from fines_api.hotlists.policy import (
    BACK_SEARCH,
    Clearance,
    HitState,
    Verdict,
    clears,
    first_state,
    is_in_force,
    is_same_plate,
)
from fines_api.hotlists.repository import HitRepository
from fines_api.hotlists.schemas import HitInfo
from fines_api.hotlists.tables import HotlistClearanceRow, HotlistHitRow
from fines_api.identity.schemas import Principal
from fines_api.kit.errors import ConflictError, InvalidError, NotFoundError
from fines_api.kit.evidence import evidence_key, read_evidence
from fines_api.kit.jobs import defer
from fines_api.node import Node
from fines_api.passages.service import PassageService, display_plate
from recognition.contracts import (
    HotlistEntryRecord,
    ImageRole,
    Passage,
    PlateKey,
    RegionHitRecord,
    Site,
    VehicleClass,
)
from recognition.evidence import sha256_hex

MAX_LIST = 500
_MAX_REMOTE_IMAGE_BYTES = 64 * 1024
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"


class HitService:
    """Hits of one region: seen here, or seen elsewhere on our entries."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._hits = HitRepository(session)
        self._passages = PassageService(session, node)

    def record(self, entry: HotlistEntryRecord, passage: Passage, site: Site) -> HitInfo | None:
        """Make a hit if entry and passage match; ``None`` when they do not or it was made before."""
        now, plate = self._node.clock.now(), passage.plate
        if plate is None or not is_same_plate(entry, plate) or not is_in_force(entry, now):
            return None
        row = HotlistHitRow(
            hit_id=uuid5(NAMESPACE_URL, f"urn:rubezh:hit:{entry.entry_id}:{passage.passage_id}"),
            entry_id=entry.entry_id,
            entry_version=entry.version,
            owner_region=entry.owner_region,
            seen_region=self._node.settings.region,
            passage_id=passage.passage_id,
            site_id=site.site_id,
            place=site.place.address,
            latitude=site.place.latitude,
            longitude=site.place.longitude,
            captured_at=passage.captured_at,
            matched_at=now,
            plate=plate.plate,
            plate_region=plate.plate_region,
            plate_type=plate.plate_type,
            plate_confidence=plate.confidence,
            vehicle_class=passage.vehicle_class,
            reason=entry.reason,
            priority=entry.priority,
            description=entry.description,
            images={image.role.value: image.sha256 for image in passage.images},
            state=first_state(entry, passage.vehicle_class, self._clearances(entry.entry_id)),
        )
        if not self._hits.add(row):
            return None
        if entry.owner_region != self._node.settings.region and row.state == HitState.NEW:
            defer(self._session, "regions.send_hit", record=self._region_record(row).model_dump(mode="json"))
        return self.describe(row)

    def back_search(self, entry: HotlistEntryRecord) -> None:
        """Look for the entry among the passages of the last three days."""
        now = self._node.clock.now()
        if not is_in_force(entry, now):
            return
        for passage in self._passages.of_plate_since(entry, now - BACK_SEARCH):
            site = self._passages.site_of(passage)
            if site is not None:
                self.record(entry, passage, site)

    def record_remote(self, record: RegionHitRecord, entry: HotlistEntryRecord) -> bool:
        """Keep a hit made by another region on our entry; false when it is here already.

        Raises:
            InvalidError: the plate is not the entry's, or a picture is no picture (``hotlist.remote_hit``).
        """
        if self._hits.by_hit_id(record.hit_id) is not None:
            return False
        if not is_same_plate(entry, record.plate):
            raise InvalidError("the hit's plate is not the entry's", code="hotlist.remote_hit")
        row = HotlistHitRow(
            hit_id=record.hit_id,
            entry_id=record.entry_id,
            entry_version=record.entry_version,
            owner_region=entry.owner_region,
            seen_region=record.seen_region,
            passage_id=record.passage_id,
            site_id=record.site_id,
            place=record.place,
            latitude=record.latitude,
            longitude=record.longitude,
            captured_at=record.captured_at,
            matched_at=record.matched_at,
            plate=record.plate.plate,
            plate_region=record.plate.plate_region,
            plate_type=record.plate.plate_type,
            plate_confidence=record.plate_confidence,
            vehicle_class=record.vehicle_class,
            reason=entry.reason,
            priority=entry.priority,
            description=entry.description,
            images={role: self._keep_image(role, encoded) for role, encoded in record.images.items()},
            state=self._remote_state(entry, record),
        )
        return self._hits.add(row)

    def judge(self, number: int, verdict: Verdict, note: str, user: Principal) -> HitInfo:
        """Take an officer's verdict; a wrong match is not shown again until the source changes the entry.

        Raises:
            NotFoundError: no such hit.
            ConflictError: it was judged before, otherwise (``hit.judged``).
        """
        row, now = self._hits.lock(number), self._node.clock.now()
        if row is None:
            raise NotFoundError("no such hit")
        if row.verdict_at is not None:
            if row.state == verdict:
                return self.describe(row)
            raise ConflictError(f"this hit was judged {row.state} by {row.verdict_by}", code="hit.judged")
        row.state, row.verdict_by, row.verdict_at, row.verdict_note = verdict.value, user.actor, now, note
        if cleared := clears(verdict, VehicleClass(row.vehicle_class)):
            self._hits.clear(
                HotlistClearanceRow(
                    entry_id=row.entry_id,
                    entry_version=row.entry_version,
                    vehicle_class=str(cleared),
                    verdict=verdict.value,
                    cleared_by=user.actor,
                    cleared_at=now,
                )
            )
        details = {"verdict": verdict.value, "note": note, "hit_id": str(row.hit_id)}
        audit.record(self._session, self._node, user.actor, "hotlists:hit:judged", str(number), details)
        return self.describe(row)

    def hits(self, limit: int, state: HitState | None) -> list[HitInfo]:
        """List hits, newest first."""
        return [self.describe(row) for row in self._hits.newest(min(max(limit, 1), MAX_LIST), state)]

    def hit(self, number: int) -> HitInfo:
        """Return one hit.

        Raises:
            NotFoundError: no such hit.
        """
        return self.describe(self._get(number))

    def alerts_after(self, number: int, limit: int = 100) -> list[HitInfo]:
        """Return hits that call an officer, with a greater number, in order."""
        return [self.describe(row) for row in self._hits.after(number, HitState.NEW, limit)]

    def last_number(self) -> int:
        """Return the greatest hit number so far."""
        return self._hits.last_number()

    def image(self, number: int, role: ImageRole) -> tuple[bytes, str]:
        """Return a picture of the hit and its media type.

        Raises:
            NotFoundError: no such hit or picture.
            EvidenceDamagedError: the stored picture was altered.
        """
        digest = self._get(number).images.get(role.value)
        if digest is None:
            raise NotFoundError("no such picture")
        data = read_evidence(self._node.storage, digest)
        return data, "image/png" if data.startswith(_PNG) else "image/jpeg"

    def describe(self, row: HotlistHitRow) -> HitInfo:
        """Return the hit as people see it."""
        key = PlateKey(plate=row.plate, plate_region=row.plate_region, plate_type=row.plate_type)
        images = {role: f"/v1/hits/{row.id}/images/{role}" for role in row.images}
        plain = {name: getattr(row, name) for name in HitInfo.model_fields if name not in {"images", "plate_display"}}
        return HitInfo(**plain, images=images, plate_display=display_plate(key))

    def _get(self, number: int) -> HotlistHitRow:
        row = self._hits.get(number) if number < 2**63 else None
        if row is None:
            raise NotFoundError("no such hit")
        return row

    def _clearances(self, entry_id: UUID) -> tuple[Clearance, ...]:
        return tuple(
            Clearance(row.entry_version, None if row.vehicle_class == "*" else VehicleClass(row.vehicle_class))
            for row in self._hits.clearances(entry_id)
        )

    def _remote_state(self, entry: HotlistEntryRecord, record: RegionHitRecord) -> HitState:
        if not is_in_force(entry, self._node.clock.now()):
            return HitState.WITHHELD  # it left the list while the news travelled
        return first_state(entry, record.vehicle_class, self._clearances(entry.entry_id))

    def _region_record(self, row: HotlistHitRow) -> RegionHitRecord:
        return RegionHitRecord(
            hit_id=row.hit_id,
            entry_id=row.entry_id,
            entry_version=row.entry_version,
            owner_region=row.owner_region,
            seen_region=row.seen_region,
            passage_id=row.passage_id,
            site_id=row.site_id,
            place=row.place,
            latitude=row.latitude,
            longitude=row.longitude,
            captured_at=row.captured_at,
            matched_at=row.matched_at,
            plate=PlateKey(plate=row.plate, plate_region=row.plate_region, plate_type=row.plate_type),
            plate_confidence=row.plate_confidence,
            vehicle_class=VehicleClass(row.vehicle_class),
            images=self._encoded_images(row),
        )

    def _encoded_images(self, row: HotlistHitRow) -> dict[str, str]:
        found = {role: read_evidence(self._node.storage, digest) for role, digest in row.images.items()}
        return {
            role: base64.b64encode(data).decode()
            for role, data in found.items()
            if len(data) <= _MAX_REMOTE_IMAGE_BYTES and data.startswith(_JPEG)
        }

    def _keep_image(self, role: str, encoded: str) -> str:
        try:
            data = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError) as error:
            raise InvalidError("a picture is not base64", code="hotlist.remote_hit") from error
        if role not in set(ImageRole) or not data.startswith(_JPEG) or len(data) > _MAX_REMOTE_IMAGE_BYTES:
            raise InvalidError("a picture is not a small JPEG", code="hotlist.remote_hit")
        digest = sha256_hex(data)
        self._node.storage.put(evidence_key(digest), data, "image/jpeg")
        return digest


def is_late(captured_at: datetime, matched_at: datetime, limit_s: float = 10.0) -> bool:
    """Tell whether the news of a hit came later than the promised seconds after capture."""
    return (matched_at - captured_at).total_seconds() > limit_s
