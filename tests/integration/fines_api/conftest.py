"""A whole region node over a real PostgreSQL, people logged in by role, and an enrolled device that signs."""

import base64
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import pytest
import structlog
import uvicorn
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from fines_api.app import create_app
from fines_api.db import Database
from fines_api.devices.service import DeviceService
from fines_api.hotlists.schemas import EntryInfo, NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService
from fines_api.kit.clock import FixedClock
from fines_api.kit.settings import Settings
from fines_api.kit.storage import LocalStorage
from fines_api.node import Node
from fines_api.sites.service import SiteService
from recognition.contracts import (
    ASSERTION_PAYLOAD_TYPE,
    EVENT_PAYLOAD_TYPE,
    GENESIS_HASH,
    RECEIPT_PAYLOAD_TYPE,
    ClockQuality,
    ClockSource,
    CloudEvent,
    DeviceAssertion,
    DsseEnvelope,
    EnrolmentRequest,
    EventType,
    EvidenceItem,
    EvidenceManifest,
    EvidenceRole,
    ImageRef,
    ImageRole,
    Measurement,
    Passage,
    PlateConsensus,
    PlateKey,
    PlateRead,
    Receipt,
    RuleMode,
    Site,
    VehicleClass,
    ViolationCandidate,
)
from recognition.evidence import (
    SealedPackage,
    SigningKey,
    canonical_bytes,
    open_envelope,
    seal,
    sha256_hex,
    sign_envelope,
)

PASSWORD = "a long enough password"
_CLOCK_QUALITY = ClockQuality(source=ClockSource.FILE, bound_ms=20)
_CORNERS = ((10.0, 10.0), (90.0, 10.0), (90.0, 30.0), (10.0, 30.0))


@pytest.fixture(autouse=True, scope="session")
def _plain_logs() -> None:
    """One line per log entry; the default renderer draws every local variable of a traceback."""
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


@pytest.fixture
def clock() -> FixedClock:
    """Stands still near the real time, so that browsers' cookies hold."""
    return FixedClock(datetime.now(UTC).replace(microsecond=0))


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(region="77", data_dir=tmp_path / "node", database_url=database_url, is_cookie_secure=False)


@pytest.fixture
def node(settings: Settings, database: Database, clock: FixedClock) -> Node:
    storage = LocalStorage(settings.data_dir / "evidence")
    return Node(settings=settings, database=database, storage=storage, clock=clock, key=SigningKey.generate())


@pytest.fixture
def app(node: Node) -> FastAPI:
    return create_app(node)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.fixture
