"""Enrolment codes, device keys and the nonces they used."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class EnrolmentCodeRow(Base):
    """A one-time code that buys a place for one key of one device."""

    __tablename__ = "enrolment_codes"

    code_digest: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by_key: Mapped[str | None]


class DeviceKeyRow(Base):
    """A key a device signs with; an older key stays valid for what it signed until it is revoked."""

    __tablename__ = "device_keys"
    __table_args__ = (Index(None, "device_id"),)

    key_id: Mapped[str] = mapped_column(primary_key=True)
    device_id: Mapped[str]
    public_key_pem: Mapped[str]
    enrolled_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_reason: Mapped[str | None]


class DeviceNonceRow(Base):
    """A nonce seen in an assertion; it opens no second session."""

    __tablename__ = "device_nonces"
    __table_args__ = (Index(None, "seen_at"),)

    device_id: Mapped[str] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
