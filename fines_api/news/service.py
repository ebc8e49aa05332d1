"""Subscriptions: who is told, where, and with which secret.  Every change leaves a row in the audit chain."""

import json
from uuid import UUID

from fines_api import audit
from fines_api.db import Session
from fines_api.identity.schemas import Principal, Role
from fines_api.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from fines_api.kit.ids import uuid7
from fines_api.kit.sealing import Sealer
from fines_api.news.addresses import Resolver, checked_addresses, parse_target, system_resolver
from fines_api.news.policy import OLD_SECRET_VALID, Kind
from fines_api.news.repository import SubscriptionRepository
from fines_api.news.schemas import (
    NewBroker,
    NewBrowser,
    NewSubscription,
    SecretMade,
    SubscriptionInfo,
    SubscriptionMade,
)
from fines_api.news.tables import NewsSubscriptionRow
from fines_api.news.webhook import new_secret
from fines_api.news.webpush import application_server_key, load_vapid_key, parse_push_keys
from fines_api.node import Node

SCHEMES = {
    Kind.WEBHOOK: {"https": 443, "http": 80},
    Kind.MQTT: {"mqtts": 8883, "mqtt": 1883},
    Kind.WEBPUSH: {"https": 443, "http": 80},
}
SEAL_KEY_FILE = "news.key"
PUSH_KEY_FILE = "webpush.key"
MAX_OWN = 20


class NewsService:
    """Subscriptions of one region."""

    def __init__(self, session: Session, node: Node, resolve: Resolver = system_resolver) -> None:
        self._session = session
        self._node = node
        self._resolve = resolve
        self._subscriptions = SubscriptionRepository(session)

    def subscribe(self, new: NewSubscription, user: Principal) -> SubscriptionMade:
        """Add a subscription; a browser that subscribes again replaces what it had.

        Raises:
            ForbiddenError: the police may only subscribe their own browser (``news.not_yours``).
            InvalidError: an address that news may not go to (``news.address…``), keys that are none.
            ConflictError: somebody's browsers are too many (``news.too_many``).
        """
        if user.role is not Role.ADMINISTRATOR and new.kind is not Kind.WEBPUSH:
            raise ForbiddenError("only administrators add servers", code="news.not_yours")
        address = new.push_subscription.endpoint if isinstance(new, NewBrowser) else new.address
        self._check_address(Kind(new.kind), address)
        if isinstance(new, NewBrowser):
            self._replace_browser(address, user)
        row, shown = self._row(new, address, user), None
        if isinstance(new, NewBrowser | NewBroker):
            row.secret = self._sealed(_kept_secret(new), row.id)
        else:
            shown = new_secret()
            row.secret = self._sealed(shown, row.id)
        self._subscriptions.add(row)
        self._note(user.actor, "created", row)
        return SubscriptionMade(**describe(row).model_dump(), secret=shown)

    def subscriptions(self, user: Principal) -> list[SubscriptionInfo]:
        """List what stands: all for an administrator, one's own for the police."""
        if user.role is Role.ADMINISTRATOR:
            return [describe(row) for row in self._subscriptions.standing()]
        return [describe(row) for row in self._subscriptions.standing(owner_role=user.role, owner=user.subject)]

    def remove(self, subscription_id: UUID, user: Principal) -> None:
        """End a subscription; what was under way is not delivered.

        Raises:
            NotFoundError: none, or not yours.
        """
        row = self._get(subscription_id)
        if user.role is not Role.ADMINISTRATOR and (row.owner_role, row.owner) != (user.role, user.subject):
            raise NotFoundError("no such subscription")
        forget(self._node, row)
        self._note(user.actor, "removed", row)

    def exchange_secret(self, subscription_id: UUID, user: Principal) -> SecretMade:
        """Make a new secret for a webhook; the old one goes on signing for a day.

        Raises:
            NotFoundError: no such subscription.
            ConflictError: its kind has no secret of ours (``news.no_secret``).
        """
        row, now = self._get(subscription_id), self._node.clock.now()
        if row.kind != Kind.WEBHOOK:
            raise ConflictError("only webhooks have a secret of ours", hint="subscribe anew", code="news.no_secret")
        shown, until = new_secret(), now + OLD_SECRET_VALID
        row.old_secret, row.old_secret_until, row.secret = row.secret, until, self._sealed(shown, row.id)
        self._note(user.actor, "secret_exchanged", row)
        return SecretMade(secret=shown, old_valid_until=until)

    def set_enabled(self, subscription_id: UUID, *, is_enabled: bool, user: Principal) -> SubscriptionInfo:
        """Turn a subscription on, forgetting its failures, or off.

        Raises:
            NotFoundError: no such subscription.
        """
        row = self._get(subscription_id)
        row.is_enabled, row.failing_since, row.quiet_until = is_enabled, None, None
        row.disabled_reason = None if is_enabled else f"by {user.actor}"
        self._note(user.actor, "enabled" if is_enabled else "disabled", row)
        return describe(row)

    def push_key(self) -> str:
        """Return the key a browser subscribes with."""
        return application_server_key(load_vapid_key(self._node.settings.data_dir / PUSH_KEY_FILE))

    def _check_address(self, kind: Kind, address: str) -> None:
        target = parse_target(address, SCHEMES[kind], self._node.settings.news_hosts)
        if kind is Kind.MQTT and target.path != "/":
            raise InvalidError("a broker's address has no path", code="news.address")
        checked_addresses(target, self._resolve)

    def _replace_browser(self, address: str, user: Principal) -> None:
        for row in self._subscriptions.at_address(Kind.WEBPUSH, address):
            forget(self._node, row)
        if len(self._subscriptions.standing(owner_role=user.role, owner=user.subject)) >= MAX_OWN:
            raise ConflictError(
                f"at most {MAX_OWN} subscriptions each", hint="remove one that is not used", code="news.too_many"
            )

    def _row(self, new: NewSubscription, address: str, user: Principal) -> NewsSubscriptionRow:
        now = self._node.clock.now()
        return NewsSubscriptionRow(
            id=uuid7(now),
            kind=new.kind,
            address=address,
            types=sorted(new.types),
            lowest_priority=new.lowest_priority,
            reasons=sorted(new.reasons),
            owner_role=user.role,
            owner=user.subject,
            owner_id=user.user_id,
            is_enabled=new.is_enabled,
            created_at=now,
        )

    def _sealed(self, secret: str, owner: UUID) -> bytes:
        return Sealer(self._node.settings.data_dir / SEAL_KEY_FILE).close(secret.encode(), owner.bytes)

    def _get(self, subscription_id: UUID) -> NewsSubscriptionRow:
        row = self._subscriptions.lock(subscription_id)
        if row is None:
            raise NotFoundError("no such subscription")
        return row

    def _note(self, actor: str, action: str, row: NewsSubscriptionRow) -> None:
        details = {"kind": row.kind, "to": shown_address(row)}
        audit.record(self._session, self._node, actor, f"news:subscription:{action}", str(row.id), details)


