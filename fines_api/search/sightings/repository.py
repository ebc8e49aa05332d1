"""Read passages in the role of searches.

Every condition here is leakproof, or row-level security would not let it drive an index: equality and order of text,
times and ids, and nothing computed from a column.  The windows of a convoy are therefore laid out before.

``SightingRepository`` never takes the role itself: call it inside ``passages.repository.searching``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Select, String, bindparam, func, select, text, tuple_

from fines_api.db import Session
from fines_api.passages.pseudonym import MARK
from fines_api.passages.tables import PassageRow

_TIMES = ARRAY(DateTime(timezone=True))
_WITH = text(
    "SELECT o.plate, o.plate_region, o.plate_type, array_agg(w.number), array_agg(o.site_id), "
    "array_agg(extract(epoch FROM o.captured_at)::float8) "
    "FROM unnest(:numbers, :sites, :sinces, :untils) AS w (number, site_id, since, until) "
    "JOIN passages o ON o.site_id = w.site_id AND o.captured_at >= w.since AND o.captured_at <= w.until "
    "WHERE o.plate <> :plate AND o.plate < :mark AND o.captured_at >= :since AND o.captured_at <= :until "
    "GROUP BY o.plate, o.plate_region, o.plate_type HAVING count(DISTINCT w.number) >= :least"
).bindparams(
    bindparam("numbers", type_=ARRAY(PassageRow.site_version.type)),
    bindparam("sites", type_=ARRAY(String)),
    bindparam("sinces", type_=_TIMES),
    bindparam("untils", type_=_TIMES),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which passages: of these texts, in this time, at these sites (``None``: any), after this place of the list."""

    texts: Sequence[str]
    since: datetime
    until: datetime
    plate_region: str | None = None
    plate_type: str | None = None
    sites: Sequence[str] | None = None
    direction: str | None = None
    vehicle_class: str | None = None
    after: tuple[datetime, UUID] | None = None


@dataclass(frozen=True, slots=True)
class PlaceAndTime:
    """One camera site for some time."""

    site_id: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Presence:
    """One plate in numbered places and times: at which number, at which site, when (seconds of the epoch)."""

    plate: str
    plate_region: str
    plate_type: str
    numbers: list[int]
    sites: list[str]
    at_s: list[float]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One passage as far as its place in time and space matters."""

    passage_id: UUID
    captured_at: datetime
    site_id: str
    vehicle_class: str
    plate: str
    plate_region: str
    plate_type: str
    event: bytes


class SightingRepository:
    """Passages of one region, as far as the role shows them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest(self, wanted: Wanted, limit: int) -> list[PassageRow]:
        """Return passages, newest first."""
        query = self._where(select(PassageRow), wanted)
        query = query.order_by(PassageRow.captured_at.desc(), PassageRow.passage_id.desc()).limit(limit)
        return list(self._session.scalars(query))

    def in_order(self, wanted: Wanted, limit: int) -> list[Sighting]:
        """Return passages, oldest first."""
        columns = [getattr(PassageRow, each.name) for each in fields(Sighting)]
        query = self._where(select(*columns), wanted).order_by(PassageRow.captured_at, PassageRow.passage_id)
        return [Sighting(*row) for row in self._session.execute(query.limit(limit))]

    def present(self, windows: Sequence[PlaceAndTime], least: int, but: str = "") -> list[Presence]:
        """Return plates seen in at least so many of the numbered places and times, but not one text."""
        if not windows:
            return []
        rows = self._session.execute(
            _WITH,
            {
                "numbers": list(range(len(windows))),
                "sites": [window.site_id for window in windows],
                "sinces": [window.since for window in windows],
                "untils": [window.until for window in windows],
                "since": min(window.since for window in windows),
                "until": max(window.until for window in windows),
                "plate": but,
                "mark": MARK,  # pseudonyms begin with it and sort behind every plate
                "least": least,
            },
        )
        return [Presence(*row) for row in rows]

    @staticmethod
    def _where(query: Select[Any], wanted: Wanted) -> Select[Any]:
        row = PassageRow
        query = query.where(row.captured_at >= wanted.since, row.captured_at < wanted.until)
        if len(wanted.texts) == 1:  # with one text the index gives the order too
            query = query.where(row.plate == wanted.texts[0])
        else:
            query = query.where(row.plate == func.any(bindparam("texts", list(wanted.texts), ARRAY(String))))
        if wanted.sites is not None:
            query = query.where(row.site_id == func.any(bindparam("sites", list(wanted.sites), ARRAY(String))))
        equal = (
            (row.plate_region, wanted.plate_region), (row.plate_type, wanted.plate_type),
            (row.direction, wanted.direction), (row.vehicle_class, wanted.vehicle_class),
        )  # fmt: skip
        for column, value in equal:
            if value is not None:
                query = query.where(column == value)
        if wanted.after is not None:
            query = query.where(tuple_(row.captured_at, row.passage_id) < tuple_(*wanted.after))
        return query
