"""End to end through the chain: what a controller and a satellite receiver say over real sockets and files."""

import json
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import cv2
import pytest

from camera_agent.addresses import LineAddress
from camera_agent.capture import Captured
from camera_agent.capture.decode import DecodeCounts
from camera_agent.capture.feed_reader import FeedReader
from camera_agent.capture.file import file_pictures
from camera_agent.capture.gpsd import PositionReader
from camera_agent.capture.line_reader import LineOptions
from camera_agent.clock import ManualClock
from camera_agent.observe import Beside, Observation, Observer, SceneContext
from camera_agent.outbox import Journal
from camera_agent.pipeline.chain import CameraPipeline
from camera_agent.pipeline.receivers import Receivers
from recognition.contracts import Lamp
from recognition.evidence import SigningKey
from recognition.geometry import RoadPlane, parse_site
from recognition.signals import Aspect
from recognition.violations import PositionFix

KEY = SigningKey.generate()
QUICK = LineOptions(poll_s=0.01, retry_initial_s=0.02, retry_maximum_s=0.05)
LAMPS_PX = {lamp: (280, 8 + 14 * n, 292, 20 + 14 * n) for n, lamp in enumerate(Lamp)}
CROSSING = """
is_one_way = false
[rules.red_light]
mode = "fine"
[[lanes]]
lane_id = "left"
direction = "approaching"
polygon_m = [[-4.0, 5.0], [0.0, 5.0], [0.0, 50.0], [-4.0, 50.0]]
[[stop_lines]]
line_id = "stop"
points_m = [[-4.0, 26.0], [0.0, 26.0]]
lanes = ["left"]
head_id = "main"
[[signals]]
head_id = "main"
feed = "north"
"""


def crossing(rig: ModuleType, *, has_lamps: bool) -> str:
    boxes = "\n".join(
        f'[[signals.lamps]]\nlamp = "{lamp.value}"\nbox_px = [{x0}, {y0}, {x1}, {y1}]'
        for lamp, (x0, y0, x1, y1) in LAMPS_PX.items()
    )
    text = str(rig.site_toml())
    first, rest = text.split("[place]")
    flag, tables = CROSSING.strip().split("\n", 1)
    return f"{first}{flag}\n[place]{rest}{tables}\n{boxes if has_lamps else ''}\n"


