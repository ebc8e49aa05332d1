"""How money meets a decree: partial, in time, late, doubled.  Pure; nothing paid is ever lost from the sum."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where a decree stands: ``paid = allocated + overpaid``, always."""

    is_settled: bool
    paid_minor: int
    due_minor: int
    overpaid_minor: int

    @property
    def allocated_minor(self) -> int:
        """What of the money belongs to the decree."""
        return self.paid_minor - self.overpaid_minor


def settle(
    receipts: Iterable[tuple[datetime, int]],
    *,
    amount_minor: int,
    discounted_minor: int,
    discount_ends_at: datetime | None,
    at: datetime,
) -> Settlement:
    """Add up what came in.

    The discounted amount settles if all of it arrived before ``discount_ends_at``; else the whole amount is due.

    Args:
        receipts: (moment paid, minor units) of every receipt.
        amount_minor: what the decree imposes.
        discounted_minor: what settles it in time.
        discount_ends_at: first instant without the discount; None = there is none.
        at: the moment for which ``due_minor`` is told.
    """
    known = list(receipts)
    paid = sum(minor for _, minor in known)
    in_time = sum(minor for moment, minor in known if discount_ends_at is not None and moment < discount_ends_at)
    has_discount = discount_ends_at is not None and (in_time >= discounted_minor or at < discount_ends_at)
    price = discounted_minor if has_discount else amount_minor
    return Settlement(paid >= price, paid, max(0, price - paid), max(0, paid - price))
