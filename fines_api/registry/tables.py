"""Registered vehicles."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class VehicleRow(Base):
    """One vehicle under one plate.  The certificate is a keyed digest: it can be checked and never read."""

    __tablename__ = "vehicles"
    __table_args__ = (Index(None, "plate_region", "plate_type", "plate", unique=True),)

    vehicle_id: Mapped[UUID] = mapped_column(primary_key=True)
    plate: Mapped[str] = mapped_column(String(12))
    plate_region: Mapped[str] = mapped_column(String(64))
    plate_type: Mapped[str] = mapped_column(String(64))
    certificate_digest: Mapped[str] = mapped_column(String(64), unique=True)
    make: Mapped[str] = mapped_column(String(60))
    model: Mapped[str] = mapped_column(String(60))
    colour: Mapped[str] = mapped_column(String(40))
    vehicle_class: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(60))
    imported_at: Mapped[datetime]
