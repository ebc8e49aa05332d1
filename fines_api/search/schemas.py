"""A search as it is asked for, answered and kept."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from fines_api.passages.schemas import PassageInfo, SearchPurpose
from fines_api.search.policy import Rank, SearchKind, SearchState
from fines_api.search.sightings.trace import LegFlag
from recognition.contracts import Identifier, PlateKey, VehicleClass

MAX_PAGE = 500
_NOTE = Field(default="", max_length=1000)


class SearchMode(StrEnum):
    """How a text stands for plates."""

    EXACT = "exact"
    PARTIAL = "partial"
    WILDCARD = "wildcard"
    CONFUSABLE = "confusable"


class _Grounds(BaseModel):
    """Why; every search says it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    purpose: SearchPurpose | None = None
    case_number: str | None = Field(default=None, max_length=64)
    legal_basis: str = Field(min_length=3, max_length=200)


class _Window(_Grounds):
    since: AwareDatetime
    until: AwareDatetime


class NewSearch(_Window):
    """Passages of a plate, a part of one, a pattern, or what the plate may have been read as."""

    kind: Literal["plate"] = "plate"
    mode: SearchMode = SearchMode.EXACT
    plate: str = Field(min_length=1, max_length=32)
    plate_region: Identifier | None = None
    sites: tuple[Identifier, ...] | None = Field(default=None, max_length=1000)
    polygon: dict[str, Any] | None = Field(default=None, description="GeoJSON Polygon; sites inside are searched")
    direction: Literal["approaching", "receding", "stationary"] | None = None
    vehicle_class: VehicleClass | None = None
    limit: int = Field(default=50, ge=1, le=MAX_PAGE)


class NewTrace(_Window):
    """The way of one plate."""

    kind: Literal["trace"]
    plate: str = Field(min_length=2, max_length=32)
    plate_region: Identifier | None = None
    plate_type: Identifier | None = None


class NewConvoy(_Window):
    """Who travels with a plate."""

    kind: Literal["convoy"]
    plate: str = Field(min_length=2, max_length=32)
    within_s: float = Field(default=60, ge=5, le=600)
    common_sites: int = Field(default=2, ge=1, le=100)


class StakeOutPlace(BaseModel):
    """One place for some time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site_id: Identifier
    since: AwareDatetime
    until: AwareDatetime


class NewStakeOut(_Grounds):
    """Who was at several of these places and times."""

    kind: Literal["stake_out"]
    places: tuple[StakeOutPlace, ...] = Field(min_length=2, max_length=20)
    at_least: int = Field(default=2, ge=2, le=20)

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.at_least > len(self.places):
            msg = "at_least is more than there are places"
            raise ValueError(msg)
        return self

    @property
    def since(self) -> datetime:
        """The earliest moment."""
        return min(place.since for place in self.places)

    @property
    def until(self) -> datetime:
        """The latest moment."""
        return max(place.until for place in self.places)


def _kind_of(body: Any) -> str:
    kind = body.get("kind", SearchKind.PLATE) if isinstance(body, dict) else getattr(body, "kind", SearchKind.PLATE)
    return str(kind)


Asked = Annotated[
    Annotated[NewSearch, Tag("plate")]
    | Annotated[NewTrace, Tag("trace")]
    | Annotated[NewConvoy, Tag("convoy")]
    | Annotated[NewStakeOut, Tag("stake_out")],
    Discriminator(_kind_of),
]
"""Body of ``POST /v1/searches``; without a ``kind`` it is a search for a plate."""


class SearchInfo(BaseModel):
    """A search as the book has it."""

    model_config = ConfigDict(from_attributes=True)

    search_id: UUID
    kind: SearchKind
    officer: str
    rank: Rank
    asked_at: datetime
    purpose: SearchPurpose
    case_number: str
    legal_basis: str
    plate: str | None
    since: datetime
    until: datetime
    query: dict[str, Any]
    state: SearchState
    found: int | None
    took_ms: float | None
    decided_by: str | None
    decided_at: datetime | None
    decision_note: str | None


class TraceStep(BaseModel):
    """One passage of a trace and the leg that led to it."""

    passage_id: UUID
    key: PlateKey
    captured_at: datetime
    site_id: str
    place: str
    latitude: float | None
    longitude: float | None
    vehicle_class: VehicleClass
    gap_s: float | None = None
    distance_m: float | None = None
    mean_kmh: float | None = None
    flags: tuple[LegFlag, ...] = ()


class Companion(BaseModel):
    """A vehicle that met the followed one."""

    key: PlateKey
    common_sites: int
    near_meetings: int
    journeys: int
    near_journeys: int
    score: float
    is_likely: bool


class Present(BaseModel):
    """A vehicle at several of the places."""

    key: PlateKey
    places: tuple[int, ...] = Field(description="numbers of the places, from 0")
    first_at: datetime
    last_at: datetime


class SearchAnswer(BaseModel):
    """What came of a search; a part is ``None`` where the kind has no such part or nothing may be shown yet."""

    search: SearchInfo
    passages: list[PassageInfo] | None = None
    next: str | None = Field(default=None, description="give it as ``after`` for the next page")
    trace: list[TraceStep] | None = None
    companions: list[Companion] | None = None
    present: list[Present] | None = None


class Decision(BaseModel):
    """Body of ``POST /v1/searches/{id}/approval``."""

    model_config = ConfigDict(extra="forbid")

    is_approved: bool
    note: str = _NOTE


class RankSetting(BaseModel):
    """Body of ``PUT /v1/searchers/{username}/rank``."""

    model_config = ConfigDict(extra="forbid")

    rank: Rank


class BookQuery(BaseModel):
    """What an auditor looks for in the book."""

    model_config = ConfigDict(extra="forbid")

    officer: str | None = Field(default=None, max_length=64)
    plate: str | None = Field(default=None, max_length=32)
    purpose: SearchPurpose | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    limit: int = Field(default=100, ge=1, le=MAX_PAGE)


class Repetition(BaseModel):
    """One plate searched by one officer on many days."""

    officer: str
    plate: str
    days: list[date]
    searches: int


class Anomalies(BaseModel):
    """What an auditor should ask about; own households are not known here."""

    repeated: list[Repetition]
    off_hours: list[SearchInfo]


class SearchList(BaseModel):
    """Answer of ``GET /v1/searches``."""

    searches: list[SearchInfo]
