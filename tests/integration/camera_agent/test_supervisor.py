"""A camera process that dies, hangs, ends or cannot work: what its supervisor does, with real processes."""

import random
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from camera_agent.clock import SystemClock
from camera_agent.control import DeviceState
from camera_agent.errors import AgentError
from camera_agent.pipeline import supervisor
from camera_agent.pipeline.supervisor import EXIT_CONFIGURATION, Supervisor

pytestmark = pytest.mark.integration


def supervise(folder: Path, script: str) -> Supervisor:
    command = [sys.executable, "-c", f"from pathlib import Path\nhere = Path({str(folder)!r})\n{script}"]
    return Supervisor(command, DeviceState(folder), SystemClock(), random.Random(1))


def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    script = """
import os, signal
marks = here / "marks"
marks.open("a").write("x")
if len(marks.read_text()) < 2:
    os.kill(os.getpid(), signal.SIGKILL)
"""
    watched = supervise(tmp_path, script)
    assert watched.run(threading.Event()) == 0
    assert watched.report.starts == 2


def test_a_process_that_hangs_is_killed_and_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "_SILENCE_S", 0.5)
    script = """
import time
marks = here / "marks"
marks.open("a").write("x")
(here / "health.json").write_text("{}")
if len(marks.read_text()) < 2:
    time.sleep(60)
"""
    watched = supervise(tmp_path, script)
    started_s = time.monotonic()
    assert watched.run(threading.Event()) == 0
    assert (watched.report.starts, watched.report.killed) == (2, 1)
    assert time.monotonic() - started_s < 20


def test_a_process_that_only_a_person_can_help_is_not_started_again(tmp_path: Path) -> None:
    watched = supervise(tmp_path, f"raise SystemExit({EXIT_CONFIGURATION})")
    with pytest.raises(AgentError, match=r"camera\.configuration"):
        watched.run(threading.Event())
    assert watched.report.starts == 1


def test_the_end_is_passed_on_and_waited_for(tmp_path: Path) -> None:
    script = """
import signal, sys, time
def end(number, frame):
    (here / "ended").write_text("cleanly")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
(here / "ready").write_text("")
time.sleep(60)
"""
    stop, watched = threading.Event(), supervise(tmp_path, script)
    runner = threading.Thread(target=watched.run, args=(stop,))
    runner.start()
    while not (tmp_path / "ready").exists():
        time.sleep(0.02)
    stop.set()
    runner.join(10)
    assert (tmp_path / "ended").read_text() == "cleanly"
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
