"""Queries over reviews."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from fines_api.db import Session
from fines_api.review.tables import ReviewOpeningRow, ReviewRow


class ReviewRepository:
    """Openings and decisions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: ReviewOpeningRow | ReviewRow) -> None:
        """Add an opening or a decision."""
        self._session.add(row)
        self._session.flush()

    def last_opening(self, case_id: UUID, officer_id: UUID) -> datetime | None:
        """Return when the officer opened the file last."""
        return self._session.scalar(
            select(func.max(ReviewOpeningRow.opened_at)).where(
                ReviewOpeningRow.case_id == case_id, ReviewOpeningRow.officer_id == officer_id
            )
        )

    def decided_by(self, officer_id: UUID, case_ids: Sequence[UUID]) -> frozenset[UUID]:
        """Return on which of these cases the officer has decided."""
        return frozenset(
            self._session.scalars(
                select(ReviewRow.case_id).where(ReviewRow.officer_id == officer_id, ReviewRow.case_id.in_(case_ids))
            )
        )

    def of_case(self, case_id: UUID) -> Sequence[ReviewRow]:
        """List the decisions on a case."""
        return self._session.scalars(
            select(ReviewRow).where(ReviewRow.case_id == case_id).order_by(ReviewRow.decided_at, ReviewRow.approval)
        ).all()
