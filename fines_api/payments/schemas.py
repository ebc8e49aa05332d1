"""What goes over the wire about money."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class PaymentOrder(BaseModel):
    """Answer of ``POST /v1/citizen/decrees/{id}/payments``: where and what to pay."""

    payment_id: UUID
    decree_id: UUID
    amount_minor: int
    currency: str
    reference: str
    checkout_url: str


class Callback(BaseModel):
    """What a provider reports, signed; ``event_id`` makes it count once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    event_id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")
    payment_id: UUID
    reference: str = Field(min_length=20, max_length=25)
    amount_minor: int = Field(gt=0, le=10**12)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    paid_at: AwareDatetime
    status: Literal["succeeded"]


class CallbackAnswer(BaseModel):
    """What became of a callback."""

    status: Literal["accepted", "duplicate"]


class Account(BaseModel):
    """Where a decree stands with its money, now."""

    amount_minor: int
    paid_minor: int
    due_minor: int
    overpaid_minor: int
    currency: str
    is_settled: bool
    last_paid_at: datetime | None


class PaymentInfo(BaseModel):
    """One payment as its payer sees it."""

    payment_id: UUID
    decree_id: UUID
    reference: str
    amount_minor: int
    currency: str
    is_confirmed: bool
