"""Decrees and the counter that numbers them without a gap."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class DecreeCounterRow(Base):
    """The last number given in a region and year; a rolled back decree gives its number back."""

    __tablename__ = "decree_counters"

    region: Mapped[str] = mapped_column(String(16), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


class DecreeRow(Base):
    """One decree.  It cannot exist without the approvals its case needs (revision 0003), nor twice for one case."""

    __tablename__ = "decrees"
    __table_args__ = (
        Index(None, "region", "year", "sequence", unique=True),
        Index(None, "plate_region", "plate_type", "plate"),
        CheckConstraint("rule_mode = 'fine'", name="only_fine_mode_fines"),
        CheckConstraint("amount_minor > 0 AND discounted_minor BETWEEN 1 AND amount_minor", name="amounts"),
    )

    decree_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.case_id"), unique=True)
    review_id: Mapped[UUID] = mapped_column(ForeignKey("reviews.review_id"), unique=True)
    region: Mapped[str] = mapped_column(String(16))
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    payment_reference: Mapped[str] = mapped_column(String(25), unique=True)
    issued_at: Mapped[datetime]
    officer_name: Mapped[str] = mapped_column(String(64))
    rule_mode: Mapped[str] = mapped_column(String(16))
    vehicle_id: Mapped[UUID | None] = mapped_column(ForeignKey("vehicles.vehicle_id"), index=True)
    plate: Mapped[str] = mapped_column(String(12))
    plate_region: Mapped[str] = mapped_column(String(64))
    plate_type: Mapped[str] = mapped_column(String(64))
    article: Mapped[str] = mapped_column(String(16))
    part: Mapped[str] = mapped_column(String(16))
    article_text: Mapped[str]
    article_text_en: Mapped[str]
    amount_minor: Mapped[int]
    discounted_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    discount_percent: Mapped[int | None]
    discount_until: Mapped[date | None]
    appeal_until: Mapped[date]
    in_force_on: Mapped[date]
    payment_until: Mapped[date]
    why: Mapped[list[Any]]
    document_sha256: Mapped[str | None] = mapped_column(String(64))
