"""Real servers for integration tests: one PostgreSQL per run, one fresh database per test."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from fines_api.db import Database
from fines_api.db.embedded import start_embedded
from fines_api.db.migrations import migrate


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL whose database ``template_rubezh`` holds the migrated schema."""
    with tempfile.TemporaryDirectory(prefix="rubezh-pg-", ignore_cleanup_errors=True) as folder:
        url = start_embedded(Path(folder) / "postgres")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE template_rubezh")
        template = Database(url.replace("/postgres?", "/template_rubezh?"))
        migrate(template)
        template.dispose()
        yield url


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """A fresh migrated database, dropped afterwards."""
    name = f"t_{uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_rubezh")
    yield postgres_url.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The fresh database behind the project's own engine."""
    database = Database(database_url)
    yield database
    database.dispose()
