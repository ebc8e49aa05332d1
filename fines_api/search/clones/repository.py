"""Pairs of passages to be looked at, and suspicions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.search.clones.policy import LEAST_CONFIDENCE, REACH
from fines_api.search.tables import CloneSuspicionRow
from recognition.contracts import PlateKey

_PAIRS = text(
    "SELECT a.plate, a.plate_region, a.plate_type, a.passage_id, a.captured_at, a.site_id, "
    "b.passage_id AS other_id, b.captured_at AS other_at, b.site_id AS other_site "
    "FROM passages a JOIN passages b ON b.plate = a.plate AND b.plate_region = a.plate_region "
    "AND b.plate_type = a.plate_type AND b.site_id <> a.site_id "
    "AND b.captured_at >= a.captured_at - :reach AND b.captured_at <= a.captured_at + :reach "
    "WHERE a.received_at >= :since AND a.plate_confidence >= :confidence AND b.plate_confidence >= :confidence "
    "AND a.plate < '~'"  # pseudonyms begin so
)


@dataclass(frozen=True, slots=True)
class FreshPair:
    """A new passage and another of the same plate, elsewhere, within reach in time."""

    plate: str
    plate_region: str
    plate_type: str
    passage_id: UUID
    captured_at: datetime
    site_id: str
    other_id: UUID
    other_at: datetime
    other_site: str


class CloneRepository:
    """Suspicions of one region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def fresh_pairs(self, since: datetime) -> list[FreshPair]:
        """Return passages received since a moment with others of the same plate, by plate and time in the index."""
        facts = {"since": since, "reach": REACH, "confidence": LEAST_CONFIDENCE}
        return [FreshPair(*row) for row in self._session.execute(_PAIRS, facts)]

    def add(self, row: CloneSuspicionRow) -> bool:
        """Add a suspicion; false when one of the plate stands, or these two passages were looked at before."""
        values = {column.name: getattr(row, column.name) for column in CloneSuspicionRow.__table__.columns}
        query = insert(CloneSuspicionRow).values(values).on_conflict_do_nothing()
        added = self._session.execute(query.returning(CloneSuspicionRow.suspicion_id))
        return added.scalar() is not None

    def lock(self, suspicion_id: UUID) -> CloneSuspicionRow | None:
        """Find a suspicion and keep everybody else from changing it until the transaction ends."""
        query = select(CloneSuspicionRow).where(CloneSuspicionRow.suspicion_id == suspicion_id).with_for_update()
        return self._session.scalar(query.execution_options(populate_existing=True))

    def listed(self, state: str | None, limit: int) -> Sequence[CloneSuspicionRow]:
        """List suspicions, the newest on top."""
        query = select(CloneSuspicionRow).order_by(CloneSuspicionRow.second_at.desc()).limit(limit)
        if state is not None:
            query = query.where(CloneSuspicionRow.state == state)
        return self._session.scalars(query).all()

    def standing(self, key: PlateKey) -> CloneSuspicionRow | None:
        """Find the suspicion of a plate that is open or confirmed."""
        return self._session.scalar(
            select(CloneSuspicionRow).where(
                CloneSuspicionRow.plate == key.plate,
                CloneSuspicionRow.plate_region == key.plate_region,
                CloneSuspicionRow.plate_type == key.plate_type,
                CloneSuspicionRow.state != "dismissed",
            )
        )
