"""Passages in the database."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.pq import TransactionStatus
from sqlalchemy import ARRAY, String, Uuid, bindparam, func, select, text, tuple_

from fines_api.db import Session
from fines_api.db.copying import copy_rows
from fines_api.passages.pseudonym import MARK
from fines_api.passages.tables import KeptPassageRow, PassageRow

_SAME_PASSAGE = timedelta(days=1)
"""A passage keeps its id; nobody reports it again with a time further away than this."""


_BECOME_SEARCHER = text(
    "SELECT set_config('role', 'rubezh_searcher', true), set_config('rubezh.region', :region, true), "
    "set_config('rubezh.since', :since, true)"
)


@contextmanager
def searching(session: Session, region: str, since: datetime) -> Iterator[None]:
    """Look at passages as ``rubezh_searcher``, to whom the database shows one region's since a moment, and no more.

    The role is that of the transaction and is given back inside it, so that what follows can be written down.
    """
    session.flush()  # what is pending could not be written in that role
    session.execute(_BECOME_SEARCHER, {"region": region, "since": since.isoformat()})
    try:
        yield
    finally:
        raw: Any = session.connection().connection.driver_connection
        if raw.info.transaction_status is not TransactionStatus.INERROR:  # else it is undone, and the role with it
            session.execute(text("RESET ROLE"))


class PassageRepository:
    """Passages of this region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """Add passages, their values in the order of the table's columns."""
        copy_rows(self._session, PassageRow, rows)

    def events_of(self, ids: Iterable[UUID], earliest: datetime, latest: datetime) -> dict[UUID, bytes]:
        """Return the events of those passages that are here, captured within a day of the moments given."""
        query = select(PassageRow.passage_id, PassageRow.event).where(
            PassageRow.passage_id == func.any(bindparam("ids", list(ids), ARRAY(Uuid))),
            PassageRow.captured_at.between(earliest - _SAME_PASSAGE, latest + _SAME_PASSAGE),
        )
        return {row.passage_id: row.event for row in self._session.execute(query)}

    def get(self, passage_id: UUID) -> PassageRow | None:
        """Find one passage."""
        query = select(PassageRow).where(PassageRow.passage_id == passage_id).order_by(PassageRow.captured_at.desc())
        return self._session.scalars(query.limit(1)).first()

    def kept(self, passage_id: UUID) -> KeptPassageRow | None:
        """Find one passage whose day is gone."""
        query = select(KeptPassageRow).where(KeptPassageRow.passage_id == passage_id)
        return self._session.scalars(query.limit(1)).first()

    def search(self, plate: str | None, limit: int) -> list[PassageRow]:
        """Newest first, of one plate text where it is given."""
        query = select(PassageRow).order_by(PassageRow.captured_at.desc(), PassageRow.passage_id).limit(limit)
        if plate is not None:
            query = query.where(PassageRow.plate == plate)
        return list(self._session.scalars(query))

    def search_since(self, plate: str, limit: int, region: str, since: datetime) -> list[PassageRow]:
        """Newest first, of one plate text, as far as a searcher may see."""
        with searching(self._session, region, since):
            return self.search(plate, limit)

    def of_plates_since(self, plates: Sequence[str], since: datetime, limit: int) -> list[bytes]:
        """Events of passages with these plate texts captured since a moment, oldest first."""
        query = select(PassageRow.event).where(
            PassageRow.plate == func.any(bindparam("plates", list(plates), ARRAY(String))),
            PassageRow.captured_at >= since,
            func.octet_length(PassageRow.event) > 0,
        )
        return list(self._session.scalars(query.order_by(PassageRow.captured_at).limit(limit)))

    def plates_since(
        self, kinds: Iterable[tuple[str, str]], since: datetime, shortest: int, longest: int, limit: int
    ) -> list[tuple[str, str, str]]:
        """The different plates of some countries and types, of such a length, captured since a moment."""
        query = (
            select(PassageRow.plate, PassageRow.plate_region, PassageRow.plate_type)
            .where(
                PassageRow.captured_at >= since,
                tuple_(PassageRow.plate_region, PassageRow.plate_type).in_(list(kinds)),
                func.length(PassageRow.plate).between(shortest, longest),
                func.left(PassageRow.plate, 1) != MARK,
            )
            .distinct()
            .limit(limit)
        )
        return [
            (plate, region, kind) for plate, region, kind in self._session.execute(query) if plate and region and kind
        ]

    def make_days(self, first: datetime, last: datetime) -> int:
        """Make the partitions of the days that lack one; return how many were made."""
        return self._session.scalar(select(func.make_passage_partitions(first.date(), last.date()))) or 0
