"""Deny by default: every route of the application, asked by nobody and by everybody else's role."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import Mount

from fines_api.identity.endpoints import set_session_cookie
from fines_api.identity.schemas import Role, SessionOpened

pytestmark = pytest.mark.functional

OPEN = {
    ("GET", "/healthz"): "a sign of life without content",
    ("GET", "/readyz"): "a sign of life without content",
    ("GET", "/"): "the landing page",
    ("GET", "/login"): "the log-in page",
    ("POST", "/login"): "logging in",
    ("GET", "/citizen"): "the citizen's log-in page",
    ("POST", "/citizen"): "the citizen's log-in",
    ("POST", "/v1/sessions"): "logging in",
    ("POST", "/v1/citizen/sessions"): "the citizen's log-in",
    ("POST", "/v1/devices/enrolment"): "proven by a one-time code",
    ("POST", "/v1/devices/sessions"): "proven by the device's signature",
    ("POST", "/v1/payments/callbacks/{provider}"): "proven by the provider's signature",
}
ASSETS = {"/static": "style sheets, scripts and fonts of the pages"}
_VALUES = {"sha256": "0" * 64, "number": "1", "role": "plate", "provider": "sandbox", "path": "frames/f1.jpg"}


_NOBODY: tuple[dict[str, str], ...] = (
    {},
    {"Accept": "text/html"},
    {"Authorization": "Bearer " + "x" * 43},
    {"Cookie": "rubezh_session=x"},
)


def _fixtures_of(path: str) -> ModuleType:
    file = Path(__file__).parent.parent / path
    spec = importlib.util.spec_from_file_location(f"rig_{file.parent.name}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


_server = _fixtures_of("integration/conftest.py")
_centre = _fixtures_of("integration/fines_api/conftest.py")
postgres_url, database_url, database = _server.postgres_url, _server.database_url, _server.database
clock, settings, node, app = _centre.clock, _centre.settings, _centre.node, _centre.app
client, log_in, make_device = _centre.client, _centre.log_in, _centre.make_device


def routes(app: FastAPI) -> Iterator[tuple[str, str, APIRoute]]:
    """Yield every (method, path, route); anything that is no plain route must be a known folder of assets."""
    pending = list(app.routes)
    while pending:
        route = pending.pop()
        if isinstance(route, APIRoute):
            for method in sorted(route.methods):
                yield method, route.path, route
        elif isinstance(route, Mount):
            assert route.path in ASSETS, route.path
        else:
            inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
            assert inner, f"{route!r} is a kind of route this test cannot look into"
            pending += list(inner)


def filled(path: str) -> str:
    """Put something plausible into the path's parameters."""
    while "{" in path:
        head, _, rest = path.partition("{")
        name, _, tail = rest.partition("}")
        value = _VALUES.get(name.partition(":")[0], str(uuid4()))
        path = f"{head}{value}{tail}"
    return path


def roles_of(dependant: Dependant) -> set[Role] | None:
    """Read which roles the route's own guards let in; ``None`` when it has no guard."""
    found: set[Role] | None = None
    for each in dependant.dependencies:
        call = each.call
        if getattr(call, "__qualname__", "") == "current_user.<locals>.check":
            cells = dict(zip(call.__code__.co_freevars, call.__closure__ or (), strict=True))
            roles = set(cells["roles"].cell_contents) or set(Role)
            found = roles if found is None else found & roles
        elif getattr(call, "__name__", "") == "uploading_device":
            found = {Role.DEVICE}
        else:
            below = roles_of(each)
            found = below if found is None else found if below is None else found & below
    return found


def test_nobody_gets_nothing(app: FastAPI, client: Any) -> None:
    seen = 0
    for method, path, _ in routes(app):
        if (method, path) in OPEN or (method == "HEAD" and ("GET", path) in OPEN):
            continue
        for headers in (
            {},
            {"Accept": "text/html"},
            {"Authorization": "Bearer " + "x" * 43},
            {"Cookie": "rubezh_session=x"},
        ):
            answer = client.request(method, filled(path), headers=headers)
            assert answer.status_code in {401, 303, 404}, (method, path, answer.status_code, answer.text)
            if answer.status_code == 303:
                assert answer.headers["Location"].startswith(("/login?next=", "/citizen")), (method, path)
        seen += 1
    assert seen >= 30


def test_every_route_names_its_roles(app: FastAPI) -> None:
    for method, path, route in routes(app):
        if (method, path) not in OPEN:
            assert roles_of(route.dependant), f"{method} {path} has no guard and is not on the list of open ones"


def test_a_role_does_what_is_its_own_only(
    app: FastAPI, client: Any, log_in: Callable[..., Any], make_device: Callable[..., Any]
) -> None:
    headers = {role: log_in(role) for role in (Role.OFFICER, Role.POLICE, Role.ADMINISTRATOR, Role.AUDITOR)}
    headers[Role.DEVICE] = make_device("cam-a").headers
    refused = 0
    for method, path, route in routes(app):
        allowed = roles_of(route.dependant)
        if allowed is None or (method, path) in OPEN:
            continue
        for role in set(headers) - allowed:
            answer = client.request(method, filled(path), headers=headers[role])
            assert answer.status_code == 403, (role, method, path, answer.status_code, answer.text)
            refused += 1
    assert refused >= 60


def test_no_documentation_is_open(client: Any) -> None:
    for path in ("/docs", "/redoc", "/openapi.json", "/v1/openapi.json", "/metrics", "/debug", "/.env", "/.git/config"):
        assert client.get(path).status_code == 404


def test_every_answer_carries_the_guards_headers(client: Any) -> None:
    for path in ("/", "/healthz", "/v1/hits", "/no-such-page"):
        headers = client.get(path, headers={"Origin": "https://elsewhere.example"}).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in headers
        assert "Server" not in headers


def test_the_session_cookie_is_out_of_reach(app: FastAPI) -> None:
    node = app.state.node
    secure = type(node)(
        settings=node.settings.model_copy(update={"is_cookie_secure": True}), database=node.database,
        storage=node.storage, clock=node.clock, key=node.key,
    )  # fmt: skip
    response = Response()
    set_session_cookie(response, SessionOpened(token="t" * 43, role=Role.POLICE, expires_at=node.clock.now()), secure)
    cookie = response.headers["Set-Cookie"]
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=", "Path=/"))
