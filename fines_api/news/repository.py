"""Subscriptions, events and deliveries in the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.dialects.postgresql import insert

from fines_api.db import Session
from fines_api.news.tables import NewsAttemptRow, NewsDeliveryRow, NewsEventRow, NewsSubscriptionRow


class SubscriptionRepository:
    """Receivers; the removed ones are found by their deliveries only."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: NewsSubscriptionRow) -> None:
        """Add a receiver."""
        self._session.add(row)
        self._session.flush()

    def get(self, subscription_id: UUID) -> NewsSubscriptionRow | None:
        """Find a receiver, removed or not."""
        return self._session.get(NewsSubscriptionRow, subscription_id)

    def lock(self, subscription_id: UUID) -> NewsSubscriptionRow | None:
        """Find a standing receiver and hold it."""
        return self._session.scalar(
            select(NewsSubscriptionRow)
            .where(NewsSubscriptionRow.id == subscription_id, NewsSubscriptionRow.removed_at.is_(None))
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    def standing(self, *, owner_role: str | None = None, owner: str | None = None) -> list[NewsSubscriptionRow]:
        """Receivers that were not removed, oldest first; of one owner where he is given."""
        query = select(NewsSubscriptionRow).where(NewsSubscriptionRow.removed_at.is_(None))
        if owner is not None:
            query = query.where(NewsSubscriptionRow.owner_role == owner_role, NewsSubscriptionRow.owner == owner)
        return list(self._session.scalars(query.order_by(NewsSubscriptionRow.id)))

    def at_address(self, kind: str, address: str) -> list[NewsSubscriptionRow]:
        """Standing receivers of a kind at an address, held."""
        return list(
            self._session.scalars(
                select(NewsSubscriptionRow)
                .where(
                    NewsSubscriptionRow.removed_at.is_(None),
                    NewsSubscriptionRow.kind == kind,
                    NewsSubscriptionRow.address == address,
                )
                .with_for_update()
            )
        )


class DeliveryRepository:
    """Events and their deliveries."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep_event(self, row: NewsEventRow) -> None:
        """Keep an event; one of the same name stays as it is."""
        values = {"id": row.id, "type": row.type, "hit_number": row.hit_number, "created_at": row.created_at}
        self._session.execute(insert(NewsEventRow).values(values).on_conflict_do_nothing())

    def event(self, event_id: UUID) -> NewsEventRow | None:
        """Find an event."""
        return self._session.get(NewsEventRow, event_id)

    def add(self, delivery_id: UUID, event_id: UUID, subscription_id: UUID, now: datetime) -> bool:
        """Add a delivery; false when this receiver has one for the event already."""
        made = self._session.scalar(
            insert(NewsDeliveryRow)
            .values(
                id=delivery_id, event_id=event_id, subscription_id=subscription_id, state="pending", tries=0,
                attempts=0, next_attempt_at=now, created_at=now,
            )
            .on_conflict_do_nothing()
            .returning(NewsDeliveryRow.id)
        )  # fmt: skip
        return made is not None

    def told(self, event_id: UUID) -> set[UUID]:
        """Receivers that have heard of an event, or still may."""
        return set(
            self._session.scalars(
                select(NewsDeliveryRow.subscription_id).where(
                    NewsDeliveryRow.event_id == event_id,
                    or_(NewsDeliveryRow.attempts > 0, NewsDeliveryRow.state == "pending"),
                )
            )
        )

    def get(self, delivery_id: UUID) -> NewsDeliveryRow | None:
        """Find a delivery."""
        return self._session.get(NewsDeliveryRow, delivery_id)

    def lock(self, delivery_id: UUID) -> NewsDeliveryRow | None:
        """Find a delivery and hold it."""
        return self._session.scalar(
            select(NewsDeliveryRow)
            .where(NewsDeliveryRow.id == delivery_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )

    def add_attempt(self, row: NewsAttemptRow) -> None:
        """Keep one attempt."""
        self._session.add(row)
        self._session.flush()

    def newest(
        self, limit: int, *, state: str | None, subscription_id: UUID | None
    ) -> list[tuple[NewsDeliveryRow, NewsEventRow]]:
        """Deliveries with their events, newest first."""
        query = select(NewsDeliveryRow, NewsEventRow).join(NewsEventRow, NewsDeliveryRow.event_id == NewsEventRow.id)
        if state is not None:
            query = query.where(NewsDeliveryRow.state == state)
        if subscription_id is not None:
            query = query.where(NewsDeliveryRow.subscription_id == subscription_id)
        found = self._session.execute(query.order_by(NewsDeliveryRow.id.desc()).limit(limit))
        return [(delivery, event) for delivery, event in found]

    def attempts(self, delivery_ids: list[UUID]) -> list[NewsAttemptRow]:
        """Attempts of some deliveries, in order."""
        return list(
            self._session.scalars(
                select(NewsAttemptRow)
                .where(NewsAttemptRow.delivery_id.in_(delivery_ids))
                .order_by(NewsAttemptRow.delivery_id, NewsAttemptRow.number)
            )
        )

    def forget(self, before: datetime) -> None:
        """Delete what ended long ago, and events that nobody refers to any more."""
        self._session.execute(
            delete(NewsDeliveryRow).where(NewsDeliveryRow.state != "pending", NewsDeliveryRow.finished_at < before)
        )
        is_referred_to = exists().where(NewsDeliveryRow.event_id == NewsEventRow.id)
        self._session.execute(delete(NewsEventRow).where(NewsEventRow.created_at < before, ~is_referred_to))
