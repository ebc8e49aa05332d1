"""A small evidence package and the keys around it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recognition.contracts import ClockQuality, EvidenceItem, EvidenceManifest, EvidenceRole, PlateRead
from recognition.evidence import SealedPackage, SigningKey, seal, sha256_hex

NOON = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
FILES = {
    "frames/f0001.jpg": b"\xff\xd8 first frame \xff\xd9" * 9,
    "frames/f0002.jpg": b"\xff\xd8 the plate's frame \xff\xd9" * 9,
    "site.toml": b'schema = "rubezh.site/1"\n',
    "track.json": b'{"samples":[]}',
}
ROLES = {
    "frames/f0001.jpg": (EvidenceRole.FRAME, "image/jpeg", 1),
    "frames/f0002.jpg": (EvidenceRole.PLATE_FRAME, "image/jpeg", 2),
    "site.toml": (EvidenceRole.SITE, "application/toml", None),
    "track.json": (EvidenceRole.TRACK, "application/json", None),
}


@dataclass(frozen=True)
class Parts:
    """What a package is made of."""

    manifest: EvidenceManifest
    files: dict[str, bytes]


def item_of(path: str, data: bytes) -> EvidenceItem:
    """The manifest line of one file."""
    role, media_type, frame = ROLES[path]
    return EvidenceItem(
        path=path, role=role, sha256=sha256_hex(data), size_bytes=len(data), media_type=media_type, frame_sequence=frame
    )


def _build_parts(files: dict[str, bytes] = FILES, **changes: Any) -> Parts:
    read = PlateRead(
        plate="A123BC77",
        plate_region="ru",
        plate_type="1",
        raw_text="A123BC77",
        confidence=0.97,
        frame_sequence=2,
        captured_at=NOON,
        corners_px=((1.0, 1.0), (61.0, 1.0), (61.0, 14.0), (1.0, 14.0)),
        height_px=13.0,
    )
    manifest = EvidenceManifest(
        package_id=UUID(int=1),
        candidate_id=UUID(int=2),
        passage_id=UUID(int=3),
        device_id="dev-1",
        camera_id="cam-1",
        site_id="site-1",
        site_version=1,
        rule="point_speed",
        occurred_at=NOON,
        clock=ClockQuality(source="rtcp", bound_ms=12.5),  # type: ignore[arg-type]
        plate_read=read,
        limit_kmh=60.0,
        excess_kmh=23.0,
        facts={"enforced_kmh": 83, "method": "plate"},
        items=tuple(item_of(path, files[path]) for path in sorted(files)),
        models={"reader": "a" * 64},
        code_version="0.1.0",
        sealed_at=NOON,
    )
    return Parts(manifest.model_copy(update=changes), dict(files))


@pytest.fixture
def parts_of() -> Callable[..., Parts]:
    """Build manifest and files; keywords replace fields of the manifest."""
    return _build_parts


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """A fixed device key: the same bytes in every run."""
    return SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.fixture
def sealed(parts_of: Callable[..., Parts], key: SigningKey) -> SealedPackage:
    """A good package."""
    parts = parts_of()
    return seal(parts.manifest, parts.files, key)


@pytest.fixture(scope="module")
def module_package(key: SigningKey) -> tuple[SealedPackage, SigningKey]:
    """A good package for property tests, made once."""
    parts = _build_parts()
    return seal(parts.manifest, parts.files, key), key
