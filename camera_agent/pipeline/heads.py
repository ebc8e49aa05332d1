"""The signal heads of one unbroken stretch: their lamps in every picture, and beside them what the controller says."""

from collections import Counter

from camera_agent.capture import Captured, StreamTime
from camera_agent.capture.feed_reader import FeedReader
from recognition.contracts import RecognitionError, Site
from recognition.signals import SignalTimeline, SiteSignals, reconcile
from recognition.vision.video import Image


class HeadWatch:
    """Timelines of the heads of a site; a fault in one of the two sources silences that one and stops no passage.

    ``refusals`` counts the faults by their code.
    """

    def __init__(self, site: Site, rate_hz: float, feed: FeedReader | None, refusals: Counter[str]) -> None:
        self._refusals = refusals
        self._feed = feed
        self._time: StreamTime | None = None
        self._lamps: SiteSignals | None = None
        try:
            self._lamps = SiteSignals(site, frame_s=1 / rate_hz)
        except RecognitionError as error:
            refusals[error.code] += 1  # a stream too slow for lamps still shows who passes

    def see(self, captured: Captured) -> None:
        """Take in one picture and where its moment lies in law time."""
        self._time = captured.time
        self._read_lamps(captured.image)

    def timelines(self) -> dict[str, SignalTimeline]:
        """Return what each head showed: lamps and controller reconciled, or the one that knows."""
        lamps = self._lamps.timelines() if self._lamps is not None else {}
        told = self._told()
        return {head: timeline for head, timeline in lamps.items() if head not in told} | {
            head: reconcile(lamps[head], timeline) if head in lamps else timeline for head, timeline in told.items()
        }

    def _read_lamps(self, image: Image) -> None:
        """Read the lamps; heads that cannot be followed through this stretch say nothing."""
        if self._lamps is None:
            return
        try:
            self._lamps.see(image.meta.pts_s, image.bgr)
        except RecognitionError as error:
            self._refusals[error.code] += 1
            self._lamps = None

    def _told(self) -> dict[str, SignalTimeline]:
        if self._feed is None or self._time is None:
            return {}
        if self._time.bound_s is None:
            self._refusals["signals.clock_unknown"] += 1
            return {}
        return self._feed.timelines(self._time)
