"""Keep passages, search them on the record, show their pictures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from fines_api import audit
from fines_api.db import Session
from fines_api.identity.schemas import Principal
from fines_api.kit.errors import InvalidError, NotFoundError
from fines_api.kit.evidence import read_evidence
from fines_api.node import Node
from fines_api.passages.packing import pack, unpack
from fines_api.passages.policy import LEAST_WINDOW, check_grounds
from fines_api.passages.repository import PassageRepository
from fines_api.passages.schemas import PassageInfo, PassageQuery
from fines_api.passages.tables import PassageRow
from fines_api.sites.service import SiteService
from recognition.contracts import ClockQuality, ImageRole, Passage, PlateKey, Site, VehicleClass
from recognition.plates import canonical, display, load_grammars

_DAYS_BACK, _DAYS_AHEAD = timedelta(days=3), timedelta(days=7)


def display_plate(key: PlateKey) -> str:
    """Return the plate as it is written in its country."""
    return display(key.plate, plate_region=key.plate_region, plate_type=key.plate_type, grammars=load_grammars())


def passage_of(stored: bytes) -> Passage:
    """Read the passage a stored event reports."""
    return _StoredEvent.model_validate_json(unpack(stored)).data


def clock_bound_s(stored: bytes) -> float | None:
    """Return how far the capture time in a stored event may be from true UTC, or ``None`` when nobody knows."""
    if not stored:
        return None  # its term is over: the event is gone
    bound_ms = _StoredClock.model_validate_json(unpack(stored)).data.clock.bound_ms
    return None if bound_ms is None else bound_ms / 1000


def plate_text(typed: str) -> str:
    """Return a typed plate as plates are kept.

    Raises:
        InvalidError: it holds something no plate can hold (``passages.plate``).
    """
    text = canonical(typed)
    if not text.isascii() or not text.isalnum():
        raise InvalidError("not a plate", hint="letters and digits as on the plate", code="passages.plate")
    return text


@dataclass(frozen=True, slots=True)
class ReportedPassage:
    """A passage and the signed event that reported it, byte for byte."""

    passage: Passage
    event: bytes


class _StoredEvent(BaseModel):
    data: Passage


class _Clocked(BaseModel):
    clock: ClockQuality


class _StoredClock(BaseModel):
    """The one part of an event that thousands of a trace are read for."""

    data: _Clocked


class PassageService:
    """Passages of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._passages = PassageRepository(session)
        self._sites = SiteService(session, node)

    def keep(self, events: Sequence[ReportedPassage]) -> list[bool]:
        """Keep passages, all or none; tells of each whether it is new, or here already with the same content.

        Raises:
            InvalidError: another passage has the id of one of them (``passages.conflict``).
        """
        moments = [each.passage.captured_at for each in events]
        known = self._passages.events_of((each.passage.passage_id for each in events), min(moments), max(moments))
        here = {passage_id: passage_of(event) for passage_id, event in known.items() if event}
        rows, is_new = [], []
        for each in events:
            if each.passage.passage_id in known.keys() - here.keys():
                is_new.append(False)  # its term was over: what a device tells again does not bring it back
                continue
            before = here.setdefault(each.passage.passage_id, each.passage)
            is_new.append(before is each.passage)
            if is_new[-1]:
                rows.append(self._row(each))
            elif before != each.passage:
                raise InvalidError("another passage has this id", code="passages.conflict")
        self._passages.add(rows)
        return is_new

    def make_days(self) -> int:
        """Make the partitions of the last days and of the coming week; return how many were missing.

        A passage of another day goes to the partition of all others, and into its own when that is made.
        """
        now = self._node.clock.now()
        return self._passages.make_days(now - _DAYS_BACK, now + _DAYS_AHEAD)

    def site_of(self, passage: Passage) -> Site | None:
        """Return the site version the passage names, or ``None`` when it is not registered."""
        return self._sites.version(passage.site_id, passage.site_version)

    def of_plates_since(self, plates: Sequence[str], since: datetime, limit: int) -> list[Passage]:
        """Return passages of these plate texts, of any country and type, captured since a moment, oldest first."""
        return [passage_of(event) for event in self._passages.of_plates_since(plates, since, limit)]

    def plates_since(
        self, kinds: Iterable[tuple[str, str]], since: datetime, shortest: int, longest: int, limit: int
    ) -> list[PlateKey]:
        """Return the different plates of some countries and types, of such a length, captured since a moment."""
        found = self._passages.plates_since(kinds, since, shortest, longest, limit)
        return [
            PlateKey.model_construct(plate=plate, plate_region=region, plate_type=plate_type)
            for plate, region, plate_type in found
        ]

    def search(self, query: PassageQuery, user: Principal) -> list[PassageInfo]:
        """List passages, newest first, of a plate no further back than everybody may look; it goes on record.

        Raises:
            InvalidError: the plate holds nothing a plate can hold (``passages.plate``), or it is named without a
                purpose or case (``search.purpose``, ``search.case_number``).
        """
        text = plate_text(query.plate) if query.plate is not None else None
        if text is None:
            found = self._passages.search(None, query.limit)
        else:
            settings = self._node.settings
            check_grounds(query.purpose, query.case_number, settings.case_number_pattern)
            since = self._node.clock.now() - LEAST_WINDOW
            found = self._passages.search_since(text, query.limit, settings.region, since)
        answer = self.describe(found)
        details = query.model_dump(mode="json") | {"plate": text, "found": len(found)}
        audit.record(self._session, self._node, user.actor, "passages:passage:searched", text or "*", details)
        return answer

    def events_of(self, ids: Iterable[UUID], earliest: datetime, latest: datetime) -> dict[UUID, bytes]:
        """Return the stored events of passages captured about these moments."""
        return self._passages.events_of(ids, earliest, latest)

    def describe(self, rows: Sequence[PassageRow]) -> list[PassageInfo]:
        """Return passages as people see them."""
        names: dict[tuple[str, int], Site | None] = {}
        return [self._describe(row, names) for row in rows]

    def image(self, passage_id: UUID, role: ImageRole, user: Principal) -> tuple[bytes, str]:
        """Return a picture and its media type; showing it goes on record.

        Raises:
            NotFoundError: no such passage or picture, or its term is over.
            EvidenceDamagedError: the stored picture was altered.
        """
        row = self._passages.get(passage_id) or self._passages.kept(passage_id)
        images = passage_of(row.event).images if row and row.event else ()
        ref = next((image for image in images if image.role is role), None)
        if ref is None:
            raise NotFoundError("no such picture")
        data = read_evidence(self._node.storage, ref.sha256)
        audit.record(
            self._session, self._node, user.actor, "passages:image:shown", str(passage_id), {"role": role.value}
        )
        return data, ref.media_type

    def _row(self, each: ReportedPassage) -> tuple[Any, ...]:
        passage = each.passage
        plate = passage.plate
        key = (plate.plate, plate.plate_region, plate.plate_type, plate.confidence) if plate else (None,) * 4
        return (
            passage.passage_id,
            passage.captured_at,
            self._node.clock.now(),
            self._node.settings.region,
            *key,
            passage.vehicle_class.value,
            passage.direction,
            passage.device_id,
            passage.site_id,
            passage.site_version,
            passage.camera_id,
            pack(each.event),
        )

    def _describe(self, row: PassageRow, sites: dict[tuple[str, int], Site | None]) -> PassageInfo:
        passage = passage_of(row.event) if row.event else None
        key = (row.site_id, row.site_version)
        if key not in sites:
            sites[key] = self._sites.version(*key)
        site, plate = sites[key], passage.plate if passage else None
        images = passage.images if passage else ()
        return PassageInfo(
            passage_id=row.passage_id,
            plate=row.plate if passage else None,
            plate_region=row.plate_region,
            plate_type=row.plate_type,
            plate_display=display_plate(plate) if plate else None,
            plate_confidence=row.plate_confidence,
            is_pseudonymised=passage is None,
            vehicle_class=VehicleClass(row.vehicle_class),
            site_id=row.site_id,
            place=site.place.address if site else row.site_id,
            latitude=site.place.latitude if site else 0.0,
            longitude=site.place.longitude if site else 0.0,
            camera_id=row.camera_id,
            device_id=row.device_id,
            captured_at=row.captured_at,
            received_at=row.received_at,
            speed=passage.speed if passage else None,
            images={image.role.value: f"/v1/passages/{row.passage_id}/images/{image.role}" for image in images},
        )
