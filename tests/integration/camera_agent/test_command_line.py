"""The real command in a real process: wrong input, a full disk, a live file as camera; one clear message each."""

import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from camera_agent.cli import app
from camera_agent.clock import SystemClock
from camera_agent.control import DeviceState
from camera_agent.control.status import read_status
from camera_agent.errors import DiskFullError
from camera_agent.outbox import Blob, EventDraft, Journal, Priority
from recognition.contracts import EventType

pytestmark = pytest.mark.integration
Answer = tuple[int, str]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Answer]:
    def run_it(*arguments: str) -> Answer:
        result = CliRunner().invoke(app, [*arguments, "--state", str(tmp_path / "state")])
        assert "Traceback" not in result.output
        return result.exit_code, result.stderr

    return run_it


def expect(answer: Answer, code: str) -> None:
    assert answer[0] == 1
    assert answer[1].startswith(f"{code}: ")
    assert "\n  fix: " in answer[1]


def test_videos_that_are_none(run: Callable[..., Answer], tmp_path: Path, clip: Path) -> None:
    expect(run("replay", str(tmp_path / "nowhere.mp4"), "--region", "50"), "video.missing")
    (tmp_path / "empty.mp4").write_bytes(b"")
    expect(run("replay", str(tmp_path / "empty.mp4"), "--region", "50"), "video.empty")
    (tmp_path / "noise.mp4").write_bytes(os.urandom(5000))
    expect(run("replay", str(tmp_path / "noise.mp4"), "--region", "50"), "video.unreadable")
    (tmp_path / "torn.mp4").write_bytes(clip.read_bytes()[:3000])
    expect(run("replay", str(tmp_path / "torn.mp4"), "--region", "50"), "video.unreadable")


def test_a_codec_nobody_knows(run: Callable[..., Answer], tmp_path: Path, clip: Path) -> None:
    data = clip.read_bytes()
    assert data.count(b"avc1") >= 1
    (tmp_path / "odd.mp4").write_bytes(data.replace(b"avc1", b"zzz9").replace(b"avcC", b"zzzC"))
    expect(run("replay", str(tmp_path / "odd.mp4"), "--region", "50"), "video.codec_unknown")


def test_sites_that_are_wrong(run: Callable[..., Answer], tmp_path: Path, clip: Path, site_path: Path) -> None:
    expect(run("replay", str(clip), "--site", str(tmp_path / "nowhere.toml")), "site.missing")
    wrong = tmp_path / "site.toml"
    wrong.write_text(site_path.read_text().replace("limit_kmh = 60", "limit_mph = 40"))
    answer = run("replay", str(clip), "--site", str(wrong))
    expect(answer, "site.unit")
    assert "limit_kmh" in answer[1]
    expect(run("replay", str(clip)), "site.needed")


def test_a_picture_of_another_size_than_surveyed(
    run: Callable[..., Answer], tmp_path: Path, clip: Path, site_path: Path
) -> None:
    wider = tmp_path / "wider.toml"
    wider.write_text(site_path.read_text().replace("width_px = 320", "width_px = 640"))
    answer = run("replay", str(clip), "--site", str(wider))
    expect(answer, "capture.picture_size")
    assert "320x240" in answer[1]
    assert "640x240" in answer[1]


def test_other_wrong_words(run: Callable[..., Answer], clip: Path, site_path: Path) -> None:
    expect(run("status"), "device.no_state")
    replay = ("replay", str(clip), "--site", str(site_path))
    expect(run(*replay, "--start-at", "yesterday"), "option.time")
    expect(run(*replay, "--start-at", "2026-11-20T09:00:00"), "option.time")
    expect(run(*replay, "--centre", "http://127.0.0.1:9"), "device.not_enrolled")
    expect(run("replay", str(clip), "--region", "Region 50"), "option.name")
    expect(run(*replay, "--device-id", "Camera №1"), "option.name")
    expect(run("enrol", "--centre", "http://127.0.0.1:9", "--code", "short", "--device-id", "d"), "option.code")
    expect(run("enrol", "--centre", "http://centre.example", "--code", "x" * 16, "--device-id", "d"), "centre.address")


