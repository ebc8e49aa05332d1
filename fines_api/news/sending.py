"""One attempt, outside any transaction: the address is checked again, then the message goes its kind's way."""

import json
from dataclasses import dataclass

from fines_api.kit.errors import InvalidError
from fines_api.news.addresses import Resolver, Target, checked_addresses, parse_target, system_resolver
from fines_api.news.messages import News, body_of, message, push_message, topic_of
from fines_api.news.mqtt import Account, publish
from fines_api.news.policy import Kind, Outcome
from fines_api.news.posting import post
from fines_api.news.service import PUSH_KEY_FILE, SCHEMES
from fines_api.news.webhook import webhook_letter
from fines_api.news.webpush import load_vapid_key, parse_push_keys, push_letter
from fines_api.node import Node


@dataclass(frozen=True)
class Parcel:
    """All that one attempt needs; ``secrets`` open, the newest first."""

    kind: Kind
    address: str
    secrets: tuple[str, ...]
    news: News


def send(node: Node, parcel: Parcel, resolve: Resolver = system_resolver) -> Outcome:
    """Send once and tell how it ended."""
    try:
        target = parse_target(parcel.address, SCHEMES[parcel.kind], node.settings.news_hosts)
        addresses = checked_addresses(target, resolve)
    except InvalidError as error:
        return Outcome(error=error.code, is_unreachable=True)
    return _SENDERS[parcel.kind](node, parcel, target, addresses)


def _send_webhook(node: Node, parcel: Parcel, target: Target, addresses: tuple[str, ...]) -> Outcome:
    now, body = node.clock.now(), body_of(message(parcel.news, node.settings.public_url))
    return post(target, addresses, webhook_letter(parcel.secrets, parcel.news.message_id, now, body), now)


def _send_mqtt(node: Node, parcel: Parcel, target: Target, addresses: tuple[str, ...]) -> Outcome:
    content = {"id": parcel.news.message_id} | message(parcel.news, node.settings.public_url)
    account = Account(**json.loads(parcel.secrets[0]))
    return publish(target, addresses, account, topic_of(parcel.news, node.settings.region), body_of(content))


def _send_webpush(node: Node, parcel: Parcel, target: Target, addresses: tuple[str, ...]) -> Outcome:
    now, settings = node.clock.now(), node.settings
    letter = push_letter(
        load_vapid_key(settings.data_dir / PUSH_KEY_FILE),
        _contact(settings.public_url),
        target,
        keys=parse_push_keys(**json.loads(parcel.secrets[0])),
        plain=body_of(push_message(parcel.news, settings.public_url)),
        at=now,
    )
    return post(target, addresses, letter, now)


def _contact(public_url: str) -> str:
    return public_url if public_url.startswith("https://") else "mailto:postmaster@localhost"


_SENDERS = {Kind.WEBHOOK: _send_webhook, Kind.MQTT: _send_mqtt, Kind.WEBPUSH: _send_webpush}
