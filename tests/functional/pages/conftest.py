"""A whole region behind a real server, a real database and Debian's chromium; pages are used as people use them."""

import io
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import av
import cv2
import numpy as np
import psycopg
import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, sync_playwright
from pydantic import SecretStr

from fines_api.app import create_app
from fines_api.cases.service import CaseService
from fines_api.db import Database
from fines_api.db.embedded import start_embedded
from fines_api.db.migrations import migrate
from fines_api.decrees.jobs import render_document
from fines_api.hotlists.importing.service import apply_import
from fines_api.hotlists.schemas import NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.identity.schemas import Role
from fines_api.identity.service import IdentityService
from fines_api.kit.clock import SystemClock
from fines_api.kit.evidence import evidence_key
from fines_api.kit.settings import Settings
from fines_api.kit.storage import LocalStorage
from fines_api.node import Node
from fines_api.passages.service import PassageService, ReportedPassage
from fines_api.registry.schemas import VehicleImport
from fines_api.registry.service import RegistryService
from fines_api.sites.service import SiteService
from recognition.contracts import (
    ClockQuality,
    ClockSource,
    EvidenceItem,
    EvidenceManifest,
    EvidenceRole,
    HotlistReason,
    ImageRef,
    ImageRole,
    Measurement,
    Passage,
    PlateConsensus,
    PlateKey,
    PlateRead,
    RuleMode,
    Site,
    VehicleClass,
    ViolationCandidate,
)
from recognition.evidence import SigningKey, canonical_bytes, seal, sha256_hex

CHROMIUM = shutil.which("chromium")
PASSWORD = "a long enough password"
CERTIFICATE = "77 12 345678"
EVIL = "<script>window.xss=1</script><img src=x onerror='window.xss=1'>\"'"
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
_CLOCK = ClockQuality(source=ClockSource.RTCP, bound_ms=15)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.functional)
            item.add_marker(pytest.mark.needs_chromium)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no chromium on this machine: apt-get install chromium"))


def draw_scene(plate: str) -> np.ndarray[Any, Any]:
    """A road, a car and its plate, enough to look at."""
    scene = np.full((720, 1280, 3), (150, 150, 145), np.uint8)
    cv2.rectangle(scene, (0, 0), (1280, 260), (215, 190, 160), -1)
    cv2.line(scene, (430, 720), (600, 260), (240, 240, 240), 8)
    cv2.rectangle(scene, (640, 330), (980, 600), (245, 245, 245), -1)
    cv2.rectangle(scene, (690, 350), (930, 440), (70, 60, 50), -1)
    cv2.rectangle(scene, (735, 520), (885, 556), (255, 255, 255), -1)
    cv2.putText(scene, plate, (740, 546), cv2.FONT_HERSHEY_SIMPLEX, 0.75, (0, 0, 0), 2)
    return scene


def _jpeg(pixels: np.ndarray[Any, Any]) -> bytes:
    return bytes(cv2.imencode(".jpg", pixels)[1].tobytes())


