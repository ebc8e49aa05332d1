"""A live camera over real RTSP: read, lost, found again."""

import io
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest

from camera_agent.capture import Captured
from camera_agent.capture.live import LiveOptions, LiveSource
from camera_agent.capture.probe import probe
from camera_agent.clock import SystemClock
from camera_agent.errors import CaptureError
from recognition.contracts import ClockSource

pytestmark = [pytest.mark.integration, pytest.mark.needs_gstreamer]
_PYTHON = "/usr/bin/python3"
_CHECK = "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"
OPTIONS = LiveOptions(open_timeout_s=5.0, read_timeout_s=3.0, retry_initial_s=0.2, retry_maximum_s=0.5)


@pytest.fixture(scope="module", autouse=True)
def _gstreamer() -> None:
    try:
        is_there = subprocess.run([_PYTHON, "-c", _CHECK], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        is_there = False
    if not is_there:
        pytest.skip("Debian's gir1.2-gst-rtsp-server-1.0 and gstreamer1.0-plugins-ugly are not installed")


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def camera(port: int) -> Iterator["subprocess.Popen[str]"]:
    script = Path(__file__).parent / "rtsp_server.py"
    with subprocess.Popen([_PYTHON, str(script), str(port)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def live(port: int) -> LiveSource:
    return LiveSource(
        f"rtsp://127.0.0.1:{port}/camera",
        camera_id="camera",
        clock=SystemClock(),
        options=OPTIONS,
        rng=random.Random(1),
    )


def take(frames: Iterator[Captured | None], count: int, within_s: float = 20.0) -> list[Captured]:
    until_s, taken = time.monotonic() + within_s, []
    for captured in frames:
        if captured is not None:
            taken.append(captured)
        if len(taken) == count:
            return taken
        assert time.monotonic() < until_s, f"{len(taken)} pictures in {within_s} s"
    raise AssertionError("the source ended")


def test_a_camera_that_goes_and_comes_back(port: int) -> None:
    source = live(port)
    with camera(port):
        source.start()
        frames = source.frames()
        before = take(frames, 40)
    lost_s = time.monotonic()
    with camera(port):
        after = take(frames, 20)
        assert time.monotonic() - lost_s < 10.0
        source.stop()
    assert source.counts.connections == 2
    assert len({one.segment for one in before}) == 1
    assert before[-1].segment is not after[-1].segment, "nothing is measured across the gap"
    sequences = [one.image.meta.sequence for one in before + after]
    assert sequences == sorted(set(sequences))
    stamps = [one.image.meta.captured_at for one in before + after]
    assert stamps == sorted(stamps)
    last = after[-1].image.meta
    assert last.clock.source in {ClockSource.HOST, ClockSource.RTCP}
    assert last.clock.bound_ms is not None
    assert abs(datetime.now(UTC) - last.captured_at) < timedelta(seconds=5)
    assert (last.width_px, last.height_px) == (320, 240)


def test_the_clip_of_a_live_camera_plays(port: int) -> None:
    source = live(port)
    with camera(port):
        source.start()
        taken = take(source.frames(), 60)
        source.stop()
    first, last = taken[10], taken[-1]
    clip = last.segment.clip(first.image.meta.pts_s, last.image.meta.pts_s)
    with av.open(io.BytesIO(clip)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        pictures = [frame.to_ndarray(format="bgr24") for frame in container.decode(stream)]
    assert len(pictures) >= last.image.meta.sequence - first.image.meta.sequence
    assert any((picture == first.image.bgr).all() for picture in pictures), "the clip holds the very picture"


def test_a_silent_camera_is_given_up_in_time(port: int) -> None:
    source = live(port)
    with camera(port) as process:
        source.start()
        frames = source.frames()
        take(frames, 5)
        process.send_signal(signal.SIGSTOP)  # half-open: the connection stands, nothing comes
        stopped_s = time.monotonic()
        while source.counts.failures == 0:
            next(frames)
            assert time.monotonic() - stopped_s < 10.0
        process.send_signal(signal.SIGCONT)
        take(frames, 5)
        source.stop()
    assert source.counts.connections >= 2


def test_probe_tells_what_a_camera_sends(port: int) -> None:
    with camera(port):
        report = probe(f"rtsp://user:secret@127.0.0.1:{port}/camera", SystemClock(), OPTIONS)
    assert (report.codec, report.width_px, report.height_px) == ("h264", 320, 240)
    assert report.measured_fps == pytest.approx(25, abs=1)
    assert "secret" not in report.source


def test_no_camera_is_said_without_its_password(port: int) -> None:
    with pytest.raises(CaptureError, match=r"capture\.unreachable: rtsp://127\.0\.0\.1.*\n  fix: ") as caught:
        probe(f"rtsp://user:secret@127.0.0.1:{port}/camera", SystemClock(), OPTIONS)
    assert "secret" not in str(caught.value)
