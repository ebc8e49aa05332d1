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
    """Keep so many processes at the listening socket while the block runs."""
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


def inherited(descriptor: int, parent: int) -> socket.socket:
    """Take the parent's listening socket over; this process ends when its parent does, however that ended."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_CHECK_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent", daemon=True).start()
    return socket.socket(fileno=descriptor)


def _keep(listener: socket.socket, stop: threading.Event) -> None:
    host, port = listener.getsockname()[:2]
    descriptor = listener.fileno()
    command = [sys.executable, "-m", "fines_api.cli", "serve", "--host", host, "--port", str(port)]
    command += ["--parent", str(descriptor), str(os.getpid())]
    while not stop.is_set():
        began_s = time.monotonic()
        child = subprocess.Popen(command, pass_fds=[descriptor])  # noqa: S603 - this program itself
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
