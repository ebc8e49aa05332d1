"""Ctrl-C and SIGTERM end the demo, but never between starting a program and noting that it was started."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from deploy.demo.errors import StopRequestedError

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Turns the first request to stop into an exception at the next moment that can bear it."""

    def __init__(self) -> None:
        self._is_held = False
        self._is_asked = False

    def install(self) -> None:
        """Take over both signals; for the main thread."""
        for number in _SIGNALS:
            signal.signal(number, self._on_signal)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Put a request off until the block has ended."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        if self._is_asked:
            raise StopRequestedError

    def _on_signal(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the shape of a signal handler
        for each in _SIGNALS:
            signal.signal(each, signal.SIG_IGN)  # one request is enough; the way out must not be cut short
        self._is_asked = True
        if not self._is_held:
            raise StopRequestedError


INTERRUPTS = Interrupts()
"""The process has one set of signal handlers, so there is one of these."""
