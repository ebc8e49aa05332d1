"""What the administrator sends and sees."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from recognition.contracts import Identifier


class EnrolmentCodeRequest(BaseModel):
    """Body of ``POST /v1/devices/enrolment-codes``."""

    model_config = ConfigDict(extra="forbid")

    device_id: Identifier


class EnrolmentCode(BaseModel):
    """A fresh code, shown once."""

    code: str
    device_id: str
    expires_at: datetime


class Revocation(BaseModel):
    """Body of ``POST /v1/devices/{device_id}/revocation``."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=3, max_length=300)


class DeviceInfo(BaseModel):
    """One enrolled device."""

    device_id: str
    key_id: str
    enrolled_at: datetime
    revoked_at: datetime | None
    revoked_reason: str | None
