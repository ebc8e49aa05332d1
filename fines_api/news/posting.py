"""One POST to exactly the addresses that were checked: resolved once, no redirects, no proxy, one deadline.

The name stays in ``Host`` and in the certificate's check; only the connection is pinned, so a name that answers
otherwise the second time (DNS rebinding) changes nothing.  Of the answer little is read and nothing kept.
"""

import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpcore2

from fines_api.news.addresses import Target
from fines_api.news.policy import Outcome

DEADLINE_S = 10.0
_CONNECT_S = 3.0
_MAX_ANSWER_BYTES = 16 * 1024
_TOO_MANY_REQUESTS = 429
_UNAVAILABLE = frozenset({_TOO_MANY_REQUESTS, 502, 503, 504})
_LOST = (httpcore2.TimeoutException, httpcore2.NetworkError)


@dataclass(frozen=True)
class Letter:
    """What is sent: body and headers."""

    headers: Mapping[str, str]
    body: bytes


def post(
    target: Target, addresses: tuple[str, ...], letter: Letter, now: datetime, *, deadline_s: float = DEADLINE_S
) -> Outcome:
    """Send one letter and tell how it ended; never raises for what the receiver or the network does.

    Args:
        target: the receiver; TLS is checked against its name.
        addresses: what ``checked_addresses`` returned; tried in order.
        letter: body and headers.
        now: against which an HTTP date in ``Retry-After`` is counted.
        deadline_s: seconds for everything together, however slowly the receiver drips.
    """
    backend = _PinnedBackend(addresses, time.monotonic() + deadline_s)
    url = httpcore2.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
    )
    headers = [*letter.headers.items(), ("User-Agent", "Rubezh"), ("Content-Length", str(len(letter.body)))]
    try:
        context = ssl.create_default_context() if target.is_tls else None
        with (
            httpcore2.ConnectionPool(ssl_context=context, network_backend=backend, max_connections=1) as pool,
            pool.stream("POST", url, headers=headers, content=letter.body) as answer,
        ):
            status, retry_after = answer.status, _retry_after_s(answer.headers, now)
            with suppress(*_LOST):  # the status is the answer, whatever happens to the rest
                _drain(answer.iter_stream())
    except _LOST as error:
        return Outcome(error=_reason(error), is_unreachable=True)
    except (httpcore2.ProtocolError, httpcore2.UnsupportedProtocol) as error:
        return Outcome(error=f"news.no_http: {type(error).__name__}")
    return judged(status, retry_after)


def judged(status: int, retry_after_s: float | None) -> Outcome:
    """Tell what a status means: any 2xx is taken; a redirect is a refusal like any other, for nothing is followed."""
    if 200 <= status < 300:  # noqa: PLR2004
        return Outcome(status_code=status)
    return Outcome(
        status_code=status,
        error="news.status",
        retry_after_s=retry_after_s,
        is_unreachable=status in _UNAVAILABLE,
    )


def _retry_after_s(headers: Iterable[tuple[bytes, bytes]], now: datetime) -> float | None:
    value = next((value.decode("latin-1").strip() for name, value in headers if name.lower() == b"retry-after"), "")
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds())


def _drain(chunks: Iterable[bytes]) -> None:
    """Read the beginning, so that a receiver that answers before it has read all is not cut off; drop it."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size >= _MAX_ANSWER_BYTES:
            return


def _reason(error: Exception) -> str:
    if isinstance(error, httpcore2.TimeoutException):
        return "news.timeout"
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"news.certificate: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return "news.unreachable"


class _DeadlineStream(httpcore2.NetworkStream):
    """A stream whose every wait ends at one moment of the monotonic clock."""

    def __init__(self, stream: httpcore2.NetworkStream, until_s: float) -> None:
        self._stream = stream
        self._until_s = until_s

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _left_s(self._until_s, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, _left_s(self._until_s, httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        left_s = _left_s(self._until_s, httpcore2.ConnectTimeout)
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left_s), self._until_s)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _PinnedBackend(httpcore2.SyncBackend):
    """Connects to the checked addresses, whatever the name."""

    def __init__(self, addresses: tuple[str, ...], until_s: float) -> None:
        self._addresses = addresses
        self._until_s = until_s

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the name was resolved and checked before
        port: int,
        timeout: float | None = None,  # noqa: ARG002
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        for address in self._addresses[:-1]:
            left_s = min(_CONNECT_S, _left_s(self._until_s, httpcore2.ConnectTimeout))
            try:
                stream = super().connect_tcp(address, port, left_s, local_address, socket_options)
            except _LOST:
                continue
            return _DeadlineStream(stream, self._until_s)
        left_s = min(_CONNECT_S, _left_s(self._until_s, httpcore2.ConnectTimeout))
        stream = super().connect_tcp(self._addresses[-1], port, left_s, local_address, socket_options)
        return _DeadlineStream(stream, self._until_s)


def _left_s(until_s: float, late: type[httpcore2.TimeoutException]) -> float:
    left_s = until_s - time.monotonic()
    if left_s <= 0:
        raise late("the deadline is over")
    return left_s
