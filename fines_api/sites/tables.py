"""Versions of sites; a version is never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class SiteVersionRow(Base):
    """One version of one site, the document as it was registered."""

    __tablename__ = "site_versions"

    site_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[datetime]
    document: Mapped[dict[str, Any]]
    sha256: Mapped[str]
    registered_at: Mapped[datetime]
    registered_by: Mapped[str]
