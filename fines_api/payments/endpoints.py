"""Orders by citizens, callbacks by providers, and the sandbox that plays the bank."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request

from fines_api.identity.dependencies import CitizenUser, NodeDep, SessionDep
from fines_api.payments.providers import SignedCallback
from fines_api.payments.schemas import CallbackAnswer, PaymentOrder
from fines_api.payments.service import PaymentService

router = APIRouter(tags=["payments"])


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/v1/citizen/decrees/{decree_id}/payments", status_code=201)
def order_payment(decree_id: UUID, session: SessionDep, node: NodeDep, user: CitizenUser) -> PaymentOrder:
    """Set out to pay what is due now."""
    return PaymentService(session, node).order(decree_id, user)


@router.post("/v1/payments/callbacks/{provider}")
def take_callback(
    *,
    provider: str,
    body: Annotated[bytes, Depends(_body)],
    session: SessionDep,
    node: NodeDep,
    timestamp: Annotated[str, Header(alias="X-Rubezh-Timestamp", max_length=20)] = "",
    signature: Annotated[str, Header(alias="X-Rubezh-Signature", max_length=128)] = "",
) -> CallbackAnswer:
    """Take a provider's signed report; its signature is its log-in."""
    return PaymentService(session, node).take_callback(provider, SignedCallback(body, timestamp, signature))


@router.post("/v1/sandbox/payments/{payment_id}/confirmation")
def confirm_in_sandbox(payment_id: UUID, session: SessionDep, node: NodeDep, user: CitizenUser) -> CallbackAnswer:
    """Play the bank (demonstration): the payment is reported as made."""
    return PaymentService(session, node).confirm_in_sandbox(payment_id, user)
