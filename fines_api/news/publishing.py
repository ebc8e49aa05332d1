"""From an event to its receivers: one delivery and one job each, in one transaction."""

from uuid import UUID

from fines_api import audit
from fines_api.db import Session
from fines_api.hotlists.matching import HitService
from fines_api.hotlists.schemas import HitInfo
from fines_api.kit.errors import NotFoundError
from fines_api.kit.ids import uuid7
from fines_api.kit.jobs import defer
from fines_api.news.messages import event_id_of
from fines_api.news.policy import NewsFilter, NewsType, goes_out, is_retraction
from fines_api.news.repository import DeliveryRepository, SubscriptionRepository
from fines_api.news.tables import NewsEventRow
from fines_api.node import Node


class Publisher:
    """Fans the events of one region out."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._deliveries = DeliveryRepository(session)
        self._subscriptions = SubscriptionRepository(session)

    def publish(self, news: NewsType, number: int) -> None:
        """Give every receiver who wants it a delivery; repeating it changes nothing."""
        hit = hit_or_none(self._session, self._node, number)
        if hit is None or not goes_out(news, hit.state):
            return
        receivers = self._receivers(news, hit)
        if not receivers:
            return
        event = self._keep_event(event_id_of(news, self._node.settings.region, hit.hit_id), news, number)
        for subscription_id in receivers:
            self._add(event, subscription_id)

    def test(self, subscription_id: UUID, actor: str) -> UUID:
        """Send a test message, once, to a subscription that need not be enabled; return its delivery.

        Raises:
            NotFoundError: no such subscription.
        """
        row = self._subscriptions.lock(subscription_id)
        if row is None:
            raise NotFoundError("no such subscription")
        event = self._keep_event(uuid7(self._node.clock.now()), NewsType.TEST, None)
        delivery_id = self._add(event, row.id)
        assert delivery_id is not None
        audit.record(self._session, self._node, actor, "news:subscription:tested", str(row.id))
        return delivery_id

    def _receivers(self, news: NewsType, hit: HitInfo) -> list[UUID]:
        told: set[UUID] | None = None
        if is_retraction(news, hit.state):
            told = self._deliveries.told(event_id_of(NewsType.HIT_CREATED, self._node.settings.region, hit.hit_id))
        return [
            row.id
            for row in self._subscriptions.standing()
            if row.is_enabled
            and (told is None or row.id in told)
            and NewsFilter(frozenset(map(NewsType, row.types)), row.lowest_priority, frozenset(row.reasons)).takes(
                news, hit.priority, hit.reason
            )
        ]

    def _keep_event(self, event_id: UUID, news: NewsType, number: int | None) -> NewsEventRow:
        row = NewsEventRow(id=event_id, type=news.value, hit_number=number, created_at=self._node.clock.now())
        self._deliveries.keep_event(row)
        return row

    def _add(self, event: NewsEventRow, subscription_id: UUID) -> UUID | None:
        now = self._node.clock.now()
        delivery_id = uuid7(now)
        if not self._deliveries.add(delivery_id, event.id, subscription_id, now):
            return None
        defer(self._session, "news.deliver", delivery_id=str(delivery_id))
        return delivery_id


def hit_or_none(session: Session, node: Node, number: int | None) -> HitInfo | None:
    """Return a hit as it stands now; ``None`` when it was forgotten, or for news of no hit."""
    try:
        return HitService(session, node).hit(number) if number is not None else None
    except NotFoundError:
        return None
