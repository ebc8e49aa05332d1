"""The timeline of a head as its controller tells it, and what remains where pixels and controller disagree."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from recognition.contracts import RecognitionError
from recognition.signals.stretch import Stretch, join, merged
from recognition.signals.timeline import Aspect, Phase, SignalTimeline


@dataclass(frozen=True, slots=True)
class Report:
    """What the controller says a head shows, at a moment of stream time known to ``bound_s``."""

    moment_s: float
    aspect: Aspect
    bound_s: float


def timeline_from_feed(head_id: str, reports: Sequence[Report], *, heartbeat_s: float) -> SignalTimeline:
    """Return the timeline of reports in order of time.

    A report says what is shown at its moment; a change lies anywhere between the last report of the old aspect and the
    first of the new one, so a lost report widens the doubt and claims nothing.  Where the feed is silent for longer
    than ``heartbeat_s``, the head is unknown from the one report to the next.

    Raises:
        RecognitionError: ``signals.feed_bound`` (a moment or bound is no number, or a bound is below 0),
            ``signals.feed_heartbeat``, ``signals.feed_out_of_order``, ``signals.feed_doubled`` or
            ``signals.feed_contradiction`` (one moment, two aspects).
    """
    if not heartbeat_s > 0:
        raise RecognitionError(
            f"the heartbeat of feed {head_id!r} is {heartbeat_s:g} s",
            code="signals.feed_heartbeat",
            hint="give the longest time between two reports of the controller, in seconds",
        )
    for report in reports:
        _check_bound(head_id, report)
    for one, other in pairwise(reports):
        _check_order(head_id, one, other)
    groups = _groups(reports, heartbeat_s)
    begins = [_bounds_of(groups[0][0])] if groups else []
    aspects = [group[0].aspect for group in groups[:1]]
    for before, group in pairwise(groups):
        old_s, new_s = _bounds_of(before[-1]), _bounds_of(group[0])
        if group[0].moment_s - before[-1].moment_s > heartbeat_s:
            begins += [old_s, new_s]
            aspects += [Aspect.UNKNOWN, group[0].aspect]
        else:
            begins.append((old_s[0], new_s[1]))
            aspects.append(group[0].aspect)
    ends = begins[1:] + [_bounds_of(group[-1]) for group in groups[-1:]]
    return SignalTimeline(
        head_id,
        tuple(Phase(aspect, *begin, *end) for aspect, begin, end in zip(aspects, begins, ends, strict=True)),
    )


def reconcile(pixels: SignalTimeline, feed: SignalTimeline) -> SignalTimeline:
    """Return what both the camera and the controller stand for; both in one stream time.

    Where only one knows, it stands alone.  Where both are sure and differ, the head is unknown: a court would accept
    neither.  Where either is in doubt about the moment of a change, so is the result.

    Raises:
        RecognitionError: ``signals.other_head`` (the timelines are of two heads).
    """
    if pixels.head_id != feed.head_id:
        raise RecognitionError(
            f"the timelines of {pixels.head_id!r} and {feed.head_id!r} are of two heads",
            code="signals.other_head",
            hint="reconcile a head with its own feed",
        )
    sources = (pixels, feed)
    edges = sorted(
        {
            edge
            for source in sources
            for phase in source.phases
            for edge in (phase.from_earliest_s, phase.from_latest_s, phase.to_earliest_s, phase.to_latest_s)
        },
    )
    sure: list[Stretch] = []
    disputed_s: list[float] = []
    for start_s, end_s in pairwise(edges):
        middle_s = (start_s + end_s) / 2
        told = [_told(source, middle_s) for source in sources]
        aspects = {aspect for aspect in told if aspect is not None}
        if len(aspects) == 1 and Aspect.UNKNOWN not in aspects:
            sure.append(Stretch(aspects.pop(), start_s, end_s))
        elif Aspect.UNKNOWN not in aspects:
            disputed_s.append(middle_s)

    def doubt(one: Stretch, other: Stretch) -> float | None:
        is_disputed = any(one.end_s < moment_s < other.start_s for moment_s in disputed_s)
        return None if is_disputed or one.aspect is other.aspect else 0.0

    return join(pixels.head_id, merged(sure), doubt)


def _told(source: SignalTimeline, moment_s: float) -> Aspect | None:
    """Return the aspect that is sure; ``unknown`` within the doubt of a change; None where the source knows nothing.

    The doubt at the ends of a record is no change: there the source does not know yet, or no longer.
    """
    if not source.phases or not source.phases[0].from_latest_s <= moment_s <= source.phases[-1].to_earliest_s:
        return None
    phases = [phase for phase in source.phases if phase.from_earliest_s <= moment_s <= phase.to_latest_s]
    if any(phase.aspect is Aspect.UNKNOWN for phase in phases):
        return None
    return source.aspect_at(moment_s)


def _groups(reports: Sequence[Report], heartbeat_s: float) -> list[list[Report]]:
    """Return the reports in runs of one aspect without a silence."""
    groups: list[list[Report]] = []
    for report in reports:
        last = groups[-1][-1] if groups else None
        if last and last.aspect is report.aspect and report.moment_s - last.moment_s <= heartbeat_s:
            groups[-1].append(report)
        else:
            groups.append([report])
    return groups


def _bounds_of(report: Report) -> tuple[float, float]:
    return report.moment_s - report.bound_s, report.moment_s + report.bound_s


def _check_bound(head_id: str, report: Report) -> None:
    if not (math.isfinite(report.moment_s) and math.isfinite(report.bound_s) and report.bound_s >= 0):
        raise RecognitionError(
            f"feed {head_id!r} reports {report.aspect} at {report.moment_s:g} s ± {report.bound_s:g} s",
            code="signals.feed_bound",
            hint="give a moment in seconds and a bound of 0 or more",
        )


def _check_order(head_id: str, one: Report, other: Report) -> None:
    if other.moment_s < one.moment_s:
        raise RecognitionError(
            f"feed {head_id!r} reports {other.aspect} at {other.moment_s:g} s after {one.aspect} at {one.moment_s:g} s",
            code="signals.feed_out_of_order",
            hint="hand over reports in the order of their moments; check the controller's clock",
        )
    if other.moment_s == one.moment_s and other.aspect is one.aspect:
        raise RecognitionError(
            f"feed {head_id!r} reports {one.aspect} at {one.moment_s:g} s twice",
            code="signals.feed_doubled",
            hint="hand over each report once",
        )
    if other.moment_s == one.moment_s:
        raise RecognitionError(
            f"feed {head_id!r} reports both {one.aspect} and {other.aspect} at {one.moment_s:g} s",
            code="signals.feed_contradiction",
            hint="check that the feed is of one signal group",
        )
