"""Slow down those who guess: moving windows in memory, one per purpose and key."""

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from fines_api.kit.errors import TooManyError


class RateLimiter:
    """Counts tries per (purpose, key)."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, limit: str, purpose: str, key: str) -> None:
        """Count one try.

        Args:
            limit: as the ``limits`` library writes it, e.g. ``10/minute``.
            purpose: what is being tried, e.g. ``login.user``.
            key: who tries or what is tried, e.g. an address or a user name.

        Raises:
            TooManyError: the window is full.
        """
        if not self._limiter.hit(parse(limit), purpose, key[:200]):
            raise TooManyError("too many tries", hint="wait and try again")
