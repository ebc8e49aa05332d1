"""Keeps one camera process alive: starts it, watches its health file, starts it again, ends it cleanly."""

import random
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from camera_agent.backoff import Backoff
from camera_agent.clock import Clock
from camera_agent.control import DeviceState
from camera_agent.errors import AgentError

EXIT_CONFIGURATION = 2
"""Exit code of a child that would fail the same way again: a person has to mend something first."""
_STARTUP_S = 120.0
_SILENCE_S = 30.0
_STOP_S = 25.0
_POLL_S = 0.2
_STEADY_S = 60.0
_log = structlog.get_logger()


@dataclass
class SupervisorReport:
    """What the child did."""

    starts: int = 0
    killed: int = 0


class Supervisor:
    """Runs one command as a child process until it ends by itself or the supervisor is told to stop."""

    def __init__(self, command: Sequence[str], state: DeviceState, clock: Clock, rng: random.Random) -> None:
        self._command = list(command)
        self._state = state
        self._clock = clock
        self._backoff = Backoff(1.0, 30.0, rng)
        self.report = SupervisorReport()

    def run(self, stop: threading.Event) -> int:
        """Return 0 after a clean end.

        Raises:
            AgentError: only a person can help, the child says on stderr (``camera.configuration``).
        """
        while not stop.is_set():
            started_s = self._clock.monotonic_s()
            code = self._run_once(stop)
            if code == 0 or stop.is_set():
                return 0
            if code == EXIT_CONFIGURATION:
                raise AgentError(
                    "the camera process cannot run like this", code="camera.configuration", hint="see above"
                )
            if self._clock.monotonic_s() - started_s > _STEADY_S:
                self._backoff.reset()
            wait_s = self._backoff.next_s()
            _log.error("camera.restart", exit_code=code, retry_in_s=round(wait_s, 2))
            stop.wait(wait_s)
        return 0

    def _run_once(self, stop: threading.Event) -> int:
        self._state.health_path.unlink(missing_ok=True)
        started_s = self._clock.monotonic_s()
        # The child gets its signals from us alone: Ctrl-C in a terminal reaches a whole process group.
        child = subprocess.Popen(self._command, start_new_session=True)  # noqa: S603 - our own command line
        self.report.starts += 1
        try:
            while child.poll() is None and not stop.wait(_POLL_S):
                if self._is_hung(started_s):
                    _log.error("camera.hung", silent_for_s=_SILENCE_S)
                    self.report.killed += 1
                    child.kill()
                    return child.wait()
        finally:
            self._end(child)
        return child.returncode

    def _is_hung(self, started_s: float) -> bool:
        try:
            age_s = self._clock.now().timestamp() - self._state.health_path.stat().st_mtime
        except FileNotFoundError:
            return self._clock.monotonic_s() - started_s > _STARTUP_S
        return age_s > _SILENCE_S

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        if child.poll() is not None:
            return
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
