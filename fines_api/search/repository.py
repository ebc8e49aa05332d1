"""The book of searches, the ranks of those who search, and how far background readers have come."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Date, cast, func, select, text
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.search.tables import SearcherRankRow, SearchMarkRow, SearchRow


class MarkRepository:
    """Marks of background readers."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, reader: str) -> datetime | None:
        """Return how far a reader has come."""
        return self._session.scalar(select(SearchMarkRow.received_at).where(SearchMarkRow.reader == reader))

    def put(self, reader: str, received_at: datetime) -> None:
        """Move a reader's mark."""
        values = {"reader": reader, "received_at": received_at}
        self._session.execute(
            insert(SearchMarkRow).values(values).on_conflict_do_update(index_elements=["reader"], set_=values)
        )


class RankRepository:
    """Who may look how far back."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, user_id: UUID) -> str | None:
        """Return a user's rank where one was set."""
        return self._session.scalar(select(SearcherRankRow.rank).where(SearcherRankRow.user_id == user_id))

    def put(self, user_id: UUID, rank: str, set_by: str, set_at: datetime) -> None:
        """Set a user's rank."""
        values = {"user_id": user_id, "rank": rank, "set_by": set_by, "set_at": set_at}
        self._session.execute(
            insert(SearcherRankRow).values(values).on_conflict_do_update(index_elements=["user_id"], set_=values)
        )


class SearchRepository:
    """Searches on the record."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: SearchRow) -> None:
        """Add a search."""
        self._session.add(row)
        self._session.flush()

    def get(self, search_id: UUID) -> SearchRow | None:
        """Find one search."""
        return self._session.get(SearchRow, search_id)

    def lock(self, search_id: UUID) -> SearchRow | None:
        """Find a search and keep everybody else from changing it until the transaction ends."""
        query = select(SearchRow).where(SearchRow.search_id == search_id).with_for_update()
        return self._session.scalar(query.execution_options(populate_existing=True))

    def count_since(self, officer: str, since: datetime) -> int:
        """Count an officer's searches since a moment; one of his searches at a time is counted and added."""
        name = {"name": f"searches {officer}"}
        self._session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 78))"), name)
        query = select(func.count()).where(SearchRow.officer == officer, SearchRow.asked_at > since)
        return self._session.scalar(query) or 0

    def waiting(self, limit: int) -> Sequence[SearchRow]:
        """List searches that wait for a second person, the oldest on top."""
        query = select(SearchRow).where(SearchRow.state == "awaiting_approval").order_by(SearchRow.asked_at)
        return self._session.scalars(query.limit(limit)).all()

    def listed(
        self,
        *,
        officer: str | None = None,
        plate: str | None = None,
        purpose: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int,
    ) -> Sequence[SearchRow]:
        """List searches, newest first."""
        query = select(SearchRow).order_by(SearchRow.asked_at.desc(), SearchRow.search_id).limit(limit)
        equal = ((SearchRow.officer, officer), (SearchRow.plate, plate), (SearchRow.purpose, purpose))
        for column, value in equal:
            if value is not None:
                query = query.where(column == value)
        if since is not None:
            query = query.where(SearchRow.asked_at >= since)
        if until is not None:
            query = query.where(SearchRow.asked_at < until)
        return self._session.scalars(query).all()

    def repeated(self, since: datetime, timezone: str, least_days: int) -> list[tuple[str, str, list[date], int]]:
        """Return officer, plate, the local days and the count of plates one officer searched on many days."""
        day = cast(func.timezone(timezone, SearchRow.asked_at), Date)
        rows = self._session.execute(
            select(SearchRow.officer, SearchRow.plate, func.array_agg(day.distinct()), func.count())
            .where(SearchRow.asked_at >= since, SearchRow.plate.is_not(None))
            .group_by(SearchRow.officer, SearchRow.plate)
            .having(func.count(day.distinct()) >= least_days)
            .order_by(func.count(day.distinct()).desc(), SearchRow.officer, SearchRow.plate)
        )
        return [(row[0], str(row[1]), sorted(row[2]), row[3]) for row in rows]

    def off_hours(self, since: datetime, timezone: str, hours: tuple[int, int], limit: int) -> Sequence[SearchRow]:
        """List searches asked outside these local hours, newest first."""
        hour: Any = func.extract("hour", func.timezone(timezone, SearchRow.asked_at))
        query = select(SearchRow).where(SearchRow.asked_at >= since, (hour < hours[0]) | (hour >= hours[1]))
        return self._session.scalars(query.order_by(SearchRow.asked_at.desc()).limit(limit)).all()
