"""A day's passages as one set: whom to leave alone, what the others lose, and the swap of its partition."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    DateTime,
    MetaData,
    Select,
    String,
    Table,
    Uuid,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.passages.pseudonym import MARK
from fines_api.passages.tables import KeptPassageRow, PassageRow

_RUN_LOCK = 7233012
_CHUNK = 2000
_COUNTED = {"preserve_rowcount": True}
_PASSAGES = cast("Table", PassageRow.__table__)
_KEPT = cast("Table", KeptPassageRow.__table__)
_DEFAULT = _PASSAGES.to_metadata(MetaData(), name="passages_default")
_ASIDE = Table("kept_here", MetaData(), Column("passage_id", Uuid, primary_key=True), Column("why", String))
_NAMES = [column.name for column in _PASSAGES.columns]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which passages something is about: by their ids, by plate texts, or by place; within moments if given."""

    passage_ids: tuple[UUID, ...] = ()
    plates: tuple[str, ...] = ()
    plate_region: str | None = None
    plate_type: str | None = None
    site_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class DayRows:
    """Where the passages of a time lie: its partition, a part of the default partition, or of the kept ones."""

    table: Table
    start: datetime
    end: datetime

    @property
    def is_in_time(self) -> ColumnElement[bool]:
        """Tell whether a row belongs to the time."""
        return and_(self.table.c.captured_at >= self.start, self.table.c.captured_at < self.end)

    @property
    def is_whole(self) -> ColumnElement[bool]:
        """Tell whether a row still has its event or its plate."""
        return or_(func.octet_length(self.table.c.event) > 0, func.left(self.table.c.plate, 1) != MARK)


def partition_of(start: datetime) -> DayRows:
    """Return the partition of a day."""
    table = _PASSAGES.to_metadata(MetaData(), name=f"passages_p{start:%Y%m%d}")
    return DayRows(table, start, start + timedelta(days=1))


def strays_of(start: datetime) -> DayRows:
    """Return a day's rows in the default partition."""
    return DayRows(_DEFAULT, start, start + timedelta(days=1))


def kept_of(start: datetime) -> DayRows:
    """Return a day's rows that outlived it."""
    return DayRows(_KEPT, start, start + timedelta(days=1))


