"""Lists, entries with every version, what waits for a second person, hits, and pairs an officer has cleared."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, LargeBinary, Sequence, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base

HOTLIST_CHANGES = Sequence("hotlist_changes", metadata=Base.metadata)


class HotlistRow(Base):
    """One list: why its vehicles are looked for, what an entry may do, who may write it."""

    __tablename__ = "hotlists"
    __table_args__ = (
        CheckConstraint("priority BETWEEN 1 AND 3", name="priority"),
        CheckConstraint("priority = 1 OR widest_policy <> 'partial'", name="partial_is_urgent"),
        CheckConstraint(
            "alert_policy <> 'dispatch' OR reason NOT IN ('unpaid_fines', 'no_insurance')", name="no_stop_for_money"
        ),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    reason: Mapped[str]
    authority: Mapped[str]
    legal_basis: Mapped[str]
    priority: Mapped[int]
    match_policy: Mapped[str]
    widest_policy: Mapped[str]
    most_cost: Mapped[float | None]
    alert_policy: Mapped[str]
    confirm_every_days: Mapped[int]
    longest_days: Mapped[int]
    is_urgent_allowed: Mapped[bool]
    writers: Mapped[list[Any]]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]


class HotlistEntryRow(Base):
    """The newest version of an entry, own or of another region; ``change`` grows in the order of commit."""

    __tablename__ = "hotlist_entries"
    __table_args__ = (
        Index(None, "plate", "plate_region", "plate_type"),
        Index(None, "change"),
        Index(None, "list_code", "changed_at"),
        Index(
            "ix_hotlist_entries_source",
            "list_code",
            "source_id",
            postgresql_where=text("source_id IS NOT NULL"),
        ),
    )

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
    list_code: Mapped[str]
    confirmed_at: Mapped[datetime]
    source_id: Mapped[str | None]


class HotlistEntryVersionRow(Base):
    """Every version an entry ever had, who asked for it and who else agreed."""

    __tablename__ = "hotlist_entry_versions"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    record: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    approved_by: Mapped[str | None] = mapped_column(comment="null: one person may do it, or another region did")


class HotlistProposalRow(Base):
    """A version of an entry that one person asked for; it is an entry's only when another has agreed, or urgent."""

    __tablename__ = "hotlist_proposals"
    __table_args__ = (
        Index("uq_hotlist_proposals_waiting", "entry_id", unique=True, postgresql_where=text("state = 'waiting'")),
        Index(None, "state", "proposed_at"),
        Index("ix_hotlist_proposals_urgent", "proposed_by", "plate", postgresql_where=text("is_urgent")),
    )

    proposal_id: Mapped[UUID] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID]
    list_code: Mapped[str]
    plate: Mapped[str]
    plate_region: Mapped[str]
    plate_type: Mapped[str]
    record: Mapped[dict[str, Any]]
    action: Mapped[str]
    state: Mapped[str]
    is_urgent: Mapped[bool]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    note: Mapped[str]


class HotlistImportRow(Base):
    """A file somebody wants on a list, whole and compressed, and what became of it."""

    __tablename__ = "hotlist_imports"
    __table_args__ = (Index(None, "list_code", "proposed_at"),)

    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    list_code: Mapped[str]
    file_sha256: Mapped[str]
    file: Mapped[bytes] = mapped_column(LargeBinary, comment="zlib")
    is_full: Mapped[bool]
    state: Mapped[str]
    counts: Mapped[dict[str, Any]]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    note: Mapped[str]


class HotlistHitRow(Base):
    """A passage that matched an entry; ``id`` grows in the order of commit (writers take turns)."""

    __tablename__ = "hotlist_hits"
    __table_args__ = (UniqueConstraint("entry_id", "passage_id"), Index(None, "state"), Index(None, "captured_at"))

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
    list_code: Mapped[str]
    content_version: Mapped[int]
    match_kind: Mapped[str]
    match_cost: Mapped[float]
    listed_plate: Mapped[str]
    score: Mapped[float | None]
    reasons: Mapped[list[Any]]
    state_reason: Mapped[str | None]
    camera_id: Mapped[str | None]
    is_searched_back: Mapped[bool]
    action: Mapped[str | None]
    action_by: Mapped[str | None]
    action_at: Mapped[datetime | None]


class HotlistClearanceRow(Base):
    """A pair an officer found to be no match: it does not alert again while the source says the same."""

    __tablename__ = "hotlist_clearances"

    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    content_version: Mapped[int] = mapped_column(primary_key=True)
    vehicle_class: Mapped[str] = mapped_column(primary_key=True, comment="* = whatever the vehicle")
    plate: Mapped[str] = mapped_column(primary_key=True, comment="* = whatever was seen")
    verdict: Mapped[str]
    cleared_by: Mapped[str]
    cleared_at: Mapped[datetime]
    hit_id: Mapped[UUID | None]
    said_by: Mapped[str] = mapped_column(comment="region whose officer judged")
