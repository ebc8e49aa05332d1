"""How long to wait before trying again: exponential, with full jitter, so that a thousand cameras do not knock at once.

Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
"""

import random


class Backoff:
    """Waits of one retry loop; ``reset`` after a success."""

    def __init__(self, initial_s: float, maximum_s: float, rng: random.Random) -> None:
        self._initial_s = initial_s
        self._maximum_s = maximum_s
        self._rng = rng
        self.failures = 0

    def next_s(self, at_least_s: float = 0.0) -> float:
        """Return the next wait in seconds: a random part (at least half) of a bound that doubles with each failure."""
        bound_s = min(self._maximum_s, self._initial_s * 2.0 ** min(self.failures, 30))
        self.failures += 1
        return max(at_least_s, bound_s * (0.5 + 0.5 * self._rng.random()))

    def reset(self) -> None:
        """Start again from the shortest wait."""
        self.failures = 0
