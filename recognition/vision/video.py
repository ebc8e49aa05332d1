"""Pictures of a video file with their true capture times, through damage: what does not decode is counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from recognition.contracts import ClockQuality, ClockSource, Frame, VideoError

_HINT_REENCODE = "check the file with a video player; re-encode it as H.264 in MP4 if it plays there"


@dataclass(frozen=True, eq=False, slots=True)
class Image:
    """One picture and what is known of it.

    Attributes:
        meta: camera, sequence, capture time.
        bgr: ``(height, width, 3)`` uint8, blue first; never written to.
    """

    meta: Frame
    bgr: NDArray[np.uint8]


class VideoReader(Iterator[Image]):
    """The pictures of one file in order; a damaged packet is skipped and counted, a backward timestamp is moved on.

    ``damaged_packets`` and ``mended_times`` tell afterwards how much was wrong.
    """

    def __init__(self, path: Path, *, camera_id: str, started_at: datetime) -> None:
        self.damaged_packets = 0
        self.mended_times = 0
        self.pictures = 0
        self._camera_id = camera_id
        self._started_at = started_at
        self._path = path
        self._container, self._stream = _open(path)
        self._step_s = float(1 / (self._stream.average_rate or Fraction(25)))
        self._first_pts_s: float | None = None
        self._last_pts_s = -self._step_s
        self._images = self._read()

    @property
    def nominal_rate_hz(self) -> float:
        """Pictures per second as the file says."""
        return 1 / self._step_s

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height of the pictures as the file says."""
        return int(self._stream.width), int(self._stream.height)

    @property
    def expected_pictures(self) -> int | None:
        """How many pictures the file says it has, if it says."""
        if self._stream.frames:
            return int(self._stream.frames)
        if self._stream.duration is None or self._stream.time_base is None:
            return None
        return max(1, round(float(self._stream.duration * self._stream.time_base) / self._step_s))

    def __next__(self) -> Image:
        return next(self._images)

    def _read(self) -> Iterator[Image]:
        with self._container:
            for frame in self._frames():
                yield self._image(frame)
                self.pictures += 1
        if self.pictures == 0:
            raise VideoError(
                f"no picture in {self._path} can be decoded ({self.damaged_packets} damaged packets)",
                hint=_HINT_REENCODE,
                code="video.empty",
            )

    def _frames(self) -> Iterator[VideoFrame]:
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.FFmpegError:
                # The container itself is cut off or torn here: what came before stays good.
                self.damaged_packets += 1
                return
            try:
                yield from packet.decode()
            except av.FFmpegError:
                self.damaged_packets += 1

    def _image(self, frame: VideoFrame) -> Image:
        pts_s = self._time_of(frame)
        bgr = frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
        bgr.flags.writeable = False
        meta = Frame(
            camera_id=self._camera_id,
            sequence=self.pictures,
            pts_s=pts_s,
            captured_at=self._started_at + timedelta(seconds=pts_s),
            clock=ClockQuality(source=ClockSource.FILE, bound_ms=None),
            width_px=frame.width,
            height_px=frame.height,
        )
        return Image(meta=meta, bgr=bgr)

    def _time_of(self, frame: VideoFrame) -> float:
        """Seconds since the first picture; a missing or backward timestamp becomes one nominal step on."""
        raw_s = float(frame.pts * frame.time_base) if frame.pts is not None and frame.time_base is not None else None
        if raw_s is not None and self._first_pts_s is None:
            self._first_pts_s = raw_s
        pts_s = raw_s - self._first_pts_s if raw_s is not None and self._first_pts_s is not None else None
        if pts_s is None or pts_s <= self._last_pts_s:
            pts_s = self._last_pts_s + self._step_s
            self.mended_times += 1
        self._last_pts_s = pts_s
        return pts_s


def read_video(path: Path, *, camera_id: str, started_at: datetime) -> VideoReader:
    """Open a video file as a camera; capture time = ``started_at`` (aware) + time within the stream.

    Raises:
        VideoError: ``video.missing``, ``video.unreadable``, ``video.codec_unknown`` now; ``video.empty`` now or
            while reading, when not one picture decodes.
    """
    return VideoReader(path, camera_id=camera_id, started_at=started_at)


def _open(path: Path) -> tuple[InputContainer, VideoStream]:
    if not path.is_file():
        raise VideoError(f"there is no video {path}", hint="check the path", code="video.missing")
    if path.stat().st_size == 0:
        raise VideoError(f"{path} is empty", hint="copy or record the video again", code="video.empty")
    try:
        container = av.open(str(path))
    except (av.FFmpegError, OSError, ValueError) as error:
        raise VideoError(f"{path} is not a readable video: {error}", hint=_HINT_REENCODE) from error
    if not container.streams.video:
        container.close()
        raise VideoError(f"{path} holds no video stream", hint="choose a file with pictures", code="video.empty")
    stream = container.streams.video[0]
    if stream.codec_context is None:
        container.close()
        raise VideoError(
            f"the codec of {path} is not known here", hint="re-encode it as H.264", code="video.codec_unknown"
        )
    stream.codec_context.thread_count = 1  # as the agent decodes: damaged packets too give the same pictures anywhere
    return container, stream
