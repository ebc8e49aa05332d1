"""What was said to other regions, what was heard, and what was refused."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class RegionStreamRow(Base):
    """The last sequence this region gave out in each of its streams; the row's lock keeps them gapless."""

    __tablename__ = "region_streams"

    stream: Mapped[str] = mapped_column(String(64), primary_key=True)
    last_sequence: Mapped[int] = mapped_column(BigInteger)


class RegionOutboxRow(Base):
    """One signed message of this region, kept for ever: a wiped hub is filled again from here."""

    __tablename__ = "region_outbox"
    __table_args__ = (Index("ix_region_outbox_waiting", "stream", postgresql_where=text("sent_at IS NULL")),)

    stream: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    subject: Mapped[str] = mapped_column(String(128))
    fact_key: Mapped[str] = mapped_column(String(128), unique=True)
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class RegionInboxRow(Base):
    """One authentic message of a peer, by its number; ``code`` says why it was refused, if it was."""

    __tablename__ = "region_inbox"

    sender_region: Mapped[str] = mapped_column(String(64), primary_key=True)
    stream: Mapped[str] = mapped_column(String(64), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    payload_sha256: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    code: Mapped[str | None] = mapped_column(String(64))


class RegionPeerRow(Base):
    """How fresh our copy of a peer's list is, from its heartbeats."""

    __tablename__ = "region_peers"

    region: Mapped[str] = mapped_column(String(64), primary_key=True)
    heard_at: Mapped[datetime]
    fresh_at: Mapped[datetime | None]
    announced_sequence: Mapped[int] = mapped_column(BigInteger)


class RegionQuarantineRow(Base):
    """A refused message, raw, with the reason; the same bytes again only raise the count."""

    __tablename__ = "region_quarantine"

    raw_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    occurrences: Mapped[int]
