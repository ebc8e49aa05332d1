"""Passages in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.passages.tables import PassageRow
from recognition.contracts import Passage, PlateKey


class PassageRepository:
    """Passages of this region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, passage: Passage, content_sha256: str, received_at: datetime) -> bool:
        """Add the passage; false when one with this id is there already."""
        plate = passage.plate
        result = self._session.execute(
            insert(PassageRow)
            .values(
                passage_id=passage.passage_id,
                plate=plate.plate if plate else None,
                plate_region=plate.plate_region if plate else None,
                plate_type=plate.plate_type if plate else None,
                plate_confidence=plate.confidence if plate else None,
                vehicle_class=passage.vehicle_class,
                device_id=passage.device_id,
                site_id=passage.site_id,
                site_version=passage.site_version,
                camera_id=passage.camera_id,
                captured_at=passage.captured_at,
                received_at=received_at,
                content_sha256=content_sha256,
                document=passage.model_dump(mode="json"),
            )
            .on_conflict_do_nothing()
            .returning(PassageRow.passage_id)
        )
        return result.scalar_one_or_none() is not None

    def get(self, passage_id: UUID) -> PassageRow | None:
        """Find one passage."""
        return self._session.get(PassageRow, passage_id)

    def search(self, plate: str | None, limit: int) -> list[PassageRow]:
        """Newest first, of one plate text where it is given."""
        query = select(PassageRow).order_by(PassageRow.captured_at.desc(), PassageRow.passage_id).limit(limit)
        if plate is not None:
            query = query.where(PassageRow.plate == plate)
        return list(self._session.scalars(query))

    def of_plate_since(self, key: PlateKey, since: datetime, limit: int) -> list[PassageRow]:
        """Passages of exactly this plate key captured since a moment, oldest first."""
        return list(
            self._session.scalars(
                select(PassageRow)
                .where(
                    PassageRow.plate == key.plate,
                    PassageRow.plate_region == key.plate_region,
                    PassageRow.plate_type == key.plate_type,
                    PassageRow.captured_at >= since,
                )
                .order_by(PassageRow.captured_at)
                .limit(limit)
            )
        )
