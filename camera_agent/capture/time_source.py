"""When a live picture was taken: the camera's own clock (RTCP sender report) when it tells, else the host's.

FFmpeg offers the wall-clock time of the first sender report as ``start_time_realtime``; how long after the first
picture it came is not told.  The camera's time is therefore given a bound: how far it and the host's clock disagree.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from camera_agent.clock import Clock
from recognition.contracts import ClockQuality, ClockSource

_NETWORK_BOUND_MS = 1000.0
"""Believed longest way of a picture through camera encoder and network, ms."""


class LiveTimeSource:
    """Stamps the pictures of one connection."""

    def __init__(self, clock: Clock, start_time_realtime_us: Callable[[], int | None]) -> None:
        self._clock = clock
        self._start_time_realtime_us = start_time_realtime_us
        self._host_start: datetime | None = None
        self._largest_delay = timedelta()
        self._stream_offset = timedelta()
        self._segments = 0
        self._last: datetime | None = None

    def begin(self, stream_s: float) -> None:
        """Forget the host's start; the camera's report belongs to the timestamps before any break."""
        self._host_start = None
        self._largest_delay = timedelta()
        self._stream_offset = timedelta(seconds=stream_s)
        self._segments += 1

    def stamp(self, pts_s: float, interval_s: float) -> tuple[datetime, ClockQuality]:
        """Return capture time and its quality for a picture that was just decoded."""
        offset = timedelta(seconds=pts_s)
        host_start = self._follow_host(self._clock.now() - offset)
        camera_us = self._start_time_realtime_us() if self._segments == 1 else None
        if not camera_us:
            bound_ms = _NETWORK_BOUND_MS + self._largest_delay / timedelta(milliseconds=1)
            return self._onward(host_start + offset), ClockQuality(source=ClockSource.HOST, bound_ms=round(bound_ms, 3))
        camera_start = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=camera_us) + self._stream_offset
        disagreement_ms = abs(camera_start - host_start) / timedelta(milliseconds=1)
        quality = ClockQuality(source=ClockSource.RTCP, bound_ms=round(disagreement_ms + 1000.0 * interval_s, 3))
        return self._onward(camera_start + offset), quality

    def _onward(self, moment: datetime) -> datetime:
        # Learning that the way was shorter moves all times back a little; the order of pictures is certain.
        if self._last is not None:
            moment = max(moment, self._last + timedelta(microseconds=1))
        self._last = moment
        return moment

    def _follow_host(self, start: datetime) -> datetime:
        # The picture that came through fastest is nearest to the truth; later ones were only held up on the way.
        if self._host_start is None or start < self._host_start:
            self._host_start = start
        self._largest_delay = max(self._largest_delay, start - self._host_start)
        return self._host_start
