"""What regions tell each other: entries by their owner, hits back to the owner."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import Field

from recognition.contracts.base import Contract, Identifier, PlateKey, Sha256, UtcTime, VehicleClass


class HotlistReason(StrEnum):
    """Why a vehicle is looked for."""

    STOLEN = "stolen"
    WANTED = "wanted"
    MISSING_PERSON = "missing_person"
    FALSE_PLATES = "false_plates"


class HotlistEntryRecord(PlateKey):
    """One entry at one version; only its owner region may write it."""

    entry_id: UUID
    owner_region: Identifier
    version: int = Field(ge=1)
    reason: HotlistReason
    priority: int = Field(ge=1, le=3, description="1 is the most urgent")
    vehicle_class: VehicleClass = VehicleClass.UNKNOWN
    description: str = Field(default="", max_length=500, description="make, model, colour for the officer's eye")
    legal_basis: str = Field(max_length=200)
    valid_from: UtcTime
    valid_until: UtcTime
    confirmed_at: UtcTime
    is_withdrawn: bool = False


class RegionHitRecord(Contract):
    """A hit in one region on another region's entry; carries what the owner's officer must see."""

    hit_id: UUID
    entry_id: UUID
    entry_version: int
    owner_region: Identifier
    seen_region: Identifier
    passage_id: UUID
    site_id: Identifier
    place: str
    latitude: float
    longitude: float
    captured_at: UtcTime
    matched_at: UtcTime
    plate: PlateKey
    plate_confidence: float
    vehicle_class: VehicleClass
    images: dict[str, str] = Field(default_factory=dict, description="role to base64 JPEG, each at most 64 KiB")


class RegionMessageKind(StrEnum):
    """What a region message carries."""

    HOTLIST_ENTRY = "hotlist_entry"
    HIT = "hit"


class RegionMessage(Contract):
    """Payload of the signed envelope on the hub; ``(sender_region, stream, sequence)`` is unique for ever."""

    sender_region: Identifier
    stream: Identifier = Field(description="'hot' or 'hit.<owner>'")
    sequence: int = Field(ge=1)
    kind: RegionMessageKind
    sent_at: UtcTime
    body_sha256: Sha256
    body: dict[str, Any]
