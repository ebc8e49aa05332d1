"""The journal's tables and how its SQLite file is opened: WAL, ``synchronous=FULL``, one writer at a time."""

import sqlite3
from pathlib import Path

from camera_agent.errors import OutboxError, storage_error

SCHEMA_VERSION = 1
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    natural_key TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    subject TEXT NOT NULL,
    priority INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL,
    event_sha256 TEXT NOT NULL,
    payload BLOB NOT NULL,
    envelope BLOB NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending',
    code TEXT,
    detail TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_ms INTEGER NOT NULL DEFAULT 0,
    settled_ms INTEGER,
    receipt_id INTEGER REFERENCES receipts
) STRICT;
CREATE INDEX events_waiting ON events (status, priority, seq);
CREATE TABLE event_blobs (
    seq INTEGER NOT NULL REFERENCES events,
    sha256 TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    deleted_ms INTEGER,
    PRIMARY KEY (seq, sha256)
) STRICT;
CREATE INDEX event_blobs_by_digest ON event_blobs (sha256);
CREATE TABLE receipts (receipt_id INTEGER PRIMARY KEY, received_ms INTEGER NOT NULL, envelope BLOB NOT NULL) STRICT;
CREATE TABLE replays (
    replay_key TEXT NOT NULL,
    start_at TEXT NOT NULL,
    finished INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (replay_key, start_at)
) STRICT;
"""
_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_FORMAT})
_CORRUPT_HINT = (
    "stop the agent, copy the whole state folder to another disk, and start with a new --state folder; what the "
    "centre has signed for is safe there, the copy may still be read by hand"
)


def corrupt(what: str) -> OutboxError:
    """Say that the journal is not what was written."""
    return OutboxError(f"the journal is damaged: {what}", code="journal.corrupt", hint=_CORRUPT_HINT)


def connect(path: Path) -> sqlite3.Connection:
    """Open the SQLite file for durable writing; a missing file is made, empty.

    Raises:
        OutboxError: ``journal.corrupt``, ``disk.full`` or ``disk.failed``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=30.0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise storage_error(error, str(path)) from error
    try:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        _check_pages(connection)
    except sqlite3.Error as error:
        connection.close()
        raise classify(error, str(path)) from error
    except OutboxError:
        connection.close()
        raise
    return connection


def classify(error: sqlite3.Error, where: str) -> OutboxError:
    """Tell a damaged file from a full disk from anything else."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR) & 0xFF  # the upper bits only refine it
    if code in _DAMAGE:
        return corrupt(str(error))
    return storage_error(error, where)


def create_tables(connection: sqlite3.Connection, meta: dict[str, str]) -> None:
    """Make the tables and the facts that never change, in the caller's transaction."""
    for statement in _TABLES.split(";"):
        if statement.strip():
            connection.execute(statement)
    connection.executemany("INSERT INTO meta VALUES (?, ?)", sorted(meta.items()))


def read_meta(connection: sqlite3.Connection) -> dict[str, str] | None:
    """Return the facts set at creation; None for an empty file."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is None:
        return None
    return {row["key"]: row["value"] for row in connection.execute("SELECT key, value FROM meta")}


def _check_pages(connection: sqlite3.Connection) -> None:
    found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise corrupt("; ".join(found))