def pictures(rig: ModuleType, clip: Path, lit: Lamp | None, *, bound_ms: float | None = 20.0) -> Iterator[Captured]:
    """The rig's clip with a signal head drawn into its decoded pictures."""
    found = file_pictures(clip, camera_id="rig-camera", started_at=rig.START, counts=DecodeCounts(), bound_ms=bound_ms)
    light = {Lamp.RED: (30, 25, 250), Lamp.AMBER: (15, 160, 250), Lamp.GREEN: (180, 250, 30)}
    for captured in found:
        bgr = captured.image.bgr.copy()
        cv2.rectangle(bgr, (277, 5), (295, 50), (28, 28, 28), -1)
        for lamp, (x0, y0, x1, y1) in LAMPS_PX.items():
            colour = light[lamp] if lamp is lit else (36, 34, 36)
            cv2.circle(bgr, ((x0 + x1) // 2, (y0 + y1) // 2), 5, colour, -1, cv2.LINE_AA)
        object.__setattr__(captured.image, "bgr", bgr)
        yield captured


def lines(rig: ModuleType, aspect: Aspect, *, until_s: float = 3.0, **changes: Any) -> bytes:
    """A report each quarter of a second, from 4 s before the first picture."""
    moments = [-4.0 + 0.25 * n for n in range(int(4 * (until_s + 4)) + 1)]
    reports = [
        {"group": "north", "aspect": aspect, "at": (rig.START + timedelta(seconds=at_s)).isoformat(), "bound_ms": 10}
        for at_s in moments
    ]
    return b"".join(json.dumps(report | changes).encode() + b"\n" for report in reports)


@contextmanager
def server(path: Path, *talks: bytes) -> Iterator[None]:
    """A real server on a Unix socket: each connection is told the next talk and then, but for the last, ended."""
    is_over = threading.Event()

    def serve() -> None:
        for number, talk in enumerate(talks):
            connection, _ = listener.accept()
            with connection:
                connection.sendall(talk)
                if number == len(talks) - 1:
                    is_over.wait(30)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        is_over.set()
        thread.join(5)


def until(is_so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.005)


class Watching(Observer):
    """An observer that remembers what was known beside each vehicle."""

    beside: list[Beside]

    def observe(self, *arguments: Any, **more: Any) -> Observation:
        self.beside = [*getattr(self, "beside", []), arguments[2]]
        return super().observe(*arguments, **more)


class Run:
    """The chain over the rig's clip, with receivers that stand on real addresses."""

    def __init__(self, rig: ModuleType, folder: Path, *, has_lamps: bool = False) -> None:
        text = crossing(rig, has_lamps=has_lamps)
        self.site = parse_site(text)
        self.clock = ManualClock(rig.START + timedelta(seconds=3))
        self.folder = folder
        self._rig = rig
        self._context = SceneContext(
            site=self.site,
            site_file=text.encode(),
            plane=RoadPlane.from_site(self.site),
            device_id="rig-device",
            models={"script": "0" * 64},
            code_version="rig",
            natural_key="run",
        )

    def feed(self, address: LineAddress) -> FeedReader:
        return FeedReader(address, self.site.signals, clock=self.clock, rng=random.Random(1), options=QUICK)

    def gpsd(self, address: LineAddress) -> PositionReader:
        return PositionReader(address, clock=self.clock, rng=random.Random(1), options=QUICK)

    def play(self, captured: Iterator[Captured], receivers: Receivers) -> tuple[dict[str, int], list[Beside], Any]:
        observer = Watching(self._context, KEY, self.clock)
        journal = Journal(self.folder, "rig-device", KEY, self.clock)
        found: list[Observation] = []
        analyser = self._rig.ScriptedAnalyser
        pipeline = CameraPipeline(lambda _: analyser(), observer, journal, found.append, receivers)
        for one in captured:
            pipeline.feed(one)
        pipeline.finish()
        journal.close()
        rules = [candidate.rule for one in found for candidate in one.candidates]
        return {rule: rules.count(rule) for rule in rules}, observer.beside, pipeline.counts


def told(run: Run, path: Path, talk: bytes, *, reports: int) -> Receivers:
    """A feed that has heard so many reports of a file that grew after it was opened."""
    path.write_bytes(b'{"group": "north", "aspect": "green", "written": "before the agent came"}\n')
    feed = run.feed(LineAddress(path=path, is_socket=False))
    receivers = Receivers(feed=feed)
    receivers.start()
    until(lambda: bool(feed.health()["is_connected"]))
    time.sleep(0.05)
    with path.open("ab") as file:
        file.write(talk)
    until(lambda: feed.health()["reports"] == reports)
    return receivers


def test_a_controller_alone_convicts_who_runs_its_red(rig: ModuleType, clip: Path, tmp_path: Path) -> None:
    run = Run(rig, tmp_path / "state")
    receivers = told(run, tmp_path / "feed.jsonl", lines(rig, Aspect.RED), reports=29)
    rules, beside, counts = run.play(pictures(rig, clip, None), receivers)
    receivers.stop()
    assert rules["red_light"] == 1
    assert all(one.signals["main"].aspect_at(1.0) is Aspect.RED for one in beside)
    assert "signals.clock_unknown" not in counts.refusals


@pytest.mark.parametrize(
    ("lit", "aspect", "shown", "accused"),
    [
        (Lamp.RED, Aspect.RED, Aspect.RED, 1),
        (Lamp.GREEN, Aspect.RED, Aspect.UNKNOWN, 0),
        (Lamp.RED, Aspect.GREEN, Aspect.UNKNOWN, 0),
        (None, Aspect.RED, Aspect.RED, 1),
    ],
)
def test_lamps_and_controller_must_not_contradict_each_other(
    *, rig: ModuleType, clip: Path, tmp_path: Path, lit: Lamp | None, aspect: Aspect, shown: Aspect, accused: int
) -> None:
    """Dark lamps say nothing (a head that is covered, or too far away); lit ones must agree."""
    run = Run(rig, tmp_path / "state", has_lamps=True)
    receivers = told(run, tmp_path / "feed.jsonl", lines(rig, aspect), reports=29)
    rules, beside, _ = run.play(pictures(rig, clip, lit), receivers)
    receivers.stop()
    assert rules.get("red_light", 0) == accused
    assert {one.signals["main"].aspect_at(0.6) for one in beside} == {shown}
    assert rules["point_speed"] == 3


def turning_red(rig: ModuleType, at_s: float) -> bytes:
    """Green until, and red from, a moment of the wall clock, seconds after the first picture was taken."""
    reports = [json.loads(line) for line in lines(rig, Aspect.GREEN).splitlines()]
    begins = (rig.START + timedelta(seconds=at_s)).isoformat()
    for report in reports:
        report["aspect"] = Aspect.GREEN if report["at"] < begins else Aspect.RED
    return b"".join(json.dumps(report).encode() + b"\n" for report in reports)


@pytest.mark.parametrize(("bound_ms", "accused"), [(20.0, 1), (1500.0, 0)])
def test_the_pictures_clock_lends_its_doubt_to_the_controllers_moments(
    *, rig: ModuleType, clip: Path, tmp_path: Path, bound_ms: float, accused: int
) -> None:
    """The first car is at the line 0.6 s after the first picture, 1.6 s after red began at the latest."""
    run = Run(rig, tmp_path / "state")
    receivers = told(run, tmp_path / "feed.jsonl", turning_red(rig, -1.0), reports=29)
    rules, beside, _ = run.play(pictures(rig, clip, None, bound_ms=bound_ms), receivers)
    receivers.stop()
    red = beside[0].signals["main"].phases[-1]
    doubt_s = 0.010 + bound_ms / 1000
    assert (red.from_earliest_s, red.from_latest_s) == pytest.approx((-1.25 - doubt_s, -1.0 + doubt_s))
    assert rules.get("red_light", 0) == accused


def test_pictures_of_an_unknown_clock_are_told_nothing_by_the_controller(
    rig: ModuleType, clip: Path, tmp_path: Path
) -> None:
    run = Run(rig, tmp_path / "state", has_lamps=True)
    receivers = told(run, tmp_path / "feed.jsonl", lines(rig, Aspect.GREEN), reports=29)
    rules, beside, counts = run.play(pictures(rig, clip, Lamp.RED, bound_ms=None), receivers)
    receivers.stop()
    assert counts.refusals["signals.clock_unknown"] == 4
    assert {one.signals["main"].aspect_at(0.6) for one in beside} == {Aspect.RED}, "the lamps alone"
    assert "red_light" not in rules


def test_a_feed_on_a_socket_breaks_off_in_a_line_and_comes_back(rig: ModuleType, clip: Path, tmp_path: Path) -> None:
    run, path = Run(rig, tmp_path / "state"), tmp_path / "feed.sock"
    talk = lines(rig, Aspect.RED)
    with server(path, talk[:650], b'nonsense\n{"group": "south"}\n' + b"x" * 200_000 + b"\n" + talk):
        feed = run.feed(LineAddress(path=path))
        receivers = Receivers(feed=feed)
        receivers.start()
        until(lambda: feed.health()["age_s"] == 0.0)
        rules, _, _ = run.play(pictures(rig, clip, None), receivers)
        health = feed.health()
        receivers.stop()
    assert rules["red_light"] == 1
    assert health["refused"] == {"json": 1, "aspect": 1}
    assert (health["too_long"], health["failures"], health["is_heard"]) == (1, 1, True)


def test_nobody_at_the_address_stops_no_passage(rig: ModuleType, clip: Path, tmp_path: Path) -> None:
    run = Run(rig, tmp_path / "state", has_lamps=True)
    nowhere = LineAddress(path=tmp_path / "nowhere.sock")
    receivers = Receivers(run.gpsd(nowhere), run.feed(nowhere))
    receivers.start()
    until(lambda: all(one["failures"] for one in receivers.health().values()))  # type: ignore[index]
    rules, beside, counts = run.play(pictures(rig, clip, Lamp.RED), receivers)
    health = receivers.health()
    receivers.stop()
    assert (counts.passages, rules) == (4, {"point_speed": 3})
    assert {one.position for one in beside} == {None}
    assert {one.signals["main"].aspect_at(0.6) for one in beside} == {Aspect.RED}
    assert {facts["last_error"] for facts in health.values()} == {"No such file or directory"}  # type: ignore[index]


def tpv(**changes: Any) -> bytes:
    return json.dumps({"class": "TPV", "mode": 3, "lat": 55.0, "lon": 37.0, "eph": 8.0} | changes).encode() + b"\n"


@pytest.mark.parametrize(
    ("talk", "position", "refused"),
    [
        (tpv(), PositionFix(55.0, 37.0, 4.0), 0),
        (tpv(lat=55.0003), PositionFix(55.0003, 37.0, 4.0), 0),
        (tpv(lat=55.01), PositionFix(55.01, 37.0, 4.0), 3),
        (tpv() + tpv(lat=55.01), PositionFix(55.01, 37.0, 4.0), 3),
        (tpv(mode=1, lat=None, lon=None), None, 0),
    ],
)
def test_a_device_that_stands_elsewhere_accuses_nobody(
    *, rig: ModuleType, clip: Path, tmp_path: Path, talk: bytes, position: PositionFix | None, refused: int
) -> None:
    """The rig's survey lies at 55 N, 37 E; a hundredth of a degree is 1.1 km."""
    run, path = Run(rig, tmp_path / "state"), tmp_path / "gpsd.sock"
    with server(path, talk):
        gpsd = run.gpsd(LineAddress(path=path))
        gpsd.start()
        until(lambda: gpsd.health()["reports"] == talk.count(b"\n"))
        rules, beside, counts = run.play(pictures(rig, clip, None), Receivers(position=gpsd))
        gpsd.stop()
    assert {one.position for one in beside} == {position}
    assert counts.refusals["point_speed.position_differs"] == refused
    assert rules.get("point_speed", 0) == 3 - refused
    assert counts.passages == 4
