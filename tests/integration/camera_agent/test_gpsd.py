"""gpsd over real TCP: a small server that speaks its protocol, and Debian's own daemon where it is installed."""

import json
import os
import pty
import queue
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from camera_agent.addresses import LineAddress
from camera_agent.capture.gpsd import PositionReader
from camera_agent.capture.line_reader import LineOptions
from camera_agent.cli import app
from camera_agent.clock import SystemClock
from camera_agent.control import DeviceState
from camera_agent.control.status import read_status
from recognition.violations import PositionFix

pytestmark = pytest.mark.integration
QUICK = LineOptions(poll_s=0.02, silence_s=1.0, retry_initial_s=0.05, retry_maximum_s=0.1)
BANNER = b'{"class":"VERSION","release":"3.25","rev":"3.25","proto_major":3,"proto_minor":15}\r\n'
ANSWER = (
    b'{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/ttyACM0","driver":"u-blox"}]}\r\n'
    b'{"class":"WATCH","enable":true,"json":true,"nmea":false,"raw":0}\r\n'
)
SKY = b'{"class":"SKY","device":"/dev/ttyACM0","nSat":12,"uSat":9,"hdop":0.9}\r\n'


def tpv(lat: float = 55.0, **changes: Any) -> bytes:
    report = {"class": "TPV", "device": "/dev/ttyACM0", "mode": 3, "lat": lat, "lon": 37.0, "epx": 4.8, "epy": 6.4}
    return json.dumps(report | {"eph": 8.0} | changes).encode() + b"\r\n"


class Gpsd:
    """A server on one port: whoever asks for reports as the protocol says is told what the test says, in order."""

    def __init__(self) -> None:
        self.talks: queue.Queue[bytes | None] = queue.Queue()
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def address(self) -> LineAddress:
        return LineAddress("127.0.0.1", self.port)

    def say(self, *parts: bytes) -> None:
        for part in parts:
            self.talks.put(part)

    def hang_up(self) -> None:
        self.talks.put(None)

    def close(self) -> None:
        self._listener.close()
        self.hang_up()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                connection.sendall(BANNER)
                request = connection.makefile("rb").readline()
                self.asked.append(request)
                if request.strip() == b'?WATCH={"enable":true,"json":true}':
                    connection.sendall(ANSWER)
                    self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        while (part := self.talks.get()) is not None:
            try:
                connection.sendall(part)
            except OSError:
                return


@pytest.fixture
def gpsd() -> Iterator[Gpsd]:
    server = Gpsd()
    yield server
    server.close()


@contextmanager
def reading(address: LineAddress, options: LineOptions = QUICK) -> Iterator[PositionReader]:
    reader = PositionReader(address, clock=SystemClock(), rng=random.Random(1), options=options)
    reader.start()
    yield reader
    reader.stop()


def until(is_so: Callable[[], bool], within_s: float = 15.0) -> None:
    deadline_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_reports_are_asked_for_and_the_last_fix_is_kept(gpsd: Gpsd) -> None:
    with reading(gpsd.address) as reader:
        gpsd.say(SKY, tpv(mode=1, lat=None, lon=None), tpv(55.0))
        until(lambda: reader.fix() == PositionFix(55.0, 37.0, 4.0))
        gpsd.say(tpv(55.0001, eph=None))
        until(lambda: reader.fix() == PositionFix(55.0001, 37.0, 4.0))
        health = reader.health()
    assert gpsd.asked == [b'?WATCH={"enable":true,"json":true}\n']
    assert (health["reports"], health["broken"], health["jumps"], health["failures"]) == (3, 0, 0, 0)


def test_broken_json_is_passed_over_however_it_is_cut_into_packets(gpsd: Gpsd) -> None:
    whole = tpv(55.0002)
    with reading(gpsd.address) as reader:
        gpsd.say(b'{"class":"TPV","mode":3,"lat":55.0\r\n', b"\x00\xff garbage\r\n", b'["TPV"]\r\n', tpv(lat=555.0))
        for octet in whole:
            gpsd.say(bytes([octet]))
        until(lambda: reader.fix() is not None)
        assert reader.fix() == PositionFix(55.0002, 37.0, 4.0)
        assert reader.health()["broken"] == 4
        assert reader.health()["failures"] == 0


