"""What goes over the wire about holds and runs."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from fines_api.privacy.policy import HoldState
from recognition.contracts import Identifier, PlateKey

MAX_LIST = 500
_Text = Annotated[str, Field(min_length=3, max_length=1000)]


class NewHold(BaseModel):
    """Body of ``POST /v1/legal-holds``: one plate, or one site in a time, or one passage."""

    model_config = ConfigDict(extra="forbid")

    plate: PlateKey | None = None
    site_id: Identifier | None = None
    passage_id: UUID | None = None
    captured_since: AwareDatetime | None = None
    captured_until: AwareDatetime | None = None
    reason: _Text
    legal_basis: _Text
    ordered_by: _Text = Field(description="who ordered it: court, investigator, their letter's number")
    until: AwareDatetime = Field(description="when it ends by itself")

    @model_validator(mode="after")
    def _has_one_scope(self) -> Self:
        if sum(each is not None for each in (self.plate, self.site_id, self.passage_id)) != 1:
            msg = "name a plate, a site or a passage, and one of them only"
            raise ValueError(msg)
        since, until = self.captured_since, self.captured_until
        if self.site_id is not None and (since is None or until is None):
            msg = "a site is held for a time: give captured_since and captured_until"
            raise ValueError(msg)
        if since is not None and until is not None and since >= until:
            msg = "captured_since comes before captured_until"
            raise ValueError(msg)
        return self


class HoldInfo(BaseModel):
    """One legal hold."""

    model_config = ConfigDict(from_attributes=True)

    hold_id: UUID
    state: HoldState
    plate: str | None
    plate_region: str | None
    plate_type: str | None
    site_id: str | None
    passage_id: UUID | None
    captured_since: datetime | None
    captured_until: datetime | None
    reason: str
    legal_basis: str
    ordered_by: str
    until: datetime
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    released_by: str | None
    released_at: datetime | None


class HoldList(BaseModel):
    """Answer of ``GET /v1/legal-holds``, last proposed first."""

    legal_holds: list[HoldInfo]


class RunInfo(BaseModel):
    """What was done to one day, or to the pictures that were due."""

    model_config = ConfigDict(from_attributes=True)

    run_id: int
    action: str
    place: str | None
    day: date | None
    counts: dict[str, Any]
    key_id: UUID | None
    ran_at: datetime
    actor: str


class RunList(BaseModel):
    """Answer of ``GET /v1/minimisation-runs``, newest first."""

    minimisation_runs: list[RunInfo]
