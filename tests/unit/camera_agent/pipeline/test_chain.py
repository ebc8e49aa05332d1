"""The chain: lamps, view and persons are watched beside the vehicles, and a fault in one of them stops no passage."""

from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from camera_agent.capture import Captured, Segment
from camera_agent.capture.decode import DecodeCounts
from camera_agent.capture.file import file_pictures
from camera_agent.clock import ManualClock
from camera_agent.observe import Beside, Observation, Observer, SceneContext
from camera_agent.outbox import Journal
from camera_agent.pipeline.chain import CameraPipeline
from recognition.contracts import Lamp, LampBox, SignalHead, Site
from recognition.evidence import SigningKey
from recognition.geometry import RoadPlane, parse_site
from recognition.geometry.moved import ViewCheck

KEY = SigningKey.generate()
HEAD = SignalHead(
    head_id="main",
    lamps=tuple(LampBox(lamp=lamp, box_px=(300.0, 4.0 + 12 * n, 310.0, 14.0 + 12 * n)) for n, lamp in enumerate(Lamp)),
)


class Watching(Observer):
    """An observer that remembers what was seen beside each vehicle."""

    beside: list[Beside]

    def observe(self, *arguments: Any, **more: Any) -> Observation:
        self.beside = [*getattr(self, "beside", []), arguments[2]]
        return super().observe(*arguments, **more)


def run(rig: ModuleType, captured: Sequence[Captured], tmp_path: Path, view: Any = None) -> Any:
    text = rig.site_toml()
    site: Site = parse_site(text).model_copy(update={"signals": (HEAD,)})
    context = SceneContext(
        site=site,
        site_file=text.encode(),
        plane=RoadPlane.from_site(site),
        device_id="rig-device",
        models={"script": "0" * 64},
        code_version="rig",
        natural_key="run",
        view=view,
    )
    clock = ManualClock(rig.START)
    observer = Watching(context, KEY, clock)
    journal = Journal(tmp_path, "rig-device", KEY, clock)
    pipeline = CameraPipeline(lambda _: rig.ScriptedAnalyser(), observer, journal, lambda _: None)
    for one in captured:
        pipeline.feed(one)
    pipeline.finish()
    journal.close()
    return pipeline.counts, observer.beside


@pytest.fixture(name="captured")
def _captured(rig: ModuleType, clip: Path) -> list[Captured]:
    return list(file_pictures(clip, camera_id="rig-camera", started_at=rig.START, counts=DecodeCounts()))


def test_what_a_head_showed_is_known_to_the_rules(rig: ModuleType, captured: list[Captured], tmp_path: Path) -> None:
    counts, beside = run(rig, captured, tmp_path)
    assert counts.passages == len(beside) == 4
    assert all(set(one.signals) == {"main"} for one in beside)
    assert "signals.too_slow" not in counts.refusals


def test_a_stream_too_slow_for_lamps_still_gives_passages(
    rig: ModuleType, captured: list[Captured], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Segment, "rate_hz", property(lambda _: 5.0))
    counts, beside = run(rig, captured, tmp_path)
    assert counts.passages == 4
    assert counts.refusals["signals.too_slow"] == 1
    assert all(one.signals == {} for one in beside)


def test_stream_time_that_runs_back_silences_the_heads_and_not_the_passages(
    rig: ModuleType, captured: list[Captured], tmp_path: Path
) -> None:
    captured[30].image.meta.__dict__["pts_s"] = 0.0
    counts, beside = run(rig, captured, tmp_path)
    assert counts.passages == 4
    assert counts.refusals["signals.time_backwards"] == 1
    assert beside[-1].signals == {}


class Shifted:
    """A reference that finds every picture 5 px off; the rig's pictures have nothing to be recognised by."""

    def check(self, bgr: Any) -> ViewCheck:
        assert bgr.ndim == 3
        return ViewCheck(5.0, 0.1, 20, is_known=True)


def test_how_far_the_view_lies_from_its_survey_is_known_to_the_rules(
    rig: ModuleType, captured: list[Captured], tmp_path: Path
) -> None:
    counts, beside = run(rig, captured, tmp_path, Shifted())
    assert {one.view_shift_px for one in beside} == {5.0}
    assert counts.candidates == 0
    assert counts.refusals["point_speed.camera_moved"] >= 1
