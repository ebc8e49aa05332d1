"""The demo's folder: everything it writes is in here and is fresh at each start unless it is told to keep it."""

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.demo.errors import DemoError
from deploy.demo.processes import end_leftovers

_MARKER = ".rubezh-demo"
_POSTGRES_GRACE_S = 10.0


@dataclass(frozen=True)
class StateFolder:
    """Where each part of the demo keeps its files."""

    root: Path

    @property
    def logs(self) -> Path:
        """What the programs wrote."""
        return self.root / "logs"

    @property
    def postgres(self) -> Path:
        """Files of the database server."""
        return self.root / "postgres"

    def region(self, code: str) -> Path:
        """Data folder of one region."""
        return self.root / f"region_{code}"


@contextmanager
def open_state(root: Path, *, is_kept: bool) -> Iterator[StateFolder]:
    """Lock the folder, end leftovers of a demo that was killed in it, and empty it.

    Raises:
        DemoError: another demo runs in it (``demo.running``), or it holds something else (``demo.state_folder``).
    """
    root = root.absolute()
    root.parent.mkdir(parents=True, exist_ok=True)
    lock_path = root.parent / f".{root.name}.lock"
    with lock_path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoError(
                f"another demo is running in {root}", hint="stop it, or use --state DIR", code="demo.running"
            ) from error
        folder = StateFolder(root)
        _prepare(folder, is_kept=is_kept)
        yield folder


def _prepare(folder: StateFolder, *, is_kept: bool) -> None:
    root = folder.root
    if root.exists() and any(root.iterdir()):
        if not (root / _MARKER).exists():
            raise DemoError(
                f"{root} holds something that is not a demo's", hint="name another folder", code="demo.state_folder"
            )
        end_leftovers(root)
        _end_postgres(folder.postgres)
        if not is_kept:
            shutil.rmtree(root)
    root.mkdir(mode=0o755, parents=True, exist_ok=True)
    (root / _MARKER).touch()
    folder.logs.mkdir(exist_ok=True)


def _end_postgres(data: Path) -> None:
    """Stop a database server that a killed demo left; SIGINT is its fast shutdown."""
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        postmaster = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
        if str(data) not in " ".join(postmaster.cmdline()):
            return
        os.kill(postmaster.pid, signal.SIGINT)
        deadline = time.monotonic() + _POSTGRES_GRACE_S
        while postmaster.is_running() and time.monotonic() < deadline:
            time.sleep(0.1)
