"""A suspicion as people see it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from fines_api.search.clones.policy import SuspicionState
from recognition.contracts import PlateKey


class SuspicionInfo(BaseModel):
    """One plate at two places, faster than any car."""

    suspicion_id: UUID
    key: PlateKey
    state: SuspicionState
    first_passage_id: UUID
    first_at: datetime
    first_place: str
    second_passage_id: UUID
    second_at: datetime
    second_place: str
    distance_m: float
    needed_kmh: float
    found_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


class SuspicionList(BaseModel):
    """Answer of ``GET /v1/clone-suspicions``, the newest on top."""

    suspicions: list[SuspicionInfo]


class SuspicionDecision(BaseModel):
    """Body of ``POST /v1/clone-suspicions/{id}/decision``."""

    model_config = ConfigDict(extra="forbid")

    state: Literal[SuspicionState.CONFIRMED, SuspicionState.DISMISSED]
    reason: str = Field(min_length=3, max_length=1000)
