"""Live hits over a real server: at once, in order, resumed without a gap."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from fines_api.hotlists import endpoints
from fines_api.hotlists.schemas import NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.identity.schemas import Role
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from recognition.contracts import HotlistReason, Site

pytestmark = pytest.mark.integration


@pytest.fixture
def drive_by(node: Node, site: Site, clock: FixedClock, build: Any) -> Callable[[], str]:
    """Let a listed car pass once more, in a transaction of its own."""
    build.listed(
        node,
        NewEntry(
            plate="A123BC77", plate_region="ru", plate_type="1", reason=HotlistReason.STOLEN, legal_basis="case 1",
            valid_until=clock.now() + timedelta(days=1),
        ),
    )  # fmt: skip

    def pass_by() -> str:
        passage = build.passage(clock.now())
        with node.database.begin() as session:
            HotlistService(session, node).match_passages([(passage, site)])
        return str(passage.passage_id)

    return pass_by


def events(response: httpx2.Response) -> Iterator[dict[str, Any]]:
    """Yield ``{"id": …, "event": …, "data": …}`` of the stream as it comes."""
    event: dict[str, Any] = {}
    for line in response.iter_lines():
        if not line:
            if "data" in event:
                yield event
            event = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = json.loads(value) if name == "data" else value


def open_stream(url: str, headers: dict[str, str]) -> Any:
    return httpx2.stream("GET", f"{url}/v1/hits/stream", headers=headers, timeout=10)


def test_a_hit_arrives_within_a_second_and_resuming_loses_none(
    server_url: str, log_in: Callable[..., Any], drive_by: Callable[[], str]
) -> None:
    police = log_in(Role.POLICE)
    drive_by()  # before anybody looks: not news
    with open_stream(server_url, police) as response:
        assert response.headers["Content-Type"].startswith("text/event-stream")
        assert response.headers["Cache-Control"] == "no-store"
        stream = events(response)
        time.sleep(0.5)
        started = time.monotonic()
        threading.Timer(0.2, drive_by).start()
        first = next(stream)
        assert time.monotonic() - started < 2.0
        assert (first["event"], first["data"]["state"]) == ("hit", "new")
        assert int(first["id"]) == first["data"]["id"]
    missed = [drive_by() for _ in range(3)]
    with open_stream(server_url, police | {"Last-Event-ID": first["id"]}) as response:
        stream = events(response)
        resumed = [next(stream) for _ in range(3)]
        assert [len(event["data"]["hit_id"]) for event in resumed] == [36] * len(missed)
        numbers = [int(event["id"]) for event in resumed]
        assert numbers == sorted(numbers)
        assert numbers[0] > int(first["id"])


def test_many_writers_and_a_reader_that_misses_none(
    server_url: str, log_in: Callable[..., Any], drive_by: Callable[[], str]
) -> None:
    writers, each = 4, 10
    with open_stream(server_url, log_in(Role.POLICE) | {"Last-Event-ID": "0"}) as response:
        threads = [threading.Thread(target=lambda: [drive_by() for _ in range(each)]) for _ in range(writers)]
        for thread in threads:
            thread.start()
        stream = events(response)
        numbers = [int(next(stream)["id"]) for _ in range(writers * each)]
        for thread in threads:
            thread.join()
    assert numbers == sorted(set(numbers))


def test_the_stream_ends_with_the_session(
    server_url: str, log_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "HEARTBEAT_S", 0.3)
    police = log_in(Role.POLICE)
    with open_stream(server_url, police) as response:
        httpx2.delete(f"{server_url}/v1/sessions/current", headers=police)
        assert list(events(response)) == []


def test_the_stream_is_for_the_police(server_url: str, log_in: Callable[..., Any]) -> None:
    assert httpx2.get(f"{server_url}/v1/hits/stream").status_code == 401
    assert httpx2.get(f"{server_url}/v1/hits/stream", headers=log_in(Role.OFFICER)).status_code == 403
