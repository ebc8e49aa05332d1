"""Rows of cases and of every change of their state."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class CaseRow(Base):
    """One alleged violation; ``candidate_id`` is unique, so delivering twice opens one case."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_act", "plate", "plate_region", "rule", "occurred_at"),
        Index("ix_cases_queue", "state", "occurred_at"),
        CheckConstraint("(state = 'held') <= (hold_reason IS NOT NULL)", name="held_has_reason"),
        CheckConstraint(
            "rule_mode = 'fine' OR state IN ('held', 'shadowed', 'warned', 'rejected', 'evidence_insufficient')",
            name="only_fine_mode_fines",
        ),
        CheckConstraint("reviewers BETWEEN 1 AND 2", name="reviewers"),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    candidate_id: Mapped[UUID] = mapped_column(unique=True)
    passage_id: Mapped[UUID]
    package_id: Mapped[UUID]
    device_id: Mapped[str] = mapped_column(String(64))
    site_id: Mapped[str] = mapped_column(String(64))
    site_version: Mapped[int]
    rule: Mapped[str] = mapped_column(String(64))
    rule_mode: Mapped[str] = mapped_column(String(16))
    occurred_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    plate: Mapped[str] = mapped_column(String(12))
    plate_region: Mapped[str] = mapped_column(String(64))
    plate_type: Mapped[str] = mapped_column(String(64))
    plate_confidence: Mapped[float]
    vehicle_class: Mapped[str] = mapped_column(String(16))
    measurement: Mapped[dict[str, Any] | None]
    limit_kmh: Mapped[float | None]
    excess_kmh: Mapped[float | None]
    facts: Mapped[dict[str, Any]]
    reviewers: Mapped[int]
    package_sha256: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[dict[str, Any]]
    article: Mapped[str | None] = mapped_column(String(16))
    part: Mapped[str | None] = mapped_column(String(16))
    gates: Mapped[list[Any]]
    limitation_until: Mapped[date]
    state: Mapped[str] = mapped_column(String(32))
    hold_reason: Mapped[str | None] = mapped_column(String(32))
