"""A stretch of one stream with unbroken timestamps: nothing is measured across its ends."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

import av
import av.error
import numpy as np
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from camera_agent.capture import clip as clips
from camera_agent.capture.ring import EncodedPacket, PacketRing, RingLimits
from camera_agent.errors import CaptureError
from recognition.vision.video import Image

_DEFAULT_RATE = Fraction(25)
_LOOK_AHEAD_S = 1.0  # a picture may be decoded only after some that are shown later


class Segment:
    """The packets of one unbroken stretch, and what can be made of them again.

    Attributes:
        index: number of the stretch since the source was opened; a new one begins after a reconnect, a jump of the
            timestamps or another picture size.
        is_suspect: it ended with a jump of the timestamps, so no speed is taken from its last, unfinished tracks.
    """

    def __init__(self, index: int, stream: VideoStream, limits: RingLimits) -> None:
        self.index = index
        self.is_suspect = False
        self._stream = stream  # keeps its container open, which the clip's codec parameters need
        self._origin_pts = 0
        self._time_base = stream.time_base or Fraction(1, 90_000)
        self._ring = PacketRing(limits, float(1 / self._time_base))
        self._last_dts = -(2**62)

    def begin(self, first_pts: int) -> None:
        """Say which picture is at 0 s."""
        self._origin_pts = first_pts

    def push(self, packet: "av.Packet[VideoStream]") -> None:
        """Keep a compressed packet."""
        pts = packet.pts if packet.pts is not None else packet.dts
        if pts is None:
            return
        dts = packet.dts if packet.dts is not None else pts
        self._last_dts = dts = max(dts, self._last_dts + 1)
        self._ring.push(EncodedPacket(bytes(packet), pts, dts, packet.duration or 0, packet.is_keyframe))

    @property
    def rate_hz(self) -> float:
        """Nominal pictures per second, as the stream says."""
        return float(self._stream.average_rate or _DEFAULT_RATE)

    def take_over(self, older: "Segment", first_pts: int) -> None:
        """Take the packets that were read before their first picture showed that a new segment had begun."""
        for packet in older.hand_over(first_pts):
            self._ring.push(packet)

    def hand_over(self, first_pts: int) -> list[EncodedPacket]:
        """Give up the newest packets, if the key frame they begin with shows at ``first_pts``."""
        return self._ring.take_group_of(first_pts)

    def seconds(self, pts: int) -> float:
        """Presentation time in seconds since the segment's first picture."""
        return float((pts - self._origin_pts) * self._time_base)

    def pictures_at(self, moments_s: Collection[float]) -> dict[float, NDArray[np.uint8]]:
        """Decode the pictures shown at these moments again from the original packets.

        Returns:
            Picture ``(H, W, 3)`` BGR by its moment; a moment that has left the ring is absent.
        """
        wanted = set(moments_s)
        if not wanted:
            return {}
        frames = self._decode(min(wanted), max(wanted))
        return {
            moment_s: bgr_of(frame)
            for frame in frames
            if frame.pts is not None and (moment_s := self.seconds(frame.pts)) in wanted
        }

    def clip(self, from_s: float, to_s: float) -> bytes:
        """Return the stretch from the key frame before ``from_s`` to ``to_s`` as an MP4 file (H.264, index first).

        Raises:
            CaptureError: nothing of that stretch is kept, or it cannot be written (``capture.clip``).
        """
        packets = self._packets(from_s, to_s)
        if not packets:
            raise CaptureError(f"no packets kept from {from_s:.2f} s to {to_s:.2f} s", code="capture.clip")
        if clips.can_remux(self._stream):
            return clips.remux(packets, self._stream)
        rate = self._stream.average_rate or _DEFAULT_RATE
        frames = [frame for frame in self._decode(from_s, to_s) if self.seconds(frame.pts or 0) <= to_s]
        if not frames:
            raise CaptureError("no picture of that stretch can be decoded", code="capture.clip")
        return clips.encode(frames, (frames[0].width, frames[0].height), rate, self._time_base)

    def _ticks(self, moment_s: float) -> int:
        return self._origin_pts + round(moment_s / self._time_base)

    def _packets(self, from_s: float, to_s: float) -> list[EncodedPacket]:
        return self._ring.packets(self._ticks(from_s), self._ticks(to_s))

    def _decode(self, from_s: float, to_s: float) -> Iterator[VideoFrame]:
        template = self._stream.codec_context
        decoder = av.CodecContext.create(template.name, "r")
        assert isinstance(decoder, av.VideoCodecContext)
        decoder.extradata = template.extradata
        decoder.thread_count = 1
        decoder.width, decoder.height = template.width, template.height
        for packet in [*self._packets(from_s, to_s + _LOOK_AHEAD_S), None]:
            try:
                yield from decoder.decode(None if packet is None else self._to_av(packet))
            except av.error.InvalidDataError:  # the same damaged packet was skipped, and counted, when it came in
                continue

    def _to_av(self, packet: EncodedPacket) -> "av.Packet[Stream]":
        copy = av.Packet(packet.data)
        copy.pts, copy.dts, copy.time_base = packet.pts, packet.dts, self._time_base
        copy.is_keyframe = packet.is_keyframe
        return copy


def bgr_of(frame: VideoFrame) -> NDArray[np.uint8]:
    """Return the picture ``(H, W, 3)``, blue first."""
    return np.asarray(frame.to_ndarray(format="bgr24"), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class StreamTime:
    """How a segment's stream time lies in law time: 0 s was ``origin_at``, known to ``bound_s`` (None: unknown)."""

    origin_at: datetime
    bound_s: float | None

    def seconds(self, moment: datetime) -> float:
        """Return a moment of law time as presentation time of the segment, s."""
        return (moment - self.origin_at).total_seconds()


@dataclass(frozen=True, slots=True)
class Captured:
    """One picture and the segment it belongs to."""

    image: Image
    segment: Segment

    @property
    def time(self) -> StreamTime:
        """How the segment's stream time lies in law time, as this picture's own stamp tells."""
        meta = self.image.meta
        bound_ms = meta.clock.bound_ms
        return StreamTime(
            origin_at=meta.captured_at - timedelta(seconds=meta.pts_s),
            bound_s=None if bound_ms is None else bound_ms / 1000,
        )
