"""One message to an MQTT broker (OASIS MQTT 3.1.1), QoS 1: taken only when the broker has acknowledged it."""

import ssl
import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from fines_api.news.addresses import Target
from fines_api.news.policy import Outcome

DEADLINE_S = 10.0
_CONNECT_S = 3.0
_TURN_S = 0.1


@dataclass(frozen=True)
class Account:
    """Name and password at the broker; both empty = none asked."""

    username: str = ""
    password: str = ""


def publish(
    target: Target,
    addresses: tuple[str, ...],
    account: Account,
    topic: str,
    body: bytes,
    *,
    deadline_s: float = DEADLINE_S,
) -> Outcome:
    """Publish one message and tell how it ended; never raises for what the broker or the network does.

    Args:
        target: the broker; TLS is checked against its name.
        addresses: what ``checked_addresses`` returned; the connection goes there and nowhere else.
        account: log-in at the broker.
        topic: e.g. ``rubezh/77/hits/stolen``.
        body: JSON.
        deadline_s: seconds for everything together.
    """
    until_s = time.monotonic() + deadline_s
    for address in addresses:
        try:
            return _publish_at(address, target, account, topic, body, until_s)
        except ssl.SSLCertVerificationError as error:
            return Outcome(error=f"news.certificate: {error.verify_message}", is_unreachable=True)
        except OSError:  # nobody there: the next address may answer
            continue
    return Outcome(error="news.unreachable", is_unreachable=True)


def _publish_at(  # noqa: PLR0917
    address: str, target: Target, account: Account, topic: str, body: bytes, until_s: float
) -> Outcome:
    client = Client(CallbackAPIVersion.VERSION2, client_id=f"rubezh-{uuid4().hex[:16]}", reconnect_on_failure=False)
    client.connect_timeout = _CONNECT_S
    if account.username:
        client.username_pw_set(account.username, account.password)
    if target.is_tls:
        client.tls_set_context(_NamedContext.of(target.host))
    call = _Call(client, topic, body)
    client.connect(address, target.port, keepalive=30)
    try:
        while call.outcome is None and time.monotonic() < until_s:
            if client.loop(_TURN_S) is not MQTTErrorCode.MQTT_ERR_SUCCESS and call.outcome is None:
                return Outcome(error="news.unreachable", is_unreachable=True)
        return call.outcome or Outcome(error="news.timeout", is_unreachable=True)
    finally:
        client.disconnect()
        client.loop(_TURN_S)


class _Call:
    """Publishes when the broker lets us in, and notes its acknowledgement."""

    def __init__(self, client: Client, topic: str, body: bytes) -> None:
        self.outcome: Outcome | None = None
        self._topic, self._body = topic, body
        self._sent: MQTTMessageInfo | None = None
        client.on_connect = self._connected
        client.on_publish = self._published

    def _connected(self, client: Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self.outcome = Outcome(error=f"news.broker_refuses: {reason}")
            return
        self._sent = client.publish(self._topic, self._body, qos=1)

    def _published(self, *_: Any) -> None:
        self.outcome = Outcome()


class _NamedContext(ssl.SSLContext):
    """TLS for a connection made by address: the certificate is checked against the broker's name."""

    host: str

    @classmethod
    def of(cls, host: str) -> "_NamedContext":
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.load_default_certs()
        context.host = host
        return context

    def wrap_socket(self, sock: Any, **options: Any) -> ssl.SSLSocket:  # type: ignore[override]
        wrapped = super().wrap_socket(sock, **{**options, "server_hostname": self.host})
        try:
            wrapped.settimeout(_CONNECT_S)
            wrapped.do_handshake()  # here, because whoever asked for the socket would leave it open when this fails
        except OSError:
            wrapped.close()
            raise
        return wrapped
