"""Further processes that serve the same port: started with the first, started again when they die, ended with it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

_CHECK_S = 0.5
_SHORTEST_LIFE_S = 10.0
_PAUSE_S = 5.0
_END_S = 10.0
_log = structlog.get_logger(__name__)


@contextmanager
def siblings(listener: socket.socket, count: int) -> Iterator[None]:
    """Keep so many processes at the listener's port while the block runs; it must be bound to be shared.

    Each has a socket of its own there: of one common socket the process that wakes first takes every connection.
    """
    if count == 0:
        yield
        return
    stop = threading.Event()
    keepers = [threading.Thread(target=_keep, args=(listener, stop), name="sibling") for _ in range(count)]
    for keeper in keepers:
        keeper.start()
    try:
        yield
    finally:
        stop.set()
        for keeper in keepers:
            keeper.join()


def end_with(parent: int) -> None:
    """End this process when its parent ends, however that ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_CHECK_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def _keep(listener: socket.socket, stop: threading.Event) -> None:
    host, port = listener.getsockname()[:2]
    command = [sys.executable, "-m", "fines_api.cli", "serve", "--host", host, "--port", str(port)]
    command += ["--sibling-of", str(os.getpid())]
    while not stop.is_set():
        began_s = time.monotonic()
        child = subprocess.Popen(command)  # noqa: S603 - this program itself
        while child.poll() is None and not stop.wait(_CHECK_S):
            pass
        if stop.is_set():
            _end(child)
            return
        _log.warning("serve.sibling_died", code=child.returncode)
        if time.monotonic() - began_s < _SHORTEST_LIFE_S:
            stop.wait(_PAUSE_S)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGTERM)
    try:
        child.wait(_END_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
