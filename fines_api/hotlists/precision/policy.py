"""How sure a share of right hits is: Wilson's score interval.  Pure."""

import math
from dataclasses import dataclass

_Z = 1.959963984540054
"""Two-sided 95 %."""


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval; None where nothing was counted."""

    value: float
    low: float
    high: float


def wilson(right: int, judged: int) -> Share | None:
    """Return the share of right ones among the judged (Wilson 1927; without continuity correction)."""
    if judged == 0:
        return None
    share, square = right / judged, _Z**2 / judged
    centre = (share + square / 2) / (1 + square)
    half = _Z / (1 + square) * math.sqrt(share * (1 - share) / judged + square / (4 * judged))
    return Share(share, max(0.0, centre - half), min(1.0, centre + half))