def test_a_daemon_that_hangs_up_is_called_again(gpsd: Gpsd) -> None:
    with reading(gpsd.address) as reader:
        for number in range(3):
            place = 55.0 + number / 10_000
            gpsd.say(tpv(place)[:20])  # half a report, and the line is dead
            gpsd.hang_up()
            gpsd.say(tpv(place))
            until(lambda place=place: reader.fix() is not None and reader.fix().latitude == place)  # type: ignore[union-attr]
        health = reader.health()
    assert len(gpsd.asked) == 4
    assert (health["failures"], health["broken"], health["is_connected"]) == (3, 0, True)


def test_a_daemon_that_says_nothing_any_more_is_called_again(gpsd: Gpsd) -> None:
    with reading(gpsd.address) as reader:
        gpsd.say(tpv())
        until(lambda: reader.fix() is not None)
        until(lambda: reader.health()["failures"] == 1)
        gpsd.hang_up()
        gpsd.say(tpv(55.0003))
        until(lambda: reader.health()["latitude"] == 55.0003)


def test_nobody_answers_and_then_somebody_does() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with reading(LineAddress("127.0.0.1", port)) as reader:
        until(lambda: reader.health()["failures"] == 2)
        assert reader.fix() is None
        assert reader.health()["last_error"] == "Connection refused"


def test_a_jump_is_noted_and_the_newest_place_counts(gpsd: Gpsd) -> None:
    with reading(gpsd.address) as reader:
        gpsd.say(tpv(55.0), tpv(55.00002), tpv(55.01), tpv(55.01001))
        until(lambda: reader.health()["reports"] == 4)
        assert reader.health()["jumps"] == 1
        assert reader.fix() == PositionFix(55.01001, 37.0, 4.0)


def doctor(state: Path, *more: str) -> dict[str, str]:
    result = CliRunner().invoke(app, ["doctor", "--state", str(state), *more])
    assert "Traceback" not in result.output
    return {line.split()[1]: line for line in result.stdout.splitlines()}


def test_the_doctor_asks_gpsd_itself(gpsd: Gpsd, tmp_path: Path) -> None:
    gpsd.say(tpv())
    found = doctor(tmp_path, "--gpsd", f"127.0.0.1:{gpsd.port}")
    assert found["position"].startswith("ok  position   55.00000, 37.00000 ± 8 m")
    gpsd.hang_up()
    gpsd.say(tpv(mode=1))
    found = doctor(tmp_path, "--gpsd", f"127.0.0.1:{gpsd.port}")
    assert found["position"].startswith(
        f"BAD position   no fix from tcp://127.0.0.1:{gpsd.port}: the receiver finds no"
    )
    assert "position" not in doctor(tmp_path)
    result = CliRunner().invoke(app, ["doctor", "--state", str(tmp_path), "--gpsd", "2947"])
    assert result.exit_code == 1
    assert result.stderr.startswith("option.address: ")


def talking(gpsd: Gpsd, feed: Path, is_over: threading.Event) -> None:
    while not is_over.wait(0.2):
        gpsd.say(tpv())
        report = {"group": "north", "aspect": "red", "at": datetime.now(UTC).isoformat(), "bound_ms": 5}
        with feed.open("a", encoding="utf-8") as file:
            file.write(json.dumps(report) + "\n")


