"""The demo as a person starts it: a process, its exit status, its report, and what it leaves behind."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

pytestmark = pytest.mark.functional
_STORY_S = 540


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder the database's own user may enter, as it may not enter pytest's when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="rubezh-demo-") as name:
        yield Path(name)


@contextmanager
def _demo(project_root: Path, state: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the demo; a test that fails leaves nothing running either."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "deploy.demo", "--state", str(state), *arguments],
        cwd=project_root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield demo
    finally:
        if demo.poll() is None:
            demo.terminate()
            demo.communicate(timeout=60)


def _still_running(state: Path) -> list[str]:
    """Processes that name the demo's folder in their command line or environment."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            words = [*process.cmdline(), *process.environ().values()]
            if process.pid != os.getpid() and any(str(state) in word for word in words):
                found.append(f"{process.pid} {process.name()}")
    return found


@pytest.mark.timeout(_STORY_S + 10)
def test_the_story_is_told_to_its_end_though_the_hub_dies_in_the_middle(project_root: Path, folder: Path) -> None:
    state, report_path = folder / "demo", folder / "r.json"
    arguments = ["--once", "--report", str(report_path), "--hub-outage", "15", "--wipe-hub"]
    with _demo(project_root, state, *arguments) as demo:
        output, _ = demo.communicate(timeout=_STORY_S)

    assert demo.returncode == 0, output
    report: dict[str, Any] = json.loads(report_path.read_text())
    assert len(report["passages"]) >= 5
    assert report["hits"]
    assert report["region_hits"]
    assert set(report["region_hits"]) <= set(report["hits"])
    assert report["violations"]
    assert report["decrees"]
    assert len(report["payments"]) == len(report["decrees"])
    assert report["problems"] == []
    assert report["hub_outage"]["caught_up_after_s"] <= 15
    assert report["time_to_first_page_s"] <= 60
    assert report["time_to_first_hit_s"] <= 120
    assert 0 < report["peak_memory_mib"] <= 2048
    for key in ("passages", "hits", "region_hits", "violations", "decrees", "payments"):
        assert len(set(report[key])) == len(report[key]), f"{key}: nothing counts twice"
    assert not _still_running(state)


def _wait_for(demo: subprocess.Popen[str], words: str) -> None:
    assert demo.stdout is not None
    read = []
    for line in demo.stdout:
        read.append(line)
        if words in line:
            return
    pytest.fail(f"the demo ended without saying {words!r}:\n{''.join(read)}")


@pytest.mark.timeout(150)
def test_nothing_is_left_running_whether_it_is_asked_to_stop_or_killed(project_root: Path, folder: Path) -> None:
    state = folder / "demo"
    with _demo(project_root, state) as killed:
        _wait_for(killed, "first page after")
        killed.kill()
        killed.communicate(timeout=10)
    left = " ".join(_still_running(state))
    assert "postgres" in left, "a killed demo cannot clean up after itself"
    assert "nats-server" in left

    with _demo(project_root, state) as asked:  # the next one does
        _wait_for(asked, "starting the hub and both regions")
        asked.send_signal(signal.SIGTERM)
        output, _ = asked.communicate(timeout=60)

    assert asked.returncode == 130, output
    assert "nothing is left running" in output
    # A command the killed demo had just started, and not yet noted, ends by itself.
    deadline_s = time.monotonic() + 20
    while _still_running(state) and time.monotonic() < deadline_s:
        time.sleep(0.2)
    assert not _still_running(state)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--video", "absent.mp4"], "video.missing"),
        (["--site", "absent.toml"], "demo.options"),
        (["--keep", "--once"], "demo.options"),
        (["--video", "empty.mp4"], "video.empty"),
        (["--video", "text.mp4"], "video.unreadable"),
    ],
)
def test_a_wrong_command_line_is_one_clear_message(
    project_root: Path, folder: Path, arguments: list[str], code: str
) -> None:
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("this is no video\n" * 100)
    absolute = [str(folder / argument) if "." in argument else argument for argument in arguments]
    started_s = time.monotonic()
    with _demo(project_root, folder / "demo", *absolute) as demo:
        output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert output.startswith(f"{code}: ")
    assert "fix: " in output
    assert "Traceback" not in output
    assert time.monotonic() - started_s < 30


def test_a_folder_that_holds_something_else_is_not_emptied(project_root: Path, folder: Path) -> None:
    precious = folder / "precious.txt"
    precious.write_text("mine")
    with _demo(project_root, folder) as demo:
        output, _ = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert output.startswith("demo.state_folder: ")
    assert precious.read_text() == "mine"
