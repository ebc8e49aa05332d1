"""A video file as a camera: capture time is the given start plus the presentation time."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import av
import av.error
from av.container import InputContainer

from camera_agent.capture.decode import DecodeCounts, pictures
from camera_agent.capture.segment import Captured
from recognition.contracts import ClockQuality, ClockSource, VideoError

_CONVERT_HINT = "give a video that players open; convert this one with: ffmpeg -i IN -c:v libx264 OUT.mp4"


def open_video(path: Path) -> InputContainer:
    """Open a video file and make sure that it has a picture stream with a known codec.

    Raises:
        VideoError: ``video.missing``, ``video.empty``, ``video.unreadable`` or ``video.codec_unknown``.
    """
    if not path.is_file():
        raise VideoError(f"there is no file {path}", code="video.missing", hint="check the path")
    if path.stat().st_size == 0:
        raise VideoError(f"{path} is empty (0 bytes)", code="video.empty", hint="copy or record the video again")
    try:
        container = av.open(str(path))
    except (av.error.FFmpegError, ValueError) as error:
        raise VideoError(f"{path} is not a readable video: {error}", hint=_CONVERT_HINT) from error
    if not container.streams.video:
        container.close()
        raise VideoError(f"{path} holds no picture stream", code="video.unreadable", hint=_CONVERT_HINT)
    if container.streams.video[0].codec_context is None:
        container.close()
        raise VideoError(f"no decoder for the pictures in {path}", code="video.codec_unknown", hint=_CONVERT_HINT)
    return container


def duration_of(container: InputContainer) -> timedelta:
    """How long the video says it is; zero when it does not say."""
    return timedelta(microseconds=container.duration or 0)


class FileTimeSource:
    """Capture time of a file's pictures; after a break the next picture follows at the nominal interval.

    ``bound_ms``: how well the start is known; None, as for any file nobody vouches for, when it is not.
    """

    def __init__(self, started_at: datetime, bound_ms: float | None) -> None:
        self._start = self._next = started_at
        self._quality = ClockQuality(source=ClockSource.FILE, bound_ms=bound_ms)

    def stamp(self, pts_s: float, interval_s: float) -> tuple[datetime, ClockQuality]:
        """Return the segment's start plus the presentation time."""
        captured_at = self._start + timedelta(seconds=pts_s)
        self._next = captured_at + timedelta(seconds=interval_s)
        return captured_at, self._quality

    def begin(self, stream_s: float) -> None:  # noqa: ARG002 - a file's own zero means nothing
        """Go on from the last picture."""
        self._start = self._next


def file_pictures(
    path: Path, *, camera_id: str, started_at: datetime, counts: DecodeCounts, bound_ms: float | None = None
) -> Iterator[Captured]:
    """Decode a file as if a camera had seen it from ``started_at``.

    Raises:
        VideoError: the file cannot be opened, or not one picture of it can be decoded (``video.empty``).
    """
    container = open_video(path)
    try:
        yield from pictures(container, camera_id=camera_id, times=FileTimeSource(started_at, bound_ms), counts=counts)
    except av.error.FFmpegError as error:
        if not counts.frames:
            raise VideoError(f"{path} cannot be decoded: {error}", hint=_CONVERT_HINT) from error
        counts.damaged += 1  # the rest of the file is cut off; what came before counts
    if not counts.frames:
        raise VideoError(
            f"not one picture of {path} can be decoded ({counts.damaged} damaged packets)",
            code="video.empty",
            hint=_CONVERT_HINT,
        )
