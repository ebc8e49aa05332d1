"""What a source sends: size, rate, codec, and whose clock its pictures carry."""

import itertools
from dataclasses import dataclass

import av.error

from camera_agent.capture.decode import DecodeCounts, pictures
from camera_agent.capture.live import LiveOptions, open_live, without_password
from camera_agent.capture.time_source import LiveTimeSource
from camera_agent.clock import Clock
from camera_agent.errors import CaptureError
from recognition.contracts import ClockSource

_FRAMES = 50


@dataclass(frozen=True)
class ProbeReport:
    """Facts about one source, measured on its first pictures."""

    source: str
    codec: str
    width_px: int
    height_px: int
    nominal_fps: float | None
    measured_fps: float | None
    time_source: ClockSource
    time_bound_ms: float | None
    frames: int
    damaged: int


def probe(source: str, clock: Clock, options: LiveOptions) -> ProbeReport:
    """Open a source, read some pictures and report.

    Raises:
        CaptureError: it does not answer (``capture.unreachable``) or sends nothing that decodes (``capture.no_video``).
    """
    container = open_live(source, options)
    counts = DecodeCounts()
    times = LiveTimeSource(clock, lambda: container.start_time_realtime)
    stream = pictures(container, camera_id="probe", times=times, counts=counts)
    try:
        frames = [captured.image.meta for captured in itertools.islice(stream, _FRAMES)]
    except av.error.FFmpegError as error:
        raise CaptureError(f"{without_password(source)} broke off: {error}", code="capture.unreachable") from error
    if not frames:
        raise CaptureError(f"{without_password(source)} sends no picture that decodes", code="capture.no_video")
    video = container.streams.video[0]
    first, last = frames[0], frames[-1]
    is_file = "://" not in source
    return ProbeReport(
        source=without_password(source),
        codec=video.codec_context.name,
        width_px=last.width_px,
        height_px=last.height_px,
        nominal_fps=round(float(video.average_rate), 3) if video.average_rate else None,
        measured_fps=round((len(frames) - 1) / (last.pts_s - first.pts_s), 3) if last.pts_s > first.pts_s else None,
        time_source=ClockSource.FILE if is_file else last.clock.source,
        time_bound_ms=None if is_file else last.clock.bound_ms,
        frames=len(frames),
        damaged=counts.damaged,
    )
