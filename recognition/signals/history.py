"""When one lamp was surely on and surely off, from looks that flicker, drop out and take their light over some time.

A lamp of light-emitting diodes on mains is dark for part of every 10 ms (8.3 ms), so a lit lamp may look dark in single
frames.  Three things are taken as given, and all that is said follows from them:

1. a lamp that is on looks lit at least once in any ``window_s`` of frames of which none is missing;
2. a lamp stays on, and off, for at least ``shortest_s`` (flashing: about once a second, a third of it dark at least);
3. the light of a frame was gathered within ``exposure_s`` of its time stamp, either way.

The first fails where the exposure is shorter than the dark part of the mains' half period and the frame rate divides
the mains' frequency: then a lit lamp may look dark for seconds.  The exposure of a camera on signals is 10 ms or more.
"""

from dataclasses import dataclass

from recognition.signals.lamps import LampState


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of stream time, s."""

    start_s: float
    end_s: float


class LampHistory:
    """What the looks at one lamp prove; memory grows with its changes, not with the frames."""

    def __init__(self, *, window_s: float, shortest_s: float, exposure_s: float) -> None:
        self._edge_s = window_s + exposure_s
        self._proof_s = window_s + 2 * exposure_s
        self._shortest_s = shortest_s
        self._exposure_s = exposure_s
        self._lit: list[Span] = []
        self._dark: list[Span] = []
        self._run: Span | None = None
        self._last_s = float("-inf")
        self._was_lit = False

    def add(self, pts_s: float, state: LampState, *, is_after_gap: bool) -> None:
        """Take the next look; ``is_after_gap``: frames are missing between this look and the one before."""
        if is_after_gap:
            self._end_run()
        if state is LampState.LIT:
            self._add_lit(pts_s, is_after_gap=is_after_gap)
        elif state is LampState.DARK:
            # With no frame missing, the dark run reaches back to the lit look before it.
            start_s = self._last_s if self._was_lit and not is_after_gap else pts_s
            self._run = Span(self._run.start_s if self._run else start_s, pts_s)
        else:
            self._end_run()
        self._last_s, self._was_lit = pts_s, state is LampState.LIT

    def forget_before(self, moment_s: float) -> None:
        """Drop what ended before a moment."""
        self._lit = [span for span in self._lit if span.end_s >= moment_s]
        self._dark = [span for span in self._dark if span.end_s >= moment_s]

    def sure_on(self) -> list[Span]:
        """Return when the lamp was surely on, in order of time."""
        return _shrunk(self._lit, self._exposure_s)

    def sure_off(self) -> list[Span]:
        """Return when the lamp was surely off, in order of time; what ``sure_on`` says goes before it."""
        dark = list(self._dark)
        if self._run is not None:
            self._append_dark(dark, self._run)
        return _shrunk(dark, self._edge_s)

    def _add_lit(self, pts_s: float, *, is_after_gap: bool) -> None:
        if self._run is not None and not is_after_gap:
            self._run = Span(self._run.start_s, pts_s)
        self._end_run()
        # An off spell between two lit looks would have to be shorter than the shortest there is.
        if self._lit and pts_s - self._lit[-1].end_s + 2 * self._exposure_s < self._shortest_s:
            self._lit[-1] = Span(self._lit[-1].start_s, pts_s)
        else:
            self._lit.append(Span(pts_s, pts_s))

    def _end_run(self) -> None:
        if self._run is not None:
            self._append_dark(self._dark, self._run)
        self._run = None

    def _append_dark(self, dark: list[Span], run: Span) -> None:
        if run.end_s - run.start_s < self._proof_s:
            return
        if dark and not self._was_lit_since(dark[-1].end_s, run.start_s):
            # Between the two the lamp may have been on for less than this; too short means: never.
            slot_s = run.start_s - dark[-1].end_s + 2 * self._edge_s
            if slot_s < self._shortest_s:
                dark[-1] = Span(dark[-1].start_s, run.end_s)
                return
        dark.append(run)

    def _was_lit_since(self, start_s: float, end_s: float) -> bool:
        return any(span.end_s >= start_s and span.start_s <= end_s for span in self._lit[-2:])


def _shrunk(spans: list[Span], by_s: float) -> list[Span]:
    return [Span(span.start_s + by_s, span.end_s - by_s) for span in spans if span.end_s - span.start_s > 2 * by_s]
