"""Who looked at a case, when, and what they decided."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class ReviewOpeningRow(Base):
    """An officer opened the file: the start of the time spent on it."""

    __tablename__ = "review_openings"
    __table_args__ = (Index(None, "case_id", "officer_id", "opened_at"),)

    opening_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.case_id"))
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]


class ReviewRow(Base):
    """A decision of a person, one of each officer on a case; ``approval`` counts the approvals of a case from 1."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("decision IN ('approved', 'rejected', 'evidence_insufficient')", name="decision"),
        CheckConstraint("decision = 'approved' OR length(reason) > 0", name="refusal_has_reason"),
        CheckConstraint("(decision = 'approved') = (approval IS NOT NULL)", name="approval_is_counted"),
        CheckConstraint("approval BETWEEN 1 AND 2", name="approval"),
        Index(None, "case_id", "approval", unique=True),
        Index(None, "case_id", "officer_id", unique=True),
    )

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.case_id"), index=True)
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    officer_name: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(32))
    approval: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500))
    decided_at: Mapped[datetime]
    spent_ms: Mapped[int]
    is_hasty: Mapped[bool]
