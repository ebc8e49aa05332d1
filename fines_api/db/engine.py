"""Engine and sessions: ``Database.begin()`` is one transaction, committed at its end or rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from fines_api.db.embedded import start_embedded
from fines_api.kit.errors import InvalidError, UnavailableError
from fines_api.kit.settings import Settings

_RAW_OUTAGES = (psycopg.OperationalError, psycopg.InterfaceError)
"""What the driver itself raises: COPY and the job queue speak to it directly."""
_DOWN_HINT = "start PostgreSQL or correct RUBEZH_DATABASE_URL; unset it to use the embedded server"


class Database:
    """A pool of connections to one region's database."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        self.engine: Engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 5, "options": "-c timezone=UTC -c lock_timeout=10s"},
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Open one transaction: commits on leaving, rolls back on any error.

        Raises:
            UnavailableError: the database is down (``database.unavailable``).
            InvalidError: a value no column can hold, such as a zero byte in text (``value.impossible``).
        """
        try:
            with self._sessions.begin() as session:
                yield session
        except (DataError, psycopg.DataError) as error:
            raise InvalidError("a value cannot be stored", code="value.impossible") from error
        except (OperationalError, InterfaceError, PoolTimeoutError, *_RAW_OUTAGES) as error:
            reason = getattr(error, "orig", None) or error
            raise UnavailableError(
                f"the database does not answer: {str(reason).strip()}",
                hint=_DOWN_HINT,
                code="database.unavailable",
            ) from error

    def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            UnavailableError: it gave none.
        """
        with self.begin() as session:
            session.execute(text("SELECT 1"))

    @property
    def dsn(self) -> str:
        """Plain libpq URL, for psycopg (LISTEN) and procrastinate."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def open_database(settings: Settings) -> Database:
    """Connect to the configured server, or start the embedded one in the data folder.

    Raises:
        ConfigurationError: the embedded server cannot start.
        UnavailableError: the configured server does not answer.
    """
    url = settings.database_url or start_embedded(settings.data_dir / "postgres")
    database = Database(url)
    database.ping()
    return database
