"""What came through the door.  ``intake_events`` is never partitioned: its key is what stops duplicates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class EvidenceObjectRow(Base):
    """An object in storage that was read back and had the digest it was sent under."""

    __tablename__ = "evidence_objects"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    device_id: Mapped[str]
    stored_at: Mapped[datetime]


class LeavingPictureRow(Base):
    """A picture whose passages let it go: deleted from storage unless something else refers to it."""

    __tablename__ = "leaving_pictures"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    noticed_at: Mapped[datetime]
    refused_at: Mapped[datetime | None] = mapped_column(comment="storage holds it locked")


class IntakeEventRow(Base):
    """One delivered event at its place in the device's chain.

    The payload of an accepted passage lies in the passage's row and goes with it; digest and signature stay.
    """

    __tablename__ = "intake_events"

    device_id: Mapped[str] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    event_sha256: Mapped[bytes]
    previous_sha256: Mapped[bytes]
    event_type: Mapped[str | None]
    received_at: Mapped[datetime]
    refused_code: Mapped[str | None] = mapped_column(comment="null = accepted")
    key_id: Mapped[str]
    signature: Mapped[bytes]
    payload: Mapped[bytes | None] = mapped_column(comment="null: with its passage, as long as that lives")


class IntakeGapRow(Base):
    """A range of sequence numbers that has not arrived; shrinks as they come, closed when the last one does."""

    __tablename__ = "intake_gaps"
    __table_args__ = (Index(None, "device_id", "epoch"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    device_id: Mapped[str]
    epoch: Mapped[int] = mapped_column(BigInteger)
    from_seq: Mapped[int] = mapped_column(BigInteger)
    to_seq: Mapped[int] = mapped_column(BigInteger)
    noticed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class IntakeAlarmRow(Base):
    """Something an administrator must look at: a broken chain, two contents at one place, an unknown site."""

    __tablename__ = "intake_alarms"
    __table_args__ = (UniqueConstraint("device_id", "epoch", "seq", "code"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    device_id: Mapped[str]
    epoch: Mapped[int] = mapped_column(BigInteger)
    seq: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str]
    detail: Mapped[str]
    raised_at: Mapped[datetime]


class CandidateRow(Base):
    """A candidate whose package was verified, with the manifest that was in it."""

    __tablename__ = "intake_candidates"

    candidate_id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[str]
    package_sha256: Mapped[str]
    received_at: Mapped[datetime]
    candidate: Mapped[dict[str, Any]]
    manifest: Mapped[dict[str, Any]]


class QuarantineRow(Base):
    """Something refused: why, when, how often, and its raw bytes (small ones here, large ones in storage)."""

    __tablename__ = "quarantine_items"
    __table_args__ = (
        UniqueConstraint("device_id", "kind", "raw_sha256", "code"),
        Index(None, "last_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    device_id: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str]
    detail: Mapped[str]
    raw_sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    raw: Mapped[bytes] = mapped_column(comment="the first 64 KiB")
    storage_key: Mapped[str | None] = mapped_column(comment="where all of it is, when it is larger")
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    times: Mapped[int] = mapped_column(BigInteger)
