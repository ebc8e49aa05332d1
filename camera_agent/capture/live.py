"""A live camera: RTSP over TCP with time limits, a reconnect that never gives up, and only the newest picture kept."""

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import structlog
from av.container import InputContainer

from camera_agent.backoff import Backoff
from camera_agent.capture.decode import DecodeCounts, pictures
from camera_agent.capture.segment import Captured
from camera_agent.capture.time_source import LiveTimeSource
from camera_agent.clock import Clock
from camera_agent.errors import CaptureError

_log = structlog.get_logger()


@dataclass(frozen=True)
class LiveOptions:
    """Time limits of a live source."""

    open_timeout_s: float = 8.0
    read_timeout_s: float = 8.0
    retry_initial_s: float = 0.5
    retry_maximum_s: float = 15.0


@dataclass
class LiveCounts(DecodeCounts):
    """What became of a live source since the process began."""

    dropped: int = 0
    connections: int = 0
    failures: int = 0
    last_error: str = ""


def is_network(source: str) -> bool:
    """Tell an address from a path."""
    return "://" in source


def without_password(source: str) -> str:
    """The address as it may be logged."""
    scheme, separator, rest = source.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else source


def open_live(source: str, options: LiveOptions) -> InputContainer:
    """Open an RTSP address (over TCP) or a file.

    Raises:
        CaptureError: it does not answer in time or sends no pictures (``capture.unreachable``, ``capture.no_video``).
    """
    settings = {"rtsp_transport": "tcp"} if source.startswith("rtsp") else {}
    try:
        container = av.open(source, options=settings, timeout=(options.open_timeout_s, options.read_timeout_s))
    except (av.error.FFmpegError, ValueError) as error:
        raise CaptureError(
            f"{without_password(source)} does not answer: {error.strerror if isinstance(error, OSError) else error}",
            code="capture.unreachable",
            hint="check address, user and password with: camera-agent probe SOURCE",
        ) from error
    if not container.streams.video:
        container.close()
        raise CaptureError(f"{without_password(source)} sends no pictures", code="capture.no_video")
    return container


class LiveSource:
    """Reads in its own thread; ``frames`` yields the newest picture each time and counts those it had to pass over."""

    def __init__(self, source: str, *, camera_id: str, clock: Clock, options: LiveOptions, rng: random.Random) -> None:
        self.counts = LiveCounts()
        self._source = source
        self._camera_id = camera_id
        self._clock = clock
        self._options = options
        self._backoff = Backoff(options.retry_initial_s, options.retry_maximum_s, rng)
        self._stop = threading.Event()
        self._arrived = threading.Condition()
        self._newest: Captured | None = None
        self._is_over = False
        self._failure: Exception | None = None
        self._last_picture_s = 0.0
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End the reading, at the latest when its time limit is over."""
        self._stop.set()
        with self._arrived:
            self._arrived.notify_all()
        self._thread.join(self._options.read_timeout_s + self._options.open_timeout_s + 1.0)

    def frames(self, tick_s: float = 0.5) -> Iterator[Captured | None]:
        """Yield the newest picture, or None when none came within ``tick_s``; ends with ``stop`` or a file's end."""
        while not self._stop.is_set():
            with self._arrived:
                if self._newest is None and not self._is_over:
                    self._arrived.wait(tick_s)
                captured, self._newest = self._newest, None
            if captured is None and self._is_over:
                if self._failure is not None:
                    raise self._failure
                return
            yield captured

    def _run(self) -> None:
        try:
            self._read()
        except Exception as error:  # noqa: BLE001 - raised again in frames(): this thread must not die unnoticed
            self._failure = error
        with self._arrived:
            self._is_over = True
            self._arrived.notify_all()

    def _read(self) -> None:
        while not self._stop.is_set():
            try:
                self._read_connection()
                self.counts.last_error = "the stream ended"
                if not is_network(self._source):
                    break
            except (CaptureError, av.error.FFmpegError) as error:
                self.counts.last_error = without_password(str(error).splitlines()[0])
            self.counts.failures += 1
            wait_s = self._backoff.next_s()
            _log.warning("capture.lost", reason=self.counts.last_error, retry_in_s=round(wait_s, 2))
            self._stop.wait(wait_s)

    def _read_connection(self) -> None:
        container = open_live(self._source, self._options)
        self.counts.connections += 1
        times = LiveTimeSource(self._clock, lambda: container.start_time_realtime)
        is_paced = not is_network(self._source)
        self._last_picture_s = began_s = self._clock.monotonic_s()
        for captured in pictures(
            container,
            camera_id=self._camera_id,
            times=times,
            counts=self.counts,
            each_packet=self._check_stall,
        ):
            if self._stop.is_set():
                return
            self._backoff.reset()
            self._last_picture_s = self._clock.monotonic_s()
            if is_paced:
                self._stop.wait(max(0.0, began_s + captured.image.meta.pts_s - self._clock.monotonic_s()))
            self._offer(captured)

    def _check_stall(self) -> None:
        silent_s = self._clock.monotonic_s() - self._last_picture_s
        if silent_s > self._options.read_timeout_s:
            raise CaptureError(f"data but no picture for {silent_s:.0f} s", code="capture.stalled")

    def _offer(self, captured: Captured) -> None:
        with self._arrived:
            if self._newest is not None:
                self.counts.dropped += 1
            self._newest = captured
            self._arrived.notify_all()


def source_name(source: str) -> str:
    """What to call a source in messages."""
    return without_password(source) if is_network(source) else Path(source).name
