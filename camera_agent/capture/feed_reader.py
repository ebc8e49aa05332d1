"""Follows a signal controller's adapter and keeps what it says; asked from the pictures' thread."""

import random
import threading
from collections.abc import Sequence

from camera_agent.addresses import LineAddress
from camera_agent.capture.line_reader import LineOptions, LineReader
from camera_agent.capture.segment import StreamTime
from camera_agent.capture.signal_feed import HEARTBEAT_S, FeedHistory, FeedLineError, parse_report
from camera_agent.clock import Clock
from recognition.contracts import SignalHead
from recognition.signals import SignalTimeline


class FeedReader:
    """The controller's word on the heads of one site."""

    def __init__(
        self,
        address: LineAddress,
        heads: Sequence[SignalHead],
        *,
        clock: Clock,
        rng: random.Random,
        options: LineOptions | None = None,
    ) -> None:
        self._heads = [head for head in heads if head.feed is not None]
        self._clock = clock
        self._lines = LineReader(address, self._take, clock=clock, rng=rng, options=options)
        self._lock = threading.Lock()
        self._history = FeedHistory({head.feed for head in self._heads if head.feed is not None})
        self._complaint = ""

    def start(self) -> None:
        """Begin to listen."""
        self._lines.start()

    def stop(self) -> None:
        """Stop listening."""
        self._lines.stop()

    def timelines(self, time: StreamTime) -> dict[str, SignalTimeline]:
        """Return what the controller said of each head, in the stream time of these pictures."""
        with self._lock:
            return self._history.timelines(self._heads, time)

    def health(self) -> dict[str, object]:
        """Return how the feed does, for the device's health."""
        with self._lock:
            counts, newest = self._lines.counts, self._history.newest()
            age_s = (self._clock.now() - newest.at).total_seconds() if newest else None
            return {
                "address": str(self._lines.address),
                "is_connected": counts.is_connected,
                "groups": sorted(self._history.groups),
                "reports": self._history.reports,
                "refused": dict(self._history.refused),
                "too_long": counts.too_long,
                "age_s": round(age_s, 1) if age_s is not None else None,
                "is_heard": age_s is not None and age_s <= HEARTBEAT_S,
                "failures": counts.failures,
                "last_error": self._complaint if counts.is_connected else counts.last_error,
            }

    def _take(self, line: bytes) -> None:
        with self._lock:
            try:
                self._history.add(parse_report(line), self._clock.now())
            except FeedLineError as error:
                self._history.refused[error.reason] += 1
                self._complaint = str(error)
