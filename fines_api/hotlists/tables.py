"""Entries with every version, hits, and pairs an officer has cleared."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, Sequence, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base

HOTLIST_CHANGES = Sequence("hotlist_changes", metadata=Base.metadata)


class HotlistEntryRow(Base):
    """The newest version of an entry, own or of another region; ``change`` grows in the order of commit."""

    __tablename__ = "hotlist_entries"
    __table_args__ = (Index(None, "plate", "plate_region", "plate_type"), Index(None, "change"))

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    change: Mapped[int] = mapped_column(BigInteger, server_default=text("nextval('hotlist_changes')"))
    match_policy: Mapped[str]
    owner_region: Mapped[str]
    version: Mapped[int]
    plate: Mapped[str]
    plate_region: Mapped[str]
    plate_type: Mapped[str]
    valid_until: Mapped[datetime]
    is_withdrawn: Mapped[bool]
    record: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    created_by: Mapped[str]


class HotlistEntryVersionRow(Base):
    """Every version an entry ever had."""

    __tablename__ = "hotlist_entry_versions"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class HotlistHitRow(Base):
    """A passage that matched an entry; ``id`` grows in the order of commit (writers take turns)."""

    __tablename__ = "hotlist_hits"
    __table_args__ = (UniqueConstraint("entry_id", "passage_id"), Index(None, "state"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    hit_id: Mapped[UUID] = mapped_column(unique=True)
    entry_id: Mapped[UUID]
    entry_version: Mapped[int]
    owner_region: Mapped[str]
    seen_region: Mapped[str]
    passage_id: Mapped[UUID]
    site_id: Mapped[str]
    place: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    captured_at: Mapped[datetime]
    matched_at: Mapped[datetime]
    plate: Mapped[str]
    plate_region: Mapped[str]
    plate_type: Mapped[str]
    plate_confidence: Mapped[float]
    vehicle_class: Mapped[str]
    reason: Mapped[str]
    priority: Mapped[int]
    description: Mapped[str]
    images: Mapped[dict[str, Any]]
    state: Mapped[str]
    verdict_by: Mapped[str | None]
    verdict_at: Mapped[datetime | None]
    verdict_note: Mapped[str | None]


class HotlistClearanceRow(Base):
    """A pair (entry version, kind of vehicle) an officer found to be no match: it does not alert again."""

    __tablename__ = "hotlist_clearances"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_version: Mapped[int] = mapped_column(primary_key=True)
    vehicle_class: Mapped[str] = mapped_column(primary_key=True, comment="* = whatever the vehicle")
    verdict: Mapped[str]
    cleared_by: Mapped[str]
    cleared_at: Mapped[datetime]
