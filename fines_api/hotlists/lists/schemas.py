"""What goes over the wire about lists."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from fines_api.hotlists.policy import LONGEST_VALIDITY, AlertPolicy
from recognition.contracts import HotlistReason, MatchPolicy


class HotlistBody(BaseModel):
    """Body of ``PUT /v1/hotlists/{code}``."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    title: str = Field(min_length=1, max_length=120)
    reason: HotlistReason
    authority: str = Field(default="", max_length=200, description="who owns the list and answers for it")
    legal_basis: str = Field(default="", max_length=500)
    priority: int = Field(ge=1, le=3)
    match_policy: MatchPolicy = Field(default=MatchPolicy.EXACT, description="what an entry gets that asks for nothing")
    widest_policy: MatchPolicy = Field(default=MatchPolicy.EXACT, description="what an entry may ask for")
    most_cost: float | None = Field(default=None, gt=0, le=4, description="bounds misreads further; null = the usual")
    alert_policy: AlertPolicy = AlertPolicy.NOTIFY
    confirm_every_days: int = Field(ge=1, le=LONGEST_VALIDITY.days)
    longest_days: int = Field(ge=1, le=LONGEST_VALIDITY.days)
    is_urgent_allowed: bool = False
    writers: list[str] = Field(
        default_factory=lambda: ["police"], max_length=200, description="roles ('police') or names ('police:ivanova')"
    )


class HotlistInfo(HotlistBody):
    """One list and how it stands."""

    code: str
    entries: int = Field(description="within their term")
    stale: int = Field(description="of these: the source has been silent for too long; they raise no alert")
    waiting: int = Field(description="proposals and imports that need a second person")
    heard_at: datetime | None = Field(description="when a source last stood behind an entry")


class HotlistOverview(BaseModel):
    """Answer of ``GET /v1/hotlists``."""

    hotlists: list[HotlistInfo]
