"""Passages, one partition a day, found by plate, by place and by time."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base

Word = Annotated[str, mapped_column(String(collation="C"))]
"""Text that is compared byte by byte."""


class _PassageColumns:
    """What is searched for, and the signed event that says all of it."""

    passage_id: Mapped[UUID] = mapped_column(primary_key=True)
    captured_at: Mapped[datetime] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    region: Mapped[Word]
    plate: Mapped[Word | None]
    plate_region: Mapped[Word | None]
    plate_type: Mapped[Word | None]
    plate_confidence: Mapped[float | None]
    vehicle_class: Mapped[Word]
    direction: Mapped[Word | None]
    device_id: Mapped[Word]
    site_id: Mapped[Word]
    site_version: Mapped[int]
    camera_id: Mapped[Word]
    event: Mapped[bytes] = mapped_column(comment="the signed event, packed; empty: pseudonymised")


class PassageRow(_PassageColumns, Base):
    """One passage of the last weeks."""

    __tablename__ = "passages"
    __table_args__ = (
        Index(None, "plate", "captured_at"),
        Index(None, "site_id", "captured_at"),
        Index(None, "captured_at", postgresql_using="brin"),
        Index(None, "received_at", postgresql_using="brin"),
        {"postgresql_partition_by": "RANGE (captured_at)"},
    )


class KeptPassageRow(_PassageColumns, Base):
    """One passage whose day is gone: why it is kept, and until when."""

    __tablename__ = "kept_passages"
    __table_args__ = (Index(None, "captured_at"), Index(None, "until"))

    why: Mapped[Word]
    until: Mapped[datetime | None] = mapped_column(comment="null: as long as the reason lives")
