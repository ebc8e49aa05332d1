"""CloudEvents 1.0 envelope and what the centre answers."""

from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from recognition.contracts.base import Contract, Count, Identifier, Sha256, UtcTime
from recognition.contracts.evidence import DsseEnvelope
from recognition.contracts.observation import Passage
from recognition.contracts.violation import ViolationCandidate

EVENT_PAYLOAD_TYPE = "application/vnd.rubezh.event+json"
MANIFEST_PAYLOAD_TYPE = "application/vnd.rubezh.evidence-manifest+json"
RECEIPT_PAYLOAD_TYPE = "application/vnd.rubezh.receipt+json"
ASSERTION_PAYLOAD_TYPE = "application/vnd.rubezh.device-assertion+json"
REGION_PAYLOAD_TYPE = "application/vnd.rubezh.region-message+json"
GENESIS_HASH = "0" * 64


class EventType(StrEnum):
    """What a device reports."""

    PASSAGE_RECORDED = "org.rubezh.passage.recorded.v1"
    CANDIDATE_SEALED = "org.rubezh.candidate.sealed.v1"


class EventHead(Contract):
    """What every event of a device says of itself.

    ``rubezhprev`` is the SHA-256 of the canonical bytes of the event before it in the same epoch
    (``GENESIS_HASH`` for the first), so a removed or inserted event shows, and a signature speaks for every event
    before it in an unbroken run.
    """

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(pattern=r"^urn:rubezh:device:[a-z0-9._-]+$")
    subject: str
    time: UtcTime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    rubezhepoch: Count = Field(description="set when the journal is created; sequence numbers restart with it")
    rubezhseq: Count = Field(ge=1, description="gapless within the epoch")
    rubezhprev: Sha256


class CloudEvent(EventHead):
    """CloudEvents 1.0, structured mode, with the device's hash chain as extension attributes."""

    type: EventType
    data: dict[str, Any]


class PassageEvent(EventHead):
    """A ``CloudEvent`` that reports a passage."""

    type: Literal[EventType.PASSAGE_RECORDED]
    data: Passage


class CandidateEvent(EventHead):
    """A ``CloudEvent`` that reports a candidate."""

    type: Literal[EventType.CANDIDATE_SEALED]
    data: ViolationCandidate


class IntakeStatus(StrEnum):
    """What became of one delivered event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    RETRY = "retry"


class IntakeResult(Contract):
    """The centre's answer for one event; ``retry`` means: send it again later (evidence not there yet)."""

    epoch: int
    seq: int
    event_sha256: Sha256
    status: IntakeStatus
    code: str | None = None
    detail: str | None = None


class Receipt(Contract):
    """What the centre signs after commit: these events are durable here, the device may let them go."""

    device_id: Identifier
    region: Identifier
    issued_at: UtcTime
    results: tuple[IntakeResult, ...]


class EventBatch(Contract):
    """Body of ``POST /v1/intake/events``."""

    events: Annotated[tuple[DsseEnvelope, ...], Field(min_length=1, max_length=500)]


class EventBatchAnswer(Contract):
    """Answer to an event batch: the results in the order sent, and the same signed."""

    results: tuple[IntakeResult, ...]
    receipt: DsseEnvelope
