"""Deliveries as administrators see them: what is under way, what is dead, and sending that again."""

from uuid import UUID

from fines_api import audit
from fines_api.db import Session
from fines_api.kit.errors import ConflictError, NotFoundError
from fines_api.kit.jobs import defer
from fines_api.news.messages import message_id
from fines_api.news.policy import FORGET_AFTER, DeliveryState, NewsType
from fines_api.news.repository import DeliveryRepository, SubscriptionRepository
from fines_api.news.schemas import AttemptInfo, DeliveryInfo
from fines_api.news.tables import NewsAttemptRow, NewsDeliveryRow, NewsEventRow
from fines_api.node import Node

MAX_LIST = 500


class DeliveryService:
    """Deliveries of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._deliveries = DeliveryRepository(session)
        self._subscriptions = SubscriptionRepository(session)

    def redeliver(self, delivery_id: UUID, actor: str) -> DeliveryInfo:
        """Send a dead letter again, from the first pause on.

        Raises:
            NotFoundError: no such delivery.
            ConflictError: it is not dead (``news.not_dead``), or the subscription is not enabled (``news.disabled``).
        """
        delivery = self._deliveries.lock(delivery_id)
        if delivery is None:
            raise NotFoundError("no such delivery")
        if delivery.state != DeliveryState.DEAD:
            raise ConflictError(f"the delivery is {delivery.state}", code="news.not_dead")
        subscription = self._subscriptions.lock(delivery.subscription_id)
        if subscription is None or not subscription.is_enabled:
            raise ConflictError("the subscription is not enabled", hint="enable it first", code="news.disabled")
        delivery.state, delivery.reason, delivery.finished_at, delivery.tries = DeliveryState.PENDING, None, None, 0
        delivery.next_attempt_at = self._node.clock.now()
        defer(self._session, "news.deliver", delivery_id=str(delivery.id))
        audit.record(self._session, self._node, actor, "news:delivery:redelivered", str(delivery.id))
        return self.delivery(delivery_id)

    def delivery(self, delivery_id: UUID) -> DeliveryInfo:
        """Return one delivery.

        Raises:
            NotFoundError: no such delivery.
        """
        row = self._deliveries.get(delivery_id)
        event = self._deliveries.event(row.event_id) if row else None
        if row is None or event is None:
            raise NotFoundError("no such delivery")
        return _describe(row, event, self._deliveries.attempts([row.id]))

    def deliveries(
        self, limit: int, *, state: DeliveryState | None = None, subscription_id: UUID | None = None
    ) -> list[DeliveryInfo]:
        """List deliveries with their attempts, newest first."""
        found = self._deliveries.newest(min(max(limit, 1), MAX_LIST), state=state, subscription_id=subscription_id)
        attempts = self._deliveries.attempts([row.id for row, _ in found])
        return [_describe(row, event, attempts) for row, event in found]

    def forget(self) -> None:
        """Delete what ended a month ago."""
        self._deliveries.forget(self._node.clock.now() - FORGET_AFTER)


def _describe(row: NewsDeliveryRow, event: NewsEventRow, attempts: list[NewsAttemptRow]) -> DeliveryInfo:
    return DeliveryInfo(
        id=row.id,
        subscription_id=row.subscription_id,
        message_id=message_id(event.id),
        type=NewsType(event.type),
        hit=event.hit_number,
        state=DeliveryState(row.state),
        reason=row.reason,
        next_attempt_at=row.next_attempt_at,
        created_at=row.created_at,
        finished_at=row.finished_at,
        attempts=[
            AttemptInfo(
                number=each.number,
                at=each.at,
                status_code=each.status_code,
                error=each.error,
                duration_ms=each.duration_ms,
            )
            for each in attempts
            if each.delivery_id == row.id
        ],
    )
