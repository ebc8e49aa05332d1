"""The dictionary of plates, searches on the record, who may look how far back, and suspicions of cloned plates."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, String
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base

Word = Annotated[str, mapped_column(String(collation="C"))]
"""Text that is compared byte by byte."""


class PlateRow(Base):
    """One distinct plate that ever passed; ``first_seen`` and ``last_seen`` hold to within an hour."""

    __tablename__ = "plates"
    __table_args__ = (
        Index(None, "plate", "plate_region", "plate_type", unique=True),
        Index(None, "tokens", postgresql_using="gin"),
        Index(None, "last_seen", postgresql_using="brin"),
    )

    plate_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    plate: Mapped[Word]
    plate_region: Mapped[Word]
    plate_type: Mapped[Word]
    first_seen: Mapped[datetime]
    last_seen: Mapped[datetime]
    tokens: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class SearchMarkRow(Base):
    """How far a background reader of passages has come, by the moment of receipt."""

    __tablename__ = "search_marks"

    reader: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]


class SearcherRankRow(Base):
    """How far back a member of the police may look; who is not here is an inspector."""

    __tablename__ = "searcher_ranks"
    __table_args__ = (CheckConstraint("rank IN ('inspector', 'investigator', 'chief')", name="rank"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    rank: Mapped[str]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class SearchRow(Base):
    """One search: who asked, when, why, for what, and what came of it."""

    __tablename__ = "searches"
    __table_args__ = (
        Index(None, "officer", "asked_at"),
        Index(None, "plate", "asked_at"),
        Index(None, "asked_at"),
        CheckConstraint("kind IN ('plate', 'trace', 'convoy', 'stake_out')", name="kind"),
        CheckConstraint("state IN ('done', 'awaiting_approval', 'approved', 'refused')", name="state"),
        CheckConstraint("decided_by IS DISTINCT FROM officer", name="second_person"),
    )

    search_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    officer: Mapped[str]
    user_id: Mapped[UUID | None]
    rank: Mapped[str]
    asked_at: Mapped[datetime]
    purpose: Mapped[str]
    case_number: Mapped[str]
    legal_basis: Mapped[str]
    plate: Mapped[str | None] = mapped_column(comment="what was asked for, as it was asked: text, part or pattern")
    since: Mapped[datetime]
    until: Mapped[datetime]
    query: Mapped[dict[str, Any]]
    state: Mapped[str]
    found: Mapped[int | None]
    took_ms: Mapped[float | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]


class CloneSuspicionRow(Base):
    """One plate seen at two places faster than any car drives."""

    __tablename__ = "clone_suspicions"
    __table_args__ = (
        Index(
            "uq_clone_suspicions_standing",
            "plate",
            "plate_region",
            "plate_type",
            unique=True,
            postgresql_where="state <> 'dismissed'",
        ),
        Index(None, "first_passage_id", "second_passage_id", unique=True),
        Index(None, "state", "second_at"),
        CheckConstraint("state IN ('open', 'confirmed', 'dismissed')", name="state"),
    )

    suspicion_id: Mapped[UUID] = mapped_column(primary_key=True)
    plate: Mapped[str]
    plate_region: Mapped[str]
    plate_type: Mapped[str]
    first_passage_id: Mapped[UUID]
    first_at: Mapped[datetime]
    first_site_id: Mapped[str]
    second_passage_id: Mapped[UUID]
    second_at: Mapped[datetime]
    second_site_id: Mapped[str]
    distance_m: Mapped[float]
    needed_kmh: Mapped[float]
    found_at: Mapped[datetime]
    state: Mapped[str]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
