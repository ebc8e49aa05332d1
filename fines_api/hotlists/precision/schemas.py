"""What goes over the wire about how often hits are right."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field

Days = Annotated[Literal[7, 30, 90], BeforeValidator(int), Field(description="hits captured in so many days")]


class ShareInfo(BaseModel):
    """A share with its 95 % interval (Wilson)."""

    value: float
    low: float
    high: float


class PrecisionLine(BaseModel):
    """One list, or one camera."""

    name: str
    place: str = Field(description="of a camera; empty for a list")
    hits: int
    judged: int
    correct: int
    share_correct: ShareInfo | None = Field(description="of the judged; null = none was judged")
    share_withheld: float | None = Field(description="of all hits: withheld or cleared before anybody saw them")
    median_s: float | None = Field(description="capture to match; without what was searched back")


class PrecisionAnswer(BaseModel):
    """Answer of ``GET /v1/hotlists/precision``."""

    days: int
    lists: list[PrecisionLine]
    cameras: list[PrecisionLine]
