"""A throw-away centre for the benches: embedded PostgreSQL, two serving processes, devices, sites, a full hotlist."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx2
import psutil
import psycopg

from fines_api.cli.bench_traffic import Picture
from fines_api.db import Database
from fines_api.db.embedded import start_embedded
from fines_api.db.migrations import migrate
from fines_api.devices.service import DeviceService
from fines_api.kit.clock import SystemClock
from fines_api.kit.errors import UnavailableError
from fines_api.kit.settings import Settings
from fines_api.kit.storage import LocalStorage
from fines_api.node import Node
from fines_api.sites.service import SiteService
from recognition.contracts import (
    ASSERTION_PAYLOAD_TYPE,
    DeviceAssertion,
    EnrolmentRequest,
    HotlistEntryRecord,
    HotlistReason,
    MatchPolicy,
    PlateKey,
    Site,
    VehicleClass,
)
from recognition.evidence import SigningKey, canonical_bytes, sha256_hex, sign_envelope

REGION: Final = "77"
_CHUNK: Final = 20_000
_START_S: Final = 120.0


@dataclass(frozen=True)
class Listing:
    """One entry of the list: its plate, how near a seen one must come, and how long ago its source confirmed it."""

    plate: PlateKey
    policy: MatchPolicy = MatchPolicy.EXACT
    vehicle_class: VehicleClass = VehicleClass.UNKNOWN
    confirmed: timedelta = timedelta(0)

    @staticmethod
    def entry_id(number: int) -> UUID:
        """Return the id of an entry by its place in the list."""
        return UUID(int=number + 1)


@dataclass(frozen=True)
class Device:
    """An enrolled device with a session."""

    device_id: str
    key: SigningKey
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """What its requests carry."""
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class Centre:
    """A running centre and the node behind it."""

    node: Node
    url: str
    pid: int

    def cpu_s(self) -> dict[str, float]:
        """Return the processor time used so far by the serving processes, the database server and this process, s."""
        postmaster = int((self.node.settings.data_dir.parent / "postgres" / "postmaster.pid").read_text().split()[0])
        return {"centre": _cpu_s(self.pid), "postgresql": _cpu_s(postmaster), "sender": _cpu_s(os.getpid(), alone=True)}


def _cpu_s(pid: int, *, alone: bool = False) -> float:
    first = psutil.Process(pid)
    every = [first] if alone else [first, *first.children(recursive=True)]
    times = [process.cpu_times() for process in every]
    return sum(one.user + one.system for one in times) + times[0].children_user + times[0].children_system


@contextmanager
def opened_centre(folder: Path, *, processes: int, entries: Sequence[Listing]) -> Iterator[Centre]:
    """Start everything anew in an empty folder, with such a hotlist."""
    folder.mkdir(parents=True, exist_ok=True)
    url = start_embedded(folder / "postgres")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
        connection.execute("CREATE DATABASE bench")
    database = Database(url.replace("/postgres?", "/bench?"))
    settings = Settings(
        region=REGION, data_dir=folder / "node", database_url=database.dsn, is_cookie_secure=False,
        device_events_per_s=1000, device_burst_events=100_000,
    )  # fmt: skip
    storage = LocalStorage(settings.data_dir / "evidence")
    node = Node(settings, database, storage, SystemClock(), SigningKey.load_or_create(settings.region_key))
    migrate(database)
    fill_hotlist(database, entries)
    with _serving(settings, processes) as (address, pid):
        yield Centre(node, address, pid)
    node.close()


def enrolled(centre: Centre, device_id: str) -> Device:
    """Enrol a device at a site of its own; past the door's limit for strangers, who are let in a few a minute."""
    key, node = SigningKey.generate(), centre.node
    with node.database.begin() as session:
        SiteService(session, node).register(_site(f"site-{device_id}"), actor="bench")
        devices = DeviceService(session, node)
        code, proof = devices.issue_code(device_id, actor="bench").code, _assertion(device_id, key, "enrolment")
        devices.enrol(EnrolmentRequest(code=code, device_id=device_id, public_key_pem=key.verifying.pem, proof=proof))
        return Device(device_id, key, devices.open_session(_assertion(device_id, key, "session")).token)


def sent_pictures(centre: Centre, device: Device, count: int) -> tuple[Picture, ...]:
    """Send pictures of 6 kB, each read back by the centre; passages refer to them."""
    pictures = []
    with httpx2.Client(base_url=centre.url, headers=device.headers, timeout=60) as client:
        for number in range(count):
            data = b"\xff\xd8\xff\xe0" + number.to_bytes(4, "big") * 1500 + b"\xff\xd9"
            digest = sha256_hex(data)
            path, headers = f"/v1/intake/evidence/{digest}", {"Content-Type": "image/jpeg"}
            client.put(path, content=data, headers=headers).raise_for_status()
            pictures.append(Picture(digest, len(data)))
    return tuple(pictures)


def count_rows(node: Node, table: str) -> int:
    """Count a table's rows."""
    with psycopg.connect(node.database.dsn) as connection:
        row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - names from this package
    return int(row[0]) if row else 0


