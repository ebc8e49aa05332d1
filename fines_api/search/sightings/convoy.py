"""Who travels with a vehicle, and how far chance explains it.  Pure.

On a commuter road everybody meets everybody.  What tells company from traffic is not how often two cars pass a camera
within a minute of each other, but how much more often than they pass it within *ten*: two strangers with the same
habits are spread over the ten minutes, companions are not (a jitter test, as for spike trains: Amarasingham et al.,
J. Neurophysiol. 107, 2012).  What happens in one journey hangs together, so a journey counts once, near when most of
its meetings are.  Of ``n`` journeys with a meeting in the wide window, ``k`` near ones have the chance ``P(X ≥ k)``, X
binomial with the share of the near window; times the number of vehicles compared (Bonferroni), because somebody is
always the nearest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb, log10
from typing import Final

WIDE: Final = 10
"""The wide window is so many times the near one."""
JOURNEY_GAP_S: Final = 1800.0
LIKELY: Final = 2.0
"""Score from which company is likely: less than one in a hundred by chance."""
_MOST: Final = 300.0


@dataclass(frozen=True, slots=True)
class Meeting:
    """Another vehicle at the site of a passage: when the followed one passed, the other's lag, where."""

    lead_at_s: float
    lag_s: float
    site_id: str


@dataclass(frozen=True, slots=True)
class Company:
    """What the meetings with one vehicle say; ``score`` is -log10 of the chance that it is none."""

    common_sites: int
    near_meetings: int
    journeys: int
    near_journeys: int
    score: float

    @property
    def is_likely(self) -> bool:
        """Tell whether chance hardly explains it."""
        return self.score >= LIKELY


def company_of(meetings: Sequence[Meeting], within_s: float, compared: int) -> Company:
    """Judge the meetings with one vehicle, of so many compared, in the wide window."""
    near = [abs(meeting.lag_s) <= within_s for meeting in meetings]
    sites = {meeting.site_id for meeting, is_near in zip(meetings, near, strict=True) if is_near}
    journeys = _journeys(meetings)
    near_journeys = sum(2 * sum(abs(one.lag_s) <= within_s for one in journey) > len(journey) for journey in journeys)
    chance = tail(near_journeys, len(journeys), 1 / WIDE) * max(compared, 1)
    score = 0.0 if chance >= 1 else min(_MOST, -log10(chance)) if chance > 0 else _MOST
    return Company(len(sites), sum(near), len(journeys), near_journeys, score)


def tail(least: int, count: int, share: float) -> float:
    """Return the chance of at least so many successes of ``count`` tries with this share."""
    return sum(comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(least, count + 1))


def _journeys(meetings: Sequence[Meeting]) -> list[list[Meeting]]:
    """Cut meetings into journeys where the followed vehicle was not seen for half an hour."""
    journeys: list[list[Meeting]] = []
    for meeting in sorted(meetings, key=lambda one: one.lead_at_s):
        if journeys and meeting.lead_at_s - journeys[-1][-1].lead_at_s <= JOURNEY_GAP_S:
            journeys[-1].append(meeting)
        else:
            journeys.append([meeting])
    return journeys
