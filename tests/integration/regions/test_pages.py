"""How fresh the lists of other regions are, as the police see it."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from fines_api.app import create_app
from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService

pytestmark = pytest.mark.integration
PASSWORD = "a long enough password"


def _client(region: Any, role: Role) -> TestClient:
    with region.node.database.begin() as session:
        IdentityService(session, region.node).create_user(f"{role}-1", PASSWORD, role, actor="test")
    client = TestClient(create_app(region.node), base_url="https://testserver")
    answer = client.post("/v1/sessions", json={"username": f"{role}-1", "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client


def test_the_police_see_how_old_the_other_list_is(regions: tuple[Any, Any]) -> None:
    owner, reader = regions
    owner.look_for("A372MK77")
    with owner.service() as service:
        (entry,) = service.owed("hot", 0, 10)
        beat = service.heartbeat()
    with _client(reader, Role.POLICE) as client:
        assert client.get("/v1/regions").json()["peers"][0]["list_age"] == "—", "never heard of"

        with reader.service() as service:
            service.hear("beat.77", beat)
        (peer,) = client.get("/v1/regions").json()["peers"]
        assert (peer["missing"], peer["list_as_of"], peer["is_stale"]) == (1, None, True), "announced and not here"

        with reader.service() as service:
            service.receive(entry.subject, entry.envelope)
            service.hear("beat.77", beat)
        (peer,) = client.get("/v1/regions").json()["peers"]
        assert (peer["missing"], peer["is_stale"]) == (0, False)
        assert peer["list_age"].startswith("00:0")
        assert "00:0" in client.get("/police").text
        assert client.get("/v1/regions/quarantine").status_code == 403


def test_refused_messages_are_the_administrators(regions: tuple[Any, Any]) -> None:
    _, reader = regions
    with reader.service() as service:
        service.receive("hot.99", b"{}")
        service.hear("beat.77", b"forged")
    with _client(reader, Role.ADMINISTRATOR) as client:
        rows = client.get("/v1/regions/quarantine").json()
        assert sorted(row["code"] for row in rows) == ["regions.malformed", "regions.unknown_peer"]
        assert client.get("/v1/regions").status_code == 403
    assert TestClient(create_app(reader.node)).get("/v1/regions").status_code == 401