def listings(plates: Sequence[PlateKey], confusable: int) -> list[Listing]:
    """List plates; so many of the first may be found by a misread."""
    wide, narrow = MatchPolicy.CONFUSABLE, MatchPolicy.EXACT
    return [Listing(plate, wide if number < confusable else narrow) for number, plate in enumerate(plates)]


def fill_hotlist(database: Database, entries: Sequence[Listing]) -> None:
    """Lay a list of entries into the table, as an import would."""
    now, numbered = SystemClock().now(), iter(enumerate(entries))
    with psycopg.connect(database.dsn) as connection:
        while chunk := list(islice(numbered, _CHUNK)):
            with connection.cursor() as cursor, cursor.copy(_FILL) as copy:
                for number, entry in chunk:
                    copy.write_row(_entry_row(number, entry, now))
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute("ANALYZE hotlist_entries")


_FILL = (
    "COPY hotlist_entries (entry_id, list_code, match_policy, owner_region, version, plate, plate_region, plate_type,"
    " valid_until, confirmed_at, is_withdrawn, record, changed_at, created_by) FROM STDIN"
)


def _entry_row(number: int, entry: Listing, now: datetime) -> tuple[Any, ...]:
    until, key = now + timedelta(days=90), entry.plate
    record = HotlistEntryRecord(
        entry_id=entry.entry_id(number), owner_region=REGION, version=1, plate=key.plate,
        plate_region=key.plate_region, plate_type=key.plate_type, reason=HotlistReason.STOLEN, list_code="stolen",
        match_policy=entry.policy, priority=1, vehicle_class=entry.vehicle_class, legal_basis="bench",
        valid_from=now - entry.confirmed, valid_until=until, confirmed_at=now - entry.confirmed,
    )  # fmt: skip
    return (
        record.entry_id, record.list_code, entry.policy.value, REGION, 1, key.plate, key.plate_region, key.plate_type,
        until, record.confirmed_at, False, record.model_dump_json(), now, "bench",
    )  # fmt: skip


@contextmanager
def _serving(settings: Settings, processes: int) -> Iterator[tuple[str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {
        "RUBEZH_REGION": settings.region,
        "RUBEZH_DATA_DIR": str(settings.data_dir),
        "RUBEZH_DATABASE_URL": str(settings.database_url),
        "RUBEZH_IS_COOKIE_SECURE": "false",
        "RUBEZH_DEVICE_EVENTS_PER_S": str(settings.device_events_per_s),
        "RUBEZH_DEVICE_BURST_EVENTS": str(settings.device_burst_events),
    }
    command = [sys.executable, "-m", "fines_api.cli", "serve", "--port", str(port), "--processes", str(processes)]
    with (settings.data_dir / "serve.log").open("wb") as log:
        child = subprocess.Popen(command, env=environment, stderr=log)  # noqa: S603 - this program itself
        try:
            _wait_for(f"http://127.0.0.1:{port}", child, settings.data_dir / "serve.log")
            yield f"http://127.0.0.1:{port}", child.pid
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(60)


def _wait_for(url: str, child: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline_s = time.monotonic() + _START_S
    while time.monotonic() < deadline_s and child.poll() is None:
        try:
            if httpx2.get(f"{url}/readyz").is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    raise UnavailableError("the centre does not start", hint=f"read {log}", code="bench.centre")


def _assertion(device_id: str, key: SigningKey, audience: str) -> Any:
    nonce = sha256_hex(os.urandom(16))[:32]
    assertion = DeviceAssertion(device_id=device_id, audience=audience, issued_at=SystemClock().now(), nonce=nonce)
    return sign_envelope(canonical_bytes(assertion), ASSERTION_PAYLOAD_TYPE, key)


def _site(site_id: str) -> Site:
    now = SystemClock().now()
    corners = [((0, 0), (0, 0)), ((100, 0), (3, 0)), ((100, 100), (3, 10)), ((0, 100), (0, 10))]
    points = [{"name": f"p{number}", "pixel_px": pixel, "road_m": road} for number, (pixel, road) in enumerate(corners)]
    return Site.model_validate(
        {
            "schema": "rubezh.site/1", "site_id": site_id, "version": 1, "valid_from": now - timedelta(days=30),
            "region": REGION, "jurisdiction": "ru", "timezone": "Europe/Moscow",
            "place": {"address": f"Bench road, {site_id}", "latitude": 55.75, "longitude": 37.62},
            "camera": {"camera_id": "camera-1", "width_px": 1920, "height_px": 1080},
            "survey": {
                "surveyed_at": now - timedelta(days=30), "surveyor": "bench", "method": "tape", "sigma_px": 1.0,
                "sigma_m": 0.02, "points": points,
            },
            "speed": {"limit_kmh": 60, "from_m": 0, "to_m": 20},
            "certificate": {
                "device_model": "bench", "type_approval": "-", "verification": "-",
                "verified_at": now - timedelta(days=30), "valid_until": now + timedelta(days=300),
            },
            "rules": {},
        }
    )  # fmt: skip


def machine_notes(node: Node) -> dict[str, Any]:
    """Return what the figures depend on besides the processor."""
    with psycopg.connect(node.database.dsn) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return {"postgresql": row[0] if row else None, "free": json.dumps(os.getloadavg())}
