"""Queries over payments, receipts and overpayments."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from fines_api.db import Session
from fines_api.payments.tables import OverpaymentRow, PaymentRow, ReceiptRow


class PaymentRepository:
    """Money of one region's decrees."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: PaymentRow | ReceiptRow | OverpaymentRow) -> None:
        """Add a row."""
        self._session.add(row)
        self._session.flush()

    def get(self, payment_id: UUID) -> PaymentRow | None:
        """Find a payment."""
        return self._session.get(PaymentRow, payment_id)

    def open_payment(self, decree_id: UUID, amount_minor: int) -> PaymentRow | None:
        """Find an unpaid payment of the decree over the same amount: asking twice must not make two."""
        return self._session.scalar(
            select(PaymentRow)
            .where(
                PaymentRow.decree_id == decree_id,
                PaymentRow.confirmed_at.is_(None),
                PaymentRow.amount_minor == amount_minor,
            )
            .order_by(PaymentRow.created_at)
            .limit(1)
        )

    def receipt(self, provider: str, event_id: str) -> ReceiptRow | None:
        """Find what a provider's event became."""
        return self._session.scalar(
            select(ReceiptRow).where(ReceiptRow.provider == provider, ReceiptRow.event_id == event_id)
        )

    def receipts(self, decree_id: UUID) -> Sequence[ReceiptRow]:
        """List what was received for a decree."""
        return self._session.scalars(
            select(ReceiptRow).where(ReceiptRow.decree_id == decree_id).order_by(ReceiptRow.paid_at)
        ).all()

    def overpaid_minor(self, decree_id: UUID) -> int:
        """Add up what waits to be refunded."""
        total = self._session.scalar(
            select(func.coalesce(func.sum(OverpaymentRow.amount_minor), 0)).where(OverpaymentRow.decree_id == decree_id)
        )
        return int(total or 0)
