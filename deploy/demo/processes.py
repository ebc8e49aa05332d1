"""The demo's child processes: each in a session of its own, its output in a file, ended with everything it started."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

from deploy.demo.errors import DemoError
from deploy.demo.interrupts import INTERRUPTS

_MARK = "RUBEZH_DEMO_FOLDER"
_GRACE_S = 8.0
_TAIL_LINES = 12


@dataclass(frozen=True)
class Child:
    """One running program and where it writes; a lasting one should run until the demo ends it."""

    name: str
    popen: subprocess.Popen[bytes]
    log: Path
    is_lasting: bool

    @property
    def code(self) -> int | None:
        """Exit status, or ``None`` while it runs."""
        return self.popen.poll()

    def tail(self) -> str:
        """Return the last lines it wrote."""
        with suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:])
        return ""


class Troupe:
    """Starts, watches and ends children; each bears the demo's folder, so that a killed demo can be tidied up after."""

    def __init__(self, folder: Path, log_folder: Path) -> None:
        self._mark = {_MARK: str(folder.resolve())}
        self._logs = log_folder
        self._children: list[Child] = []

    def start(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        is_lasting: bool = True,
        answer: Path | None = None,
    ) -> Child:
        """Start one program; what it prints as its answer may go to a file apart from its log.

        Raises:
            DemoError: it is not there or may not be run (``demo.not_installed``).
        """
        with INTERRUPTS.held():
            child = Child(name, self._open(name, command, environment, answer), self._log(name), is_lasting)
            self._children.append(child)
        return child

    def check(self) -> None:
        """Raise when a child has failed, or has ended though it should last.

        Raises:
            DemoError: with the last lines it wrote (``demo.process_ended``).
        """
        for child in self._children:
            if child.code is not None and (child.is_lasting or child.code != 0):
                raise DemoError(
                    f"{child.name} ended with status {child.code}:\n{child.tail()}",
                    hint=f"read {child.log}",
                    code="demo.process_ended",
                )

    def finish(self, child: Child, timeout_s: float) -> None:
        """Wait for a program that ends by itself.

        Raises:
            DemoError: it failed (``demo.command_failed``) or did not end in time.
        """
        try:
            code = child.popen.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise DemoError(f"{child.name} did not end in {timeout_s:.0f} s", hint=f"read {child.log}") from error
        self.release(child)
        if code != 0:
            raise DemoError(
                f"{child.name} failed with status {code}:\n{child.tail()}",
                hint=f"read {child.log}",
                code="demo.command_failed",
            )

    def release(self, child: Child) -> None:
        """Forget a child that has ended as it should."""
        self._children.remove(child)

    def kill(self, child: Child) -> None:
        """End a child at once, as a crash would (SIGKILL)."""
        _signal_group(child.popen.pid, signal.SIGKILL)
        child.popen.wait()
        self.release(child)

    def stop_all(self) -> None:
        """End every child and whatever it started: politely, then by force; the last started goes first."""
        children = list(reversed(self._children))
        for child in children:
            _signal_group(child.popen.pid, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_S
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.popen.wait(max(0.1, deadline - time.monotonic()))
            _signal_group(child.popen.pid, signal.SIGKILL)
            child.popen.wait()
        self._children.clear()

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _open(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], answer: Path | None
    ) -> subprocess.Popen[bytes]:
        try:
            with self._log(name).open("ab") as output, _open_answer(answer) as answer_file:
                return subprocess.Popen(  # noqa: S603 - the demo's own programs
                    list(command),
                    env={**os.environ, **environment, **self._mark},
                    stdin=subprocess.DEVNULL,
                    stdout=answer_file or output,
                    stderr=output,
                    start_new_session=True,
                )
        except OSError as error:
            raise DemoError(
                f"{name}: {error}", hint="run make demo once to install everything", code="demo.not_installed"
            ) from error


@contextmanager
def _open_answer(path: Path | None) -> Iterator[IO[bytes] | None]:
    if path is None:
        yield None
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        yield file


def end_leftovers(folder: Path) -> int:
    """End what an earlier demo in this folder left running because it was killed; returns how many."""
    mark, ended = str(folder.resolve()), 0
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.environ().get(_MARK) == mark:
                process.kill()
                ended += 1
    return ended


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
