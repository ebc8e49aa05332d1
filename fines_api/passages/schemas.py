"""What a search for passages answers."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from recognition.contracts import Measurement, VehicleClass

MAX_SEARCH = 500


class SearchPurpose(StrEnum):
    """Why a plate is searched; a closed list, so that the reasons can be counted."""

    STOLEN_VEHICLE = "stolen_vehicle"
    WANTED_PERSON = "wanted_person"
    MISSING_PERSON = "missing_person"
    ACCIDENT = "accident"
    CRIMINAL_CASE = "criminal_case"


class PassageQuery(BaseModel):
    """What a search asks for."""

    model_config = ConfigDict(extra="forbid")

    plate: str | None = Field(default=None, max_length=32)
    limit: int = Field(default=50, ge=1, le=MAX_SEARCH)
    purpose: SearchPurpose | None = None
    case_number: str | None = Field(default=None, max_length=64)


class PassageInfo(BaseModel):
    """One passage as a list shows it."""

    passage_id: UUID
    plate: str | None
    plate_region: str | None
    plate_type: str | None
    plate_display: str | None
    plate_confidence: float | None
    is_pseudonymised: bool = Field(default=False, description="its term is over: what identified the vehicle is gone")
    vehicle_class: VehicleClass
    site_id: str
    place: str
    latitude: float
    longitude: float
    camera_id: str
    device_id: str
    captured_at: datetime
    received_at: datetime
    speed: Measurement | None
    images: dict[str, str]


class PassageList(BaseModel):
    """Answer of ``GET /v1/passages``, newest first."""

    passages: list[PassageInfo]
