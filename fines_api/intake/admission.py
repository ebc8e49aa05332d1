"""Who may come in when: a token bucket per device, a bounded queue before few slots, live before backlog.

Everything here is one process's own and lost with it; a node of several processes lets a device have as many times the
rate as there are processes its connections reach.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from fines_api.kit.clock import Clock
from fines_api.kit.errors import TooManyError, UnavailableError

_MOST_REMEMBERED = 10_000
_LIVE_IN_A_ROW = 7
_FULL_RETRY_S = (2, 10)
_BACKLOG_URGENCY = 5


def is_backlog(priority: str | None) -> bool:
    """Tell from a ``Priority`` header (RFC 9218) whether a batch is an old one that can wait: urgency 5 or later."""
    for part in (priority or "").split(","):
        name, _, value = part.strip().partition("=")
        if name == "u" and value.isdecimal():
            return int(value) >= _BACKLOG_URGENCY
    return False


class DeviceBudgets:
    """Token buckets: a device may send ``burst`` events at once and ``rate_per_s`` for ever.

    A batch is charged when its events are counted, so a bucket may go below nothing; who is in debt waits.
    """

    def __init__(self, rate_per_s: float, burst: int, clock: Clock) -> None:
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._clock = clock
        self._buckets: dict[str, tuple[float, datetime]] = {}

    def check(self, device_id: str) -> None:
        """Turn a device in debt away.

        Raises:
            TooManyError: with the seconds until its bucket holds something again (``intake.device_rate``).
        """
        tokens = self._tokens(device_id)
        if tokens <= 0:
            wait_s = max(1, round(-tokens / self._rate_per_s))
            raise TooManyError(
                f"this device sends more than {self._rate_per_s:g} events a second",
                hint=f"wait {wait_s} s; nothing is lost, the outbox keeps everything",
                code="intake.device_rate",
                retry_after_s=wait_s,
            )

    def charge(self, device_id: str, events: int) -> None:
        """Take a batch's events out of the device's bucket."""
        if len(self._buckets) >= _MOST_REMEMBERED:
            self._forget_full()
        self._buckets[device_id] = self._tokens(device_id) - events, self._clock.now()

    def _tokens(self, device_id: str) -> float:
        """Fill a known bucket up to this moment; a clock that was set back only stops the filling for this once."""
        now = self._clock.now()
        tokens, at = self._buckets.get(device_id, (float(self._burst), now))
        elapsed_s = max((now - at) / timedelta(seconds=1), 0.0)
        tokens = min(tokens + elapsed_s * self._rate_per_s, float(self._burst))
        if device_id in self._buckets:
            self._buckets[device_id] = tokens, now
        return tokens

    def _forget_full(self) -> None:
        in_use = [device_id for device_id in self._buckets if self._tokens(device_id) < self._burst]
        self._buckets = {device_id: self._buckets[device_id] for device_id in in_use}


@dataclass(frozen=True)
class GateLimits:
    """How many batches are worked on at once, and how many may wait: fresh ones, and old ones."""

    slots: int
    live: int = 64
    backlog: int = 16


class IntakeGate:
    """Lets batches through, fresh ones first; every eighth place goes to the backlog, which must drain too.

    For one event loop.
    """

    def __init__(self, limits: GateLimits, rng: random.Random) -> None:
        self._limits = limits
        self._rng = rng
        self._free = limits.slots
        self._inside = {False: 0, True: 0}
        self._waiting: dict[bool, deque[asyncio.Future[None]]] = {False: deque(), True: deque()}
        self._live_in_a_row = 0

    @asynccontextmanager
    async def place(self, *, is_backlog: bool) -> AsyncIterator["IntakeGate"]:
        """Take a place in the queue, before the body is read.

        Raises:
            UnavailableError: the queue of its kind is full (``intake.full``), with seconds to wait, for each others.
        """
        most = self._limits.backlog if is_backlog else self._limits.live
        if self._inside[is_backlog] >= most:
            raise UnavailableError(
                "more comes in than can be taken",
                hint="send it again later; nothing is lost",
                code="intake.full",
                retry_after_s=self._rng.randint(*_FULL_RETRY_S),
            )
        self._inside[is_backlog] += 1
        try:
            yield self
        finally:
            self._inside[is_backlog] -= 1

    @asynccontextmanager
    async def slot(self, *, is_backlog: bool) -> AsyncIterator[None]:
        """Wait for one's turn."""
        if self._free > 0:
            self._free -= 1
        else:
            turn = asyncio.get_running_loop().create_future()
            self._waiting[is_backlog].append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._pass_on()
                raise
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        while (turn := self._next()) is not None:
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _next(self) -> asyncio.Future[None] | None:
        live, backlog = self._waiting[False], self._waiting[True]
        if live and not (backlog and self._live_in_a_row >= _LIVE_IN_A_ROW):
            self._live_in_a_row += 1
            return live.popleft()
        self._live_in_a_row = 0
        return backlog.popleft() if backlog else None
