"""Two regions on one PostgreSQL and a real hub that can be killed and wiped."""

import asyncio
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import nats
import psycopg
import pytest
from sqlalchemy import select, text

import fines_api.regions.jobs  # noqa: F401 - registers the jobs that entries and hits defer
from deploy.nats import HubUser, hub_config
from fines_api.db import Database
from fines_api.db.all_tables import METADATA
from fines_api.hotlists.matching import HitService
from fines_api.hotlists.schemas import HitInfo, NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.hotlists.tables import HotlistHitRow
from fines_api.kit.clock import SystemClock
from fines_api.kit.jobs import run_pending_jobs
from fines_api.kit.settings import Settings
from fines_api.kit.storage import LocalStorage
from fines_api.node import Node
from fines_api.passages.service import PassageService, ReportedPassage
from fines_api.regions import relay
from fines_api.regions.schemas import PeerAnswer, RegionsAnswer
from fines_api.regions.service import RegionService
from fines_api.sites.service import SiteService
from recognition.contracts import (
    Camera,
    ClockQuality,
    ClockSource,
    HotlistReason,
    Passage,
    Place,
    PlateConsensus,
    PlateRead,
    Site,
    VehicleClass,
)
from recognition.evidence import SigningKey, VerifyingKey

PLATE = "A372MK77"


class RealHub:
    """A nats-server process on a port of its own."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.folder = folder
        self._config = folder / "hub.conf"
        users = [HubUser("77", "secret-77"), HubUser("50", "secret-50")]
        self._config.write_text(hub_config(users, port=self.port, store_dir=folder / "store"))
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, region: str) -> str:
        return f"nats://{region}:secret-{region}@127.0.0.1:{self.port}"

    def start(self) -> None:
        program = Path(sys.executable).parent / "nats-server"
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen([program, "-c", self._config], stdout=log, stderr=log)
        wait_until(self._is_listening, 10)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def wipe(self) -> None:
        shutil.rmtree(self.folder / "store")

    def publish(self, user: str, subject: str, data: bytes) -> None:
        """Publish past all checks of the project."""
        asyncio.run(self._publish(user, subject, data))

    def refuses(self, user: str, subject: str) -> bool:
        """Tell whether the hub forbids this user to publish under the subject."""
        return any("permissions violation" in error for error in asyncio.run(self._publish(user, subject, b"x")))

    async def _publish(self, user: str, subject: str, data: bytes) -> list[str]:
        errors: list[str] = []

        async def note(error: Exception) -> None:
            errors.append(str(error).lower())

        client = await nats.connect(self.url(user), error_cb=note, allow_reconnect=False)
        await client.publish(subject, data)
        await client.flush()
        await asyncio.sleep(0.05)
        await client.close()
        return errors

    def _is_listening(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class Region:
    """One region's node in this process, its relay on a thread."""

    code: str
    node: Node
    peers: dict[str, VerifyingKey]
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start_relay(self) -> None:
        self._stop.clear()
        self._thread = threading.Thread(target=relay.run, args=(self.node, self._stop), daemon=True)
        self._thread.start()

    def ask_relay_to_stop(self) -> None:
        self._stop.set()

    def stop_relay(self) -> None:
        self.ask_relay_to_stop()
        if self._thread is not None:
            self._thread.join(20)
            assert not self._thread.is_alive()
            self._thread = None

    @contextmanager
    def service(self) -> Iterator[RegionService]:
        with self.node.database.begin() as session:
            yield RegionService(session, self.node, self.peers)

    def work(self) -> None:
        """The worker does what is due."""
        run_pending_jobs(self.node)

    def look_for(self, plate: str = PLATE) -> UUID:
        """An officer of this region asks for a plate, another agrees; the worker does its jobs."""
        entry = NewEntry(
            plate=plate,
            plate_region="ru",
            reason=HotlistReason.STOLEN,
            legal_basis="case 1-2026",
            valid_until=datetime.now(UTC) + timedelta(days=30),
        )
        with self.node.database.begin() as session:
            info = HotlistService(session, self.node).add(entry, actor="police:test")
            HotlistService(session, self.node).approve(info.entry_id, actor="police:second")
        self.work()
        return info.entry_id

    def see(self, plate: str = PLATE) -> UUID:
        """A camera of this region sees a plate: passage and match in one transaction, then the worker."""
        passage = passage_of(plate)
        with self.node.database.begin() as session:
            site = site_of(self.code)
            SiteService(session, self.node).register(site, actor="test")
            event = ReportedPassage(passage, b'{"data":%b}' % passage.model_dump_json().encode())
            assert PassageService(session, self.node).keep([event]) == [True]
            HotlistService(session, self.node).match_passages([(passage, site)])
        self.work()
        return passage.passage_id

    def hits(self) -> list[HitInfo]:
        with self.node.database.begin() as session:
            return HitService(session, self.node).hits(500, None)

    def hit_passages(self) -> list[UUID]:
        with self.node.database.begin() as session:
            return sorted(session.scalars(select(HotlistHitRow.passage_id)))

    def entries(self) -> list[UUID]:
        with self.node.database.begin() as session:
            return sorted(info.entry_id for info in HotlistService(session, self.node).entries(500))

    def overview(self) -> RegionsAnswer:
        with self.service() as service:
            return service.overview()

    def peer(self) -> PeerAnswer:
        with self.service() as service:
            return service.freshness()[0]

    def refusals(self) -> list[str]:
        with self.service() as service:
            return sorted(message.code for message in service.quarantined())