def forget(node: Node, row: NewsSubscriptionRow) -> None:
    """End a subscription and drop its secrets, a browser's address among them."""
    row.removed_at, row.is_enabled = node.clock.now(), False
    row.secret = row.old_secret = row.old_secret_until = None
    row.address = shown_address(row)


def shown_address(row: NewsSubscriptionRow) -> str:
    """Return the address as people may see it: whoever knows a browser's whole address can send to it."""
    if row.kind != Kind.WEBPUSH:
        return row.address
    return "/".join(row.address.split("/")[:3])


def describe(row: NewsSubscriptionRow) -> SubscriptionInfo:
    """Return the subscription as people see it."""
    return SubscriptionInfo(
        id=row.id,
        kind=Kind(row.kind),
        address=shown_address(row),
        types=row.types,
        lowest_priority=row.lowest_priority,
        reasons=row.reasons,
        owner=f"{row.owner_role}:{row.owner}",
        is_enabled=row.is_enabled,
        disabled_reason=row.disabled_reason,
        failing_since=row.failing_since,
        created_at=row.created_at,
    )


def _kept_secret(new: NewBroker | NewBrowser) -> str:
    if isinstance(new, NewBroker):
        return json.dumps({"username": new.username, "password": new.password.get_secret_value()})
    keys = new.push_subscription.keys
    parse_push_keys(keys.p256dh, keys.auth)
    return json.dumps({"p256dh": keys.p256dh, "auth": keys.auth})
