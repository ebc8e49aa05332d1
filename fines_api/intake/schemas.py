"""What administrators see of the door."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from recognition.contracts import EvidenceManifest, ViolationCandidate


class RefusedKind(StrEnum):
    """What was refused."""

    EVIDENCE = "evidence"
    EVENT = "event"
    BATCH = "batch"


@dataclass(frozen=True)
class StoredCandidate:
    """A candidate with the verified manifest of its package."""

    candidate: ViolationCandidate
    manifest: EvidenceManifest
    received_at: datetime


class QuarantineItem(BaseModel):
    """One refused thing."""

    id: UUID
    device_id: str
    kind: RefusedKind
    code: str
    detail: str
    raw_sha256: str
    size_bytes: int
    first_at: datetime
    last_at: datetime
    times: int


class QuarantineList(BaseModel):
    """Answer of ``GET /v1/quarantine``."""

    total: int
    items: list[QuarantineItem]


class GapInfo(BaseModel):
    """Events a device made that have not arrived."""

    device_id: str
    epoch: int
    from_seq: int
    to_seq: int
    noticed_at: datetime


class AlarmInfo(BaseModel):
    """Something to look at."""

    id: int
    device_id: str
    epoch: int
    seq: int
    code: str
    detail: str
    raised_at: datetime


class IntakeHealth(BaseModel):
    """Answer of ``GET /v1/intake/health``."""

    open_gaps: list[GapInfo]
    alarms: list[AlarmInfo]
    dead_letters: list[dict[str, Any]]
