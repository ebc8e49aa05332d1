"""Same clip, same bits: whoever analyses a clip again gets the same passages and the same findings."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

import pytest

from recognition.geometry import RoadPlane, load_site
from recognition.violations import RuleInput, assess
from recognition.vision import SceneAnalyser, VisionModels, build_passage, read_video

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
SPEEDER = slice(270, 350)
"""Frames of the demonstration in which a car passes at 87 km/h where 60 are allowed."""


@pytest.fixture(scope="module")
def models() -> VisionModels:
    return VisionModels.load()


def analysed(models: VisionModels, assets: Path) -> list[tuple[str, str]]:
    """Analyse the frames anew; return each passage as JSON and its assessment word for word."""
    site = load_site(assets / "demo_site.toml")
    plane = RoadPlane.from_site(site)
    reader = read_video(assets / "demo.mp4", camera_id=site.camera.camera_id, started_at=START)
    analyser = SceneAnalyser(models, camera_id=site.camera.camera_id, home="ru", rate_hz=reader.nominal_rate_hz)
    seen = [one for image in islice(reader, SPEEDER.start, SPEEDER.stop) for one in analyser.feed(image)]
    written = []
    for vehicle in seen + analyser.finish():
        passage, _ = build_passage(
            vehicle,
            site=site,
            plane=plane,
            device_id="device",
            passage_id=UUID(int=vehicle.track_id),
            models=models.digests,
            code_version="test",
        )
        case = RuleInput(
            samples=vehicle.samples,
            plane=plane,
            site=site,
            speed=passage.speed,
            plate=passage.plate,
            vehicle_class=passage.vehicle_class,
            clock=passage.clock,
        )
        written.append((passage.model_dump_json(), repr(assess(case))))
    return written


def test_two_runs_give_the_same_passages_and_findings_byte_for_byte(models: VisionModels, project_root: Path) -> None:
    assets = project_root / "deploy" / "demo" / "assets"
    first = analysed(models, assets)
    assert any("rule='point_speed'" in findings for _, findings in first)
    assert analysed(models, assets) == first
