"""Rows of the regions: outbox, inbox, peers, quarantine."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.regions.tables import (
    RegionInboxRow,
    RegionOutboxRow,
    RegionPeerRow,
    RegionQuarantineRow,
    RegionStreamRow,
)


@dataclass(frozen=True)
class OutboxMessage:
    """One message as it goes to the hub."""

    stream: str
    sequence: int
    subject: str
    envelope: bytes


@dataclass(frozen=True)
class InboxCount:
    """What was received of one peer's stream."""

    received: int
    last_sequence: int
    refused: int


class RegionRepository:
    """The region tables, inside the caller's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def next_sequence(self, stream: str) -> int:
        """Give out the stream's next number; holds the stream until the transaction ends, so no number is lost."""
        statement = (
            insert(RegionStreamRow)
            .values(stream=stream, last_sequence=1)
            .on_conflict_do_update(
                index_elements=[RegionStreamRow.stream],
                set_={"last_sequence": RegionStreamRow.last_sequence + 1},
            )
            .returning(RegionStreamRow.last_sequence)
        )
        return int(self._session.execute(statement).scalar_one())

    def return_sequence(self, stream: str) -> None:
        """Take back the number given out in this transaction: it was not needed."""
        self._session.execute(
            update(RegionStreamRow)
            .where(RegionStreamRow.stream == stream)
            .values(last_sequence=RegionStreamRow.last_sequence - 1),
        )

    def last_sequences(self) -> dict[str, int]:
        """Return the last number of each own stream."""
        rows = self._session.execute(select(RegionStreamRow.stream, RegionStreamRow.last_sequence))
        return {stream: last for stream, last in rows}  # noqa: C416 - rows are not pairs to the type checker

    def has_fact(self, fact_key: str) -> bool:
        """Tell whether this fact was put into the outbox before."""
        statement = select(RegionOutboxRow.sequence).where(RegionOutboxRow.fact_key == fact_key)
        return self._session.execute(statement).first() is not None

    def add_message(self, message: OutboxMessage, fact_key: str, created_at: datetime) -> None:
        """Put one message into the outbox."""
        row = RegionOutboxRow(
            stream=message.stream,
            sequence=message.sequence,
            subject=message.subject,
            envelope=message.envelope,
            fact_key=fact_key,
            created_at=created_at,
            sent_at=None,
        )
        self._session.add(row)
        self._session.flush()

    def messages_after(self, stream: str, sequence: int, kept_since: datetime, limit: int) -> list[OutboxMessage]:
        """Return messages the hub lacks, oldest first; sent ones older than ``kept_since`` are no longer owed."""
        statement = (
            select(RegionOutboxRow)
            .where(RegionOutboxRow.stream == stream, RegionOutboxRow.sequence > sequence)
            .where(RegionOutboxRow.sent_at.is_(None) | (RegionOutboxRow.created_at >= kept_since))
            .order_by(RegionOutboxRow.sequence)
            .limit(limit)
        )
        rows = self._session.scalars(statement)
        return [OutboxMessage(row.stream, row.sequence, row.subject, row.envelope) for row in rows]

    def mark_sent(self, stream: str, sequence: int, at: datetime) -> None:
        """Note when the hub first confirmed a message."""
        self._session.execute(
            update(RegionOutboxRow)
            .where(RegionOutboxRow.stream == stream, RegionOutboxRow.sequence == sequence)
            .where(RegionOutboxRow.sent_at.is_(None))
            .values(sent_at=at),
        )

    def waiting(self) -> int:
        """Count own messages the hub never confirmed."""
        statement = select(func.count()).select_from(RegionOutboxRow).where(RegionOutboxRow.sent_at.is_(None))
        return int(self._session.execute(statement).scalar_one())

    def received_digest(self, sender: str, stream: str, sequence: int) -> str | None:
        """Return the digest of the message received under this number, if any."""
        row = self._session.get(RegionInboxRow, (sender, stream, sequence))
        return row.payload_sha256 if row else None

    def add_received(self, sender: str, stream: str, sequence: int, payload_sha256: str, at: datetime) -> bool:
        """Note one received message; False when another transaction was first."""
        statement = (
            insert(RegionInboxRow)
            .values(
                sender_region=sender,
                stream=stream,
                sequence=sequence,
                payload_sha256=payload_sha256,
                received_at=at,
            )
            .on_conflict_do_nothing()
            .returning(RegionInboxRow.sequence)
        )
        return self._session.execute(statement).first() is not None

    def mark_refused(self, sender: str, stream: str, sequence: int, code: str) -> None:
        """Note why a received message was not applied."""
        self._session.execute(
            update(RegionInboxRow)
            .where(
                RegionInboxRow.sender_region == sender,
                RegionInboxRow.stream == stream,
                RegionInboxRow.sequence == sequence,
            )
            .values(code=code),
        )

    def inbox_count(self, sender: str, stream: str) -> InboxCount:
        """Count what was received of one peer's stream."""
        statement = select(
            func.count(), func.coalesce(func.max(RegionInboxRow.sequence), 0), func.count(RegionInboxRow.code)
        ).where(RegionInboxRow.sender_region == sender, RegionInboxRow.stream == stream)
        received, last, refused = self._session.execute(statement).one()
        return InboxCount(received=received, last_sequence=last, refused=refused)

    def peer(self, region: str) -> RegionPeerRow | None:
        """Return what is known of a peer's heartbeats."""
        return self._session.get(RegionPeerRow, region)

    def save_peer(self, region: str, heard_at: datetime, fresh_at: datetime | None, announced: int) -> None:
        """Note a heartbeat; ``fresh_at`` never goes back."""
        statement = insert(RegionPeerRow).values(
            region=region, heard_at=heard_at, fresh_at=fresh_at, announced_sequence=announced
        )
        new = statement.excluded
        statement = statement.on_conflict_do_update(
            index_elements=[RegionPeerRow.region],
            set_={
                "heard_at": new.heard_at,
                "fresh_at": func.greatest(RegionPeerRow.fresh_at, new.fresh_at),
                "announced_sequence": func.greatest(RegionPeerRow.announced_sequence, new.announced_sequence),
            },
        )
        self._session.execute(statement)

    def quarantine(self, subject: str, raw: bytes, *, raw_sha256: str, code: str, detail: str, at: datetime) -> bool:
        """Keep refused bytes with the reason; the same again only raises the count and gives False."""
        statement = insert(RegionQuarantineRow).values(
            raw_sha256=raw_sha256,
            code=code,
            subject=subject,
            detail=detail,
            raw=raw,
            first_at=at,
            last_at=at,
            occurrences=1,
        )
        counted = statement.on_conflict_do_update(
            index_elements=[RegionQuarantineRow.raw_sha256, RegionQuarantineRow.code],
            set_={"last_at": at, "occurrences": RegionQuarantineRow.occurrences + 1},
        ).returning(RegionQuarantineRow.occurrences)
        return int(self._session.execute(counted).scalar_one()) == 1

    def quarantine_size(self) -> int:
        """Count refused messages."""
        return int(self._session.execute(select(func.count()).select_from(RegionQuarantineRow)).scalar_one())

    def quarantined(self, limit: int) -> Sequence[RegionQuarantineRow]:
        """Return refused messages, newest first."""
        statement = select(RegionQuarantineRow).order_by(RegionQuarantineRow.last_at.desc()).limit(limit)
        return self._session.scalars(statement).all()
