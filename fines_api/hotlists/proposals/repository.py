"""Versions that wait for a second person, in the database."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, update

from fines_api.db import Session
from fines_api.hotlists.tables import HotlistImportRow, HotlistProposalRow
from recognition.contracts import PlateKey

WAITING = "waiting"
APPROVED = "approved"


class ProposalRepository:
    """Proposals of this region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: HotlistProposalRow) -> None:
        """Keep a proposal."""
        self._session.add(row)
        self._session.flush()

    def waiting(self, entry_id: UUID) -> HotlistProposalRow | None:
        """Return what waits for an entry."""
        return self._session.scalar(_of(entry_id))

    def waiting_of(self, entries: Iterable[UUID]) -> dict[UUID, HotlistProposalRow]:
        """Return what waits for entries."""
        query = select(HotlistProposalRow).where(
            HotlistProposalRow.entry_id.in_(list(entries)), HotlistProposalRow.state == WAITING
        )
        return {row.entry_id: row for row in self._session.scalars(query)}

    def lock_waiting(self, entry_id: UUID) -> HotlistProposalRow | None:
        """Return what waits for an entry and hold it; hold the entry itself first."""
        return self._session.scalar(_of(entry_id).with_for_update())

    def last(self, entry_id: UUID) -> HotlistProposalRow | None:
        """Return the newest proposal for an entry, decided or not."""
        query = select(HotlistProposalRow).where(HotlistProposalRow.entry_id == entry_id)
        return self._session.scalars(query.order_by(HotlistProposalRow.proposed_at.desc()).limit(1)).first()

    def all_waiting(self, list_code: str | None, limit: int) -> list[HotlistProposalRow]:
        """Return what waits, of one list where it is given, oldest first."""
        query = select(HotlistProposalRow).where(HotlistProposalRow.state == WAITING)
        if list_code is not None:
            query = query.where(HotlistProposalRow.list_code == list_code)
        return list(self._session.scalars(query.order_by(HotlistProposalRow.proposed_at).limit(limit)))

    def lapse_urgent(self, before: datetime, now: datetime) -> None:
        """Close urgent ones nobody agreed to in time."""
        self._session.execute(
            update(HotlistProposalRow)
            .where(
                HotlistProposalRow.state == WAITING,
                HotlistProposalRow.is_urgent,
                HotlistProposalRow.proposed_at <= before,
            )
            .values(state="lapsed", decided_at=now)
        )

    def was_urgent_alone(self, actor: str, key: PlateKey) -> bool:
        """Tell whether somebody put this plate in force by an urgent word that nobody else has agreed to."""
        query = select(HotlistProposalRow.proposal_id).where(
            HotlistProposalRow.is_urgent,
            HotlistProposalRow.proposed_by == actor,
            HotlistProposalRow.plate == key.plate,
            HotlistProposalRow.plate_region == key.plate_region,
            HotlistProposalRow.plate_type == key.plate_type,
            HotlistProposalRow.state != APPROVED,
        )
        return self._session.execute(query.limit(1)).first() is not None

    def waiting_by_list(self) -> dict[str, int]:
        """Count what waits for each list, imports too."""
        found: dict[str, int] = {}
        for row in (HotlistProposalRow, HotlistImportRow):
            query = select(row.list_code, func.count()).where(row.state == WAITING).group_by(row.list_code)
            for code, count in self._session.execute(query):
                found[code] = found.get(code, 0) + count
        return found


def _of(entry_id: UUID) -> Select[HotlistProposalRow]:
    return select(HotlistProposalRow).where(
        HotlistProposalRow.entry_id == entry_id, HotlistProposalRow.state == WAITING
    )