def test_a_damaged_journal_is_said_and_left_alone(run: Callable[..., Answer], tmp_path: Path) -> None:
    state = DeviceState(tmp_path / "state")
    journal = state.journal("camera-1", SystemClock())
    journal.append([_draft("a", 100)])
    journal.close()
    path = tmp_path / "state" / "journal.sqlite3"
    before = path.read_bytes()[:100] + os.urandom(4000)
    path.write_bytes(before)
    expect(run("status"), "journal.corrupt")
    assert path.read_bytes() == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and os.geteuid() == 0
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    if not mounted or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small disk can only be mounted by root; the test with a file size limit runs everywhere")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def _draft(name: str, size: int) -> EventDraft:
    return EventDraft(
        natural_key=name,
        type=EventType.PASSAGE_RECORDED,
        subject=name,
        occurred_at=SystemClock().now(),
        data={},
        blobs=(Blob.of(name.encode().ljust(size, b"."), "image/jpeg"),),
        priority=Priority.PASSAGE,
    )


def fill(journal: Journal, size: int) -> int:
    def append_for_ever() -> None:
        for number in itertools.count():
            journal.append([_draft(f"event {number}", size)])

    with pytest.raises(DiskFullError, match=r"disk\.full: .*\n  fix: free space"):
        append_for_ever()
    (recorded,) = journal.connection.execute("SELECT count(*) FROM events").fetchone()
    return int(recorded)


@pytest.mark.parametrize("size", [200, 60_000])
def test_a_full_disk_loses_nothing_and_recovers(small_disk: Path, size: int) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(300_000))
    state, clock = DeviceState(small_disk), SystemClock()
    journal = state.journal("camera-1", clock)
    recorded = fill(journal, size)
    assert recorded > 3
    ballast.unlink()
    assert journal.append([_draft(f"event {recorded}", size)]) == [recorded + 1]
    journal.close()
    status = read_status(state, clock)
    assert status.events["pending"] == recorded + 1
    again = state.journal("camera-1", clock)
    assert again.sweep() == 0, "no half-written file stays behind"
    again.close()


def test_a_file_size_limit_is_said_like_a_full_disk(tmp_path: Path) -> None:
    script = f"""
import resource, sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parent)!r})
from camera_agent.clock import SystemClock
from camera_agent.errors import OutboxError
from camera_agent.outbox.evidence_folder import EvidenceFolder, Blob
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
folder = EvidenceFolder(Path({str(tmp_path)!r}) / "evidence")
folder.put(Blob.of(bytes(40_000), "image/jpeg"))
try:
    folder.put(Blob.of(bytes(60_000), "image/jpeg"))
except OutboxError as error:
    print(error.code)
print(len(list(folder.files())))
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout.split() == ["disk.full", "1"]


def test_a_file_runs_as_a_live_camera_and_ends_cleanly(tmp_path: Path, clip: Path, site_path: Path) -> None:
    """The whole child with the real networks: it finds no real car in the rig's noise, and says so in its health."""
    state = tmp_path / "state"
    command = [sys.executable, "-m", "camera_agent", "run", "--source", str(clip), "--site", str(site_path)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    result = subprocess.run(
        [*command, "--state", str(state)], capture_output=True, text=True, check=False, timeout=120, env=environment
    )
    assert result.returncode == 0, result.stderr
    health = json.loads((state / "health.json").read_text())
    assert health["is_final"] is True
    assert health["decoded"] == 70
    assert health["frames"] + health["dropped"] == 70
    assert read_status(DeviceState(state), SystemClock()).events["damaged"] == 0


def test_a_live_run_that_cannot_work_ends_with_the_childs_message(tmp_path: Path, clip: Path) -> None:
    command = [sys.executable, "-m", "camera_agent", "run", "--source", str(clip), "--site", str(tmp_path / "no.toml")]
    result = subprocess.run(
        [*command, "--state", str(tmp_path / "state")], capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 1
    assert "site.missing" in result.stderr
    assert "camera.configuration" in result.stderr
    assert "Traceback" not in result.stderr


def test_sigterm_ends_a_live_run_cleanly_even_while_its_camera_is_away(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "camera_agent", "run", "--source", "rtsp://127.0.0.1:9/camera", "--region", "50"]
    with subprocess.Popen(
        [*command, "--state", str(tmp_path / "state")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        assert "capture.lost" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=40)
    assert process.returncode == 0
    assert "stopped" in out
    assert "Traceback" not in err
