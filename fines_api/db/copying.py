"""Many rows at once: PostgreSQL's COPY in the session's own transaction."""

from collections.abc import Sequence
from typing import Any, cast

import psycopg
from sqlalchemy import Table, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from fines_api.db import Session
from fines_api.db.base import Base

_FEW = 8
_DIALECT = PGDialect_psycopg()  # type: ignore[no-untyped-call]


def copy_rows(
    session: Session, model: type[Base], rows: Sequence[Sequence[Any]], *, without: Sequence[str] = ()
) -> None:
    """Add rows, all or none, in binary COPY; a handful go in one INSERT, which needs fewer turns.

    Args:
        session: the transaction.
        model: the table.
        rows: values in the order of the table's columns.
        without: columns whose values the database gives.

    Raises:
        psycopg.Error or SQLAlchemyError: the database refused them; the transaction (or savepoint) is to be undone.
    """
    table = cast("Table", model.__table__)
    columns = [column for column in table.columns if column.name not in without]
    names = [column.name for column in columns]
    if not rows:
        return
    if len(rows) <= _FEW:
        session.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])
        return
    raw = cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)
    statement = f"COPY {table.name} ({', '.join(names)}) FROM STDIN (FORMAT BINARY)"
    with raw.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        copy.set_types([column.type.compile(_DIALECT).partition(" COLLATE")[0].lower() for column in columns])
        for row in rows:
            copy.write_row(row)
