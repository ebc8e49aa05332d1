"""Where lines of text come from: a server on TCP or a Unix socket, or a file that another program writes on."""

import os
import socket
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from camera_agent.addresses import LineAddress

_CHUNK_BYTES = 64 * 1024


class LineSource(Protocol):
    """One open source."""

    def read(self, wait_s: float) -> bytes | None:
        """Return what came, empty at the source's end, None when nothing came within ``wait_s``.

        Raises:
            OSError: the source is lost.
        """
        ...

    def close(self) -> None:
        """Let the source go."""
        ...


class SocketSource:
    """A connection to a server that writes lines."""

    def __init__(self, address: LineAddress, greeting: bytes, connect_timeout_s: float) -> None:
        if address.host is not None:
            self._socket = socket.create_connection((address.host, address.port), connect_timeout_s)
        else:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(connect_timeout_s)
        try:
            if address.host is None:
                self._socket.connect(str(address.path))
            if greeting:
                self._socket.sendall(greeting)
        except OSError:
            self._socket.close()
            raise

    def read(self, wait_s: float) -> bytes | None:
        """Return what came (see ``LineSource``)."""
        self._socket.settimeout(wait_s)
        try:
            return self._socket.recv(_CHUNK_BYTES)
        except TimeoutError:
            return None

    def close(self) -> None:
        """End the connection."""
        self._socket.close()


class FileSource:
    """A regular file that grows; when another takes its name, or it is cut off, reading goes on from the new start.

    ``is_from_end``: pass over what the file holds already.
    """

    def __init__(self, path: Path, *, is_from_end: bool, sleep: Callable[[float], None] = time.sleep) -> None:
        self._path = path
        self._sleep = sleep
        self._file = self._open()
        if is_from_end:
            os.lseek(self._file, 0, os.SEEK_END)

    def read(self, wait_s: float) -> bytes | None:
        """Return what was added (see ``LineSource``)."""
        is_renamed = self._is_renamed()  # asked first: what is written until then is still read from the old file
        data = os.read(self._file, _CHUNK_BYTES)
        if data:
            return data
        if is_renamed:
            successor = self._open()
            os.close(self._file)
            self._file = successor
        elif os.fstat(self._file).st_size < os.lseek(self._file, 0, os.SEEK_CUR):
            os.lseek(self._file, 0, os.SEEK_SET)
        self._sleep(wait_s)
        return None

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _open(self) -> int:
        file = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            raise OSError(f"{self._path} is not a regular file")
        return file

    def _is_renamed(self) -> bool:
        held = os.fstat(self._file)
        try:
            named = self._path.stat()
        except FileNotFoundError:
            return True
        return (held.st_dev, held.st_ino) != (named.st_dev, named.st_ino)
