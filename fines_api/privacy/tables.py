"""Legal holds, the keys of the days' pseudonyms, and what every run did."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class LegalHoldRow(Base):
    """An order to keep passages: of a plate, of a place in a time, or one; two persons stand behind it."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        Index(None, "state", "until"),
        CheckConstraint("num_nonnulls(plate, site_id, passage_id) = 1", name="one_scope"),
        CheckConstraint("decided_by <> proposed_by", name="two_persons"),
        CheckConstraint("state NOT IN ('in_force', 'released') OR decided_by IS NOT NULL", name="decided"),
    )

    hold_id: Mapped[UUID] = mapped_column(primary_key=True)
    state: Mapped[str]
    plate: Mapped[str | None]
    plate_region: Mapped[str | None]
    plate_type: Mapped[str | None]
    site_id: Mapped[str | None]
    captured_since: Mapped[datetime | None]
    captured_until: Mapped[datetime | None]
    passage_id: Mapped[UUID | None]
    reason: Mapped[str]
    legal_basis: Mapped[str]
    ordered_by: Mapped[str]
    until: Mapped[datetime]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    released_by: Mapped[str | None]
    released_at: Mapped[datetime | None]


class HeldPassageRow(Base):
    """A passage that a hold on a plate found by its pseudonym, written down before the day's key was destroyed."""

    __tablename__ = "held_passages"
    __table_args__ = (Index(None, "day"),)

    hold_id: Mapped[UUID] = mapped_column(primary_key=True)
    passage_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date]


class PseudonymKeyRow(Base):
    """The key of one day's pseudonyms; once it is destroyed nothing leads from them to a plate."""

    __tablename__ = "pseudonym_keys"
    __table_args__ = (CheckConstraint("(sealed IS NULL) = (destroyed_at IS NOT NULL)", name="destroyed_has_no_key"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    key_id: Mapped[UUID]
    sealed: Mapped[bytes | None] = mapped_column(comment="with the node's secret; null: destroyed")
    made_at: Mapped[datetime]
    destroyed_at: Mapped[datetime | None]


class MinimisationRunRow(Base):
    """What was done to one day, or to the pictures that were due."""

    __tablename__ = "minimisation_runs"

    run_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    action: Mapped[str]
    place: Mapped[str | None]
    day: Mapped[date | None]
    counts: Mapped[dict[str, Any]]
    key_id: Mapped[UUID | None]
    ran_at: Mapped[datetime]
    actor: Mapped[str]
