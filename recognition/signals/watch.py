"""From the lamps of a head, frame by frame, to its timeline with the earliest and latest moment of every change.

An aspect is claimed only where every surveyed lamp is surely on or surely off (``history``); between two claims lies
the change.  At 25 frames a second that leaves a doubt of about 0.2 s to each change, and the newest 0.1 s unclaimed.
"""

import math
from dataclasses import dataclass
from itertools import pairwise

from recognition.contracts import Lamp, RecognitionError, SignalHead
from recognition.signals.history import LampHistory, Span
from recognition.signals.lamps import HeadReading, LampState, aspect_of
from recognition.signals.stretch import Stretch, join, merged
from recognition.signals.timeline import Aspect, SignalTimeline

_MISSING = 1.5  # frame intervals between two frames from which on one is missing
_REDS = (Aspect.RED, Aspect.RED_AMBER)
_SKIPS_AMBER = frozenset(
    {(Aspect.GREEN, Aspect.RED), (Aspect.GREEN, Aspect.RED_AMBER), (Aspect.AMBER, Aspect.RED_AMBER)}
)
_LIT = {
    Aspect.RED: (Lamp.RED,),
    Aspect.RED_AMBER: (Lamp.RED, Lamp.AMBER),
    Aspect.AMBER: (Lamp.AMBER,),
    Aspect.GREEN: (Lamp.GREEN,),
}


@dataclass(frozen=True, slots=True)
class WatchBounds:
    """What is taken as given of lamps and camera, s.

    Attributes:
        flicker_s: a lit lamp looks lit at least once in so long, or in two frame intervals where those are longer.
        exposure_s: the light of a frame was gathered within so long of its time stamp, either way.
        shortest_s: no lamp stays on or off for less.
        gap_s: the longest time without a sure aspect that still counts as one change; after a longer one it is unknown.
        missed_amber_s: where green turns red and a surveyed amber was not seen, red may truly be so much later.
        memory_s: how far back the timeline reaches.
    """

    flicker_s: float = 0.08
    exposure_s: float = 0.01
    shortest_s: float = 0.3
    gap_s: float = 0.5
    missed_amber_s: float = 3.0
    memory_s: float = 900.0


