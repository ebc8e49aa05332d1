"""Attempts: what one needs, and what follows from how it ended."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from fines_api import audit
from fines_api.db import Session
from fines_api.identity.service import IdentityService
from fines_api.kit.errors import ConfigurationError
from fines_api.kit.jobs import defer
from fines_api.kit.sealing import Sealer
from fines_api.news.messages import News
from fines_api.news.policy import (
    DeliveryState,
    Kind,
    NewsType,
    Outcome,
    goes_out,
    is_given_up,
    is_gone,
    next_pause_s,
    quiet_s,
)
from fines_api.news.publishing import hit_or_none
from fines_api.news.repository import DeliveryRepository, SubscriptionRepository
from fines_api.news.sending import Parcel
from fines_api.news.service import SEAL_KEY_FILE, forget, shown_address
from fines_api.news.tables import NewsAttemptRow, NewsDeliveryRow, NewsSubscriptionRow
from fines_api.node import Node

_SKEW_S = 1.0
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Attempt:
    """When an attempt began, how long it took, and how it ended."""

    at: datetime
    duration_ms: int
    outcome: Outcome


class AttemptService:
    """Prepares and settles attempts; between the two no transaction is open."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._deliveries = DeliveryRepository(session)
        self._subscriptions = SubscriptionRepository(session)

    def prepare(self, delivery_id: UUID) -> Parcel | None:
        """Return what the attempt needs, or ``None`` when there is nothing to send (now, or any more)."""
        delivery = self._deliveries.lock(delivery_id)
        if delivery is None or delivery.state != DeliveryState.PENDING:
            return None
        event, now = self._deliveries.event(delivery.event_id), self._node.clock.now()
        subscription = self._subscriptions.get(delivery.subscription_id)
        assert event is not None
        assert subscription is not None
        news = News(
            event.id, NewsType(event.type), event.created_at, hit_or_none(self._session, self._node, event.hit_number)
        )
        if reason := self._obstacle(subscription, news):
            self._finish(delivery, *reason)
            return None
        if news.hit is not None and subscription.quiet_until is not None and subscription.quiet_until > now:
            self._wait(delivery, (subscription.quiet_until - now).total_seconds() + _SKEW_S)
            return None
        try:
            opened = self._secrets(subscription, now)
        except ConfigurationError as error:
            _log.error("news.secret_lost", subscription=str(subscription.id), hint=error.hint)
            self._finish(delivery, DeliveryState.DEAD, error.code)
            return None
        return Parcel(Kind(subscription.kind), subscription.address, opened, news)

    def settle(self, delivery_id: UUID, attempt: Attempt) -> None:
        """Keep an attempt and decide what follows from it."""
        delivery = self._deliveries.lock(delivery_id)
        if delivery is None:
            return
        self._keep_attempt(delivery, attempt)
        subscription = self._subscriptions.lock(delivery.subscription_id)
        if delivery.state != DeliveryState.PENDING:
            return
        if attempt.outcome.is_taken:
            if subscription is not None:
                subscription.failing_since = subscription.quiet_until = None
            self._finish(delivery, DeliveryState.DELIVERED, None)
        elif subscription is None:
            self._finish(delivery, DeliveryState.DEAD, "news.removed")
        else:
            self._settle_failure(delivery, subscription, attempt.outcome)

    def _obstacle(self, subscription: NewsSubscriptionRow, news: News) -> tuple[DeliveryState, str] | None:
        if subscription.removed_at is not None:
            return DeliveryState.DEAD, "news.removed"
        if news.type is NewsType.TEST:
            return None
        if not subscription.is_enabled:
            return DeliveryState.DEAD, "news.disabled"
        if subscription.kind == Kind.WEBPUSH and not self._is_owner_here(subscription.owner_id):
            return DeliveryState.DEAD, "news.owner_left"
        if news.hit is None or not goes_out(news.type, news.hit.state):
            return DeliveryState.WITHDRAWN, "news.no_longer_so"
        return None

    def _is_owner_here(self, owner_id: UUID | None) -> bool:
        return owner_id is None or IdentityService(self._session, self._node).is_active(owner_id)

    def _secrets(self, row: NewsSubscriptionRow, now: datetime) -> tuple[str, ...]:
        sealer = Sealer(self._node.settings.data_dir / SEAL_KEY_FILE)
        is_old_valid = row.old_secret_until is not None and now < row.old_secret_until
        kept = (row.secret, row.old_secret if is_old_valid else None)
        return tuple(sealer.open(sealed, row.id.bytes).decode() for sealed in kept if sealed is not None)

    def _keep_attempt(self, delivery: NewsDeliveryRow, attempt: Attempt) -> None:
        delivery.attempts, delivery.tries = delivery.attempts + 1, delivery.tries + 1
        outcome = attempt.outcome
        self._deliveries.add_attempt(
            NewsAttemptRow(
                delivery_id=delivery.id,
                number=delivery.attempts,
                at=attempt.at,
                status_code=outcome.status_code,
                error=outcome.error,
                duration_ms=attempt.duration_ms,
            )
        )

    def _settle_failure(self, delivery: NewsDeliveryRow, subscription: NewsSubscriptionRow, outcome: Outcome) -> None:
        now = self._node.clock.now()
        event = self._deliveries.event(delivery.event_id)
        if event is not None and event.type == NewsType.TEST:
            self._finish(delivery, DeliveryState.DEAD, outcome.error)
            return
        subscription.failing_since = subscription.failing_since or now
        if is_gone(Kind(subscription.kind), outcome):
            self._give_up(subscription, f"the receiver answered {outcome.status_code}: gone")
        elif is_given_up(subscription.failing_since, now):
            self._give_up(subscription, f"failed since {subscription.failing_since.isoformat()}: {outcome.error}")
        pause_s = next_pause_s(delivery.tries, secrets.SystemRandom().random(), outcome.retry_after_s)
        if outcome.is_unreachable:
            quiet_for_s = quiet_s(pause_s or 0.0, outcome.retry_after_s)
            subscription.quiet_until = now + timedelta(seconds=quiet_for_s)
        if pause_s is None or not subscription.is_enabled:
            self._finish(delivery, DeliveryState.DEAD, outcome.error)
        else:
            self._wait(delivery, pause_s)

    def _give_up(self, subscription: NewsSubscriptionRow, reason: str) -> None:
        """Disable a receiver, or remove a browser that is gone, and say so."""
        subscription.is_enabled, subscription.disabled_reason = False, reason
        details = {"kind": subscription.kind, "to": shown_address(subscription), "reason": reason}
        action = "disabled"
        if subscription.kind == Kind.WEBPUSH and reason.endswith("gone"):
            forget(self._node, subscription)
            action = "removed"
        _log.error(f"news.subscription_{action}", subscription=str(subscription.id), **details)
        audit.record(self._session, self._node, "system", f"news:subscription:{action}", str(subscription.id), details)

    def _wait(self, delivery: NewsDeliveryRow, pause_s: float) -> None:
        delivery.next_attempt_at = self._node.clock.now() + timedelta(seconds=pause_s)
        defer(self._session, "news.deliver", run_at=delivery.next_attempt_at, delivery_id=str(delivery.id))

    def _finish(self, delivery: NewsDeliveryRow, state: DeliveryState, reason: str | None) -> None:
        delivery.state, delivery.reason, delivery.next_attempt_at = state, reason, None
        delivery.finished_at = self._node.clock.now()
