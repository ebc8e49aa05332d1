"""Follows one source of lines in a thread of its own: lost and found again, never waited for by the pictures."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from camera_agent.addresses import LineAddress
from camera_agent.backoff import Backoff
from camera_agent.capture.line_source import FileSource, LineSource, SocketSource
from camera_agent.clock import Clock

_LINE_MAX_BYTES = 64 * 1024
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LineOptions:
    """Time limits of a source of lines, s; ``silence_s``: a server that says nothing for so long is called again."""

    connect_timeout_s: float = 5.0
    poll_s: float = 0.2
    silence_s: float = 30.0
    retry_initial_s: float = 0.5
    retry_maximum_s: float = 15.0


@dataclass
class LineCounts:
    """What became of a source since the process began."""

    is_connected: bool = False
    connections: int = 0
    failures: int = 0
    too_long: int = 0
    last_error: str = ""


class LineReader:
    """Hands every whole line to ``take``, in this reader's thread; ``take`` raises nothing.

    ``greeting`` is written to a server right after the connection stands.
    """

    def __init__(
        self,
        address: LineAddress,
        take: Callable[[bytes], None],
        *,
        clock: Clock,
        rng: random.Random,
        greeting: bytes = b"",
        options: LineOptions | None = None,
    ) -> None:
        self.address = address
        self.counts = LineCounts()
        self._take = take
        self._clock = clock
        self._greeting = greeting
        self._options = options or LineOptions()
        self._backoff = Backoff(self._options.retry_initial_s, self._options.retry_maximum_s, rng)
        self._stop = threading.Event()
        self._is_first = True
        self._thread = threading.Thread(target=self._run, name=f"lines {address}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """End the reading, at the latest when its time limit is over."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(self._options.connect_timeout_s + 1.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._read_once()
            except OSError as error:
                self.counts.last_error = error.strerror or str(error)
            self.counts.is_connected = False
            if self._stop.is_set():
                return
            self.counts.failures += 1
            wait_s = self._backoff.next_s()
            _log.warning(
                "lines.lost", address=str(self.address), reason=self.counts.last_error, retry_in_s=round(wait_s, 2)
            )
            self._stop.wait(wait_s)

    def _read_once(self) -> None:
        source = self._open()
        self.counts.connections += 1
        self.counts.is_connected = True
        pending, heard_s = _PendingLine(), self._clock.monotonic_s()
        try:
            while not self._stop.is_set():
                data = source.read(self._options.poll_s)
                if data == b"":
                    self.counts.last_error = "the other side ended the connection"
                    return
                if data is not None:
                    heard_s = self._clock.monotonic_s()
                    self._hand_over(pending.add(data))
                    self.counts.too_long += pending.take_too_long()
                elif self._is_silent(heard_s):
                    self.counts.last_error = f"nothing came for {self._options.silence_s:g} s"
                    return
        finally:
            source.close()

    def _open(self) -> LineSource:
        is_first, self._is_first = self._is_first, False
        address = self.address
        if address.path is not None and not address.is_socket:
            return FileSource(address.path, is_from_end=is_first, sleep=self._rest)
        return SocketSource(address, self._greeting, self._options.connect_timeout_s)

    def _rest(self, wait_s: float) -> None:
        self._stop.wait(wait_s)

    def _is_silent(self, heard_s: float) -> bool:
        return self.address.is_socket and self._clock.monotonic_s() - heard_s > self._options.silence_s

    def _hand_over(self, lines: list[bytes]) -> None:
        for line in lines:
            if line.strip():
                self._backoff.reset()
                self._take(line)


class _PendingLine:
    """Cuts a stream into lines; a line that grows too long is passed over to its end."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_skipping = False
        self._too_long = 0

    def add(self, data: bytes) -> list[bytes]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if lines and self._is_skipping:
            del lines[0]
            self._is_skipping = False
        if len(self._rest) > _LINE_MAX_BYTES:
            self._too_long += not self._is_skipping
            self._rest, self._is_skipping = b"", True
        whole = [line for line in lines if len(line) <= _LINE_MAX_BYTES]
        self._too_long += len(lines) - len(whole)
        return whole

    def take_too_long(self) -> int:
        """Return how many lines were given up since it was asked last."""
        count, self._too_long = self._too_long, 0
        return count
