"""Keep passages, search them on the record, show their pictures."""

from datetime import datetime
from uuid import UUID

from fines_api import audit
from fines_api.db import Session
from fines_api.identity.schemas import Principal
from fines_api.kit.errors import InvalidError, NotFoundError
from fines_api.kit.evidence import read_evidence
from fines_api.node import Node
from fines_api.passages.repository import PassageRepository
from fines_api.passages.schemas import PassageInfo, PassageQuery
from fines_api.passages.tables import PassageRow
from fines_api.sites.service import SiteService
from recognition.contracts import ImageRole, Passage, PlateKey, Site
from recognition.plates import canonical, display, load_grammars

_BACK_SEARCH_LIMIT = 1000


def display_plate(key: PlateKey) -> str:
    """Return the plate as it is written in its country."""
    return display(key.plate, plate_region=key.plate_region, plate_type=key.plate_type, grammars=load_grammars())


class PassageService:
    """Passages of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._passages = PassageRepository(session)
        self._sites = SiteService(session, node)

    def store(self, passage: Passage, content_sha256: str) -> bool:
        """Keep a passage; false when it is there already with the same content.

        Raises:
            InvalidError: another passage has this id (``intake.passage_conflict``).
        """
        if self._passages.add(passage, content_sha256, self._node.clock.now()):
            return True
        known = self._passages.get(passage.passage_id)
        if known is None or known.content_sha256 != content_sha256:
            raise InvalidError("another passage has this id", code="intake.passage_conflict")
        return False

    def site_of(self, passage: Passage) -> Site | None:
        """Return the site version the passage names, or ``None`` when it is not registered."""
        return self._sites.version(passage.site_id, passage.site_version)

    def of_plate_since(self, key: PlateKey, since: datetime) -> list[Passage]:
        """Return passages of exactly this plate key captured since a moment, oldest first."""
        rows = self._passages.of_plate_since(key, since, _BACK_SEARCH_LIMIT)
        return [Passage.model_validate(row.document) for row in rows]

    def search(self, query: PassageQuery, user: Principal) -> list[PassageInfo]:
        """List passages, newest first; the search itself goes on record.

        Raises:
            InvalidError: the plate holds nothing a plate can hold (``passages.plate``).
        """
        text = None
        if query.plate is not None:
            text = canonical(query.plate)
            if not text.isascii() or not text.isalnum():
                raise InvalidError("not a plate", hint="letters and digits as on the plate", code="passages.plate")
        found = self._passages.search(text, query.limit)
        names: dict[tuple[str, int], Site | None] = {}
        answer = [self._describe(row, names) for row in found]
        details = query.model_dump(mode="json") | {"plate": text, "found": len(found)}
        audit.record(self._session, self._node, user.actor, "passages:passage:searched", text or "*", details)
        return answer

    def image(self, passage_id: UUID, role: ImageRole, user: Principal) -> tuple[bytes, str]:
        """Return a picture and its media type; showing it goes on record.

        Raises:
            NotFoundError: no such passage or picture.
            EvidenceDamagedError: the stored picture was altered.
        """
        row = self._passages.get(passage_id)
        images = Passage.model_validate(row.document).images if row else ()
        ref = next((image for image in images if image.role is role), None)
        if ref is None:
            raise NotFoundError("no such picture")
        data = read_evidence(self._node.storage, ref.sha256)
        audit.record(
            self._session, self._node, user.actor, "passages:image:shown", str(passage_id), {"role": role.value}
        )
        return data, ref.media_type

    def _describe(self, row: PassageRow, sites: dict[tuple[str, int], Site | None]) -> PassageInfo:
        passage = Passage.model_validate(row.document)
        key = (row.site_id, row.site_version)
        if key not in sites:
            sites[key] = self._sites.version(*key)
        site, plate = sites[key], passage.plate
        return PassageInfo(
            passage_id=row.passage_id,
            plate=row.plate,
            plate_region=row.plate_region,
            plate_type=row.plate_type,
            plate_display=display_plate(plate) if plate else None,
            plate_confidence=row.plate_confidence,
            vehicle_class=passage.vehicle_class,
            site_id=row.site_id,
            place=site.place.address if site else row.site_id,
            latitude=site.place.latitude if site else 0.0,
            longitude=site.place.longitude if site else 0.0,
            camera_id=row.camera_id,
            device_id=row.device_id,
            captured_at=row.captured_at,
            received_at=row.received_at,
            speed=passage.speed,
            images={image.role.value: f"/v1/passages/{row.passage_id}/images/{image.role}" for image in passage.images},
        )
