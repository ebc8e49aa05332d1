"""What the device is told beside its pictures: where it stands, and what the signals show; each only if configured."""

import random
from dataclasses import dataclass

import structlog

from camera_agent.addresses import ReceiverOptions
from camera_agent.capture.feed_reader import FeedReader
from camera_agent.capture.gpsd import PositionReader
from camera_agent.clock import Clock
from recognition.contracts import Site

_log = structlog.get_logger()


@dataclass(frozen=True, eq=False)
class Receivers:
    """The receivers of one run; without any, as in a replay, nothing is known of place and controller."""

    position: PositionReader | None = None
    feed: FeedReader | None = None

    @classmethod
    def of(cls, options: ReceiverOptions, site: Site, clock: Clock) -> "Receivers":
        """Make what is configured, for the heads of this site."""
        rng = random.Random()  # noqa: S311 - jitter
        position = PositionReader(options.gpsd, clock=clock, rng=rng) if options.gpsd else None
        feed = FeedReader(options.signal_feed, site.signals, clock=clock, rng=rng) if options.signal_feed else None
        if feed is not None and not any(head.feed for head in site.signals):
            _log.warning("signals.feed_unused", hint="no signal head of the site names its group as feed")
        return cls(position, feed)

    def start(self) -> None:
        """Begin to listen."""
        for receiver in (self.position, self.feed):
            if receiver is not None:
                receiver.start()

    def stop(self) -> None:
        """Stop listening."""
        for receiver in (self.position, self.feed):
            if receiver is not None:
                receiver.stop()

    def health(self) -> dict[str, object]:
        """Return how each configured receiver does, by name."""
        named = {"position": self.position, "signal_feed": self.feed}
        return {name: receiver.health() for name, receiver in named.items() if receiver is not None}
