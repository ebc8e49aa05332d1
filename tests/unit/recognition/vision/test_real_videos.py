"""The chain with the real networks on real pictures; each test takes some seconds of one core."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

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


def test_the_small_plate_of_the_yard_is_read(vision_models: VisionModels, real_data: Path) -> None:
    vehicles = _analyse(vision_models, real_data / "videos/etokone_09_40_26.ts", 12, "ru")
    read = [vehicle for vehicle in vehicles if vehicle.consensus is not None]
    assert [vehicle.consensus.plate for vehicle in read if vehicle.consensus] == ["O567AM76"]
    consensus = read[0].consensus
    assert consensus is not None
    assert consensus.support >= 2
    assert consensus.plate_type == "1"
    assert read[0].plate_image is not None
    assert read[0].plate_image.meta.sequence == consensus.best.frame_sequence


@pytest.mark.parametrize(
    ("picture", "plate"), [("ru/009.jpg", "E185KX97"), ("ru/106.jpg", "K434CT98"), ("eu/eu10.jpg", "WA56660")]
)
def test_plates_of_photos_are_read(vision_models: VisionModels, real_data: Path, picture: str, plate: str) -> None:
    found = StillReader(vision_models).read(load_still(real_data / "plates" / picture))
    assert plate in {one.candidate.plate for one in found}
