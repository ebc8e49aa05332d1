"""What goes over the wire about imports."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field


class ImportState(StrEnum):
    """Where an import stands."""

    CHECKED = "checked"
    WAITING = "waiting"
    APPROVED = "approved"
    DONE = "done"
    REFUSED = "refused"


class ImportTotals(BaseModel):
    """How many lines do what."""

    added: int
    changed: int
    unchanged: int
    withdrawn: int
    rejected: int


class RejectedInfo(BaseModel):
    """A line that is no entry."""

    line: int
    source_id: str
    code: str
    reason: str


class ImportInfo(BaseModel):
    """One import and what became of it."""

    import_id: UUID | None = Field(description="null: only checked")
    list_code: str
    file_sha256: str
    is_full: bool
    state: ImportState
    counts: ImportTotals
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    finished_at: datetime | None = None


class ImportReport(ImportInfo):
    """Answer of ``POST /v1/hotlists/{code}/import``: what the file would do, or waits to do."""

    rejected: list[RejectedInfo] = Field(description="the first thousand")
    confirm: int | None = Field(
        description="the whole list would lose so many entries that this number must be sent as confirm"
    )


class ImportList(BaseModel):
    """Answer of ``GET /v1/hotlists/{code}/imports``, newest first."""

    imports: list[ImportInfo]
