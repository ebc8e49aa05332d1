"""Read and append audit rows."""

from collections.abc import Iterator

from sqlalchemy import select, text

from fines_api.audit.tables import AuditRow
from fines_api.db import Session

_CHAIN_LOCK = 7233002
_PAGE = 1000


class AuditRepository:
    """The chain's rows in order."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def lock_head(self) -> tuple[int, str] | None:
        """Take the chain's lock until the transaction ends; return position and hash of the newest row."""
        self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
        return self.head()

    def head(self) -> tuple[int, str] | None:
        """Position and hash of the newest row."""
        row = self._session.execute(
            select(AuditRow.position, AuditRow.row_hash).order_by(AuditRow.position.desc()).limit(1)
        ).one_or_none()
        return (row.position, row.row_hash) if row else None

    def append(self, row: AuditRow) -> None:
        """Add the row."""
        self._session.add(row)
        self._session.flush()

    def walk(self) -> Iterator[AuditRow]:
        """Yield every row by position, a page at a time."""
        position = 0
        while page := self._session.scalars(
            select(AuditRow).where(AuditRow.position > position).order_by(AuditRow.position).limit(_PAGE)
        ).all():
            yield from page
            position = page[-1].position
            self._session.expunge_all()

    def newest(self, *, object_id: str | None, limit: int) -> list[AuditRow]:
        """Newest rows first, of one object where it is named."""
        query = select(AuditRow).order_by(AuditRow.position.desc()).limit(limit)
        if object_id is not None:
            query = query.where(AuditRow.object_id == object_id)
        return list(self._session.scalars(query))
