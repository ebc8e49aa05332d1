"""The open landing page, and staff log-in and log-out."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from fines_api.identity.dependencies import (
    COOKIE,
    AddressDep,
    CurrentUser,
    NodeDep,
    OptionalUser,
    RateLimiterDep,
    SessionDep,
)
from fines_api.identity.endpoints import check_log_in_rate, log_in, set_session_cookie
from fines_api.identity.service import IdentityService
from fines_api.kit.errors import NotAuthenticatedError, TooManyError
from fines_api.web.rendering import HOME_OF, page

router = APIRouter()


@router.get("/")
def landing(request: Request, node: NodeDep, user: OptionalUser) -> Response:
    """Show what the service is and its three doors."""
    return page(request, node, "home.html", user)


@router.get("/login")
def log_in_page(request: Request, node: NodeDep, user: OptionalUser, next: str = "") -> Response:  # noqa: A002
    """Show the log-in form."""
    return page(request, node, "login.html", user, next=_own_path(next), failure="", username="")


@router.post("/login")
def log_in_form(
    *,
    request: Request,
    session: SessionDep,
    node: NodeDep,
    address: AddressDep,
    limiter: RateLimiterDep,
    username: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=256)] = "",
    next: Annotated[str, Form(max_length=500)] = "",  # noqa: A002
) -> Response:
    """Log in and go where the person was heading."""
    target = _own_path(next)
    try:
        check_log_in_rate(limiter, address, username)
        opened = log_in(session, node, username, password, address)
    except (NotAuthenticatedError, TooManyError) as error:
        failure = "login.too_many" if isinstance(error, TooManyError) else "login.failed"
        context = {"next": target, "failure": failure, "username": username}
        return page(request, node, "login.html", None, status=error.status, **context)
    response = RedirectResponse(target or HOME_OF[opened.role], 303)
    set_session_cookie(response, opened, node)
    return response


@router.post("/logout")
def log_out_form(session: SessionDep, node: NodeDep, user: CurrentUser) -> Response:
    """Log out and go home."""
    IdentityService(session, node).end(user)
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


def _own_path(target: str) -> str:
    """Return the target if it is a path of this site, else nothing: no open redirect."""
    is_path = target.startswith("/") and not target.startswith(("//", "/\\"))
    return target if is_path and target.isprintable() and "\\" not in target else ""
