"""The journal: gapless signed events in a hash chain, each on the disk for good before anyone is told of it.

Order of one record: evidence files (tmp, fsync, rename, fsync of the folder), then all events of one vehicle in one
SQLite transaction, then the head mark.  The mark lies outside the database, so that a journal that lost its tail
(SQLite drops the rest of a WAL after a flipped byte without a word) or was replaced by an older copy is noticed.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from camera_agent.clock import Clock
from camera_agent.errors import DeviceError
from camera_agent.outbox import schema
from camera_agent.outbox.crash import step
from camera_agent.outbox.evidence_folder import Blob, EvidenceFolder, write_durably
from recognition.contracts import EVENT_PAYLOAD_TYPE, GENESIS_HASH, CloudEvent, EventType
from recognition.evidence import SigningKey, canonical_bytes, sha256_hex, sign_envelope

_DATASCHEMA = "urn:rubezh:schema:"


class EventStatus(StrEnum):
    """Where an event stands with the centre."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    DAMAGED = "damaged"


class Priority(IntEnum):
    """What is delivered first: a passage can be a hit, a package can wait a minute."""

    PASSAGE = 0
    PACKAGE = 1


@dataclass(frozen=True)
class EventDraft:
    """An event before it has its place in the chain; ``natural_key`` says when two drafts are the same event."""

    natural_key: str
    type: EventType
    subject: str
    occurred_at: datetime
    data: Mapping[str, Any]
    blobs: tuple[Blob, ...]
    priority: Priority


def device_namespace(device_id: str) -> UUID:
    """UUID namespace of everything one device names."""
    return uuid5(NAMESPACE_URL, f"urn:rubezh:device:{device_id}")


def milliseconds(moment: datetime) -> int:
    """Unix time in whole milliseconds."""
    return int(moment.timestamp() * 1000)


