"""The traffic between this region's database and the hub, for as long as the worker lives.

The database is the truth.  Every connection starts by asking the hub for its last message of ours and sends what it
lacks, so an outage of the hub, a lost acknowledgement and a wiped store heal in the same way.  A message is
acknowledged only after its transaction is committed; delivered again, it is a duplicate by its number.
"""

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import NoReturn, TypeVar

import structlog

from fines_api.kit.errors import FinesError, InvalidError, UnavailableError
from fines_api.node import Node
from fines_api.regions import bus
from fines_api.regions.peers import load_peers
from fines_api.regions.policy import HOT_STREAM, Address
from fines_api.regions.service import HUB_KEEPS_HITS, Reception, RegionService
from recognition.evidence import VerifyingKey

_POLL_S = 0.25
_RETRY_S = 1.0
_HEARTBEAT_S = 5.0
_BATCH = 32
_MAX_ATTEMPTS = 5
_T = TypeVar("_T")
_log = structlog.get_logger(__name__)


def run(node: Node, stop: threading.Event) -> None:
    """Relay until ``stop`` is set; returns at once when this region has no hub.

    Raises:
        ConfigurationError: the peers file is wrong.
    """
    if node.settings.hub_url is None:
        return
    relay = Relay(node, load_peers(node.settings), node.settings.hub_url)
    asyncio.run(relay.run(stop))


class _StoppedError(Exception):
    """The worker is asked to end."""


class Relay:
    """Carries messages between one region's database and the hub."""

    def __init__(self, node: Node, peers: Mapping[str, VerifyingKey], hub_url: str) -> None:
        self._node = node
        self._peers = peers
        self._hub_url = hub_url
        self._region = node.settings.region

    async def run(self, stop: threading.Event) -> None:
        """Connect, relay, and start again after every loss until ``stop`` is set."""
        while not stop.is_set():
            try:
                await self._relay_once(stop)
            except* _StoppedError:
                _log.info("relay.stopped", region=self._region)
            except* (*bus.LOST, UnavailableError) as group:
                _log.warning("relay.alone", region=self._region, error=_first(group))
            except* Exception:  # noqa: BLE001 - the relay outlives its own faults; the log has the trace
                _log.exception("relay.failed", region=self._region)
            await asyncio.to_thread(stop.wait, _RETRY_S)

    async def _relay_once(self, stop: threading.Event) -> None:
        async with bus.open_hub(self._hub_url, self._region) as hub:
            await hub.prepare(HUB_KEEPS_HITS)
            _log.info("relay.connected", region=self._region)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._end_when_stopped(stop, hub))
                tasks.create_task(self._publish(hub))
                tasks.create_task(self._receive(hub, "HOT"))
                tasks.create_task(self._receive(hub, "HIT"))
                tasks.create_task(self._beat(hub))
                tasks.create_task(self._listen(hub))

    async def _end_when_stopped(self, stop: threading.Event, hub: bus.Hub) -> NoReturn:
        while not stop.is_set():
            if not hub.is_alive:
                raise ConnectionError("the hub closed the connection")
            await asyncio.sleep(_POLL_S)
        raise _StoppedError

    async def _publish(self, hub: bus.Hub) -> NoReturn:
        confirmed: dict[str, int] = {}
        while True:
            last = await self._in_transaction(lambda service: service.last_sequences())
            for stream in last.keys() - confirmed.keys():
                confirmed[stream] = await self._confirmed_by(hub, stream, last[stream])
            behind = [stream for stream in last if confirmed[stream] < last[stream]]
            for stream in behind:
                confirmed[stream] = await self._send(hub, stream, confirmed[stream], last[stream])
            if not behind:
                await asyncio.sleep(_POLL_S)

    async def _confirmed_by(self, hub: bus.Hub, stream: str, last: int) -> int:
        name = "HOT" if stream == HOT_STREAM else "HIT"
        confirmed = await hub.last_sequence(name, Address(self._region, stream).subject)
        if confirmed > last:
            _log.error(
                "regions.outbox_behind_hub",
                stream=stream,
                hub_has=confirmed,
                database_has=last,
                fix="restore the newest backup of this region before it writes entries",
            )
        return confirmed

    async def _send(self, hub: bus.Hub, stream: str, after: int, last: int) -> int:
        messages = await self._in_transaction(lambda service: service.owed(stream, after, _BATCH))
        for message in messages:
            await hub.publish(message.subject, message.sequence, message.envelope)
            await self._in_transaction(lambda service, sent=message: service.mark_sent(sent))  # type: ignore[misc]
        return messages[-1].sequence if messages else last

    async def _receive(self, hub: bus.Hub, stream: str) -> NoReturn:
        while True:
            for delivery in await hub.fetch(stream):
                if delivery.subject == f"{HOT_STREAM}.{self._region}":
                    await delivery.acknowledge()  # our own list comes back to us
                else:
                    await self._take(delivery)

    async def _take(self, delivery: bus.Delivery) -> None:
        try:
            reception = await self._in_transaction(
                lambda service: service.receive(delivery.subject, delivery.data),
            )
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - a message that breaks us is kept aside, the stream goes on
            if delivery.attempt < _MAX_ATTEMPTS:
                _log.exception("relay.message_failed", subject=delivery.subject, attempt=delivery.attempt)
                await delivery.refuse(_RETRY_S)
                return
            reception = await self._give_up(delivery, error)
        if reception is Reception.REFUSED:
            _log.error("relay.message_quarantined", subject=delivery.subject)
        await delivery.acknowledge()

    async def _give_up(self, delivery: bus.Delivery, error: Exception) -> Reception:
        reason: FinesError = InvalidError(f"{type(error).__name__}: {error}", code="regions.poison")
        await self._in_transaction(
            lambda service: service.quarantine(delivery.subject, delivery.data, reason),
        )
        return Reception.REFUSED

    async def _beat(self, hub: bus.Hub) -> NoReturn:
        while True:
            await hub.beat(await self._in_transaction(lambda service: service.heartbeat()))
            await asyncio.sleep(_HEARTBEAT_S)
            await hub.check()

    async def _listen(self, hub: bus.Hub) -> None:
        async for subject, data in hub.heartbeats():
            await self._in_transaction(lambda service, s=subject, d=data: service.hear(s, d))  # type: ignore[misc]

    async def _in_transaction(self, work: Callable[[RegionService], _T]) -> _T:
        def call() -> _T:
            with self._node.database.begin() as session:
                return work(RegionService(session, self._node, self._peers))

        return await asyncio.to_thread(call)


def _first(group: BaseExceptionGroup[BaseException]) -> str:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}".rstrip(": ")
