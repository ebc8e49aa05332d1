"""A case as officers see it, inside and over the wire."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from fines_api.cases.policy import CaseState
from recognition.contracts import (
    Certificate,
    EvidenceItem,
    EvidenceManifest,
    EvidenceRole,
    Measurement,
    Place,
    PlateKey,
    VehicleClass,
)


class CaseSummary(BaseModel):
    """One line of the officer's queue."""

    model_config = ConfigDict(frozen=True)

    case_id: UUID
    state: CaseState
    hold_reason: str | None
    rule: str
    occurred_at: datetime
    plate: PlateKey
    measurement: Measurement | None
    limit_kmh: float | None
    excess_kmh: float | None
    limitation_until: date
    reviewers: int
    place: str


class CaseView(CaseSummary):
    """The whole file of one case."""

    candidate_id: UUID
    passage_id: UUID
    device_id: str
    site_id: str
    site_version: int
    rule_mode: str
    opened_at: datetime
    plate_confidence: float
    vehicle_class: VehicleClass
    facts: dict[str, Any]
    package_sha256: str
    manifest: EvidenceManifest
    article: str | None
    part: str | None
    gates: tuple[dict[str, Any], ...]
    location: Place | None
    picture_px: tuple[int, int] | None
    certificate: Certificate | None
    timezone: str

    def items(self, *roles: EvidenceRole) -> tuple[EvidenceItem, ...]:
        """Return the evidence files of these roles, in the order of the manifest."""
        return tuple(item for item in self.manifest.items if item.role in roles)

    def item(self, role: EvidenceRole) -> EvidenceItem | None:
        """Return the first evidence file of the role."""
        return next(iter(self.items(role)), None)


@dataclass(frozen=True)
class EvidenceFile:
    """One file of the sealed package."""

    data: bytes
    media_type: str
    file_name: str
