"""The signed index of an evidence package and the envelope it travels in."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import Field

from recognition.contracts.base import BoxPx, ClockQuality, Contract, Identifier, Sha256, UtcTime
from recognition.contracts.measurement import Measurement
from recognition.contracts.observation import PlateRead


class EvidenceRole(StrEnum):
    """Why an item is in the package."""

    PLATE_FRAME = "plate_frame"
    FRAME = "frame"
    PLATE_CROP = "plate_crop"
    ANNOTATED = "annotated"
    CLIP = "clip"
    SITE = "site"
    TRACK = "track"


class EvidenceItem(Contract):
    """One file of the package."""

    path: str = Field(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+)?\.(jpg|png|mp4|toml|json)$")
    role: EvidenceRole
    sha256: Sha256
    size_bytes: int = Field(gt=0)
    media_type: str
    frame_sequence: int | None = None
    captured_at: UtcTime | None = None
    box_px: BoxPx | None = None


class EvidenceManifest(Contract):
    """Signed list of everything that proves one candidate; any fine can be recomputed from what it names."""

    schema_id: Literal["rubezh.evidence/1"] = "rubezh.evidence/1"
    package_id: UUID
    candidate_id: UUID
    passage_id: UUID
    device_id: Identifier
    camera_id: Identifier
    site_id: Identifier
    site_version: int = Field(ge=1)
    rule: Identifier
    occurred_at: UtcTime
    clock: ClockQuality
    plate_read: PlateRead = Field(description="the look whose frame is the plate_frame item")
    measurement: Measurement | None = None
    limit_kmh: float | None = None
    excess_kmh: float | None = None
    facts: dict[str, str | float | int | bool] = Field(default_factory=dict)
    items: tuple[EvidenceItem, ...] = Field(min_length=1)
    models: dict[str, Sha256]
    code_version: str
    sealed_at: UtcTime


class DsseSignature(Contract):
    """One signature of an envelope."""

    keyid: str
    sig: str = Field(description="base64")


class DsseEnvelope(Contract):
    """Dead Simple Signing Envelope v1 (secure-systems-lab/dsse): exact bytes and who signed them."""

    payloadType: str  # noqa: N815 - the name is the standard's
    payload: str = Field(description="base64 of the exact signed bytes")
    signatures: tuple[DsseSignature, ...] = Field(min_length=1)
