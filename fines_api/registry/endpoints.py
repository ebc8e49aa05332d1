"""``/v1/citizen/sessions``: the public look-up by plate and registration certificate, slowed down for guessers."""

from fastapi import APIRouter

from fines_api.identity.dependencies import AddressDep, NodeDep, RateLimiterDep, SessionDep
from fines_api.identity.schemas import SessionOpened
from fines_api.kit.rate_limit import RateLimiter
from fines_api.node import Node
from fines_api.registry.schemas import CitizenLogIn
from fines_api.registry.service import RegistryService
from recognition.plates import canonical

router = APIRouter(tags=["citizen"])


def check_citizen_rate(limiter: RateLimiter, node: Node, address: str, plate: str) -> None:
    """Count one try, known car or not: per address and plate, per plate, per address.

    Raises:
        TooManyError: too many of any.
    """
    tries = node.settings.citizen_tries_per_hour
    limiter.check(f"{tries}/hour", "citizen.address-plate", f"{address} {canonical(plate)}")
    limiter.check(f"{2 * tries}/day", "citizen.plate", canonical(plate))
    limiter.check(f"{6 * tries}/hour", "citizen.address", address)


@router.post("/v1/citizen/sessions", status_code=201)
def open_citizen_session(
    body: CitizenLogIn, session: SessionDep, node: NodeDep, address: AddressDep, limiter: RateLimiterDep
) -> SessionOpened:
    """Log in with a plate and the number of its registration certificate."""
    check_citizen_rate(limiter, node, address, body.plate)
    return RegistryService(session, node).open_citizen_session(body.plate, body.certificate_number.get_secret_value())
