"""What goes out, to whom, how often it is tried, and when a receiver is given up: pure rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from fines_api.hotlists.policy import HitState, Verdict
from recognition.contracts import HotlistReason

GIVE_UP_AFTER = timedelta(days=5)
OLD_SECRET_VALID = timedelta(hours=24)
FORGET_AFTER = timedelta(days=30)
LONGEST_QUIET_S = 600.0
_PAUSES_S = (5.0, 30.0, 300.0, 1800.0, 7200.0, 18000.0, 36000.0)
_LONGEST_PAUSE_S = 24 * 3600.0
_JITTER = 0.2

ATTEMPTS = len(_PAUSES_S) + 1
"""How often one delivery is tried, over some eighteen hours, before it is a dead letter."""


_VERDICTS = frozenset(HitState(verdict) for verdict in Verdict)


class Kind(StrEnum):
    """How a subscriber is told."""

    WEBHOOK = "webhook"
    MQTT = "mqtt"
    WEBPUSH = "webpush"


class NewsType(StrEnum):
    """What happened; ``news.test`` is sent on an administrator's demand only."""

    HIT_CREATED = "hotlist.hit.created"
    HIT_JUDGED = "hotlist.hit.judged"
    TEST = "news.test"


class DeliveryState(StrEnum):
    """Where one delivery stands.  ``withdrawn``: the hit no longer is what the news says."""

    PENDING = "pending"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    DEAD = "dead"


@dataclass(frozen=True)
class NewsFilter:
    """Which news a subscriber wants; no reasons = every reason, ``lowest_priority`` 1 = the most urgent only."""

    types: frozenset[NewsType]
    lowest_priority: int
    reasons: frozenset[HotlistReason]

    def takes(self, news: NewsType, priority: int, reason: HotlistReason) -> bool:
        """Tell whether the subscriber wants this."""
        return news in self.types and priority <= self.lowest_priority and (not self.reasons or reason in self.reasons)


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended: the receiver's status, or why there was none; ``error`` ``None`` = taken."""

    status_code: int | None = None
    error: str | None = None
    retry_after_s: float | None = None
    is_unreachable: bool = False

    @property
    def is_taken(self) -> bool:
        """Tell whether the receiver has the message."""
        return self.error is None


def goes_out(news: NewsType, state: HitState) -> bool:
    """Tell whether a hit in this state is news.

    A hit is announced only while it calls an officer: a possible, withheld, cleared or judged one never is.
    """
    if news is NewsType.HIT_CREATED:
        return state is HitState.NEW
    return state in _VERDICTS


def is_retraction(news: NewsType, state: HitState) -> bool:
    """Tell whether the news takes an announcement back: for those who were told only, without plate and place."""
    return news is NewsType.HIT_JUDGED and state is not HitState.CORRECT


def next_pause_s(tries: int, chance: float, retry_after_s: float | None = None) -> float | None:
    """Seconds from a failed try to the next; ``None`` after the last.

    Args:
        tries: how many have failed so far, 1 or more.
        chance: 0 to 1; lengthens the pause by up to a fifth, so that receivers are not hit by all at once.
        retry_after_s: what the receiver asked for (RFC 9110 §10.2.3); kept where it is longer, up to a day.
    """
    if tries > len(_PAUSES_S):
        return None
    pause_s = _PAUSES_S[tries - 1] * (1 + _JITTER * chance)
    return max(pause_s, min(retry_after_s or 0.0, _LONGEST_PAUSE_S))


def quiet_s(pause_s: float, retry_after_s: float | None) -> float:
    """Seconds for which a receiver that is down is left alone by its other news too."""
    return max(min(pause_s, LONGEST_QUIET_S), min(retry_after_s or 0.0, _LONGEST_PAUSE_S))


def is_gone(kind: Kind, outcome: Outcome) -> bool:
    """Tell whether the receiver will never be there again: 410, and for a push service 404 too (RFC 8030 §7.3)."""
    return outcome.status_code in ({404, 410} if kind is Kind.WEBPUSH else {410})


def is_given_up(failing_since: datetime, now: datetime) -> bool:
    """Tell whether a receiver failed for so long that it is disabled (Standard Webhooks, "Deliverability")."""
    return now - failing_since >= GIVE_UP_AFTER