def _clip(pixels: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        small = cv2.resize(pixels, (640, 360))
        for shift in range(12):
            frame = av.VideoFrame.from_ndarray(np.roll(small, 6 * shift, axis=0).astype(np.uint8), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return buffer.getvalue()


@dataclass
class World:
    """One region with people, a site, and things that happen on the road when a test says so."""

    node: Node
    url: str
    plate: PlateKey = field(default_factory=lambda: PlateKey(plate="A123BC77", plate_region="ru", plate_type="1"))
    key: SigningKey = field(default_factory=SigningKey.generate)
    cases: int = 0

    def list_stolen(self, description: str = "Lada Vesta, white", **changes: Any) -> None:
        """Put the car on the hotlist: one police user asks, another agrees."""
        entry = NewEntry(
            plate=self.plate.plate,
            plate_region="ru",
            reason=HotlistReason.STOLEN,
            description=description,
            legal_basis="case 42",
            valid_until=self.node.clock.now() + timedelta(days=3),
        ).model_copy(update=changes)
        with self.node.database.begin() as session:
            info = HotlistService(session, self.node).add(entry, actor="police:test")
            HotlistService(session, self.node).approve(info.entry_id, actor="police:second")

    def drive_past(self, plate: str | None = None) -> None:
        """Let the car, or one with another plate, pass the camera: a passage with pictures, hits if it is listed."""
        now, key = self.node.clock.now(), self.plate.model_copy(update={"plate": plate or self.plate.plate})
        scene = draw_scene(key.plate)
        pictures = {ImageRole.PLATE: _jpeg(scene[510:570, 725:895]), ImageRole.VEHICLE: _jpeg(scene[300:640, 600:1020])}
        for data in pictures.values():
            self.node.storage.put(evidence_key(sha256_hex(data)), data, "image/jpeg")
        refs = tuple(
            ImageRef(role=role, sha256=sha256_hex(data), media_type="image/jpeg", size_bytes=len(data),
                     frame_sequence=7, box_px=(0, 0, 10, 10))
            for role, data in pictures.items()
        )  # fmt: skip
        read = self._read(now)
        passage = Passage(
            passage_id=uuid4(), device_id="cam-a", site_id="test-road", site_version=1, camera_id="cam-1", track_id=1,
            started_at=now - timedelta(seconds=2), ended_at=now, captured_at=now, clock=_CLOCK,
            vehicle_class=VehicleClass.CAR, vehicle_confidence=0.9, frames=40, images=refs, models={},
            code_version="test",
            plate=PlateConsensus(**key.model_dump(), confidence=0.97, support=5, looks=6, best=read),
        )  # fmt: skip
        with self.node.database.begin() as session:
            site = SiteService(session, self.node).current("test-road")
            event = ReportedPassage(passage, b'{"data":%b}' % passage.model_dump_json().encode())
            assert PassageService(session, self.node).keep([event]) == [True]
            HotlistService(session, self.node).match_passages([(passage, site)])

    def speed_past(self, *, reviewers: int = 1) -> UUID:
        """Let the car be too fast: an open case with photos, clip and track."""
        self.cases += 1
        at = self.node.clock.now() - timedelta(minutes=10 * self.cases)
        scene = draw_scene(self.plate.plate)
        track = {
            "samples": [
                {"box_px": [640 - 9 * step, 300 + 8 * step, 980 - 9 * step, 560 + 8 * step]} for step in range(12)
            ]
        }
        files = {
            "frames/f7.jpg": (_jpeg(scene), EvidenceRole.PLATE_FRAME, "image/jpeg"),
            "frames/f9.jpg": (_jpeg(np.roll(scene, 40, axis=0)), EvidenceRole.FRAME, "image/jpeg"),
            "plate.jpg": (_jpeg(scene[510:570, 725:895]), EvidenceRole.PLATE_CROP, "image/jpeg"),
            "clip.mp4": (_clip(scene), EvidenceRole.CLIP, "video/mp4"),
            "track.json": (canonical_bytes(track), EvidenceRole.TRACK, "application/json"),
        }
        items = tuple(
            EvidenceItem(path=path, role=role, sha256=sha256_hex(data), size_bytes=len(data), media_type=media_type,
                         frame_sequence=7 if path != "frames/f9.jpg" else 9)
            for path, (data, role, media_type) in files.items()
        )  # fmt: skip
        claim: dict[str, Any] = {
            "candidate_id": uuid4(), "passage_id": uuid4(), "device_id": "cam-a", "site_id": "test-road",
            "site_version": 1, "rule": "point_speed", "occurred_at": at, "limit_kmh": 60.0, "excess_kmh": 35.0,
            "facts": {"lane": EVIL},
            "measurement": Measurement(quantity="speed", value=97.4, unit="km/h", expanded_uncertainty=1.9,
                                       is_valid=True, method="plane"),
        }  # fmt: skip
        manifest = EvidenceManifest(
            **claim, package_id=uuid4(), camera_id="cam-1", clock=_CLOCK, plate_read=self._read(at), items=items,
            models={}, code_version="test", sealed_at=at,
        )  # fmt: skip
        package = seal(manifest, {path: data for path, (data, _, _) in files.items()}, self.key)
        candidate = ViolationCandidate(
            **claim, rule_mode=RuleMode.FINE, plate=self.plate, plate_confidence=0.97, vehicle_class=VehicleClass.CAR,
            package_sha256=package.sha256, package_bytes=len(package.data), reviewers=reviewers,
        )  # fmt: skip
        self.node.storage.put(evidence_key(package.sha256), package.data, "application/zip")
        with self.node.database.begin() as session:
            return CaseService(session, self.node).open(candidate, package.manifest)

    def set_documents(self) -> None:
        """Do what the worker does for fresh decrees."""
        with psycopg.connect(self.node.database.dsn) as connection:
            found = connection.execute("SELECT decree_id FROM decrees WHERE document_sha256 IS NULL").fetchall()
        for (decree_id,) in found:
            render_document(self.node, decree_id=str(decree_id))

    def apply_imports(self) -> None:
        """Do what the worker does for approved files."""
        with psycopg.connect(self.node.database.dsn) as connection:
            found = connection.execute("SELECT import_id FROM hotlist_imports WHERE state = 'approved'").fetchall()
        for (import_id,) in found:
            apply_import(self.node, import_id)

    def _read(self, at: datetime) -> PlateRead:
        return PlateRead(
            **self.plate.model_dump(), raw_text=self.plate.plate, confidence=0.97, frame_sequence=7, captured_at=at,
            corners_px=((735, 520), (885, 520), (885, 556), (735, 556)), height_px=36,
        )  # fmt: skip


@pytest.fixture(scope="session")
def pages_database() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="rubezh-pages-", ignore_cleanup_errors=True) as folder:
        url = start_embedded(Path(folder) / "postgres")
        database = Database(url)
        migrate(database)
        database.dispose()
        yield url


@pytest.fixture
def world(pages_database: str, tmp_path: Path) -> Iterator[World]:
    """A fresh region: its own database, its own server."""
    name = f"p_{uuid4().hex[:12]}"
    with psycopg.connect(pages_database, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE postgres")
    database = Database(pages_database.replace("/postgres?", f"/{name}?"))
    settings = Settings(region="77", data_dir=tmp_path / "node", database_url="unused", is_cookie_secure=False,
                        citizen_tries_per_hour=100)  # fmt: skip
    storage = LocalStorage(settings.data_dir / "evidence")
    node = Node(settings=settings, database=database, storage=storage, clock=SystemClock(), key=SigningKey.generate())
    _populate(node)
    server = uvicorn.Server(uvicorn.Config(create_app(node), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    yield World(node, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
    server.should_exit = True
    thread.join(timeout=10)
    database.dispose()
    with psycopg.connect(pages_database, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _populate(node: Node) -> None:
    now = node.clock.now()
    site = Site.model_validate(
        {
            "schema": "rubezh.site/1", "site_id": "test-road", "version": 1, "valid_from": now - timedelta(days=30),
            "region": "77", "jurisdiction": "ru", "timezone": "Europe/Moscow",
            "place": {"address": "МКАД, 23-й км", "latitude": 55.5775, "longitude": 37.6931},
            "camera": {"camera_id": "cam-1", "width_px": 1280, "height_px": 720},
            "certificate": {
                "device_model": "Рубеж-1", "type_approval": "ОС.С.28.001.А № 77001",
                "verification": "С-ВЯ/01-09-2026/1", "verified_at": now - timedelta(days=30),
                "valid_until": now + timedelta(days=300),
            },
            "rules": {"point_speed": {"mode": "fine"}},
        }
    )  # fmt: skip
    car = VehicleImport(
        plate="A123BC77", plate_region="ru", plate_type="1", certificate_number=SecretStr(CERTIFICATE), make="Lada",
        model="Vesta", colour="белый", vehicle_class=VehicleClass.CAR,
    )  # fmt: skip
    with node.database.begin() as session:
        SiteService(session, node).register(site, actor="test")
        RegistryService(session, node).register(car, source="test", actor="test")
        for name, role in (("petrova", Role.OFFICER), ("sidorov", Role.OFFICER), ("sergeant", Role.POLICE),
                           ("corporal", Role.POLICE)):  # fmt: skip
            IdentityService(session, node).create_user(name, PASSWORD, role, actor="test")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the module and no longer: while it lives, an event loop runs in this thread."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """A person at a browser; whatever the browser complains about, a broken content policy above all, is kept."""

    world: World
    page: Page
    complaints: list[str]

    def go(self, path: str) -> Page:
        self.page.goto(self.world.url + path)
        return self.page

    def log_in(self, username: str, start: str) -> Page:
        """Open a page that needs a log-in, be sent to the form, fill it in, arrive."""
        self.go(start)
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.page.click("main button")
        self.page.wait_for_url(self.world.url + start)
        return self.page

    def look_up(self, plate: str, certificate: str) -> Page:
        self.go("/citizen")
        self.page.fill("#plate", plate)
        self.page.fill("#certificate_number", certificate)
        self.page.click("main button")
        return self.page


def _visit(context: BrowserContext, world: World) -> Visitor:
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints: list[str] = []

    def refuse(dialog: Dialog) -> None:
        complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", refuse)
    return Visitor(world, page, complaints)


@pytest.fixture
def visitor(browser: Browser, world: World) -> Iterator[Visitor]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ru-RU")
    visitor = _visit(context, world)
    yield visitor
    assert visitor.complaints == []
    assert visitor.page.evaluate("window.xss") is None
    context.close()


@pytest.fixture
def plain_visitor(browser: Browser, world: World) -> Iterator[Visitor]:
    """A browser without JavaScript."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    visitor = _visit(context, world)
    yield visitor
    assert visitor.complaints == []
    context.close()
