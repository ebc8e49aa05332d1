"""Regions on the wire: the heartbeat between regions, and what the police page is told about them."""

from datetime import datetime

from pydantic import Field

from recognition.contracts import Contract, Identifier, UtcTime

HEARTBEAT_PAYLOAD_TYPE = "application/vnd.rubezh.region-heartbeat+json"


class Heartbeat(Contract):
    """Payload of a signed heartbeat: 'at this moment my list ended with this message'."""

    sender_region: Identifier
    sent_at: UtcTime
    last_sequence: int = Field(ge=0, description="last message of stream 'hot'; 0 = no entry was ever made")


class PeerAnswer(Contract):
    """How far this region's copy of a peer's list is behind."""

    region: Identifier
    list_as_of: datetime | None = Field(description="the copy is complete up to this moment; null = never was")
    list_age_s: float | None
    list_age: str = Field(description="for people, e.g. '00:07'")
    is_stale: bool
    last_received: int
    last_announced: int
    missing: int = Field(description="messages the peer has numbered and we have not received")
    refused: int


class RegionsAnswer(Contract):
    """Answer of ``GET /v1/regions``."""

    region: Identifier
    has_hub: bool
    waiting: int = Field(description="messages of this region that the hub has not confirmed yet")
    peers: tuple[PeerAnswer, ...]


class QuarantinedMessage(Contract):
    """One line of ``GET /v1/regions/quarantine``; the raw bytes stay in the database."""

    raw_sha256: str
    code: str
    subject: str
    detail: str
    first_at: datetime
    last_at: datetime
    occurrences: int
