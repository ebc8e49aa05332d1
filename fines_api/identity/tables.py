"""Users and sessions; secrets are stored as digests only."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class UserRow(Base):
    """A member of staff."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint("role IN ('officer', 'police', 'administrator', 'auditor')", name="role"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str]
    role: Mapped[str]
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class SessionRow(Base):
    """An open session of a person or a device."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "role", "subject"), Index(None, "expires_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str]
    subject: Mapped[str] = mapped_column(comment="user name, device id, or what stands for a citizen")
    claims: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
