"""Live hits: one database listener per process wakes every open stream."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import psycopg
import structlog

from fines_api.hotlists.repository import HIT_CHANNEL

_log = structlog.get_logger(__name__)
_POLL_S = 1.0
_RECONNECT_S = 2.0


class HitBroadcaster:
    """Listens on the hits channel and wakes subscribers; starts with the first of them."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wakers: set[Callable[[], None]] = set()

    @asynccontextmanager
    async def subscribe(self) -> AsyncIterator[asyncio.Event]:
        """Give an event that is set whenever there may be a new hit."""
        event, loop = asyncio.Event(), asyncio.get_running_loop()

        def wake() -> None:
            loop.call_soon_threadsafe(event.set)

        with self._lock:
            self._wakers.add(wake)
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="hit-listener", daemon=True)
                self._thread.start()
        try:
            yield event
        finally:
            with self._lock:
                self._wakers.discard(wake)

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=2 * _POLL_S)

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True, connect_timeout=5) as connection:
                    connection.execute(f"LISTEN {HIT_CHANNEL}")
                    self._wake_all()  # whatever came while nobody listened
                    while not self._stop.is_set():
                        for _ in connection.notifies(timeout=_POLL_S):
                            self._wake_all()
            except psycopg.Error as error:
                _log.warning("hits.listener_reconnects", error=str(error).strip())
                self._stop.wait(_RECONNECT_S)

    def _wake_all(self) -> None:
        with self._lock:
            for wake in tuple(self._wakers):
                try:
                    wake()
                except RuntimeError:  # that stream's event loop has ended
                    self._wakers.discard(wake)
