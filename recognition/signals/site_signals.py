"""All signal heads of a site that a camera sees, watched together."""

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Site
from recognition.signals.timeline import SignalTimeline
from recognition.signals.view import HeadReader
from recognition.signals.watch import SignalWatch


class SiteSignals:
    """Reads every surveyed head in every frame; one instance per stream, since stream time may not go back.

    Args:
        site: its heads with lamp boxes are watched; heads known by their controller only are not.
        frame_s: nominal time from one frame to the next, s.
    """

    def __init__(self, site: Site, *, frame_s: float) -> None:
        heads = [head for head in site.signals if head.lamps]
        self._readers = [HeadReader(head) for head in heads]
        self._watches = [SignalWatch(head, frame_s=frame_s) for head in heads]

    def see(self, pts_s: float, bgr: NDArray[np.uint8]) -> None:
        """Read the lamps of one frame ``(H, W, 3)`` uint8 at its stream time.

        Raises:
            RecognitionError: stream time ran back (``signals.time_backwards``), or the frame is no such picture.
        """
        for reader, watch in zip(self._readers, self._watches, strict=True):
            watch.feed(pts_s, reader.read(bgr))

    def timelines(self) -> dict[str, SignalTimeline]:
        """Return what each head is known to have shown so far, by head."""
        return {timeline.head_id: timeline for timeline in (watch.timeline() for watch in self._watches)}
