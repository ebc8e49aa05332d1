"""From an open container to pictures: one decoding thread, damaged packets counted and passed over."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Protocol

import av
import av.error
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from camera_agent.capture.breaks import is_break
from camera_agent.capture.ring import RingLimits
from camera_agent.capture.segment import Captured, Segment, bgr_of
from recognition.contracts import ClockQuality, Frame
from recognition.vision.video import Image

_DEFAULT_INTERVAL_S = 0.04


class TimeSource(Protocol):
    """Tells when a picture was taken."""

    def stamp(self, pts_s: float, interval_s: float) -> tuple[datetime, ClockQuality]:
        """Return capture time and quality of the picture at ``pts_s`` of its segment; pictures come in order."""
        ...

    def begin(self, stream_s: float) -> None:
        """A segment begins: its 0 s is ``stream_s`` of the stream, and any older relation to true time is void."""
        ...


@dataclass
class DecodeCounts:
    """What became of the packets of one source since it was opened."""

    frames: int = 0
    damaged: int = 0
    breaks: int = 0
    segments: int = 0


def _no_check() -> None:
    """Look at nothing."""


def pictures(
    container: InputContainer,
    *,
    camera_id: str,
    times: TimeSource,
    counts: DecodeCounts,
    each_packet: Callable[[], None] = _no_check,
    limits: RingLimits | None = None,
) -> Iterator[Captured]:
    """Decode a container's first video stream to its end.

    Sequence numbers go on from ``counts.frames`` and segment numbers from ``counts.segments``; a new segment begins
    where timestamps break or the picture changes its size.  ``each_packet`` may raise to give up.

    Raises:
        av.error.FFmpegError: the connection failed; damaged data alone never ends the stream.
    """
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1  # the same packets give the same pictures, on any machine
    maker = _SegmentMaker(stream, counts, limits or RingLimits())
    interval_s = float(1 / stream.average_rate) if stream.average_rate else _DEFAULT_INTERVAL_S
    for frame in _frames(container, stream, maker, each_packet):
        if frame.pts is None:
            counts.damaged += 1
            continue
        if maker.is_new_segment(frame):
            times.begin(float(frame.pts * maker.time_base))
        segment = maker.current
        pts_s = segment.seconds(frame.pts)
        captured_at, clock = times.stamp(pts_s, interval_s)
        meta = Frame(
            camera_id=camera_id,
            sequence=counts.frames,
            pts_s=pts_s,
            captured_at=captured_at,
            clock=clock,
            width_px=frame.width,
            height_px=frame.height,
        )
        counts.frames += 1
        bgr = bgr_of(frame)
        bgr.flags.writeable = False
        yield Captured(Image(meta=meta, bgr=bgr), segment)


class _SegmentMaker:
    """Opens the next segment when the pictures no longer belong to the last one."""

    def __init__(self, stream: VideoStream, counts: DecodeCounts, limits: RingLimits) -> None:
        self._stream = stream
        self._counts = counts
        self._limits = limits
        self._size_px: tuple[int, int] | None = None
        self._last_s: float | None = None
        self.time_base = stream.time_base or Fraction(1, 90_000)
        self.current = self._open()

    def is_new_segment(self, frame: VideoFrame) -> bool:
        """Take in the next picture; tell whether a segment begins with it."""
        assert frame.pts is not None
        is_first = self._last_s is None
        if is_first:
            self.current.begin(frame.pts)
        size_px = (frame.width, frame.height)
        has_jumped = is_break(self._last_s, self.current.seconds(frame.pts))
        is_broken = has_jumped or self._size_px not in {None, size_px}
        if is_broken:
            self._counts.breaks += 1
            older, self.current = self.current, self._open()
            older.is_suspect = has_jumped
            self.current.take_over(older, frame.pts)
            self.current.begin(frame.pts)
        self._last_s, self._size_px = self.current.seconds(frame.pts), size_px
        return is_first or is_broken

    def count_damage(self) -> None:
        """Note a packet that did not decode."""
        self._counts.damaged += 1

    def _open(self) -> Segment:
        segment = Segment(self._counts.segments, self._stream, self._limits)
        self._counts.segments += 1
        return segment


def _frames(
    container: InputContainer, stream: VideoStream, maker: _SegmentMaker, each_packet: Callable[[], None]
) -> Iterator[VideoFrame]:
    for packet in container.demux(stream):
        each_packet()
        if packet.size:
            maker.current.push(packet)
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            maker.count_damage()
