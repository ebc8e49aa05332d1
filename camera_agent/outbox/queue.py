"""What still has to be delivered, in which order, and what the centre said of it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from camera_agent.clock import Clock
from camera_agent.outbox.crash import step
from camera_agent.outbox.journal import EventStatus, Journal, milliseconds
from recognition.contracts import DsseEnvelope, IntakeResult, IntakeStatus
from recognition.evidence import canonical_bytes

FRESH_FOR = timedelta(seconds=60)
_LONGEST_WAIT_MS = 300_000
_POSTPONE = """
UPDATE events SET attempts = attempts + 1, code = ?, detail = ?,
    next_attempt_ms = ? + min(?, 1000 * (1 << min(attempts, 20)))
WHERE seq = ? AND status = 'pending'
"""
_SETTLED = {
    IntakeStatus.ACCEPTED: EventStatus.ACCEPTED,
    IntakeStatus.DUPLICATE: EventStatus.ACCEPTED,
    IntakeStatus.QUARANTINED: EventStatus.QUARANTINED,
}


@dataclass(frozen=True)
class BlobRef:
    """A stored file an event refers to."""

    sha256: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True)
class WaitingEvent:
    """A recorded event the centre has not signed for."""

    seq: int
    epoch: int
    event_sha256: str
    envelope: DsseEnvelope
    blobs: tuple[BlobRef, ...]
    is_backlog: bool = False


class DeliveryQueue:
    """The waiting part of one journal."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self.journal = journal
        self._clock = clock

    def next_batch(self, limit: int) -> list[WaitingEvent]:
        """Return what to send now, in sequence: fresh before backlog, passages before packages, never mixed."""
        now_ms = milliseconds(self._clock.now())
        fresh_ms = now_ms - milliseconds_of(FRESH_FOR)
        rows = self.journal.connection.execute(
            "SELECT seq, event_sha256, envelope, recorded_ms < ? AS is_backlog, priority FROM events"
            " WHERE status = 'pending' AND next_attempt_ms <= ? ORDER BY is_backlog, priority, seq LIMIT ?",
            (fresh_ms, now_ms, limit),
        ).fetchall()
        group = [
            row for row in rows if (row["is_backlog"], row["priority"]) == (rows[0]["is_backlog"], rows[0]["priority"])
        ]
        return [self._waiting(row) for row in group]

    def has_waiting(self) -> bool:
        """Tell whether anything is left to deliver, now or later."""
        return self.journal.connection.execute("SELECT 1 FROM events WHERE status = 'pending'").fetchone() is not None

    def settle(self, results: Sequence[tuple[WaitingEvent, IntakeResult]], receipt: DsseEnvelope) -> None:
        """Write down what a verified receipt says of each event, together with the receipt itself."""
        now_ms = milliseconds(self._clock.now())
        with self.journal.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO receipts (received_ms, envelope) VALUES (?, ?)", (now_ms, canonical_bytes(receipt))
            )
            for event, result in results:
                self._settle_one(connection, event.seq, result, now_ms, cursor.lastrowid)
        step("delivery.settled")

    def mark_damaged(self, seq: int, code: str, detail: str) -> None:
        """Say that an event's evidence is no longer what was recorded; it is reported, and waits for a person."""
        with self.journal.transaction() as connection:
            connection.execute(
                "UPDATE events SET status = 'damaged', code = ?, detail = ?, settled_ms = ? WHERE seq = ?",
                (code, detail, milliseconds(self._clock.now()), seq),
            )

    def postpone(self, seq: int, code: str, detail: str) -> None:
        """Offer an event again later, the longer the oftener it was refused; the others go on."""
        now_ms = milliseconds(self._clock.now())
        with self.journal.transaction() as connection:
            connection.execute(_POSTPONE, (code, detail, now_ms, _LONGEST_WAIT_MS, seq))

    def _settle_one(
        self, connection: sqlite3.Connection, seq: int, result: IntakeResult, now_ms: int, receipt_id: int | None
    ) -> None:
        settled = _SETTLED.get(result.status)
        if settled is None:
            connection.execute(_POSTPONE, (result.code, result.detail, now_ms, _LONGEST_WAIT_MS, seq))
            return
        connection.execute(
            "UPDATE events SET status = ?, code = ?, detail = ?, settled_ms = ?, receipt_id = ? WHERE seq = ?",
            (settled.value, result.code, result.detail, now_ms, receipt_id, seq),
        )

    def _waiting(self, row: sqlite3.Row) -> WaitingEvent:
        blobs = self.journal.connection.execute(
            "SELECT sha256, media_type, size_bytes FROM event_blobs WHERE seq = ? ORDER BY size_bytes", (row["seq"],)
        )
        return WaitingEvent(
            seq=row["seq"],
            epoch=self.journal.epoch,
            event_sha256=row["event_sha256"],
            envelope=DsseEnvelope.model_validate_json(row["envelope"]),
            blobs=tuple(BlobRef(blob["sha256"], blob["media_type"], blob["size_bytes"]) for blob in blobs),
            is_backlog=bool(row["is_backlog"]),
        )


def milliseconds_of(duration: timedelta) -> int:
    """A duration in whole milliseconds."""
    return duration // timedelta(milliseconds=1)
