"""FastAPI dependencies: one transaction per request, the node, and who is asking.

Every endpoint names the role it serves::

    @router.get("/v1/hits")
    def hits(session: SessionDep, node: NodeDep, user: PoliceUser) -> ...:

A cookie session must also send the anti-forgery token on any request that changes something:
header ``X-CSRF-Token`` or form field ``csrf_token`` (``principal.csrf_token`` for templates).
"""

import hmac
from collections.abc import Callable, Iterator
from typing import Annotated

from fastapi import Depends, Request

from fines_api.db import Session
from fines_api.identity.schemas import Principal, Role
from fines_api.identity.service import IdentityService
from fines_api.kit.errors import ForbiddenError, NotAuthenticatedError
from fines_api.kit.rate_limit import RateLimiter
from fines_api.node import Node

COOKIE = "rubezh_session"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def get_node(request: Request) -> Node:
    """Return the node this app serves."""
    node: Node = request.app.state.node
    return node


NodeDep = Annotated[Node, Depends(get_node)]


def get_session(node: NodeDep) -> Iterator[Session]:
    """Open the request's one transaction; it is committed before the answer leaves."""
    with node.database.begin() as session:
        yield session


SessionDep = Annotated[Session, Depends(get_session, scope="function")]


def get_rate_limiter(request: Request) -> RateLimiter:
    """Return the app's rate limiter."""
    limiter: RateLimiter = request.app.state.rate_limiter
    return limiter


RateLimiterDep = Annotated[RateLimiter, Depends(get_rate_limiter)]


def client_address(request: Request) -> str:
    """Address of the one who asks, as the server (or its trusted proxy) saw it."""
    return request.client.host if request.client else "unknown"


AddressDep = Annotated[str, Depends(client_address)]


async def _sent_csrf_token(request: Request) -> str | None:
    """Find the anti-forgery token where it is needed at all: an unsafe request with a cookie."""
    if request.method in _SAFE_METHODS or COOKIE not in request.cookies or "Authorization" in request.headers:
        return None
    if header := request.headers.get(CSRF_HEADER):
        return header
    if request.headers.get("Content-Type", "").startswith(_FORM_TYPES):
        value = (await request.form()).get(CSRF_FIELD)
        return value if isinstance(value, str) else None
    return None


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def optional_user(
    request: Request,
    session: SessionDep,
    node: NodeDep,
    sent_csrf: Annotated[str | None, Depends(_sent_csrf_token)],
) -> Principal | None:
    """Return who is asking, or ``None`` when nobody is logged in.

    Raises:
        ForbiddenError: a cookie session without its anti-forgery token (``auth.csrf``).
    """
    if "Authorization" in request.headers:
        token = _bearer(request)
        return IdentityService(session, node).principal(token) if token else None
    cookie = request.cookies.get(COOKIE)
    principal = IdentityService(session, node).principal(cookie) if cookie else None
    if principal is None:
        return None
    is_proven = sent_csrf is not None and hmac.compare_digest(sent_csrf.encode(), principal.csrf_token.encode())
    if request.method not in _SAFE_METHODS and not is_proven:
        raise ForbiddenError("the form is stale", hint="reload the page and send it again", code="auth.csrf")
    return principal


OptionalUser = Annotated[Principal | None, Depends(optional_user)]


def current_user(*roles: Role) -> Callable[[Principal | None], Principal]:
    """Make a dependency that lets only these roles in (any role when none is named).

    The dependency raises NotAuthenticatedError (401, pages: redirect to the log-in) or ForbiddenError (403).
    """

    def check(user: OptionalUser) -> Principal:
        if user is None:
            raise NotAuthenticatedError("log in first", hint="POST /v1/sessions, then Authorization: Bearer …")
        if roles and user.role not in roles:
            raise ForbiddenError(f"not for the role {user.role}")
        return user

    return check


CurrentUser = Annotated[Principal, Depends(current_user())]
PoliceUser = Annotated[Principal, Depends(current_user(Role.POLICE))]
OfficerUser = Annotated[Principal, Depends(current_user(Role.OFFICER))]
CitizenUser = Annotated[Principal, Depends(current_user(Role.CITIZEN))]
AdministratorUser = Annotated[Principal, Depends(current_user(Role.ADMINISTRATOR))]
AuditorUser = Annotated[Principal, Depends(current_user(Role.AUDITOR))]
DeviceUser = Annotated[Principal, Depends(current_user(Role.DEVICE))]
