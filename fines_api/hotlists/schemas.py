"""What goes over the wire about entries and hits."""

from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from fines_api.hotlists.policy import HitState, Verdict
from recognition.contracts import HotlistReason, Identifier, VehicleClass


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewEntry(_Body):
    """Body of ``POST /v1/hotlist-entries``."""

    plate: str = Field(min_length=2, max_length=32)
    plate_region: Identifier
    plate_type: Identifier | None = Field(default=None, description="derived from the plate where it leaves no doubt")
    reason: HotlistReason
    priority: int = Field(default=2, ge=1, le=3)
    description: str = Field(default="", max_length=500)
    legal_basis: str = Field(min_length=3, max_length=200)
    valid_until: AwareDatetime
    vehicle_class: VehicleClass = VehicleClass.UNKNOWN


class Withdrawal(_Body):
    """Body of ``POST /v1/hotlist-entries/{id}/withdrawal``."""

    note: str = Field(default="", max_length=500)


class Confirmation(_Body):
    """Body of ``POST /v1/hotlist-entries/{id}/confirmation``: the source still stands behind the entry."""

    valid_until: AwareDatetime


class VerdictGiven(_Body):
    """Body of ``POST /v1/hits/{id}/verdict``."""

    verdict: Verdict
    note: str = Field(default="", max_length=1000)


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
    vehicle_class: VehicleClass
    images: dict[str, str]
    verdict_by: str | None
    verdict_at: datetime | None
    verdict_note: str | None


class HitList(BaseModel):
    """Answer of ``GET /v1/hits``, newest first."""

    hits: list[HitInfo]
