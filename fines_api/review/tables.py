"""Who looked at a case, when, and what they decided."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
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
    """A decision of a person; at most one approval per case."""

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("decision IN ('approved', 'rejected', 'evidence_insufficient')", name="decision"),
        CheckConstraint("decision = 'approved' OR length(reason) > 0", name="refusal_has_reason"),
        Index("uq_reviews_approval", "case_id", unique=True, postgresql_where=text("decision = 'approved'")),
    )

    review_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.case_id"), index=True)
    officer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    officer_name: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(String(500))
    decided_at: Mapped[datetime]
    spent_ms: Mapped[int]
    is_hasty: Mapped[bool]
