"""What regions tell each other: entries by their owner, hits back to the owner, clearances both ways."""

from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from recognition.contracts.base import Confidence, Contract, Identifier, PlateKey, Sha256, UtcTime, VehicleClass

_MIN_KNOWN = 5
ListedPlate = Annotated[
    str,
    Field(pattern=r"^[A-Z0-9?]{2,12}$", description="canonical plate text; '?' only under the policy 'partial'"),
]


class HotlistReason(StrEnum):
    """Why a vehicle is looked for."""

    STOLEN = "stolen"
    WANTED = "wanted"
    MISSING_PERSON = "missing_person"
    FALSE_PLATES = "false_plates"
    UNPAID_FINES = "unpaid_fines"
    NO_INSURANCE = "no_insurance"


class MatchPolicy(StrEnum):
    """How near a seen plate must come to an entry; everything an entry allows includes the exact text."""

    EXACT = "exact"
    CONFUSABLE = "confusable"
    PARTIAL = "partial"


class MatchKind(StrEnum):
    """How near it came."""

    EXACT = "exact"
    CONFUSABLE = "confusable"
    PARTIAL = "partial"


class HotlistEntryRecord(PlateKey):
    """One entry at one version; only its owner region may write it."""

    plate: ListedPlate
    entry_id: UUID
    owner_region: Identifier
    version: int = Field(ge=1)
    content_version: int = Field(
        default_factory=lambda data: int(data.get("version", 1)),
        ge=1,
        description="version since which the source says the same; what was cleared stays cleared until it changes",
    )
    reason: HotlistReason
    list_code: Identifier = Field(
        default_factory=lambda data: str(data.get("reason", "")),
        description="the list it stands on; the reason's own list where an older region does not say",
    )
    match_policy: MatchPolicy = MatchPolicy.EXACT
    priority: int = Field(ge=1, le=3, description="1 is the most urgent")
    vehicle_class: VehicleClass = VehicleClass.UNKNOWN
    make: str = Field(default="", max_length=40, description="empty = not known")
    colour: str = Field(default="", max_length=40, description="empty = not known")
    description: str = Field(default="", max_length=500, description="make, model, colour for the officer's eye")
    legal_basis: str = Field(max_length=200)
    source_id: str | None = Field(default=None, max_length=64, description="what its source calls it, stable")
    valid_from: UtcTime
    valid_until: UtcTime
    confirmed_at: UtcTime
    is_urgent: bool = Field(default=False, description="in force on one person's word, for an hour at most")
    is_withdrawn: bool = False

    @model_validator(mode="after")
    def _is_partial_only_by_policy(self) -> Self:
        hidden = self.plate.count("?")
        if (self.match_policy is MatchPolicy.PARTIAL) != (hidden > 0):
            raise ValueError("'?' stands in a plate under the policy 'partial', and only there")
        if hidden and len(self.plate) - hidden < _MIN_KNOWN:
            raise ValueError(f"a partial plate needs {_MIN_KNOWN} known characters")
        return self


class ScoreReason(Contract):
    """One thing that speaks for or against a hit: what was looked at, what it multiplies the score by, the facts."""

    code: Identifier
    factor: Confidence
    facts: dict[str, str | int | float] = Field(default_factory=dict)


class RegionHitRecord(Contract):
    """A hit in one region on another region's entry; carries what the owner's officer must see."""

    hit_id: UUID
    entry_id: UUID
    entry_version: int
    content_version: int = Field(default_factory=lambda data: int(data.get("entry_version", 1)), ge=1)
    owner_region: Identifier
    seen_region: Identifier
    passage_id: UUID
    site_id: Identifier
    camera_id: Identifier | None = None
    place: str
    latitude: float
    longitude: float
    captured_at: UtcTime
    matched_at: UtcTime
    plate: PlateKey
    plate_confidence: float
    vehicle_class: VehicleClass
    match_kind: MatchKind = MatchKind.EXACT
    match_cost: float = Field(default=0.0, ge=0)
    score: Confidence | None = Field(default=None, description="null = the region that saw it gives none")
    reasons: tuple[ScoreReason, ...] = Field(default=(), max_length=16)
    images: dict[str, str] = Field(default_factory=dict, description="role to base64 JPEG, each at most 64 KiB")


class RegionClearanceRecord(Contract):
    """An officer found a pair of entry and vehicle to be no match; said by who saw it or who owns the entry."""

    hit_id: UUID
    entry_id: UUID
    content_version: int = Field(ge=1, description="holds until the source says something else")
    owner_region: Identifier
    seen_region: Identifier
    said_by: Identifier = Field(description="the region whose officer judged")
    verdict: Identifier
    vehicle_class: VehicleClass | None = Field(description="null = whatever the vehicle")
    plate: PlateKey | None = Field(description="the seen plate that is not the listed one; null = whatever was seen")
    judged_at: UtcTime


class RegionMessageKind(StrEnum):
    """What a region message carries."""

    HOTLIST_ENTRY = "hotlist_entry"
    HIT = "hit"
    CLEARANCE = "clearance"


class RegionMessage(Contract):
    """Payload of the signed envelope on the hub; ``(sender_region, stream, sequence)`` is unique for ever."""

    sender_region: Identifier
    stream: Identifier = Field(description="'hot' or 'hit.<owner>'")
    sequence: int = Field(ge=1)
    kind: RegionMessageKind
    sent_at: UtcTime
    body_sha256: Sha256
    body: dict[str, Any]
