"""What goes over the wire when somebody logs in, and who they then are inside."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class Role(StrEnum):
    """What a session may do."""

    OFFICER = "officer"
    POLICE = "police"
    CITIZEN = "citizen"
    DEVICE = "device"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


STAFF_ROLES = (Role.OFFICER, Role.POLICE, Role.ADMINISTRATOR, Role.AUDITOR)


@dataclass(frozen=True)
class Principal:
    """The one who is asking, as the session says."""

    session_id: UUID
    role: Role
    subject: str
    user_id: UUID | None
    claims: Mapping[str, Any] = field(default_factory=dict)
    csrf_token: str = ""

    @property
    def actor(self) -> str:
        """Name in the audit chain, e.g. ``police:ivanova``."""
        return f"{self.role}:{self.subject}"


class LogIn(BaseModel):
    """Body of ``POST /v1/sessions``."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(min_length=1, max_length=64)
    password: SecretStr = Field(min_length=1, max_length=256)


class SessionOpened(BaseModel):
    """Answer of ``POST /v1/sessions``: the only time the token is shown."""

    token: str
    role: Role
    expires_at: datetime