def wait_until(is_true: Callable[[], bool], timeout_s: float) -> float:
    """Wait for something to hold; returns the seconds it took."""
    started = time.monotonic()
    while not is_true():
        assert time.monotonic() - started < timeout_s, f"not within {timeout_s} s"
        time.sleep(0.05)
    return time.monotonic() - started


def site_of(region: str) -> Site:
    return Site(
        schema_id="rubezh.site/1",
        site_id="gate",
        version=1,
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        region=region,
        jurisdiction="ru",
        timezone="Europe/Moscow",
        place=Place(address="Gate street 1", latitude=55.7, longitude=37.6),
        camera=Camera(camera_id="cam-1", width_px=1280, height_px=720),
    )


def passage_of(plate: str) -> Passage:
    now = datetime.now(UTC)
    key = {"plate": plate, "plate_region": "ru", "plate_type": "1"}
    read = PlateRead(
        **key,
        frame_sequence=1,
        captured_at=now,
        raw_text=plate,
        confidence=0.95,
        corners_px=((10.0, 10.0), (90.0, 10.0), (90.0, 30.0), (10.0, 30.0)),
        height_px=20.0,
    )
    return Passage(
        passage_id=uuid4(),
        device_id="device-1",
        site_id="gate",
        site_version=1,
        camera_id="cam-1",
        track_id=1,
        started_at=now,
        ended_at=now,
        captured_at=now,
        clock=ClockQuality(source=ClockSource.FILE, bound_ms=100),
        vehicle_class=VehicleClass.CAR,
        vehicle_confidence=0.9,
        frames=10,
        plate=PlateConsensus(**key, confidence=0.95, support=1, looks=1, best=read),
        code_version="test",
    )


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[[Callable[[], bool], float], float]:
    return wait_until


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RealHub]:
    hub = RealHub(tmp_path)
    hub.start()
    yield hub
    hub.kill()


@pytest.fixture(scope="session")
def _databases(postgres_url: str) -> Iterator[dict[str, Database]]:
    """One migrated database for each region; they go with the server."""
    databases = {}
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        for code in ("77", "50"):
            name = f"t_{uuid4().hex[:12]}"
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template_rubezh")
            databases[code] = Database(postgres_url.replace("/postgres?", f"/{name}?"))
    yield databases
    for database in databases.values():
        database.dispose()


@pytest.fixture
def regions(_databases: dict[str, Database], tmp_path: Path) -> tuple[Region, Region]:
    """Regions 77 and 50, empty, that know each other's keys and have no hub."""
    return _regions(_databases, tmp_path, None)


@pytest.fixture
def joined(_databases: dict[str, Database], tmp_path: Path, hub: RealHub) -> Iterator[tuple[Region, Region]]:
    """Regions 77 and 50, empty, with their relays running."""
    pair = _regions(_databases, tmp_path, hub)
    for region in pair:
        region.start_relay()
    yield pair
    for region in pair:
        region.ask_relay_to_stop()
    for region in pair:
        region.stop_relay()


def _regions(databases: dict[str, Database], folder: Path, hub: RealHub | None) -> tuple[Region, Region]:
    keys = {code: SigningKey.generate() for code in databases}
    owner, reader = (_region(code, databases[code], keys, folder, hub) for code in ("77", "50"))
    return owner, reader


def _region(code: str, database: Database, keys: dict[str, SigningKey], folder: Path, hub: RealHub | None) -> Region:
    names = ", ".join(sorted(set(METADATA.tables) - {"audit_rows", "searches", "hotlists"}))
    with database.begin() as session:
        session.execute(text(f"TRUNCATE {names}, procrastinate_jobs RESTART IDENTITY CASCADE"))
    peers = {other: key.verifying for other, key in keys.items() if other != code}
    path = folder / f"peers-{code}.toml"
    path.write_text("".join(f'{other} = """{key.pem}"""\n' for other, key in peers.items()))
    settings = Settings(region=code, data_dir=folder / code, hub_url=hub.url(code) if hub else None, peers_path=path)
    node = Node(settings, database, LocalStorage(folder / code / "evidence"), SystemClock(), keys[code])
    return Region(code, node, peers)
