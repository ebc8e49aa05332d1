"""The chain with the real networks on real pictures; each test takes some seconds of one core."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from recognition.geometry import RoadPlane, load_site, measure_speed
from recognition.vision import SceneAnalyser, StillReader, TrackedVehicle, VisionModels, load_still, read_video

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.needs_data


def _analyse(models: VisionModels, video: Path, frames: int, home: str | None) -> list[TrackedVehicle]:
    reader = read_video(video, camera_id="c", started_at=START)
    analyser = SceneAnalyser(models, camera_id="c", home=home, rate_hz=reader.nominal_rate_hz)
    vehicles: list[TrackedVehicle] = []
    for image in islice(reader, frames):
        vehicles += analyser.feed(image)
    return vehicles + analyser.finish()


def test_the_plate_of_the_yard_is_read_once_and_nothing_wrong_is_sure(
    vision_models: VisionModels, real_data: Path
) -> None:
    vehicles = _analyse(vision_models, real_data / "videos/etokone_09_40_26.ts", 40, "ru")
    read = {one.consensus.plate: one for one in vehicles if one.consensus is not None}
    assert sum(one.consensus is not None and one.consensus.plate == "O567AM76" for one in vehicles) == 1
    vehicle = read.pop("O567AM76")
    consensus = vehicle.consensus
    assert consensus is not None
    assert consensus.support >= 2
    assert consensus.plate_type == "1"
    assert vehicle.plate_image is not None
    assert vehicle.plate_image.meta.sequence == consensus.best.frame_sequence
    # The eye reads "?836XM??" on one more car and nothing on the others.
    assert all(one.consensus.confidence < 0.9 or "836XM" in plate for plate, one in read.items() if one.consensus)


@pytest.mark.parametrize(
    ("picture", "plate"), [("ru/009.jpg", "E185KX97"), ("ru/106.jpg", "K434CT98"), ("eu/eu10.jpg", "WA56660")]
)
def test_plates_of_photos_are_read(vision_models: VisionModels, real_data: Path, picture: str, plate: str) -> None:
    found = StillReader(vision_models).read(load_still(real_data / "plates" / picture))
    assert plate in {one.candidate.plate for one in found}


def test_speeds_by_lane_lines_and_by_turn_arrows_agree_within_their_intervals(
    vision_models: VisionModels, real_data: Path, project_root: Path
) -> None:
    """Two calibrations of one real road that share no length: each speed with its uncertainty, vehicle by vehicle."""
    vehicles = _analyse(vision_models, real_data / "videos/kraten_cars.mp4", 420, None)
    sites = [load_site(project_root / "tests/assets" / name) for name in ("kraten.toml", "kraten_arrows.toml")]
    pairs = [[measure_speed(one.samples, RoadPlane.from_site(site), site) for site in sites] for one in vehicles]
    valid = [(a, b) for a, b in pairs if a is not None and b is not None and a.is_valid and b.is_valid]
    assert len(valid) >= 8
    for by_lines, by_arrows in valid:
        together = (by_lines.expanded_uncertainty**2 + by_arrows.expanded_uncertainty**2) ** 0.5
        assert abs(by_lines.value - by_arrows.value) <= together
        assert by_lines.expanded_uncertainty < 0.12 * by_lines.value
