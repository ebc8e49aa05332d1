"""``/v1/news-subscriptions`` and ``/v1/news-deliveries``: for administrators; the police for their own browsers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from fines_api.identity.dependencies import (
    AddressDep,
    AdministratorUser,
    NodeDep,
    RateLimiterDep,
    SessionDep,
    current_user,
)
from fines_api.identity.schemas import Principal, Role
from fines_api.news.deliveries import MAX_LIST, DeliveryService
from fines_api.news.policy import DeliveryState
from fines_api.news.publishing import Publisher
from fines_api.news.schemas import (
    DeliveryInfo,
    DeliveryList,
    Enabled,
    NewSubscription,
    PushKey,
    SecretMade,
    SubscriptionInfo,
    SubscriptionList,
    SubscriptionMade,
)
from fines_api.news.service import NewsService

router = APIRouter(prefix="/v1", tags=["news"])
Subscriber = Annotated[Principal, Depends(current_user(Role.ADMINISTRATOR, Role.POLICE))]
_SUBSCRIPTIONS = "30/minute"


@router.post("/news-subscriptions", status_code=201)
def subscribe(
    *,
    body: NewSubscription,
    session: SessionDep,
    node: NodeDep,
    user: Subscriber,
    address: AddressDep,
    limiter: RateLimiterDep,
) -> SubscriptionMade:
    """Add a receiver; a webhook's secret is in this answer and nowhere else."""
    limiter.check(_SUBSCRIPTIONS, "news.subscription", address)
    return NewsService(session, node).subscribe(body, user)


@router.get("/news-subscriptions")
def subscriptions(session: SessionDep, node: NodeDep, user: Subscriber) -> SubscriptionList:
    """List receivers; the police see their own."""
    return SubscriptionList(subscriptions=NewsService(session, node).subscriptions(user))


@router.get("/news-subscriptions/push-key")
def push_key(session: SessionDep, node: NodeDep, user: Subscriber) -> PushKey:  # noqa: ARG001
    """Return the key a browser subscribes with."""
    return PushKey(public_key=NewsService(session, node).push_key())


@router.delete("/news-subscriptions/{subscription_id}", status_code=204)
def remove(subscription_id: UUID, session: SessionDep, node: NodeDep, user: Subscriber) -> None:
    """End a subscription."""
    NewsService(session, node).remove(subscription_id, user)


@router.put("/news-subscriptions/{subscription_id}/enabled")
def set_enabled(
    subscription_id: UUID, body: Enabled, session: SessionDep, node: NodeDep, user: AdministratorUser
) -> SubscriptionInfo:
    """Turn a subscription on or off."""
    return NewsService(session, node).set_enabled(subscription_id, is_enabled=body.is_enabled, user=user)


@router.post("/news-subscriptions/{subscription_id}/secret", status_code=201)
def exchange_secret(subscription_id: UUID, session: SessionDep, node: NodeDep, user: AdministratorUser) -> SecretMade:
    """Make a new secret; the old one goes on signing for a day."""
    return NewsService(session, node).exchange_secret(subscription_id, user)


@router.post("/news-subscriptions/{subscription_id}/test", status_code=202)
def test(subscription_id: UUID, session: SessionDep, node: NodeDep, user: AdministratorUser) -> DeliveryInfo:
    """Send one message that says it is a test; how it went is in ``GET /v1/news-deliveries``."""
    delivery_id = Publisher(session, node).test(subscription_id, user.actor)
    return DeliveryService(session, node).delivery(delivery_id)


@router.get("/news-deliveries")
def deliveries(
    *,
    session: SessionDep,
    node: NodeDep,
    user: AdministratorUser,  # noqa: ARG001 - lets administrators in
    state: DeliveryState | None = None,
    subscription_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIST)] = 100,
) -> DeliveryList:
    """List deliveries, newest first; ``?state=dead`` are those that were given up."""
    found = DeliveryService(session, node).deliveries(limit, state=state, subscription_id=subscription_id)
    return DeliveryList(deliveries=found)


@router.post("/news-deliveries/{delivery_id}/redelivery", status_code=202)
def redeliver(delivery_id: UUID, session: SessionDep, node: NodeDep, user: AdministratorUser) -> DeliveryInfo:
    """Send a dead letter again."""
    return DeliveryService(session, node).redeliver(delivery_id, user.actor)
