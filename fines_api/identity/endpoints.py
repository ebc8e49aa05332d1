"""``/v1/sessions``: log in and out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from fines_api import audit
from fines_api.identity.dependencies import (
    COOKIE,
    AddressDep,
    CurrentUser,
    NodeDep,
    RateLimiterDep,
    SessionDep,
    get_rate_limiter,
)
from fines_api.identity.schemas import LogIn, SessionOpened
from fines_api.identity.service import IdentityService
from fines_api.kit.errors import NotAuthenticatedError
from fines_api.kit.rate_limit import RateLimiter
from fines_api.node import Node

router = APIRouter(tags=["identity"])
_PER_ADDRESS = "30/minute"
_PER_NAME = "10/minute"


def check_log_in_rate(limiter: RateLimiter, address: str, username: str) -> None:
    """Count one try from the address and at the name.

    Raises:
        TooManyError: too many of either.
    """
    limiter.check(_PER_ADDRESS, "login.address", address)
    limiter.check(_PER_NAME, "login.name", username)


def log_in(session: SessionDep, node: Node, username: str, password: str, address: str) -> SessionOpened:
    """Open a session, or leave a trace of the failed try and raise.

    Raises:
        NotAuthenticatedError: wrong name or password (``auth.failed``).
    """
    opened = IdentityService(session, node).log_in(username, password)
    if opened is None:
        with node.database.begin() as trace:  # the request's own transaction is about to be rolled back
            audit.record(trace, node, "nobody", "identity:session:refused", username, {"address": address})
        raise NotAuthenticatedError("wrong user name or password", code="auth.failed")
    return opened


def set_session_cookie(response: Response, opened: SessionOpened, node: Node) -> None:
    """Give the browser its session: unreadable by scripts, never sent across sites."""
    response.set_cookie(
        COOKIE,
        opened.token,
        expires=opened.expires_at,
        path="/",
        secure=node.settings.is_cookie_secure,
        httponly=True,
        samesite="lax",  # a payment provider sends people back by a link; forms are guarded by their own token
    )


@router.post("/v1/sessions", status_code=201)
def open_session(
    body: LogIn,
    session: SessionDep,
    node: NodeDep,
    address: AddressDep,
    limiter: Annotated[RateLimiter, Depends(get_rate_limiter)],
) -> SessionOpened:
    """Log a member of staff in."""
    check_log_in_rate(limiter, address, body.username)
    return log_in(session, node, body.username, body.password.get_secret_value(), address)


@router.delete("/v1/sessions/current", status_code=204)
def end_session(request: Request, session: SessionDep, node: NodeDep, user: CurrentUser, response: Response) -> None:
    """Log out."""
    IdentityService(session, node).end(user)
    if COOKIE in request.cookies:
        response.delete_cookie(COOKIE, path="/")


__all__ = ["RateLimiterDep", "check_log_in_rate", "log_in", "router", "set_session_cookie"]
