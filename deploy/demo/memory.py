"""How much memory the whole demo takes: this process, all its children, and the database server."""

import threading
from contextlib import suppress
from pathlib import Path

import psutil

_PERIOD_S = 1.0
_MIB = 1024 * 1024


class MemoryMeter:
    """Samples once a second on a thread of its own; memory shared between processes is counted once (PSS)."""

    def __init__(self, postgres_folder: Path) -> None:
        self._postgres_folder = postgres_folder
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory-meter", daemon=True)
        self.peak_mib = 0.0

    def start(self) -> None:
        """Begin sampling."""
        self._thread.start()

    def stop(self) -> None:
        """End sampling."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(_PERIOD_S):
            self.peak_mib = max(self.peak_mib, sum(_size_mib(process) for process in self._processes()))

    def _processes(self) -> set[psutil.Process]:
        me = psutil.Process()
        found = {me}
        with suppress(psutil.Error):
            found |= set(me.children(recursive=True))
        with suppress(psutil.Error, OSError, ValueError, IndexError):
            pid = int((self._postgres_folder / "postmaster.pid").read_text().splitlines()[0])
            postmaster = psutil.Process(pid)
            found |= {postmaster, *postmaster.children(recursive=True)}
        return found


def _size_mib(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().pss) / _MIB
    except (psutil.AccessDenied, AttributeError):
        with suppress(psutil.Error):
            return float(process.memory_info().rss) / _MIB
    except psutil.Error:
        pass  # it ended between listing and measuring
    return 0.0
