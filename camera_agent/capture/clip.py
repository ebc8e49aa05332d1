"""A short clip as MP4 that every browser plays: the camera's own packets where they fit, else encoded anew as H.264."""

import os
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from camera_agent.capture.ring import EncodedPacket
from camera_agent.errors import CaptureError

_BROWSER_FORMATS = {"yuv420p", "yuvj420p"}
_FASTSTART = {"movflags": "+faststart", "fflags": "+bitexact"}  # the index first; no version string of the writer


def can_remux(stream: VideoStream) -> bool:
    """Tell whether browsers play this stream's own packets inside MP4."""
    context = stream.codec_context
    return context.name == "h264" and context.pix_fmt in _BROWSER_FORMATS


def remux(packets: Sequence[EncodedPacket], template: VideoStream) -> bytes:
    """Put the packets, as they are, into an MP4 file.

    Raises:
        CaptureError: the muxer refuses them (``capture.clip``).
    """

    def write(container: av.container.OutputContainer) -> None:
        stream = container.add_stream_from_template(template)
        time_base = template.time_base or Fraction(1, 90_000)
        offset, previous_dts = packets[0].dts, -1
        for packet in packets:
            copy = av.Packet(packet.data)
            copy.stream = stream
            copy.time_base = time_base
            copy.dts = previous_dts = max(previous_dts + 1, packet.dts - offset)
            copy.pts = max(copy.dts, packet.pts - offset)
            copy.duration = packet.duration
            copy.is_keyframe = packet.is_keyframe
            container.mux(copy)

    return _write_mp4(write)


def encode(frames: Iterable[VideoFrame], size_px: tuple[int, int], rate: Fraction, time_base: Fraction) -> bytes:
    """Encode decoded frames as H.264 yuv420p, for cameras whose codec browsers do not play.

    Raises:
        CaptureError: nothing could be encoded (``capture.clip``).
    """

    def write(container: av.container.OutputContainer) -> None:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "20", "threads": "1"})
        stream.width, stream.height = size_px[0] // 2 * 2, size_px[1] // 2 * 2
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = time_base
        first_pts: int | None = None
        for frame in frames:
            picture = frame.reformat(stream.width, stream.height, "yuv420p")
            first_pts = frame.pts if first_pts is None else first_pts
            picture.pts = (frame.pts or 0) - (first_pts or 0)
            picture.time_base = time_base
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))

    return _write_mp4(write)


def _write_mp4(write: Callable[[av.container.OutputContainer], None]) -> bytes:
    # "faststart" reads its own output again, so it needs a path; a memory file has one and cannot fill a disk.
    descriptor = os.memfd_create("clip")
    path = Path(f"/proc/self/fd/{descriptor}")
    try:
        with av.open(str(path), "w", format="mp4", options=_FASTSTART) as container:
            write(container)
        return path.read_bytes()
    except (av.error.FFmpegError, ValueError) as error:
        raise CaptureError(f"no clip can be made: {error}", code="capture.clip") from error
    finally:
        os.close(descriptor)
