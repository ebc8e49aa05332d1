"""The citizen: look-up by plate and certificate, decrees with everything they rest on, payment in the sandbox."""

from typing import Annotated
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from fines_api.decrees.document import measured_in_words
from fines_api.decrees.service import DecreeService
from fines_api.identity.dependencies import (
    AddressDep,
    CitizenUser,
    NodeDep,
    OptionalUser,
    RateLimiterDep,
    SessionDep,
)
from fines_api.identity.endpoints import set_session_cookie
from fines_api.kit.errors import NotAuthenticatedError, TooManyError
from fines_api.payments.service import PaymentService
from fines_api.registry.endpoints import check_citizen_rate
from fines_api.registry.service import RegistryService
from fines_api.web.rendering import language_of, page, words
from recognition.contracts import EvidenceRole

router = APIRouter()


@router.get("/citizen")
def look_up_page(request: Request, node: NodeDep, user: OptionalUser) -> Response:
    """Show the look-up form."""
    return page(request, node, "citizen.html", user, failure="", plate="")


@router.post("/citizen")
def look_up_form(
    *,
    request: Request,
    session: SessionDep,
    node: NodeDep,
    address: AddressDep,
    limiter: RateLimiterDep,
    plate: Annotated[str, Form(max_length=20)] = "",
    certificate_number: Annotated[str, Form(max_length=30)] = "",
) -> Response:
    """Open a citizen session; no car and a wrong certificate look the same."""
    try:
        check_citizen_rate(limiter, node, address, plate)
        opened = RegistryService(session, node).open_citizen_session(plate, certificate_number)
    except (NotAuthenticatedError, TooManyError) as error:
        failure = "citizen.too_many" if isinstance(error, TooManyError) else "citizen.failed"
        return page(request, node, "citizen.html", None, status=error.status, failure=failure, plate=plate)
    response = RedirectResponse("/citizen/decrees", 303)
    set_session_cookie(response, opened, node)
    return response


@router.get("/citizen/decrees")
def decree_list(request: Request, session: SessionDep, node: NodeDep, user: CitizenUser) -> Response:
    """List the decrees of the vehicle."""
    vehicle = RegistryService(session, node).vehicle(UUID(user.subject))
    decrees = DecreeService(session, node).of_citizen(user)
    return page(request, node, "decrees.html", user, decrees=decrees, vehicle=vehicle)


@router.get("/citizen/decrees/{decree_id}")
def decree_page(decree_id: UUID, request: Request, session: SessionDep, node: NodeDep, user: CitizenUser) -> Response:
    """Show one decree with everything it rests on (HARMS D18)."""
    decree = DecreeService(session, node).citizens_decree(decree_id, user)
    roles = {role: [item for item in decree.evidence if item.role is role] for role in EvidenceRole}
    return page(
        request,
        node,
        "decree.html",
        user,
        decree=decree,
        account=PaymentService(session, node).account(decree),
        measured=measured_in_words(decree, words(language_of(request))),
        crop=next(iter(roles[EvidenceRole.PLATE_CROP]), None),
        plate_frame=next(iter(roles[EvidenceRole.PLATE_FRAME]), None),
        frames=roles[EvidenceRole.FRAME],
        clip=next(iter(roles[EvidenceRole.CLIP]), None),
        evidence_url=f"/v1/citizen/decrees/{decree_id}/evidence/",
    )


@router.post("/citizen/decrees/{decree_id}/payment")
def pay_form(decree_id: UUID, session: SessionDep, node: NodeDep, user: CitizenUser) -> Response:
    """Set out to pay: go to the check-out."""
    order = PaymentService(session, node).order(decree_id, user)
    # Relative, so that the browser stays on the address it logged in at.
    return RedirectResponse(urlsplit(order.checkout_url).path, 303)


@router.get("/sandbox/checkout/{payment_id}")
def checkout_page(
    payment_id: UUID, request: Request, session: SessionDep, node: NodeDep, user: CitizenUser
) -> Response:
    """Show the sandbox check-out, which says that it is one."""
    payment = PaymentService(session, node).citizens_payment(payment_id, user)
    return page(request, node, "checkout.html", user, payment=payment)


@router.post("/sandbox/checkout/{payment_id}")
def checkout_form(payment_id: UUID, session: SessionDep, node: NodeDep, user: CitizenUser) -> Response:
    """Play the bank."""
    payments = PaymentService(session, node)
    payment = payments.citizens_payment(payment_id, user)
    payments.confirm_in_sandbox(payment_id, user)
    return RedirectResponse(f"/citizen/decrees/{payment.decree_id}", 303)