class SignalWatch:
    """Builds the timeline of one head; the same readings give the same timeline.

    Memory holds spans of each lamp, none older than ``memory_s``: it is bounded whatever the head does.

    Raises:
        RecognitionError: ``signals.too_slow`` (too few frames a second to tell flicker from a change).
    """

    def __init__(self, head: SignalHead, *, frame_s: float, bounds: WatchBounds | None = None) -> None:
        self._bounds = bounds or WatchBounds()
        if not 0 < 2 * (frame_s + self._bounds.exposure_s) < self._bounds.shortest_s:
            raise RecognitionError(
                f"frames every {frame_s:g} s are too far apart to follow signal head {head.head_id!r}",
                code="signals.too_slow",
                hint="give at least 8 frames a second",
            )
        self._head = head
        self._frame_s = frame_s
        self._last_s: float | None = None
        self._lamps = {
            lamp.lamp: LampHistory(
                window_s=max(self._bounds.flicker_s, 2 * frame_s),
                shortest_s=self._bounds.shortest_s,
                exposure_s=self._bounds.exposure_s,
            )
            for lamp in head.lamps
        }

    def feed(self, pts_s: float, reading: HeadReading) -> None:
        """Take the reading of the next frame; a frame not fed is a missing one.

        Raises:
            RecognitionError: ``signals.other_head``, or ``signals.time_backwards`` (``pts_s`` does not grow).
        """
        if reading.head_id != self._head.head_id:
            raise RecognitionError(
                f"a reading of {reading.head_id!r} was given to the watch of {self._head.head_id!r}",
                code="signals.other_head",
                hint="keep one watch for each head",
            )
        if not math.isfinite(pts_s) or (self._last_s is not None and pts_s <= self._last_s):
            raise RecognitionError(
                f"a frame at {pts_s:g} s follows one at {self._last_s} s",
                code="signals.time_backwards",
                hint="begin a new watch where the stream begins anew",
            )
        is_after_gap = self._last_s is None or pts_s - self._last_s > _MISSING * self._frame_s
        states = reading.states
        for lamp, history in self._lamps.items():
            history.add(pts_s, states.get(lamp, LampState.UNKNOWN), is_after_gap=is_after_gap)
            history.forget_before(pts_s - self._bounds.memory_s)
        self._last_s = pts_s

    def timeline(self) -> SignalTimeline:
        """Return what is known so far, up to the last moment at which every lamp is sure.

        A direct change from green to red where an amber lamp is surveyed is kept, but red counts as sure only
        ``missed_amber_s`` later: what looked red may have been amber.  A full head that goes dark before or after red
        is a fault, or flicker in step with the camera: it is unknown, so that no red is said to begin at its end.
        """
        return join(self._head.head_id, self._without_doubtful_dark(self._bridged(self._sure())), self._doubt)

    def _sure(self) -> list[Stretch]:
        """Return the stretches in which every lamp is sure and the lamps make an aspect."""
        if self._last_s is None:
            return []
        horizon_s = self._last_s - self._bounds.memory_s
        known = {lamp: (history.sure_on(), history.sure_off()) for lamp, history in self._lamps.items()}
        edges = {
            max(edge, horizon_s)
            for spans in known.values()
            for kind in spans
            for span in kind
            for edge in (span.start_s, span.end_s)
        }
        stretches = []
        for start_s, end_s in pairwise(sorted(edges)):
            middle_s = (start_s + end_s) / 2
            aspect = aspect_of({lamp: _state_at(middle_s, *spans) for lamp, spans in known.items()})
            if aspect is not Aspect.UNKNOWN:
                stretches.append(Stretch(aspect, start_s, end_s))
        return merged(stretches)

    def _bridged(self, stretches: list[Stretch]) -> list[Stretch]:
        """Join two stretches of one aspect over a doubt about its unlit lamps: nothing else fits between them."""
        on = {lamp: history.sure_on() for lamp, history in self._lamps.items()}
        out: list[Stretch] = []
        for stretch in stretches:
            if out and out[-1].aspect is stretch.aspect and _goes_on(on, out[-1], stretch):
                out[-1] = Stretch(stretch.aspect, out[-1].start_s, stretch.end_s)
            else:
                out.append(stretch)
        return out

    def _without_doubtful_dark(self, stretches: list[Stretch]) -> list[Stretch]:
        if len(self._lamps) < len(Lamp):
            return stretches  # a lamp without a box may shine: dark beside red is what such a head does
        aspects = [None, *(stretch.aspect for stretch in stretches), None]
        return [
            stretch
            for before, stretch, after in zip(aspects, stretches, aspects[2:], strict=False)
            if stretch.aspect is not Aspect.DARK or (before not in _REDS and after not in _REDS)
        ]

    def _doubt(self, one: Stretch, other: Stretch) -> float | None:
        if one.aspect is other.aspect or other.start_s - one.end_s > self._bounds.gap_s:
            return None
        skips_amber = Lamp.AMBER in self._lamps and (one.aspect, other.aspect) in _SKIPS_AMBER
        return self._bounds.missed_amber_s if skips_amber else 0.0


def _state_at(moment_s: float, on: list[Span], off: list[Span]) -> LampState:
    if any(span.start_s <= moment_s <= span.end_s for span in on):
        return LampState.LIT
    if any(span.start_s <= moment_s <= span.end_s for span in off):
        return LampState.DARK
    return LampState.UNKNOWN


def _goes_on(on: dict[Lamp, list[Span]], one: Stretch, other: Stretch) -> bool:
    """Tell whether the lamps of the aspect shine all the way from one stretch to the other, and no other lamp does."""
    lit = _LIT.get(one.aspect, ())
    through = [any(s.start_s <= one.end_s and other.start_s <= s.end_s for s in on[lamp]) for lamp in lit]
    others = [s for lamp, spans in on.items() if lamp not in lit for s in spans]
    return bool(lit) and all(through) and not any(s.start_s < other.start_s and s.end_s > one.end_s for s in others)