def server_url(app: FastAPI) -> Iterator[str]:
    """The app behind a real server on a free port (for streams and browsers)."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def log_in(node: Node) -> Callable[..., dict[str, str]]:
    """Create a user once and return the headers of a fresh session: ``log_in(Role.POLICE)``, ``…, "police-2")``."""
    known: set[str] = set()

    def headers_of(role: Role, name: str | None = None) -> dict[str, str]:
        username = name or f"{role}-1"
        with node.database.begin() as session:
            identity = IdentityService(session, node)
            if username not in known:
                known.add(username)
                identity.create_user(username, PASSWORD, role, actor="test")
            opened = identity.open_session(role, username, lifetime=timedelta(hours=1))
        return {"Authorization": f"Bearer {opened.token}"}

    return headers_of


@pytest.fixture
def site(node: Node, clock: FixedClock) -> Site:
    """A registered site with a valid certificate."""
    site = make_site(clock.now())
    with node.database.begin() as session:
        SiteService(session, node).register(site, actor="test")
    return site


def make_site(now: datetime, *, site_id: str = "test-road", region: str = "77", version: int = 1) -> Site:
    return Site.model_validate(
        {
            "schema": "rubezh.site/1",
            "site_id": site_id,
            "version": version,
            "valid_from": now - timedelta(days=30),
            "region": region,
            "jurisdiction": "ru",
            "timezone": "Europe/Moscow",
            "place": {"address": "Test road, km 7", "latitude": 55.75, "longitude": 37.62},
            "camera": {"camera_id": "cam-1", "width_px": 1920, "height_px": 1080},
            "survey": {
                "surveyed_at": now - timedelta(days=30),
                "surveyor": "A. Surveyor",
                "method": "tape",
                "sigma_px": 1.0,
                "sigma_m": 0.02,
                "points": [
                    {"name": "a", "pixel_px": (0, 0), "road_m": (0, 0)},
                    {"name": "b", "pixel_px": (100, 0), "road_m": (3, 0)},
                    {"name": "c", "pixel_px": (100, 100), "road_m": (3, 10)},
                    {"name": "d", "pixel_px": (0, 100), "road_m": (0, 10)},
                ],
            },
            "speed": {"limit_kmh": 60, "from_m": 0, "to_m": 20},
            "certificate": {
                "device_model": "Rubezh test",
                "type_approval": "TA-1",
                "verification": "V-1",
                "verified_at": now - timedelta(days=30),
                "valid_until": now + timedelta(days=300),
            },
            "rules": {"point_speed": {"mode": "fine"}, "solid_line": {"mode": "fine"}},
        }
    )


@dataclass
class SigningDevice:
    """A device as the centre meets it: signs events into a chain, uploads, and checks receipts."""

    device_id: str
    key: SigningKey
    client: TestClient
    centre_key: SigningKey
    now: Callable[[], datetime]
    token: str = ""
    epoch: int = 1
    seq: int = 0
    previous: str = GENESIS_HASH
    sent: list[dict[str, Any]] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def assertion(self, audience: str, **changes: Any) -> DsseEnvelope:
        assertion = DeviceAssertion(
            **{"device_id": self.device_id, "audience": audience, "issued_at": self.now(), "nonce": uuid4().hex}
            | changes
        )
        return sign_envelope(canonical_bytes(assertion), ASSERTION_PAYLOAD_TYPE, self.key)

    def open_session(self) -> None:
        answer = self.client.post("/v1/devices/sessions", json=self.assertion("session").model_dump())
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["token"]

    def put(self, data: bytes, media_type: str = "image/jpeg", sha256: str | None = None) -> Response:
        return self.client.put(
            f"/v1/intake/evidence/{sha256 or sha256_hex(data)}",
            content=data,
            headers=self.headers | {"Content-Type": media_type},
        )

    def event(self, kind: EventType, data: dict[str, Any], *, subject: str = "test") -> dict[str, Any]:
        """Sign the next event of the chain."""
        self.seq += 1
        event = CloudEvent(
            id=uuid5(NAMESPACE_URL, f"{self.device_id}/{self.epoch}/{self.seq}"),
            source=f"urn:rubezh:device:{self.device_id}",
            type=kind,
            subject=subject,
            time=self.now(),
            dataschema="urn:rubezh:schema:test",
            rubezhepoch=self.epoch,
            rubezhseq=self.seq,
            rubezhprev=self.previous,
            data=data,
        )
        payload = canonical_bytes(event)
        self.previous = sha256_hex(payload)
        return self.sign(payload)

    def sign(self, payload: bytes) -> dict[str, Any]:
        """Sign any payload as an event."""
        return sign_envelope(payload, EVENT_PAYLOAD_TYPE, self.key).model_dump()

    def passage(self, passage: Passage) -> dict[str, Any]:
        return self.event(EventType.PASSAGE_RECORDED, passage.model_dump(mode="json"), subject=str(passage.passage_id))

    def candidate(self, candidate: ViolationCandidate) -> dict[str, Any]:
        data = candidate.model_dump(mode="json")
        return self.event(EventType.CANDIDATE_SEALED, data, subject=str(candidate.candidate_id))

    def send(self, *events: dict[str, Any]) -> list[dict[str, Any]]:
        """Send a batch; check that the receipt is the centre's and says what the answer says."""
        answer = self.client.post("/v1/intake/events", json={"events": list(events)}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        payload = open_envelope(
            DsseEnvelope.model_validate(body["receipt"]), RECEIPT_PAYLOAD_TYPE, [self.centre_key.verifying]
        )
        receipt = Receipt.model_validate_json(payload)
        assert [result.model_dump(mode="json") for result in receipt.results] == body["results"]
        self.sent += events
        return list(body["results"])


@pytest.fixture
def make_device(client: TestClient, node: Node) -> Callable[[str], SigningDevice]:
    """Enrol a device over HTTP and open its session: ``make_device("cam-a")``."""

    def make(device_id: str) -> SigningDevice:
        with node.database.begin() as session:
            code = DeviceService(session, node).issue_code(device_id, actor="test").code
        device = SigningDevice(device_id, SigningKey.generate(), client, node.key, node.clock.now)
        request = EnrolmentRequest(
            code=code,
            device_id=device_id,
            public_key_pem=device.key.verifying.pem,
            proof=device.assertion("enrolment"),
        )
        answer = client.post("/v1/devices/enrolment", json=request.model_dump(mode="json"))
        assert answer.status_code == 201, answer.text
        device.open_session()
        return device

    return make


@pytest.fixture
def device(make_device: Callable[[str], SigningDevice]) -> SigningDevice:
    return make_device("cam-a")


def jpeg(mark: bytes = b"") -> bytes:
    """Bytes that begin and end as a JPEG does (the centre never decodes pictures)."""
    return b"\xff\xd8\xff\xe0" + b"picture " + mark + b"\xff\xd9"


def plate_read(now: datetime, plate: str = "A123BC77", plate_type: str = "1") -> PlateRead:
    return PlateRead(
        plate=plate, plate_region="ru", plate_type=plate_type, raw_text=plate, confidence=0.97, frame_sequence=7,
        captured_at=now, corners_px=_CORNERS, height_px=20,
    )  # fmt: skip


def make_passage(
    now: datetime,
    *,
    device_id: str = "cam-a",
    plate: str | None = "A123BC77",
    plate_type: str = "1",
    vehicle_class: VehicleClass = VehicleClass.CAR,
    images: dict[ImageRole, bytes] | None = None,
    passage_id: UUID | None = None,
) -> Passage:
    """A passage with one plate and the pictures given."""
    read = plate_read(now, plate, plate_type) if plate else None
    refs = tuple(
        ImageRef(
            role=role,
            sha256=sha256_hex(data),
            media_type="image/jpeg",
            size_bytes=len(data),
            frame_sequence=7,
            box_px=(0, 0, 10, 10),
        )
        for role, data in (images or {}).items()
    )
    consensus = read and PlateConsensus(
        plate=read.plate, plate_region="ru", plate_type=plate_type, confidence=0.97, support=5, looks=6, best=read
    )
    return Passage(
        passage_id=passage_id or uuid4(), device_id=device_id, site_id="test-road", site_version=1, camera_id="cam-1",
        track_id=1, started_at=now - timedelta(seconds=2), ended_at=now, captured_at=now, clock=_CLOCK_QUALITY,
        vehicle_class=vehicle_class, vehicle_confidence=0.9, frames=40, plate=consensus, images=refs,
        models={"detector": "0" * 64}, code_version="test",
    )  # fmt: skip


def make_candidate(
    now: datetime, key: SigningKey, *, device_id: str = "cam-a", plate: str = "A123BC77", value_kmh: float = 97.0
) -> tuple[ViolationCandidate, SealedPackage]:
    """A speeding candidate and its sealed package, agreeing in every field."""
    frame, crop = jpeg(b"frame 7"), jpeg(b"plate crop")
    files = {"frames/f7.jpg": frame, "plate.jpg": crop}
    measurement = Measurement(
        quantity="speed", value=value_kmh, unit="km/h", expanded_uncertainty=2.0, is_valid=True, method="plane_track",
        budget={"survey": 0.6},
    )  # fmt: skip
    candidate_id, passage_id, read = uuid4(), uuid4(), plate_read(now, plate)
    manifest = EvidenceManifest(
        package_id=uuid4(), candidate_id=candidate_id, passage_id=passage_id, device_id=device_id, camera_id="cam-1",
        site_id="test-road", site_version=1, rule="point_speed", occurred_at=now, clock=_CLOCK_QUALITY, plate_read=read,
        measurement=measurement, limit_kmh=60, excess_kmh=35, facts={"lane": "1"},
        items=(
            _item("frames/f7.jpg", frame, EvidenceRole.PLATE_FRAME), _item("plate.jpg", crop, EvidenceRole.PLATE_CROP)
        ),
        models={"detector": "0" * 64}, code_version="test", sealed_at=now,
    )  # fmt: skip
    package = seal(manifest, files, key)
    candidate = ViolationCandidate(
        candidate_id=candidate_id, passage_id=passage_id, device_id=device_id, site_id="test-road", site_version=1,
        rule="point_speed", rule_mode=RuleMode.FINE, occurred_at=now,
        plate=PlateKey(plate=plate, plate_region="ru", plate_type="1"), plate_confidence=0.97,
        vehicle_class=VehicleClass.CAR, measurement=measurement, limit_kmh=60, excess_kmh=35, facts={"lane": "1"},
        package_sha256=package.sha256, package_bytes=len(package.data),
    )  # fmt: skip
    return candidate, package


def _item(path: str, data: bytes, role: EvidenceRole) -> EvidenceItem:
    return EvidenceItem(
        path=path, role=role, sha256=sha256_hex(data), size_bytes=len(data), media_type="image/jpeg", frame_sequence=7
    )


def list_vehicle(node: Node, new: NewEntry, *, actor: str = "police:test") -> EntryInfo:
    """Put a vehicle on a list the way it takes: one person asks, another agrees."""
    with node.database.begin() as session:
        entry = HotlistService(session, node).add(new, actor=actor)
        return HotlistService(session, node).approve(entry.entry_id, actor="police:second")


class Build:
    """Builders as one fixture, because test modules cannot import from here."""

    site = staticmethod(make_site)
    passage = staticmethod(make_passage)
    candidate = staticmethod(make_candidate)
    jpeg = staticmethod(jpeg)
    listed = staticmethod(list_vehicle)


@pytest.fixture
def build() -> Build:
    """``build.passage(now, plate=…)``, ``build.candidate(now, key)``, ``build.site(now)``, ``build.jpeg(mark)``."""
    return Build()


def payload_of(envelope: dict[str, Any]) -> bytes:
    return base64.b64decode(envelope["payload"])
