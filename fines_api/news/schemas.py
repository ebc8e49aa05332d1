"""What goes over the wire about subscriptions and deliveries."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from fines_api.news.policy import DeliveryState, Kind, NewsType
from recognition.contracts import HotlistReason

Announced = Literal[NewsType.HIT_CREATED, NewsType.HIT_JUDGED]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _NewSubscription(_Body):
    types: set[Announced] = Field(default={NewsType.HIT_CREATED, NewsType.HIT_JUDGED}, min_length=1)
    lowest_priority: int = Field(default=3, ge=1, le=3, description="the least urgent told; 1 is the most urgent")
    reasons: set[HotlistReason] = Field(default=set(), description="empty = every reason")
    is_enabled: bool = True


class NewWebhook(_NewSubscription):
    """A server that is told by signed POST requests (Standard Webhooks)."""

    kind: Literal[Kind.WEBHOOK]
    address: str = Field(max_length=2000, description="https://…")


class NewBroker(_NewSubscription):
    """A broker that is told by MQTT; ``types`` of one message stand in its JSON."""

    kind: Literal[Kind.MQTT]
    address: str = Field(max_length=2000, description="mqtts://host or mqtts://host:port")
    username: str = Field(default="", max_length=200)
    password: SecretStr = Field(default=SecretStr(""), max_length=500)


class PushSubscriptionKeys(_Body):
    """Keys of a browser, base64url."""

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)


class PushSubscription(BaseModel):
    """What a browser's ``PushSubscription.toJSON()`` gives (W3C Push API); what else it says is not kept."""

    endpoint: str = Field(max_length=2000)
    keys: PushSubscriptionKeys


class NewBrowser(_NewSubscription):
    """A browser that is told through its maker's push service; by default of new hits only."""

    kind: Literal[Kind.WEBPUSH]
    types: set[Announced] = Field(default={NewsType.HIT_CREATED}, min_length=1)
    push_subscription: PushSubscription


NewSubscription = Annotated[NewWebhook | NewBroker | NewBrowser, Field(discriminator="kind")]
"""Body of ``POST /v1/news-subscriptions``."""


class Enabled(_Body):
    """Body of ``PUT /v1/news-subscriptions/{id}/enabled``."""

    is_enabled: bool


class SubscriptionInfo(BaseModel):
    """One subscription; of a browser's address only the push service's host is shown, for the rest is a secret."""

    id: UUID
    kind: Kind
    address: str
    types: list[NewsType]
    lowest_priority: int
    reasons: list[HotlistReason]
    owner: str
    is_enabled: bool
    disabled_reason: str | None
    failing_since: datetime | None
    created_at: datetime


class SubscriptionMade(SubscriptionInfo):
    """Answer to a new subscription: the only time a webhook's secret is shown."""

    secret: str | None


class SubscriptionList(BaseModel):
    """Answer of ``GET /v1/news-subscriptions``, oldest first."""

    subscriptions: list[SubscriptionInfo]


class SecretMade(BaseModel):
    """A webhook's new secret, shown once; messages are signed by the old one too until ``old_valid_until``."""

    secret: str
    old_valid_until: datetime


class PushKey(BaseModel):
    """``applicationServerKey`` for the browser's ``subscribe``, base64url."""

    public_key: str


class AttemptInfo(BaseModel):
    """One try to deliver."""

    number: int
    at: datetime
    status_code: int | None
    error: str | None
    duration_ms: int


class DeliveryInfo(BaseModel):
    """One event for one subscription: of which hit, and how it went; no plate."""

    id: UUID
    subscription_id: UUID
    message_id: str
    type: NewsType
    hit: int | None
    state: DeliveryState
    reason: str | None
    next_attempt_at: datetime | None
    created_at: datetime
    finished_at: datetime | None
    attempts: list[AttemptInfo]


class DeliveryList(BaseModel):
    """Answer of ``GET /v1/news-deliveries``, newest first."""

    deliveries: list[DeliveryInfo]
