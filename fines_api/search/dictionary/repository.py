"""The dictionary in the database: which plates fit, which are new, and how far it has come."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, String, bindparam, func, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from fines_api.db import Session
from fines_api.db.copying import copy_rows
from fines_api.search.tables import PlateRow
from recognition.contracts import PlateKey

_LOCK = 7233008
_PAGE = 20_000
# A pseudonym begins with "~": it is no plate, and a missing one is not compared.
_SEEN = "plate, plate_region, plate_type, min(captured_at) AS first_seen, max(captured_at) AS last_seen"
_NEW_SEEN = text(
    f"SELECT {_SEEN} FROM passages WHERE received_at >= :since AND left(plate, 1) <> '~' "  # noqa: S608 - a constant
    "GROUP BY plate, plate_region, plate_type"
)
_ALL_SEEN = text(
    f"SELECT {_SEEN} FROM passages WHERE left(plate, 1) <> '~' GROUP BY plate, plate_region, plate_type"  # noqa: S608
)
_TOUCH = text(
    "UPDATE plates SET first_seen = least(plates.first_seen, seen.first_seen), "
    "last_seen = greatest(plates.last_seen, seen.last_seen) "
    "FROM (SELECT * FROM unnest(:plates, :regions, :types, :firsts, :lasts) "
    "AS s (plate, plate_region, plate_type, first_seen, last_seen)) AS seen "
    "WHERE plates.plate = seen.plate AND plates.plate_region = seen.plate_region "
    "AND plates.plate_type = seen.plate_type AND (seen.first_seen < plates.first_seen - :slack "
    "OR seen.last_seen > plates.last_seen + :slack)"
).bindparams(
    *(bindparam(name, type_=ARRAY(String)) for name in ("plates", "regions", "types")),
    *(bindparam(name, type_=ARRAY(PlateRow.first_seen.type)) for name in ("firsts", "lasts")),
)
_OLDEST_AGE = text(
    "SELECT coalesce(clock_timestamp() - min(xact_start), interval '0') FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)

SeenPlate = tuple[str, str, str, datetime, datetime]
"""Text, country, type, first and last moment."""


class DictionaryRepository:
    """Distinct plates of one region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def candidates(self, tokens: Sequence[int], regex: str, plate_region: str | None, most: int) -> list[str]:
        """Return at most so many texts that have the tokens and match the expression."""
        wanted = bindparam("tokens", list(tokens), ARRAY(Integer))
        query = select(PlateRow.plate).where(PlateRow.tokens.contains(wanted), PlateRow.plate.regexp_match(regex))
        if plate_region is not None:
            query = query.where(PlateRow.plate_region == plate_region)
        return list(self._session.scalars(query.distinct().limit(most)))

    def keys_of(self, texts: Sequence[str]) -> list[PlateKey]:
        """Return the keys that have one of the texts."""
        wanted = bindparam("texts", list(texts), ARRAY(String))
        rows = self._session.execute(
            select(PlateRow.plate, PlateRow.plate_region, PlateRow.plate_type).where(PlateRow.plate == func.any(wanted))
        )
        return [PlateKey(plate=row[0], plate_region=row[1], plate_type=row[2]) for row in rows]

    def take_turn(self, *, may_wait: bool) -> bool:
        """Keep other writers of the dictionary out until the transaction ends; false when one is at it."""
        if may_wait:
            self._session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            return True
        return bool(self._session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}))

    def oldest_open_age(self) -> timedelta:
        """Return for how long the oldest transaction of this database that is still open has been so."""
        age: timedelta = self._session.execute(_OLDEST_AGE).scalar_one()
        return age

    def seen_since(self, since: datetime) -> list[SeenPlate]:
        """Return plates of passages received since a moment, each once."""
        return [tuple(row) for row in self._session.execute(_NEW_SEEN, {"since": since})]

    def all_seen(self) -> Iterator[list[SeenPlate]]:
        """Yield every plate of every passage once, some thousands at a time."""
        rows = self._session.execute(_ALL_SEEN, execution_options={"yield_per": _PAGE})
        for page in rows.partitions():
            yield [tuple(row) for row in page]

    def touch(self, seen: Sequence[SeenPlate], slack: timedelta) -> None:
        """Bring the times of known plates up to date where they err by more than so much."""
        if not seen:
            return
        names = ("plates", "regions", "types", "firsts", "lasts")
        columns: dict[str, Any] = {
            name: list(column) for name, column in zip(names, zip(*seen, strict=True), strict=True)
        }
        self._session.execute(_TOUCH, columns | {"slack": slack})

    def add(self, rows: Sequence[tuple[SeenPlate, list[int]]]) -> None:
        """Add plates that are not here, with their tokens."""
        values = [
            dict(zip(("plate", "plate_region", "plate_type", "first_seen", "last_seen"), seen, strict=True))
            | {"tokens": tokens}
            for seen, tokens in rows
        ]
        if values:
            self._session.execute(insert(PlateRow), values)

    def start_anew(self) -> None:
        """Empty the dictionary and drop the index of tokens, which is built faster than filled; others wait."""
        self._session.execute(text("TRUNCATE plates RESTART IDENTITY"))
        self._session.execute(text("DROP INDEX IF EXISTS ix_plates_tokens"))

    def fill(self, rows: Sequence[tuple[SeenPlate, list[int]]]) -> None:
        """Add plates to an emptied dictionary, many at a time."""
        copy_rows(self._session, PlateRow, [(*seen, tokens) for seen, tokens in rows], without=("plate_id",))

    def finish(self) -> None:
        """Build the index of tokens and count what is there, so that plans are good at once."""
        self._session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        self._session.execute(text("CREATE INDEX ix_plates_tokens ON plates USING gin (tokens)"))
        self._session.execute(text("ANALYZE plates"))

    def forget(self, before: datetime) -> int:
        """Delete plates not seen since a moment; return how many."""
        done: Any = self._session.execute(text("DELETE FROM plates WHERE last_seen < :before"), {"before": before})
        return int(done.rowcount)
