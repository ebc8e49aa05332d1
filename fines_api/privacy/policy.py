"""Which day is due for what: pure rules over the terms a region keeps passages for."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

SETTLED_AFTER = timedelta(hours=1)
"""What came in within the last hour is left alone: the transaction that makes a hit or a case of it may still run."""


class PassageClass(StrEnum):
    """What a passage is, for the law; of several the first in this order counts."""

    LEGAL_HOLD = "legal_hold"
    CASE = "case"
    HIT = "hit"
    OTHER = "other"


class HoldState(StrEnum):
    """Where a legal hold stands; only ``in_force`` keeps anything."""

    PROPOSED = "proposed"
    IN_FORCE = "in_force"
    REFUSED = "refused"
    RELEASED = "released"


@dataclass(frozen=True)
class Retention:
    """One region's terms, and the law each rests on."""

    pseudonymise_after: timedelta
    forget_key_after: timedelta
    drop_after: timedelta
    drop_hits_after: timedelta
    legal_basis: dict[PassageClass, str]

    def is_to_pseudonymise(self, day: date, now: datetime) -> bool:
        """Tell whether every moment of the day is older than the term, with an hour for searches still looking back."""
        return end_of(day) + self.pseudonymise_after + SETTLED_AFTER <= now

    def is_to_drop(self, day: date, now: datetime) -> bool:
        """Tell whether nothing of the day may stay that is not kept for a reason of its own."""
        return end_of(day) + self.drop_after <= now

    def is_key_to_forget(self, day: date, now: datetime) -> bool:
        """Tell whether nobody may find a plate on that day any more."""
        return end_of(day) + self.forget_key_after <= now


def start_of(day: date) -> datetime:
    """Return the first moment of a day, UTC."""
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """Return the first moment after a day, UTC."""
    return start_of(day) + timedelta(days=1)
