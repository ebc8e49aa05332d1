"""Holds, day keys and runs in the database."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.privacy.policy import HoldState
from fines_api.privacy.tables import HeldPassageRow, LegalHoldRow, MinimisationRunRow, PseudonymKeyRow


class HoldRepository:
    """Legal holds."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: LegalHoldRow) -> None:
        """Add a hold."""
        self._session.add(row)
        self._session.flush()

    def lock(self, hold_id: UUID) -> LegalHoldRow | None:
        """Find a hold and keep others from changing it until the transaction ends."""
        return self._session.scalar(
            select(LegalHoldRow).where(LegalHoldRow.hold_id == hold_id).with_for_update(),
            execution_options={"populate_existing": True},
        )

    def newest(self, limit: int) -> list[LegalHoldRow]:
        """List holds, last proposed first."""
        query = select(LegalHoldRow).order_by(LegalHoldRow.proposed_at.desc(), LegalHoldRow.hold_id).limit(limit)
        return list(self._session.scalars(query))

    def in_force(self, now: datetime) -> list[LegalHoldRow]:
        """List the holds that keep something now."""
        query = select(LegalHoldRow).where(LegalHoldRow.state == HoldState.IN_FORCE.value, LegalHoldRow.until > now)
        return list(self._session.scalars(query.order_by(LegalHoldRow.hold_id)))

    def write_down(self, hold_id: UUID, day: date, passages: Iterable[UUID]) -> None:
        """Note passages that a hold found."""
        rows = [{"hold_id": hold_id, "passage_id": each, "day": day} for each in passages]
        if rows:
            self._session.execute(insert(HeldPassageRow).on_conflict_do_nothing(), rows)

    def written_down(self, hold_ids: Iterable[UUID], day: date) -> list[UUID]:
        """Passages of a day that were noted for holds."""
        row = HeldPassageRow
        query = select(row.passage_id).where(row.day == day, row.hold_id.in_(list(hold_ids))).distinct()
        return list(self._session.scalars(query))


class KeyRepository:
    """Keys of the days' pseudonyms."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, day: date) -> PseudonymKeyRow | None:
        """Find the key of a day."""
        return self._session.get(PseudonymKeyRow, day, populate_existing=True)

    def of(self, days: Iterable[date]) -> list[PseudonymKeyRow]:
        """Find the keys of days."""
        return list(self._session.scalars(select(PseudonymKeyRow).where(PseudonymKeyRow.day.in_(list(days)))))

    def add(self, row: PseudonymKeyRow) -> None:
        """Keep a key."""
        self._session.add(row)
        self._session.flush()

    def standing(self) -> list[date]:
        """Days whose key is there, oldest first."""
        query = select(PseudonymKeyRow.day).where(PseudonymKeyRow.destroyed_at.is_(None)).order_by(PseudonymKeyRow.day)
        return list(self._session.scalars(query))

    def destroy(self, day: date, now: datetime) -> UUID | None:
        """Destroy a day's key and return its id; ``None`` when that was done before."""
        row = PseudonymKeyRow
        statement = update(row).where(row.day == day, row.destroyed_at.is_(None)).values(sealed=None, destroyed_at=now)
        return self._session.scalar(statement.returning(row.key_id))


class RunRepository:
    """What every run did."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: MinimisationRunRow) -> None:
        """Note what was done."""
        self._session.add(row)
        self._session.flush()

    def newest(self, limit: int) -> list[MinimisationRunRow]:
        """List runs, newest first."""
        query = select(MinimisationRunRow).order_by(MinimisationRunRow.run_id.desc()).limit(limit)
        return list(self._session.scalars(query))
