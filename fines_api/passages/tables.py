"""Passages, found by plate key and by time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class PassageRow(Base):
    """One passage as its device reported it, with what is searched for beside it."""

    __tablename__ = "passages"
    __table_args__ = (
        Index(None, "plate", "plate_region", "plate_type", "captured_at"),
        Index(None, "captured_at"),
        Index(None, "site_id", "captured_at"),
    )

    passage_id: Mapped[UUID] = mapped_column(primary_key=True)
    plate: Mapped[str | None]
    plate_region: Mapped[str | None]
    plate_type: Mapped[str | None]
    plate_confidence: Mapped[float | None]
    vehicle_class: Mapped[str]
    device_id: Mapped[str]
    site_id: Mapped[str]
    site_version: Mapped[int]
    camera_id: Mapped[str]
    captured_at: Mapped[datetime]
    received_at: Mapped[datetime]
    content_sha256: Mapped[str]
    document: Mapped[dict[str, Any]]
