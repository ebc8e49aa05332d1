"""A decree as the citizen and the officer see it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from fines_api.cases.policy import CaseState
from fines_api.kit.money import Money
from recognition.contracts import Certificate, EvidenceItem, Measurement, Place, PlateKey


class Decree(BaseModel):
    """The legal act; everything a citizen needs to check it (HARMS D18)."""

    model_config = ConfigDict(frozen=True)

    decree_id: UUID
    number: str
    payment_reference: str
    state: CaseState
    issued_at: datetime
    officer_name: str
    plate: PlateKey
    rule: str
    occurred_at: datetime
    timezone: str
    place: str
    location: Place | None
    device_id: str
    certificate: Certificate | None
    measurement: Measurement | None
    limit_kmh: float | None
    excess_kmh: float | None
    article: str
    part: str
    article_text: str
    article_text_en: str
    amount_minor: int
    discounted_minor: int
    currency: str
    discount_percent: int | None
    discount_until: date | None
    appeal_until: date
    in_force_on: date
    payment_until: date
    why: tuple[dict[str, Any], ...]
    evidence: tuple[EvidenceItem, ...]
    package_sha256: str
    is_document_ready: bool

    @property
    def amount(self) -> Money:
        """What is imposed."""
        return Money(self.amount_minor, self.currency)

    @property
    def discounted(self) -> Money:
        """What settles it in time."""
        return Money(self.discounted_minor, self.currency)


class Issued(BaseModel):
    """Answer of ``POST /v1/cases/{id}/approval``: the decree that came with the approval."""

    case_id: UUID
    decree_id: UUID
    number: str
    payment_reference: str
    amount_minor: int
    currency: str
    is_hasty: bool


class FirstApproval(BaseModel):
    """Answer of ``POST /v1/cases/{id}/approval`` (202): on record; the decree waits for a second officer's own."""

    case_id: UUID
    approvals: int = 1
    reviewers: int
    is_hasty: bool