class Journal:
    """One device's journal.  Not for sharing between threads: each opens its own."""

    def __init__(self, folder: Path, device_id: str, key: SigningKey, clock: Clock) -> None:
        self.folder = folder
        self.device_id = device_id
        self.evidence = EvidenceFolder(folder / "evidence")
        self.path = folder / "journal.sqlite3"
        self._head_path = folder / "journal.head"
        self._key = key
        self._clock = clock
        head = self._read_head()  # before the database: another process may be writing
        self.connection = schema.connect(self.path)
        try:
            meta = self._open_meta(head)
            self.epoch = int(meta["epoch"])
            self._check_chain(head)
        except sqlite3.Error as error:
            self.connection.close()
            raise schema.classify(error, str(self.path)) from error
        except BaseException:
            self.connection.close()
            raise

    @staticmethod
    def device_of(folder: Path) -> str:
        """Return whose journal lies in a folder.

        Raises:
            OutboxError: it cannot be read, or was never made (``journal.corrupt``).
        """
        connection = schema.connect(folder / "journal.sqlite3")
        try:
            meta = schema.read_meta(connection)
        except sqlite3.Error as error:
            raise schema.classify(error, str(folder)) from error
        finally:
            connection.close()
        if meta is None:
            raise schema.corrupt("the database is empty")
        return meta["device_id"]

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything inside is durable together, or did not happen.

        Raises:
            OutboxError: ``disk.full``, ``disk.failed`` or ``journal.corrupt``.
        """
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise schema.classify(error, str(self.path)) from error

    def append(self, drafts: Sequence[EventDraft]) -> list[int]:
        """Record events and their evidence; drafts already recorded are passed over.

        Returns:
            The sequence numbers of the new events.

        Raises:
            OutboxError: the disk is full or broken; then nothing of these drafts is recorded.
        """
        fresh = [draft for draft in drafts if not self.has(draft.natural_key)]
        if not fresh:
            return []
        for draft in fresh:
            for blob in draft.blobs:
                self.evidence.put(blob)
        with self.transaction() as connection:
            sequences = [self._insert(connection, draft) for draft in fresh]
            step("journal.inserted")
        step("journal.committed")
        self._write_head()
        return sequences

    def has(self, natural_key: str) -> bool:
        """Tell whether this event is recorded."""
        query = "SELECT 1 FROM events WHERE natural_key = ?"
        return self.connection.execute(query, (natural_key,)).fetchone() is not None

    def sweep(self) -> int:
        """Remove what a killed process left half-written; only the recording process may call this."""
        rows = self.connection.execute("SELECT DISTINCT sha256 FROM event_blobs")
        return self.evidence.sweep(frozenset(str(row[0]) for row in rows))

    def _insert(self, connection: sqlite3.Connection, draft: EventDraft) -> int:
        last = connection.execute("SELECT seq, event_sha256 FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        seq, previous = (last["seq"] + 1, last["event_sha256"]) if last else (1, GENESIS_HASH)
        event = CloudEvent(
            id=uuid5(device_namespace(self.device_id), f"event:{draft.natural_key}"),
            source=f"urn:rubezh:device:{self.device_id}",
            type=draft.type,
            subject=draft.subject,
            time=draft.occurred_at,
            dataschema=f"{_DATASCHEMA}{draft.type.value}",
            rubezhepoch=self.epoch,
            rubezhseq=seq,
            rubezhprev=previous,
            data=dict(draft.data),
        )
        payload = canonical_bytes(event)
        envelope = canonical_bytes(sign_envelope(payload, EVENT_PAYLOAD_TYPE, self._key))
        connection.execute(
            "INSERT INTO events (seq, natural_key, type, subject, priority, recorded_ms, event_sha256, payload,"
            " envelope) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                seq,
                draft.natural_key,
                draft.type.value,
                draft.subject,
                int(draft.priority),
                milliseconds(self._clock.now()),
                sha256_hex(payload),
                payload,
                envelope,
            ),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO event_blobs (seq, sha256, media_type, size_bytes) VALUES (?, ?, ?, ?)",
            [(seq, blob.sha256, blob.media_type, len(blob.data)) for blob in draft.blobs],
        )
        return seq

    def _open_meta(self, head: dict[str, Any] | None) -> dict[str, str]:
        meta = schema.read_meta(self.connection)
        if meta is None:
            if head is not None:
                raise schema.corrupt(f"the database is gone or empty, but {head['seq']} events were recorded")
            with self.transaction() as connection:
                meta = schema.read_meta(connection) or self._create(connection)
            step("journal.created")
        if meta["device_id"] != self.device_id:
            raise DeviceError(
                f"the journal in {self.folder} belongs to device {meta['device_id']!r}, not {self.device_id!r}",
                code="device.other_journal",
                hint=f"use --device-id {meta['device_id']}, or another --state folder",
            )
        return meta

    def _create(self, connection: sqlite3.Connection) -> dict[str, str]:
        now = self._clock.now()
        meta = {
            "schema_version": str(schema.SCHEMA_VERSION),
            "device_id": self.device_id,
            "epoch": str(milliseconds(now)),
            "created_at": now.isoformat(),
        }
        schema.create_tables(connection, meta)
        return meta

    def _check_chain(self, head: dict[str, Any] | None) -> None:
        seq, previous = 0, GENESIS_HASH
        for row in self.connection.execute("SELECT seq, event_sha256, payload FROM events ORDER BY seq"):
            payload = bytes(row["payload"])
            if row["seq"] != seq + 1:
                raise schema.corrupt(f"event {seq + 1} is missing")
            if sha256_hex(payload) != row["event_sha256"] or json.loads(payload)["rubezhprev"] != previous:
                raise schema.corrupt(f"event {row['seq']} is not what was recorded")
            seq, previous = row["seq"], row["event_sha256"]
        if head is not None and (head["epoch"] != self.epoch or head["seq"] > seq):
            raise schema.corrupt(f"{head['seq']} events were recorded, {seq} are left")

    def _read_head(self) -> dict[str, Any] | None:
        try:
            head = json.loads(self._head_path.read_bytes())
            return {"epoch": int(head["epoch"]), "seq": int(head["seq"])}
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise schema.corrupt(f"{self._head_path} cannot be read") from error

    def _write_head(self) -> None:
        (seq,) = self.connection.execute("SELECT max(seq) FROM events").fetchone()
        write_durably(self._head_path, canonical_bytes({"epoch": self.epoch, "seq": seq}), "head")
