"""The hub as a region sees it: NATS JetStream.  The hub is a meeting point, not the truth; it may be wiped any time.

One connection is one ``Hub``; it never reconnects by itself.  Whoever uses it opens a new one, asks again what the
hub has, and goes on from there: so an outage and a wiped store are the same case.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import nats
import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext, api
from nats.js.errors import BadRequestError, NotFoundError

SEQUENCE_HEADER = "Rubezh-Sequence"
_STREAM_EXISTS_OTHERWISE = 10058
_ACK_WAIT_S = 10.0
_FETCH_S = 2.0
_FETCH_BATCH = 16
_log = structlog.get_logger(__name__)

LOST = (nats.errors.Error, OSError, TimeoutError, EOFError)
"""What using a hub may raise when it is gone, refuses us, or was wiped under us."""


@dataclass(frozen=True)
class Delivery:
    """One message of the hub, to be acknowledged after the database has it."""

    subject: str
    data: bytes
    attempt: int
    _msg: Msg

    async def acknowledge(self) -> None:
        """Tell the hub that this region has the message for good."""
        await self._msg.ack()

    async def refuse(self, again_after_s: float) -> None:
        """Ask for the message again later."""
        await self._msg.nak(again_after_s)


class Hub:
    """One connection to the hub in the name of one region."""

    def __init__(self, client: Client, region: str) -> None:
        self._client = client
        self._region = region
        self._jetstream: JetStreamContext = client.jetstream(timeout=5)
        self._pulls: dict[str, JetStreamContext.PullSubscription] = {}

    @property
    def is_alive(self) -> bool:
        """Tell whether the connection stands."""
        return bool(self._client.is_connected)

    async def prepare(self, keep_hits: timedelta) -> None:
        """Make the streams and this region's durable readers where the hub does not have them (any more)."""
        await self._make_stream("HOT", "hot.*", max_age_s=0)
        await self._make_stream("HIT", "hit.*.*", max_age_s=keep_hits.total_seconds())
        self._pulls["HOT"] = await self._make_reader("HOT", "hot.*")
        self._pulls["HIT"] = await self._make_reader("HIT", f"hit.{self._region}.*")

    async def last_sequence(self, stream: str, subject: str) -> int:
        """Return the number of the last own message the hub holds under the subject; 0 = none."""
        try:
            message = await self._jetstream.get_msg(stream, subject=subject, direct=True)
        except NotFoundError:
            return 0
        return int((message.headers or {})[SEQUENCE_HEADER])

    async def publish(self, subject: str, sequence: int, data: bytes) -> None:
        """Hand one message to the hub and wait until it is on its disk; a repetition is dropped by its id."""
        headers = {SEQUENCE_HEADER: str(sequence), "Nats-Msg-Id": f"{subject}:{sequence}"}
        await self._jetstream.publish(subject, data, headers=headers)

    async def fetch(self, stream: str) -> list[Delivery]:
        """Wait at most two seconds for messages of a stream."""
        try:
            messages = await self._pulls[stream].fetch(_FETCH_BATCH, timeout=_FETCH_S)
        except TimeoutError:
            return []
        return [Delivery(m.subject, m.data, m.metadata.num_delivered, m) for m in messages]

    async def check(self) -> None:
        """Raise when the hub is gone or has forgotten this region's readers (its store was wiped)."""
        if not self.is_alive:
            raise nats.errors.ConnectionClosedError
        for stream in self._pulls:
            await self._jetstream.consumer_info(stream, self._reader_name)

    async def beat(self, data: bytes) -> None:
        """Send this region's heartbeat to whoever listens now."""
        await self._client.publish(f"beat.{self._region}", data)

    async def heartbeats(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield the heartbeats of the other regions as they come."""
        subscription = await self._client.subscribe("beat.*")
        async for message in subscription.messages:
            if message.subject != f"beat.{self._region}":
                yield message.subject, message.data

    @property
    def _reader_name(self) -> str:
        return f"region_{self._region}"

    async def _make_stream(self, name: str, subjects: str, max_age_s: float) -> None:
        config = api.StreamConfig(
            name=name,
            subjects=[subjects],
            storage=api.StorageType.FILE,
            max_age=max_age_s,
            duplicate_window=120,
            allow_direct=True,
            deny_delete=True,
            deny_purge=True,
        )
        try:
            await self._jetstream.add_stream(config)
        except BadRequestError as error:
            if error.err_code != _STREAM_EXISTS_OTHERWISE:
                raise
            _log.warning("hub.stream_differs", stream=name, note="set up otherwise than here; used as it is")

    async def _make_reader(self, stream: str, subjects: str) -> JetStreamContext.PullSubscription:
        config = api.ConsumerConfig(
            name=self._reader_name,
            durable_name=self._reader_name,
            filter_subject=subjects,
            ack_policy=api.AckPolicy.EXPLICIT,
            ack_wait=_ACK_WAIT_S,
            max_ack_pending=4 * _FETCH_BATCH,
        )
        await self._jetstream.add_consumer(stream, config)
        return await self._jetstream.pull_subscribe_bind(consumer=self._reader_name, stream=stream)


@asynccontextmanager
async def open_hub(url: str, region: str) -> AsyncIterator[Hub]:
    """Connect to the hub; the connection is closed on leaving.

    Raises:
        nats.errors.Error, OSError, TimeoutError: the hub is not there or refuses the log-in.
    """
    client = await nats.connect(
        url,
        name=f"region {region}",
        inbox_prefix=f"_INBOX_{region}",
        allow_reconnect=False,
        max_reconnect_attempts=1,
        reconnect_time_wait=0.1,
        connect_timeout=3,
        ping_interval=2,
        max_outstanding_pings=2,
        error_cb=_log_error,
    )
    try:
        yield Hub(client, region)
    finally:
        await client.close()


async def _log_error(error: Exception) -> None:
    _log.warning("hub.error", kind=type(error).__name__, error=str(error))
