"""What a signal controller says its groups show: one JSON object a line, kept for a while, by wall-clock time.

The adapter of a controller writes::

    {"group": "north", "aspect": "red", "at": "2026-11-20T09:00:00.120Z", "bound_ms": 20}

``group`` is the name that a signal head of the site gives as ``feed``, ``aspect`` a ``recognition.signals.Aspect``,
``at`` a moment (ISO 8601 with offset) at which the group showed it, ``bound_ms`` how far that moment may be from true
UTC.  What a group shows is repeated at least every ``HEARTBEAT_S``; a longer silence is unknown.
"""

import bisect
from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from camera_agent.capture.json_line import json_object, number
from camera_agent.capture.segment import StreamTime
from recognition.contracts import SignalHead
from recognition.signals import Aspect, Report, SignalTimeline, timeline_from_feed

HEARTBEAT_S: Final = 5.0
MEMORY: Final = timedelta(minutes=15)
"""As long as a timeline of lamps reaches back."""
_GROUP_REPORTS_MAX: Final = 20_000
_BOUND_MAX_MS: Final = 60_000.0
_LATE_MAX: Final = timedelta(seconds=10)
_EARLY_MAX: Final = timedelta(seconds=1)
"""A report from longer ago, or from so far in the future, was stamped by a clock that is wrong, or comes too late."""


class FeedLineError(ValueError):
    """A line that is not a report; ``reason`` never changes its name."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class FeedReport:
    """One report of a controller; ``at`` aware, UTC."""

    group: str
    aspect: Aspect
    at: datetime
    bound_s: float


def parse_report(line: bytes) -> FeedReport:
    """Read one line.

    Raises:
        FeedLineError: it is no report (``json``, ``group``, ``aspect``, ``at``, ``bound``).
    """
    facts = json_object(line)
    if facts is None:
        raise FeedLineError("json", "a line is no JSON object")
    group, aspect, bound_ms = facts.get("group"), facts.get("aspect"), number(facts.get("bound_ms"))
    if not isinstance(group, str):
        raise FeedLineError("group", "a report names no group")
    if not isinstance(aspect, str) or aspect not in set(Aspect):
        raise FeedLineError("aspect", f"no head shows {str(aspect)[:40]!r}")
    if bound_ms is None or not 0 <= bound_ms <= _BOUND_MAX_MS:
        raise FeedLineError("bound", f"bound_ms must be between 0 and {_BOUND_MAX_MS:g}")
    return FeedReport(group, Aspect(aspect), _moment(facts.get("at")), bound_ms / 1000)


def _moment(text: object) -> datetime:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        if moment is None or moment.tzinfo is None:
            raise FeedLineError("at", f"{str(text)[:40]!r} is no moment with an offset")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise FeedLineError("at", f"{str(text)[:40]!r} is no moment with an offset") from error


@dataclass
class FeedHistory:
    """The reports of the groups a site knows, in order of their moments, none older than ``MEMORY``."""

    groups: Collection[str]
    refused: Counter[str] = field(default_factory=Counter)
    reports: int = 0
    _kept: dict[str, deque[FeedReport]] = field(default_factory=dict)

    def add(self, report: FeedReport, now: datetime) -> None:
        """Keep a report that came in ``now``; one that cannot be kept is counted with its reason."""
        reason = self._refusal(report, now)
        if reason is not None:
            self.refused[reason] += 1
            return
        kept = self._kept.setdefault(report.group, deque(maxlen=_GROUP_REPORTS_MAX))
        self._insert(kept, report)
        self.reports += 1
        while kept[0].at < kept[-1].at - MEMORY:
            kept.popleft()

    def newest(self) -> FeedReport | None:
        """Return the newest report of all groups."""
        return max((kept[-1] for kept in self._kept.values()), key=lambda report: report.at, default=None)

    def timelines(self, heads: Iterable[SignalHead], time: StreamTime) -> dict[str, SignalTimeline]:
        """Return what each head of a feed showed, in stream time; none where the pictures' clock is not known.

        A moment is then known to the report's bound and that of the pictures' clock together.
        """
        if time.bound_s is None:
            return {}
        out: dict[str, SignalTimeline] = {}
        for head in heads:
            kept = self._kept.get(head.feed) if head.feed is not None else None
            if kept:
                reports = [Report(time.seconds(one.at), one.aspect, one.bound_s + time.bound_s) for one in kept]
                out[head.head_id] = timeline_from_feed(head.head_id, reports, heartbeat_s=HEARTBEAT_S)
        return out

    def _refusal(self, report: FeedReport, now: datetime) -> str | None:
        if report.group not in self.groups:
            return "other_group"
        bound = timedelta(seconds=report.bound_s)
        if now - report.at > _LATE_MAX + bound:
            return "late"
        return "early" if report.at - now > _EARLY_MAX + bound else None

    def _insert(self, kept: deque[FeedReport], report: FeedReport) -> None:
        """Put the report at its moment; two aspects at one moment are none that is known."""
        if not kept or kept[-1].at < report.at:
            kept.append(report)
            return
        index = bisect.bisect_left(kept, report.at, key=lambda one: one.at)
        if index < len(kept) and kept[index].at == report.at:
            other = kept[index]
            if other.aspect is not report.aspect:
                self.refused["contradiction"] += 1
                bound_s = max(other.bound_s, report.bound_s)
                kept[index] = FeedReport(report.group, Aspect.UNKNOWN, report.at, bound_s)
        elif len(kept) < _GROUP_REPORTS_MAX:
            kept.insert(index, report)
