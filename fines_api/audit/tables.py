"""Rows of the audit chain; a trigger refuses any change to them."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class AuditRow(Base):
    """One deed; ``row_hash`` covers everything else in the row and the hash before it."""

    __tablename__ = "audit_rows"
    __table_args__ = (Index(None, "object_id"), Index(None, "actor", "at"))

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str]
    tag: Mapped[str]
    object_id: Mapped[str]
    details: Mapped[str] = mapped_column(Text, comment="canonical JSON text, exactly as hashed")
    previous_hash: Mapped[str]
    row_hash: Mapped[str]
