"""Payments asked for, money received, and what was too much."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class PaymentRow(Base):
    """A citizen set out to pay; nothing is paid until a provider says so."""

    __tablename__ = "payments"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    payment_id: Mapped[UUID] = mapped_column(primary_key=True)
    decree_id: Mapped[UUID] = mapped_column(ForeignKey("decrees.decree_id"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    reference: Mapped[str] = mapped_column(String(25))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class ReceiptRow(Base):
    """Money that a provider reported, once: (provider, provider's event id) is unique."""

    __tablename__ = "payment_receipts"
    __table_args__ = (
        Index(None, "provider", "event_id", unique=True),
        CheckConstraint("amount_minor > 0", name="amount"),
    )

    receipt_id: Mapped[UUID] = mapped_column(primary_key=True)
    payment_id: Mapped[UUID] = mapped_column(ForeignKey("payments.payment_id"), index=True)
    decree_id: Mapped[UUID] = mapped_column(ForeignKey("decrees.decree_id"), index=True)
    provider: Mapped[str] = mapped_column(String(32))
    event_id: Mapped[str] = mapped_column(String(64))
    body_sha256: Mapped[str] = mapped_column(String(64))
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    paid_at: Mapped[datetime]
    received_at: Mapped[datetime]


class OverpaymentRow(Base):
    """What one receipt brought beyond what was due: it belongs to the payer and waits to be refunded."""

    __tablename__ = "overpayments"
    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("payment_receipts.receipt_id"), primary_key=True)
    decree_id: Mapped[UUID] = mapped_column(ForeignKey("decrees.decree_id"), index=True)
    amount_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    recorded_at: Mapped[datetime]
