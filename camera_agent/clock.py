"""The only place of the agent that asks what time it is; everything else is given a clock."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time: law time, and a monotonic count for durations."""

    def now(self) -> datetime:
        """Return the current moment, aware, UTC."""
        ...

    def monotonic_s(self) -> float:
        """Return seconds since some fixed moment; never steps back."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current moment, aware, UTC."""
        return datetime.now(UTC)

    def monotonic_s(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()


class ManualClock:
    """A clock that shows what it was set to: the time within a replayed video, or within a test."""

    def __init__(self, moment: datetime) -> None:
        self._start = self._moment = moment

    def set(self, moment: datetime) -> None:
        """Show this moment from now on."""
        self._moment = moment

    def now(self) -> datetime:
        """Return the moment it was set to."""
        return self._moment

    def monotonic_s(self) -> float:
        """Return the seconds it was moved forward since it was made."""
        return (self._moment - self._start).total_seconds()
