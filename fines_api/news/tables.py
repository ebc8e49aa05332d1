"""Who is told, what there was to tell, and how every telling ended.  No plate is kept here: a message is made anew."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from fines_api.db.base import Base


class NewsSubscriptionRow(Base):
    """One receiver; a removed one stays without its secrets, for its deliveries to refer to."""

    __tablename__ = "news_subscriptions"
    __table_args__ = (
        Index("ix_news_subscriptions_standing", "kind", postgresql_where=text("removed_at IS NULL")),
    )  # fmt: skip

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    address: Mapped[str] = mapped_column(Text)
    types: Mapped[list[Any]]
    lowest_priority: Mapped[int]
    reasons: Mapped[list[Any]]
    owner_role: Mapped[str]
    owner: Mapped[str]
    owner_id: Mapped[UUID | None]
    secret: Mapped[bytes | None] = mapped_column(LargeBinary, comment="sealed with the node's key")
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None]
    is_enabled: Mapped[bool]
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    failing_since: Mapped[datetime | None]
    quiet_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class NewsEventRow(Base):
    """One thing that happened; its id names it for every receiver and attempt."""

    __tablename__ = "news_events"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(64))
    hit_number: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime]


class NewsDeliveryRow(Base):
    """One event for one receiver; ``tries`` counts from the last (re)delivery, ``attempts`` from the first."""

    __tablename__ = "news_deliveries"
    __table_args__ = (
        UniqueConstraint("event_id", "subscription_id"),
        Index(None, "state", "id"),
        Index(None, "subscription_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(ForeignKey("news_events.id"))
    subscription_id: Mapped[UUID] = mapped_column(ForeignKey("news_subscriptions.id"))
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class NewsAttemptRow(Base):
    """One try to tell one receiver, and how it ended."""

    __tablename__ = "news_attempts"

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("news_deliveries.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    status_code: Mapped[int | None]
    error: Mapped[str | None] = mapped_column(Text)
    duration_ms: Mapped[int]
