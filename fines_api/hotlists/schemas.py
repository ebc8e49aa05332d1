"""What goes over the wire about entries and hits."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from fines_api.hotlists.policy import FollowUp, HitState, StateReason, Verdict
from recognition.contracts import HotlistReason, Identifier, MatchKind, MatchPolicy, ScoreReason, VehicleClass


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewEntry(_Body):
    """Body of ``POST /v1/hotlist-entries``."""

    plate: str = Field(min_length=2, max_length=32)
    plate_region: Identifier
    plate_type: Identifier | None = Field(default=None, description="derived from the plate where it leaves no doubt")
    list_code: Identifier | None = Field(default=None, description="the list of the reason, where it is not given")
    reason: HotlistReason | None = Field(default=None, description="the list's, where it is not given")
    match_policy: MatchPolicy | None = Field(default=None, description="the list's, where it is not given")
    priority: int | None = Field(default=None, ge=1, le=3, description="the list's, where it is not given")
    description: str = Field(default="", max_length=500)
    make: str = Field(default="", max_length=40)
    colour: str = Field(default="", max_length=40)
    legal_basis: str = Field(min_length=3, max_length=200)
    valid_until: AwareDatetime
    vehicle_class: VehicleClass = VehicleClass.UNKNOWN
    source_id: str | None = Field(default=None, min_length=1, max_length=64)
    urgent: bool = Field(default=False, description="in force at once, for an hour, unless somebody else approves it")


class Withdrawal(_Body):
    """Body of ``POST /v1/hotlist-entries/{id}/withdrawal``."""

    note: str = Field(default="", max_length=500)


class Decision(_Body):
    """Body of ``POST /v1/hotlist-entries/{id}/approval`` and ``/refusal``."""

    note: str = Field(default="", max_length=500)


class Confirmation(_Body):
    """Body of ``POST /v1/hotlist-entries/{id}/confirmation``: the source still stands behind the entry."""

    valid_until: AwareDatetime


class VerdictGiven(_Body):
    """Body of ``POST /v1/hits/{id}/verdict``."""

    verdict: Verdict
    note: str = Field(default="", max_length=1000)
    action: FollowUp | None = None


class ActionTaken(_Body):
    """Body of ``POST /v1/hits/{id}/action``."""

    action: FollowUp


class EntryState(StrEnum):
    """How an entry stands for those who look at it."""

    PROPOSED = "proposed"
    URGENT = "urgent"
    IN_FORCE = "in_force"
    STALE = "stale"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    LAPSED = "lapsed"


class ProposalInfo(BaseModel):
    """What waits for a second person."""

    action: str
    is_urgent: bool
    proposed_by: str
    proposed_at: datetime
    valid_until: datetime
    changes: dict[str, tuple[str, str]] = Field(description="field to (as it is, as it would be); empty: all is new")


class ClearanceInfo(BaseModel):
    """An officer found a pair to be no match; the source should correct the entry."""

    verdict: str
    vehicle_class: str = Field(description="* = whatever the vehicle")
    plate: str = Field(description="* = whatever was seen")
    cleared_by: str
    cleared_at: datetime
    said_by: str


class EntryInfo(BaseModel):
    """One entry as it stands now."""

    entry_id: UUID
    owner_region: str
    version: int
    plate: str
    plate_region: str
    plate_type: str
    plate_display: str
    reason: HotlistReason
    priority: int
    description: str
    legal_basis: str
    vehicle_class: VehicleClass
    valid_from: datetime
    valid_until: datetime
    confirmed_at: datetime
    is_withdrawn: bool
    is_in_force: bool
    list_code: str
    match_policy: MatchPolicy
    make: str
    colour: str
    source_id: str | None
    content_version: int
    is_urgent: bool
    state: EntryState
    proposed_by: str
    approved_by: str | None
    waiting: ProposalInfo | None
    clearances: list[ClearanceInfo]


class EntryList(BaseModel):
    """Answer of ``GET /v1/hotlist-entries``."""

    entries: list[EntryInfo]


class HitInfo(BaseModel):
    """One hit as the wall shows it: a possible match until an officer says otherwise."""

    id: int
    hit_id: UUID
    entry_id: UUID
    owner_region: str
    seen_region: str
    plate: str
    plate_region: str
    plate_type: str
    plate_display: str
    plate_confidence: float
    reason: HotlistReason
    priority: int
    description: str
    place: str
    latitude: float
    longitude: float
    captured_at: datetime
    matched_at: datetime
    state: HitState
    state_reason: StateReason | None
    list_code: str
    match_kind: MatchKind
    match_cost: float
    listed_plate: str
    score: float | None
    reasons: list[ScoreReason]
    site_id: str
    camera_id: str | None
    vehicle_class: VehicleClass
    images: dict[str, str]
    verdict_by: str | None
    verdict_at: datetime | None
    verdict_note: str | None
    action: FollowUp | None
    action_by: str | None
    action_at: datetime | None


class HitList(BaseModel):
    """Answer of ``GET /v1/hits``, newest first."""

    hits: list[HitInfo]
