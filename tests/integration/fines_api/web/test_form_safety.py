"""What protects a person whose browser is used against them."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from fines_api.identity.schemas import Role

pytestmark = pytest.mark.integration
LogIn = Callable[[Role], dict[str, str]]
FORMS = [
    (Role.POLICE, "/police/hotlist", {"plate": "О567АМ76", "legal_basis": "case 7", "valid_until": "2099-01-01"}),
    (Role.POLICE, "/police/hits/1/verdict", {"verdict": "correct"}),
    (Role.POLICE, "/police/hits/1/action", {"action": "stopped"}),
    (Role.POLICE, "/police/hotlist/00000000-0000-0000-0000-000000000000/approval", {}),
    (Role.POLICE, "/police/hotlist/00000000-0000-0000-0000-000000000000/withdrawal", {}),
    (Role.POLICE, "/police/imports/00000000-0000-0000-0000-000000000000/approval", {}),
    (Role.POLICE, "/police/hotlists/stolen/import", {"step": "propose"}),
    (Role.OFFICER, "/officer/cases/00000000-0000-0000-0000-000000000000/approval", {}),
    (Role.OFFICER, "/officer/cases/00000000-0000-0000-0000-000000000000/rejection", {"reason": "no"}),
    (Role.POLICE, "/logout", {}),
]


def _as_cookie(client: TestClient, headers: dict[str, str]) -> None:
    client.cookies.set("rubezh_session", headers["Authorization"].removeprefix("Bearer "))


@pytest.mark.parametrize(("role", "path", "data"), FORMS)
def test_a_form_without_its_token_changes_nothing(
    client: TestClient, log_in: LogIn, role: Role, path: str, data: dict[str, Any]
) -> None:
    _as_cookie(client, log_in(role))
    for extra in ({}, {"csrf_token": "0" * 64}):
        answer = client.post(path, data=data | extra)
        assert (answer.status_code, answer.json()["code"]) == (403, "auth.csrf")


@pytest.mark.parametrize(
    "path", [path for _, path, _ in FORMS] + ["/sandbox/checkout/" + "0" * 8 + "-0000" * 3 + "-" + "0" * 12]
)
def test_nobody_posts_without_a_session(client: TestClient, path: str) -> None:
    assert client.post(path).status_code == 401


def test_the_log_in_form_sets_a_cookie_scripts_cannot_read_and_stays_on_the_site(
    client: TestClient, log_in: LogIn
) -> None:
    log_in(Role.POLICE)
    for target, landed in (
        ("//evil.example", "/police"),
        ("/\\evil", "/police"),
        ("/police/hotlist", "/police/hotlist"),
    ):
        data = {"username": "police-1", "password": "a long enough password", "next": target}
        answer = client.post("/login", data=data)
        assert (answer.status_code, answer.headers["location"]) == (303, landed)
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie


def test_pages_carry_the_strict_policy_and_are_not_kept(client: TestClient) -> None:
    for path in ("/", "/login", "/citizen"):
        answer = client.get(path)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
    assert client.get("/static/rubezh.css").headers["cache-control"].startswith("public")
    assert client.get("/static/../rendering.py").status_code == 404


@pytest.mark.parametrize("path", ["/police", "/police/hotlist", "/police/precision", "/officer", "/citizen/decrees"])
def test_pages_behind_the_log_in_send_there(client: TestClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")
