"""The database goes away and comes back: nothing answered 200 is lost, nothing answered 503 is half there."""

from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from fines_api.db import Database
from fines_api.kit.clock import FixedClock
from fines_api.kit.errors import UnavailableError
from fines_api.node import Node
from recognition.contracts import Site

pytestmark = pytest.mark.integration


def _shut(postgres_url: str, database_url: str, *, is_open: bool) -> None:
    name = database_url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS {'true' if is_open else 'false'}")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def test_without_the_database_the_answer_is_503_and_the_device_comes_again(
    *,
    node: Node,
    device: Any,
    build: Any,
    site: Site,
    clock: FixedClock,
    client: Any,
    postgres_url: str,
    database_url: str,
) -> None:
    event = device.passage(build.passage(clock.now()))
    _shut(postgres_url, database_url, is_open=False)
    for answer in (
        client.post("/v1/intake/events", json={"events": [event]}, headers=device.headers),
        device.put(build.jpeg()),
        client.get("/v1/hits", headers=device.headers),
        client.get("/readyz"),
    ):
        assert answer.status_code == 503, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json()["code"] == "database.unavailable"
    assert client.get("/healthz").status_code == 200
    _shut(postgres_url, database_url, is_open=True)
    assert device.send(event)[0]["status"] == "accepted"


def test_a_connection_killed_within_a_transaction_is_an_outage(database: Database) -> None:
    def lose_the_connection() -> None:
        with database.begin() as session:
            pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with database.begin() as other:
                other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            session.execute(text("SELECT 1"))

    with pytest.raises(UnavailableError):
        lose_the_connection()
    database.ping()


def test_storage_that_lies_gets_no_receipt(
    node: Node, device: Any, build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node.storage, "put", lambda *_: None)
    answer = device.put(build.jpeg())
    assert (answer.status_code, answer.json()["code"]) == (503, "storage.unreliable")
    with node.database.begin() as session:
        assert session.execute(text("SELECT count(*) FROM evidence_objects")).scalar_one() == 0
