"""Queries over cases."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text

from fines_api.cases.tables import CaseRow
from fines_api.db import Session
from recognition.contracts import PlateKey


class CaseRepository:
    """Cases of one region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: CaseRow) -> None:
        """Add a case."""
        self._session.add(row)
        self._session.flush()

    def get(self, case_id: UUID) -> CaseRow | None:
        """Find a case."""
        return self._session.get(CaseRow, case_id)

    def lock(self, case_id: UUID) -> CaseRow | None:
        """Find a case and keep everybody else from changing it until the transaction ends."""
        return self._session.scalar(
            select(CaseRow)
            .where(CaseRow.case_id == case_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    def by_candidate(self, candidate_id: UUID) -> CaseRow | None:
        """Find the case of a candidate."""
        return self._session.scalar(select(CaseRow).where(CaseRow.candidate_id == candidate_id))

    def lock_plate(self, key: PlateKey) -> None:
        """Let one transaction at a time open cases for a plate, so that two looks at one act see each other."""
        name = f"cases {key.plate_region} {key.plate_type} {key.plate}"
        self._session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 77))"), {"name": name})

    def has_same_act(self, key: PlateKey, rule: str, occurred_at: datetime, window: timedelta) -> bool:
        """Tell whether a case already stands for the same plate and rule within the window."""
        return self._session.scalar(
            select(CaseRow.case_id)
            .where(
                CaseRow.plate == key.plate,
                CaseRow.plate_region == key.plate_region,
                CaseRow.plate_type == key.plate_type,
                CaseRow.rule == rule,
                CaseRow.occurred_at.between(occurred_at - window, occurred_at + window),
            )
            .limit(1)
        ) is not None  # fmt: skip

    def queue(self, states: Sequence[str], limit: int) -> Sequence[CaseRow]:
        """List cases, the one whose limitation ends first on top."""
        query = select(CaseRow).order_by(CaseRow.limitation_until, CaseRow.occurred_at, CaseRow.case_id).limit(limit)
        if states:
            query = query.where(CaseRow.state.in_(states))
        return self._session.scalars(query).all()

    def passages_between(self, first: datetime, past: datetime) -> list[UUID]:
        """Passages of the cases of a time."""
        query = select(CaseRow.passage_id).where(CaseRow.occurred_at >= first, CaseRow.occurred_at < past)
        return list(self._session.scalars(query.distinct()))

    def counts(self) -> dict[str, int]:
        """Count the cases in each state."""
        rows = self._session.execute(select(CaseRow.state, func.count()).group_by(CaseRow.state))
        return {row[0]: row[1] for row in rows}
