"""Alembic environment: every table of every domain, one transaction, no wait for a lock longer than ten seconds."""

from alembic import context
from sqlalchemy import text

from fines_api.db import all_tables

engine = context.config.attributes["engine"]
with engine.connect() as connection:
    connection.execute(text("SELECT pg_advisory_xact_lock(7233001)"))
    context.configure(connection=connection, target_metadata=all_tables.METADATA, compare_type=True)
    context.run_migrations()
    connection.commit()