class DayRepository:
    """Passages, a day at a time, in one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take_turns(self) -> None:
        """Let one transaction at a time change days."""
        self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _RUN_LOCK})

    def partitions(self) -> list[date]:
        """Days that have a partition, oldest first."""
        query = text(
            "SELECT to_date(substr(c.relname, 11), 'YYYYMMDD') FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = 'passages'::regclass AND c.relname ~ '^passages_p[0-9]{8}$' ORDER BY 1"
        )
        return list(self._session.scalars(query))

    def strays(self) -> list[date]:
        """Days of passages that lie in the default partition, oldest first."""
        return self._days(_DEFAULT)

    def kept(self, now: datetime) -> list[date]:
        """Days of kept passages whose term is over, or which a hold keeps, oldest first."""
        return self._days(_KEPT, or_(_KEPT.c.until <= now, _KEPT.c.why == "legal_hold"))

    def begin_aside(self) -> None:
        """Make room for the ids of passages that are left alone; it goes with the transaction."""
        self._session.execute(
            text("CREATE TEMP TABLE IF NOT EXISTS kept_here (passage_id uuid PRIMARY KEY, why text) ON COMMIT DROP")
        )
        self._session.execute(text("TRUNCATE kept_here"))

    def set_aside(self, ids: Sequence[UUID], why: str) -> None:
        """Leave passages alone, for the first reason given."""
        wanted = func.unnest(bindparam("ids", list(ids), ARRAY(Uuid)))
        self._aside(select(wanted, literal(why)))

    def set_aside_scope(self, rows: DayRows, scope: Scope, why: str) -> None:
        """Leave the passages alone that a scope is about."""
        conditions = _within(rows.table, scope)
        self._aside(select(rows.table.c.passage_id, literal(why)).where(rows.is_in_time, *conditions))

    def ids_of(self, rows: DayRows, scope: Scope) -> list[UUID]:
        """Ids of the passages a scope is about."""
        query = select(rows.table.c.passage_id).where(rows.is_in_time, *_within(rows.table, scope))
        return list(self._session.scalars(query))

    def counts(self, rows: DayRows, settled: datetime) -> dict[str, int]:
        """Count the rows left alone by reason, those minimised before, those too fresh, and the others."""
        self._session.execute(text("ANALYZE kept_here"))
        kind = case(
            (_ASIDE.c.why.isnot(None), _ASIDE.c.why),
            (~func.coalesce(rows.is_whole, literal(value=False)), "minimised"),
            (rows.table.c.received_at >= settled, "unsettled"),
            else_="other",
        )
        joined = rows.table.outerjoin(_ASIDE, _ASIDE.c.passage_id == rows.table.c.passage_id)
        query = select(kind, func.count()).select_from(joined).where(rows.is_in_time).group_by(literal_column("1"))
        return {name: count for name, count in self._session.execute(query)}  # noqa: C416 - rows are no pairs to mypy

    def leaving_events(self, rows: DayRows, settled: datetime | None) -> Iterator[bytes]:
        """Events of those that are not left alone."""
        return self._events(select(rows.table.c.event).where(rows.is_in_time, *_is_leaving(rows, settled)))

    def whole_events(self) -> Iterator[bytes]:
        """Every event that is here."""
        for table in (_PASSAGES, _KEPT):
            yield from self._events(select(table.c.event))

    def rewrite(self, rows: DayRows, key: bytes, settled: datetime) -> None:
        """Put a partition in the place of a day's in which those not left alone have no event and a pseudonym."""
        day = rows.start.date()
        scratch = _PASSAGES.to_metadata(MetaData(), name=self._session.scalar(select(func.open_passage_scratch(day))))
        changed = _minimised(rows, key)
        leaving = and_(*_is_leaving(rows, settled))
        columns = [
            case((leaving, changed[name]), else_=rows.table.c[name]) if name in changed else rows.table.c[name]
            for name in _NAMES
        ]
        copied = self._session.execute(
            insert(scratch).from_select(_NAMES, select(*columns)), execution_options=_COUNTED
        )
        self._session.execute(select(func.swap_passage_partition(day, cast("Any", copied).rowcount)))

    def minimise(self, rows: DayRows, key: bytes, settled: datetime) -> None:
        """Take event and plate from rows where they lie."""
        statement = update(rows.table).where(rows.is_in_time, *_is_leaving(rows, settled))
        self._session.execute(statement.values(_minimised(rows, key)))

    def hold_still(self) -> None:
        """Let nobody read or write passages until the transaction ends, which must be soon."""
        self._session.execute(text("LOCK TABLE passages IN ACCESS EXCLUSIVE MODE"))

    def move_kept(self, rows: DayRows, terms: Mapping[str, datetime | None]) -> int:
        """Move those left alone to the kept ones, with the end of their term; return how many are new there."""
        moved = 0
        for why, until in terms.items():
            query = (
                select(*(rows.table.c[name] for name in _NAMES), literal(why), literal(until, DateTime(timezone=True)))
                .join(_ASIDE, _ASIDE.c.passage_id == rows.table.c.passage_id)
                .where(rows.is_in_time, _ASIDE.c.why == why)
            )
            statement = insert(_KEPT).from_select([*_NAMES, "why", "until"], query).on_conflict_do_nothing()
            moved += cast("Any", self._session.execute(statement, execution_options=_COUNTED)).rowcount
        return moved

    def drop(self, rows: DayRows) -> None:
        """Drop a day: its partition whole, or its rows in the default partition."""
        if rows.table is _DEFAULT:
            self._session.execute(delete(rows.table).where(rows.is_in_time))
        else:
            self._session.execute(select(func.drop_passage_partition(rows.start.date())))

    def review_kept(self, rows: DayRows, terms: Mapping[str, datetime | None]) -> int:
        """Give kept passages the reason that holds now, and let go of those without one; return how many went."""
        reason = select(_ASIDE.c.why).where(_ASIDE.c.passage_id == _KEPT.c.passage_id).scalar_subquery()
        for why, until in terms.items():
            self._session.execute(
                update(_KEPT).where(rows.is_in_time, reason == why).values(why=why, until=until),
                execution_options={"synchronize_session": False},
            )
        gone = delete(_KEPT).where(rows.is_in_time, _KEPT.c.passage_id.notin_(select(_ASIDE.c.passage_id)))
        return int(cast("Any", self._session.execute(gone)).rowcount)

    def _events(self, query: Select[Any]) -> Iterator[bytes]:
        event = query.selected_columns[0]
        found = self._session.execute(
            query.where(func.octet_length(event) > 0), execution_options={"yield_per": _CHUNK}
        )
        yield from found.scalars()

    def _aside(self, found: Select[Any]) -> None:
        statement = insert(_ASIDE).from_select(["passage_id", "why"], found)
        self._session.execute(statement.on_conflict_do_nothing())

    def _days(self, table: Table, *conditions: ColumnElement[bool]) -> list[date]:
        day = func.date(func.timezone("UTC", table.c.captured_at))
        return list(self._session.scalars(select(day).where(*conditions).distinct().order_by(day)))


def _is_leaving(rows: DayRows, settled: datetime | None) -> Iterable[ColumnElement[bool]]:
    yield rows.table.c.passage_id.notin_(select(_ASIDE.c.passage_id))
    yield func.coalesce(rows.is_whole, literal(value=False))
    if settled is not None:
        yield rows.table.c.received_at < settled


def _minimised(rows: DayRows, key: bytes) -> dict[str, ColumnElement[Any]]:
    plate = rows.table.c.plate
    name = func.make_passage_pseudonym(literal(key), plate)
    is_done = or_(plate.is_(None), func.left(plate, 1) == MARK)
    return {"event": literal(b""), "plate": case((is_done, plate), else_=name)}


def _within(table: Table, scope: Scope) -> Iterator[ColumnElement[bool]]:
    if scope.passage_ids:
        yield table.c.passage_id.in_(scope.passage_ids)
    if scope.plates:
        yield table.c.plate.in_(scope.plates)
    for name in ("plate_region", "plate_type", "site_id"):
        if (value := getattr(scope, name)) is not None:
            yield table.c[name] == value
    if scope.since is not None:
        yield table.c.captured_at >= scope.since
    if scope.until is not None:
        yield table.c.captured_at < scope.until
