"""Logging in and out, as an attacker would try it."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from fines_api.identity.dependencies import COOKIE, CSRF_HEADER
from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService, csrf_token
from fines_api.kit.clock import FixedClock
from fines_api.kit.errors import ConflictError, InvalidError
from fines_api.node import Node

pytestmark = pytest.mark.integration
PASSWORD = "a long enough password"


def _log_in(client: Any, username: str, password: str) -> Any:
    return client.post("/v1/sessions", json={"username": username, "password": password})


@pytest.fixture
def officer(node: Node) -> str:
    with node.database.begin() as session:
        IdentityService(session, node).create_user("petrova", PASSWORD, Role.OFFICER, actor="test")
    return "petrova"


def test_a_session_opens_serves_and_ends(client: Any, node: Node, officer: str) -> None:
    answer = _log_in(client, officer, PASSWORD)
    assert answer.status_code == 201
    assert answer.json()["role"] == "officer"
    headers = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert client.get("/v1/sites", headers=headers).status_code == 200
    assert client.get("/v1/hits", headers=headers).status_code == 403
    assert client.delete("/v1/sessions/current", headers=headers).status_code == 204
    assert client.get("/v1/sites", headers=headers).status_code == 401
    with node.database.begin() as session:
        stored = session.execute(text("SELECT token_digest FROM sessions")).scalar_one()
        tags = session.execute(text("SELECT tag FROM audit_rows ORDER BY position")).scalars().all()
    assert answer.json()["token"] not in stored
    assert tags[-2:] == ["identity:session:opened", "identity:session:ended"]


def test_wrong_name_and_wrong_password_look_the_same(client: Any, node: Node, officer: str) -> None:
    wrong = [_log_in(client, officer, "not the password"), _log_in(client, "nobody", PASSWORD)]
    assert [answer.status_code for answer in wrong] == [401, 401]
    assert wrong[0].json() == wrong[1].json()
    with node.database.begin() as session:
        refused = session.execute(
            text("SELECT object_id FROM audit_rows WHERE tag = 'identity:session:refused' ORDER BY position")
        ).scalars()
        assert list(refused) == [officer, "nobody"]


def test_an_unknown_name_costs_the_same_time(node: Node, officer: str) -> None:
    def cost_s(username: str) -> float:
        with node.database.begin() as session:
            started = time.process_time()
            assert IdentityService(session, node).log_in(username, "wrong password") is None
            return time.process_time() - started

    cost_s(officer)
    pairs = [(cost_s(officer), cost_s("nobody")) for _ in range(4)]
    ratio = statistics.median(known for known, _ in pairs) / statistics.median(unknown for _, unknown in pairs)
    assert 0.6 < ratio < 1.6


def test_guessing_is_slowed_down(client: Any, officer: str) -> None:
    codes = [_log_in(client, officer, f"guess {number:04d}").status_code for number in range(12)]
    assert codes == [401] * 10 + [429] * 2
    answer = _log_in(client, officer, PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


def test_sessions_expire_and_a_closed_account_is_out(client: Any, node: Node, clock: FixedClock, officer: str) -> None:
    first = {"Authorization": f"Bearer {_log_in(client, officer, PASSWORD).json()['token']}"}
    clock.advance(timedelta(hours=11))
    assert client.get("/v1/sites", headers=first).status_code == 401
    second = {"Authorization": f"Bearer {_log_in(client, officer, PASSWORD).json()['token']}"}
    assert client.get("/v1/sites", headers=second).status_code == 200
    with node.database.begin() as session:
        session.execute(text("UPDATE users SET is_active = false"))
    assert client.get("/v1/sites", headers=second).status_code == 401
    assert _log_in(client, officer, PASSWORD).status_code == 401


def test_odd_authorization_is_nobody(client: Any) -> None:
    for header in ("Bearer", "Bearer ", "Basic abc", "bearer x y", "Bearer \x7f", "nonsense"):
        assert client.get("/v1/hits", headers={"Authorization": header}).status_code == 401


def test_a_cookie_alone_changes_nothing(client: Any, node: Node, officer: str) -> None:
    token = _log_in(client, officer, PASSWORD).json()["token"]
    client.cookies.set(COOKIE, token)
    assert client.get("/v1/sites").status_code == 200
    answer = client.delete("/v1/sessions/current")
    assert (answer.status_code, answer.json()["code"]) == (403, "auth.csrf")
    wrong = client.delete("/v1/sessions/current", headers={CSRF_HEADER: "0" * 64})
    assert wrong.status_code == 403
    assert client.delete("/v1/sessions/current", headers={CSRF_HEADER: csrf_token(token)}).status_code == 204


def test_another_site_cannot_write(client: Any, log_in: Callable[..., Any]) -> None:
    headers = log_in(Role.OFFICER) | {"Sec-Fetch-Site": "cross-site"}
    assert client.delete("/v1/sessions/current", headers=headers).json()["code"] == "auth.cross_site"


def test_mass_assignment_is_refused(client: Any, officer: str) -> None:
    body = {"username": officer, "password": PASSWORD, "role": "administrator"}
    assert client.post("/v1/sessions", json=body).status_code == 422


def test_a_poisoned_body_is_a_problem_not_a_crash(client: Any) -> None:
    for body in ("[" * 100_000, '{"username": "\\ud800", "password": "x"}', "\x00", '{"username": NaN}'):
        answer = client.post("/v1/sessions", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 422}
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_zero_byte_in_a_name_is_a_problem_not_a_crash(client: Any, officer: str) -> None:
    assert _log_in(client, "a\x00b", PASSWORD).status_code in {401, 422}


def test_accounts_are_made_with_care(node: Node, officer: str) -> None:
    with node.database.begin() as session:
        identity = IdentityService(session, node)
        with pytest.raises(ConflictError):
            identity.create_user(officer, PASSWORD, Role.POLICE, actor="test")
        with pytest.raises(InvalidError, match="password"):
            identity.create_user("new", "short", Role.POLICE, actor="test")
        with pytest.raises(InvalidError, match="role"):
            identity.create_user("new", PASSWORD, Role.CITIZEN, actor="test")
        with pytest.raises(InvalidError, match="name"):
            identity.create_user("a:b", PASSWORD, Role.POLICE, actor="test")
