"""Pictures that are to leave, in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ARRAY, String, bindparam, delete, exists, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.intake.repository import INTAKE_LOCK
from fines_api.intake.tables import CandidateRow, EvidenceObjectRow, LeavingPictureRow


class LeavingRepository:
    """Pictures whose passages let them go."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, digests: Sequence[str], now: datetime) -> int:
        """Note those that are stored; returns how many are new here."""
        known = select(EvidenceObjectRow.sha256, literal(now)).where(EvidenceObjectRow.sha256 == _any(digests))
        statement = insert(LeavingPictureRow).from_select(["sha256", "noticed_at"], known)
        added = self._session.execute(statement.on_conflict_do_nothing(), execution_options={"preserve_rowcount": True})
        return int(cast("Any", added).rowcount)

    def wait_for_intake(self) -> None:
        """Return when every batch that was under way has ended."""
        self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": INTAKE_LOCK})

    def count(self) -> int:
        """Count those the books still note."""
        query = select(func.count()).select_from(LeavingPictureRow).where(_is_noted())
        return self._session.scalar(query) or 0

    def spare(self, digests: Sequence[str]) -> None:
        """Let pictures stay."""
        self._session.execute(delete(LeavingPictureRow).where(LeavingPictureRow.sha256 == _any(digests)))

    def spare_packages(self) -> None:
        """Let stay what a candidate names as its package."""
        named = CandidateRow.package_sha256
        self._session.execute(delete(LeavingPictureRow).where(LeavingPictureRow.sha256 == named))

    def strike(self, limit: int) -> int:
        """Take some from the books; those intake wants at this moment are left out."""
        some = select(LeavingPictureRow.sha256).where(_is_noted()).limit(limit).with_for_update(skip_locked=True)
        found = list(self._session.scalars(some))
        self._session.execute(delete(EvidenceObjectRow).where(EvidenceObjectRow.sha256 == _any(found)))
        return len(found)

    def struck(self, limit: int, refused_before: datetime) -> list[str]:
        """Hold some that the books do not note any more, not those storage refused to delete since a moment."""
        row = LeavingPictureRow
        query = select(row.sha256).where(~_is_noted(), or_(row.refused_at.is_(None), row.refused_at < refused_before))
        return list(self._session.scalars(query.limit(limit).with_for_update(skip_locked=True)))

    def refused(self, digests: Sequence[str], now: datetime) -> None:
        """Note that storage holds pictures locked."""
        row = LeavingPictureRow
        self._session.execute(update(row).where(row.sha256 == _any(digests)).values(refused_at=now))


def _any(digests: Sequence[str]) -> Any:
    return func.any(bindparam("digests", list(digests), ARRAY(String), unique=True))


def _is_noted() -> Any:
    return exists().where(EvidenceObjectRow.sha256 == LeavingPictureRow.sha256)
