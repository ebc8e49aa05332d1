"""What an officer sends, and what is on record of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from fines_api.cases.schemas import CaseView
from fines_api.registry.schemas import Vehicle


class Decision(StrEnum):
    """What a person decided on a case."""

    APPROVED = "approved"
    REJECTED = "rejected"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient"


class Rejection(BaseModel):
    """Body of ``POST /v1/cases/{id}/rejection``."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=500)
    is_evidence_insufficient: bool = False


class Review(BaseModel):
    """A decision on record."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    review_id: UUID
    case_id: UUID
    officer_id: UUID
    officer_name: str
    decision: Decision
    reason: str
    decided_at: datetime
    spent_ms: int
    is_hasty: bool
    approval: int | None


class CaseFile(BaseModel):
    """A case as one officer has it on the desk; ``reviews`` are those the officer may see (``policy.visible``)."""

    model_config = ConfigDict(frozen=True)

    case: CaseView
    vehicle: Vehicle | None
    reviews: tuple[Review, ...]
    has_decided: bool
