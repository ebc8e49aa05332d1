"""Alembic environment: every table of every domain, one transaction, no wait for a lock longer than ten seconds."""

from alembic import context
from sqlalchemy import text

from fines_api.db import all_tables


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the job queue's tables, which its library owns, and the days of the passages out of the comparison."""
    return kind != "table" or name is None or not name.startswith(("procrastinate_", "passages_"))


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    connection.execute(text("SELECT pg_advisory_xact_lock(7233001)"))
    context.configure(
        connection=connection, target_metadata=all_tables.METADATA, compare_type=True, include_name=is_ours
    )
    context.run_migrations()
    connection.commit()