def test_a_live_run_tells_position_and_feed_in_its_health(
    gpsd: Gpsd, tmp_path: Path, clip: Path, site_path: Path
) -> None:
    """The whole command: its child is given both addresses; status and doctor say what it heard."""
    feed, state, site = tmp_path / "feed.jsonl", tmp_path / "state", tmp_path / "site.toml"
    feed.touch()
    site.write_text(site_path.read_text() + '[[signals]]\nhead_id = "main"\nfeed = "north"\n')
    command = [sys.executable, "-m", "camera_agent", "run", "--source", str(clip), "--site", str(site)]
    command += ["--state", str(state), "--gpsd", f"127.0.0.1:{gpsd.port}", "--signal-feed", str(feed)]
    is_over = threading.Event()
    talker = threading.Thread(target=talking, args=(gpsd, feed, is_over), daemon=True)
    talker.start()
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    is_over.set()
    talker.join()
    assert result.returncode == 0, result.stderr
    health = read_status(DeviceState(state), SystemClock()).health or {}
    position: Any = health["position"]
    signals: Any = health["signal_feed"]
    assert (position["has_fix"], position["latitude"], position["broken"]) == (True, 55.0, 0)
    assert (signals["is_heard"], signals["groups"], signals["refused"]) == (True, ["north"], {})
    assert signals["reports"] >= 5
    DeviceState(state).write_health(health | {"at": SystemClock().now().isoformat()})
    shown = CliRunner().invoke(app, ["status", "--state", str(state)]).stdout
    assert "position     55.00000, 37.00000 ± 8 m" in shown
    assert f"feed         {signals['reports']} reports" in shown
    found = doctor(state)
    assert (found["position"][:3], found["feed"][:3]) == ("ok ", "ok ")


def test_an_address_that_is_none_is_said_before_anything_is_started(tmp_path: Path, clip: Path) -> None:
    command = ["run", "--source", str(clip), "--region", "50", "--state", str(tmp_path / "state")]
    for option, value in (("--gpsd", "localhost"), ("--signal-feed", "udp://host:1")):
        result = CliRunner().invoke(app, [*command, option, value])
        assert result.exit_code == 1
        assert result.stderr.startswith(f"option.address: {option} ")
        assert "\n  fix: " in result.stderr
    assert not (tmp_path / "state").exists()


DAEMON = shutil.which("gpsd") or shutil.which("gpsd", path="/usr/sbin")


def nmea(*sentences: str) -> bytes:
    def checked(text: str) -> bytes:
        total = 0
        for octet in text.encode():
            total ^= octet
        return f"${text}*{total:02X}\r\n".encode()

    return b"".join(checked(sentence) for sentence in sentences)


def receiver_says(latitude: float) -> bytes:
    """What a receiver on a serial line says each second, at 37 degrees east."""
    now = datetime.now(UTC)
    clock, day = f"{now:%H%M%S}.00", f"{now:%d%m%y}"
    place = f"{int(latitude):02d}{latitude % 1 * 60:07.4f},N,03700.0000,E"
    return nmea(
        f"GPGGA,{clock},{place},1,08,1.1,150.0,M,14.0,M,,",
        "GPGSA,A,3,04,05,09,12,17,22,25,29,,,,,1.8,1.1,1.4",
        "GPGSV,2,1,08,04,40,083,46,05,17,308,41,09,07,344,39,12,22,228,45",
        "GPGSV,2,2,08,17,60,083,46,22,37,308,41,25,47,344,39,29,62,228,45",
        f"GPRMC,{clock},A,{place},000.0,000.0,{day},,,A",
    )


@pytest.mark.needs_gpsd
@pytest.mark.skipif(DAEMON is None, reason="no gpsd on this machine: apt-get install gpsd")
def test_debians_own_gpsd_with_a_receiver_on_a_line() -> None:
    assert DAEMON is not None
    place, is_over = [55.0], threading.Event()
    line, end = pty.openpty()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def receive() -> None:
        while not is_over.wait(0.5):
            os.write(line, receiver_says(place[0]))

    receiver = threading.Thread(target=receive, daemon=True)
    receiver.start()
    command = [DAEMON, "-N", "-n", "-b", "-S", str(port), os.ttyname(end)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as daemon:
        try:
            with reading(LineAddress("127.0.0.1", port), LineOptions(retry_initial_s=0.1)) as reader:
                until(lambda: reader.fix() is not None, within_s=30)
                assert reader.health()["latitude"] == pytest.approx(55.0, abs=1e-5)
                place[0] = 55.01
                until(lambda: reader.health()["jumps"] == 1, within_s=30)
                fix = reader.fix()
                assert fix is not None
                assert (fix.latitude, fix.longitude) == pytest.approx((55.01, 37.0), abs=1e-5)
                assert 1 < fix.sigma_m < 50
                assert reader.health()["broken"] == 0
        finally:
            is_over.set()
            receiver.join()
            daemon.kill()
            os.close(line)
            os.close(end)
