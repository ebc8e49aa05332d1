"""The life of a fine against a real database: vehicles, officers, citizens, and cases with real pictures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pytest
import segno
from pydantic import SecretStr

from fines_api.cases.schemas import CaseView
from fines_api.cases.service import CaseService
from fines_api.decrees.schemas import FirstApproval, Issued
from fines_api.decrees.service import DecreeService
from fines_api.identity.schemas import Principal, Role
from fines_api.identity.service import IdentityService
from fines_api.kit.clock import FixedClock
from fines_api.kit.evidence import evidence_key
from fines_api.node import Node
from fines_api.registry.schemas import VehicleImport
from fines_api.registry.service import RegistryService
from recognition.contracts import (
    ClockQuality,
    ClockSource,
    EvidenceItem,
    EvidenceManifest,
    EvidenceRole,
    Measurement,
    PlateKey,
    PlateRead,
    RuleMode,
    Site,
    VehicleClass,
    ViolationCandidate,
)
from recognition.evidence import SealedPackage, SigningKey, seal, sha256_hex

CERTIFICATE = "77 12 345678"
PLATE = PlateKey(plate="A123BC77", plate_region="ru", plate_type="1")


def picture(text: str) -> bytes:
    """A real PNG."""
    buffer = BytesIO()
    segno.make(text).save(buffer, kind="png", scale=4)
    return buffer.getvalue()


def make_candidate(at: datetime, key: SigningKey, **changes: Any) -> tuple[ViolationCandidate, SealedPackage]:
    """Seal a speeding candidate: 97.4 ± 1.9 km/h where 60 are allowed, so 35 over."""
    files = {"frames/f7.png": picture("frame"), "plate.png": picture("plate"), "clip.mp4": b"0123456789 clip"}
    roles = {
        "frames/f7.png": (EvidenceRole.PLATE_FRAME, "image/png"),
        "plate.png": (EvidenceRole.PLATE_CROP, "image/png"),
        "clip.mp4": (EvidenceRole.CLIP, "video/mp4"),
    }
    items = tuple(
        EvidenceItem(
            path=path,
            role=roles[path][0],
            sha256=sha256_hex(data),
            size_bytes=len(data),
            media_type=roles[path][1],
            frame_sequence=7,
        )
        for path, data in files.items()
    )
    plate = changes.pop("plate", PLATE)
    read = PlateRead(
        **plate.model_dump(), raw_text=plate.plate, confidence=0.97, frame_sequence=7, captured_at=at,
        corners_px=((10, 10), (90, 10), (90, 30), (10, 30)), height_px=20,
    )  # fmt: skip
    facts: dict[str, Any] = {
        "candidate_id": uuid4(),
        "passage_id": uuid4(),
        "device_id": "cam-a",
        "site_id": "test-road",
        "site_version": 1,
        "rule": "point_speed",
        "occurred_at": at,
        "measurement": Measurement(
            quantity="speed", value=97.4, unit="km/h", expanded_uncertainty=1.9, is_valid=True, method="plane"
        ),
        "limit_kmh": 60.0,
        "excess_kmh": 35.0,
        "facts": {"lane": "1"},
    }
    extra: dict[str, Any] = {"rule_mode": RuleMode.FINE, "vehicle_class": VehicleClass.CAR, "plate_confidence": 0.97}
    extra["reviewers"] = 1
    extra |= {name: changes.pop(name) for name in list(changes) if name in extra}
    clock = changes.pop("clock", ClockQuality(source=ClockSource.RTCP, bound_ms=20))
    facts |= changes
    manifest = EvidenceManifest(
        **facts, package_id=uuid4(), camera_id="cam-1", clock=clock, plate_read=read, items=items,
        models={"detector": "0" * 64}, code_version="test", sealed_at=at,
    )  # fmt: skip
    package = seal(manifest, files, key)
    candidate = ViolationCandidate(
        **facts, **extra, plate=plate, package_sha256=package.sha256, package_bytes=len(package.data)
    )
    return candidate, package


@dataclass
class Court:
    """Opens cases and lets people act on them, each deed in its own transaction."""

    node: Node
    clock: FixedClock
    key: SigningKey = field(default_factory=SigningKey.generate)

    def principal(self, role: Role, name: str) -> tuple[Principal, dict[str, str]]:
        """A logged-in member of staff and the headers of the session."""
        with self.node.database.begin() as session:
            identity = IdentityService(session, self.node)
            user_id = identity.create_user(name, "a long enough password", role, actor="test")
            opened = identity.open_session(role, name, lifetime=timedelta(days=400), user_id=user_id)
            principal = identity.principal(opened.token)
        assert principal is not None
        return principal, {"Authorization": f"Bearer {opened.token}"}

    def register(self, plate: PlateKey = PLATE, certificate: str = CERTIFICATE, **changes: Any) -> UUID:
        """Put a vehicle into the register."""
        values = {"make": "Lada", "model": "Vesta", "colour": "white", "vehicle_class": VehicleClass.CAR} | changes
        line = VehicleImport(**plate.model_dump(), certificate_number=SecretStr(certificate), **values)
        with self.node.database.begin() as session:
            return RegistryService(session, self.node).register(line, source="test", actor="test")

    def citizen(self, plate: str = PLATE.plate, certificate: str = CERTIFICATE) -> tuple[Principal, dict[str, str]]:
        """A citizen who showed the certificate."""
        with self.node.database.begin() as session:
            opened = RegistryService(session, self.node).open_citizen_session(plate, certificate)
            principal = IdentityService(session, self.node).principal(opened.token)
        assert principal is not None
        return principal, {"Authorization": f"Bearer {opened.token}"}

    def open(self, **changes: Any) -> CaseView:
        """Open a case from a candidate whose package lies in storage."""
        at = changes.pop("at", self.clock.now() - timedelta(hours=1))
        candidate, package = make_candidate(at, self.key, **changes)
        self.node.storage.put(evidence_key(package.sha256), package.data, "application/zip")
        with self.node.database.begin() as session:
            service = CaseService(session, self.node)
            return service.view(service.open(candidate, package.manifest))

    def approve(self, case_id: UUID, officer: Principal) -> Issued | FirstApproval:
        """Approve a case as that officer."""
        with self.node.database.begin() as session:
            return DecreeService(session, self.node).approve(case_id, officer)

    def case(self, case_id: UUID) -> CaseView:
        """The case as it stands."""
        with self.node.database.begin() as session:
            return CaseService(session, self.node).view(case_id)


@pytest.fixture
def court(node: Node, clock: FixedClock, site: Site) -> Court:
    """A node with one certified site."""
    return Court(node, clock)


@pytest.fixture
def officer(court: Court) -> tuple[Principal, dict[str, str]]:
    return court.principal(Role.OFFICER, "petrova")


@dataclass(frozen=True)
class Fined:
    """A decree, its citizen and the officer behind it."""

    decree_id: UUID
    case_id: UUID
    citizen: Principal
    headers: dict[str, str]
    issued: Issued


@pytest.fixture
def fined(court: Court, officer: tuple[Principal, dict[str, str]]) -> Fined:
    """A registered car with one decree of today."""
    court.register()
    case = court.open()
    issued = court.approve(case.case_id, officer[0])
    assert isinstance(issued, Issued)
    citizen, headers = court.citizen()
    return Fined(issued.decree_id, case.case_id, citizen, headers, issued)


@pytest.fixture
def make_candidate_of() -> Callable[..., tuple[ViolationCandidate, SealedPackage]]:
    return make_candidate
