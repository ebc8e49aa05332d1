"""What every wire type shares: frozen, closed to unknown fields, aware times, finite numbers."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Contract(BaseModel):
    """Base of the wire types: immutable, no unknown field, no NaN or infinity."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""A whole number that JSON says exactly (RFC 7493, section 2.2)."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, lower-case hex")]
Identifier = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$", description="stable lower-case name")]
PlateText = Annotated[
    str,
    Field(pattern=r"^[A-Z0-9]{2,12}$", description="canonical plate text: Latin capitals and digits, nothing else"),
]
Confidence = Annotated[float, Field(ge=0.0, le=1.0)]
UtcTime = AwareDatetime
PointPx = tuple[float, float]
PointM = tuple[float, float]
BoxPx = tuple[float, float, float, float]
"""``(x_min, y_min, x_max, y_max)`` in pixels of the whole frame."""


class VehicleClass(StrEnum):
    """What kind of vehicle a track is; ``unknown`` is an answer."""

    CAR = "car"
    TRUCK = "truck"
    BUS = "bus"
    MOTORCYCLE = "motorcycle"
    BICYCLE = "bicycle"
    UNKNOWN = "unknown"


class RuleMode(StrEnum):
    """What a rule may lead to at one site and date."""

    OFF = "off"
    SHADOW = "shadow"
    WARN = "warn"
    FINE = "fine"


class ClockSource(StrEnum):
    """Where capture time comes from."""

    RTCP = "rtcp"
    HOST = "host"
    FILE = "file"


class ClockQuality(Contract):
    """How far the capture time may be from true UTC."""

    source: ClockSource
    bound_ms: float | None = Field(ge=0, description="largest believed error, ms; null = not known")


class PlateKey(Contract):
    """The key of a plate: the same text in two types is two vehicles (AA000777)."""

    plate: PlateText
    plate_region: Identifier = Field(description="issuing country, ISO 3166-1 alpha-2 lower case, or 'eu' when unknown")
    plate_type: Identifier = Field(description="layout within the country, e.g. '1', '1b'")


def isoformat_utc(moment: datetime) -> str:
    """Write an aware time as RFC 3339 UTC with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
