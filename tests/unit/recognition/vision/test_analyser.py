from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.contracts import BoxPx, VehicleClass
from recognition.plates import Reading
from recognition.vision import (
    AnalysisPolicy,
    FoundPlate,
    Image,
    SceneAnalyser,
    TrackedVehicle,
    VehicleBox,
    VisionModels,
)

MakeImage = Callable[..., Image]
MakeReading = Callable[..., Reading]


@dataclass
class _Script:
    """A detector that sees what the script says: frame number → boxes."""

    boxes: Callable[[int], list[VehicleBox]]
    frame: int = -1

    def detect(self, bgr: NDArray[np.uint8]) -> list[VehicleBox]:
        del bgr
        self.frame += 1
        return self.boxes(self.frame)


@dataclass
class _MiddleFinder:
    """Finds one plate in the middle of every part."""

    def find(self, bgr: NDArray[np.uint8], *, side_px: int) -> list[FoundPlate]:
        assert side_px > 0
        height, width = bgr.shape[:2]
        x, y, w = width * 0.3, height * 0.6, width * 0.36
        h = w / 4.5
        return [FoundPlate(np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]]), 0.9)]


@dataclass
class _TextsReader:
    """Reads one text after the other, and counts."""

    readings: list[Reading]
    reads: int = 0

    def read(self, bgr: NDArray[np.uint8], corners_px: NDArray[np.float64]) -> Reading:
        assert 0 <= corners_px.min() < corners_px.max() < bgr.shape[1]
        reading = self.readings[min(self.reads, len(self.readings) - 1)]
        self.reads += 1
        return reading


@dataclass
class _Run:
    analyser: SceneAnalyser
    reader: _TextsReader
    vehicles: list[TrackedVehicle] = field(default_factory=list)


Scene = Callable[..., _Run]


@pytest.fixture
def scene(make_image: MakeImage, make_reading: MakeReading) -> Scene:
    """Analyse frames with a script of boxes, a finder that always finds, and a reader that says texts in turn."""

    def run(
        boxes: Callable[[int], list[VehicleBox]],
        *,
        frames: int,
        texts: tuple[str, ...] = ("O567AM76",),
        policy: AnalysisPolicy | None = None,
    ) -> _Run:
        reader = _TextsReader([make_reading(text) for text in texts])
        models = VisionModels(_Script(boxes), _MiddleFinder(), reader, {})
        done = _Run(SceneAnalyser(models, camera_id="c", home="ru", policy=policy), reader)
        for number in range(frames):
            done.vehicles += done.analyser.feed(make_image(number))
        done.vehicles += done.analyser.finish()
        return done

    return run


def _car(x: float, y: float, width: float = 140, height: float = 110, confidence: float = 0.8) -> VehicleBox:
    return VehicleBox((x, y, x + width, y + height), VehicleClass.CAR, confidence)


def _passing(first: int, last: int) -> Callable[[int], list[VehicleBox]]:
    return lambda frame: [_car(20 + 6 * (frame - first), 100)] if first <= frame <= last else []


def test_a_vehicle_is_given_back_once_after_it_left(scene: Scene) -> None:
    run = scene(_passing(5, 60), frames=120)
    assert len(run.vehicles) == 1
    vehicle = run.vehicles[0]
    assert vehicle.vehicle_class is VehicleClass.CAR
    assert len(vehicle.samples) >= 50
    assert vehicle.samples == tuple(sorted(vehicle.samples, key=lambda sample: sample.frame_sequence))
    assert vehicle.consensus is not None
    assert vehicle.consensus.plate == "O567AM76"
    assert vehicle.consensus.support >= 2


def test_the_kept_picture_is_the_very_frame_of_the_best_read(scene: Scene) -> None:
    vehicle = scene(_passing(0, 60), frames=70, texts=("O561AM76", "O567AM76")).vehicles[0]
    assert vehicle.consensus is not None
    assert vehicle.plate_image is not None
    assert vehicle.plate_image.meta.sequence == vehicle.consensus.best.frame_sequence
    assert vehicle.consensus.best in vehicle.reads
    sample = next(one for one in vehicle.samples if one.frame_sequence == vehicle.plate_image.meta.sequence)
    assert sample.box_px == vehicle.plate_box_px
    assert sample.plate_corners_px == vehicle.consensus.best.corners_px


def test_the_first_read_does_not_win(scene: Scene) -> None:
    vehicle = scene(_passing(0, 60), frames=70, texts=("O561AM76", "O567AM76")).vehicles[0]
    assert vehicle.consensus is not None
    assert vehicle.consensus.plate == "O567AM76"
    assert vehicle.consensus.alternatives[0][0] == "O561AM76"


def test_a_vehicle_hidden_for_a_moment_is_not_two(scene: Scene) -> None:
    whole = _passing(0, 80)
    run = scene(lambda frame: [] if 30 <= frame < 45 else whole(frame), frames=90)
    assert len(run.vehicles) == 1


@pytest.mark.parametrize(
    ("boxes", "reason"),
    [
        (_passing(0, 4), "too_short"),
        (lambda frame: [_car(20 + frame, 20, 30, 22)], "too_far"),
        (lambda frame: [_car(20 + 3 * frame, 100, confidence=0.47)], "doubtful"),
    ],
)
def test_what_is_no_passage_is_dropped_with_its_reason(
    scene: Scene, boxes: Callable[[int], list[VehicleBox]], reason: str
) -> None:
    run = scene(boxes, frames=50)
    assert run.vehicles == []
    assert run.analyser.dropped == {reason: 1}


def test_a_parked_car_is_reported_once_however_often_it_is_hidden(scene: Scene) -> None:
    def boxes(frame: int) -> list[VehicleBox]:
        return [] if frame % 100 >= 60 else [_car(200, 100)]

    run = scene(boxes, frames=400)
    assert len(run.vehicles) == 1
    assert run.analyser.dropped == {"parked_again": 3}


def test_a_car_that_stays_is_reported_while_it_stays_and_read_a_bounded_number_of_times(scene: Scene) -> None:
    policy = AnalysisPolicy(report_after_s=4.0)
    run = scene(lambda _: [_car(200, 100)], frames=500, policy=policy)
    assert len(run.vehicles) == 1
    assert run.vehicles[0].samples[-1].pts_s < 4.2
    assert run.reader.reads < 60
    longer = scene(lambda _: [_car(200, 100)], frames=900, policy=policy)
    assert longer.reader.reads == run.reader.reads


def test_a_parked_car_that_drives_off_is_a_new_passage(scene: Scene) -> None:
    def boxes(frame: int) -> list[VehicleBox]:
        return [_car(200 + 6 * max(0, frame - 200), 100)] if frame < 260 else []

    run = scene(boxes, frames=300, policy=AnalysisPolicy(report_after_s=4.0))
    assert len(run.vehicles) == 2
    assert run.vehicles[1].samples[-1].box_px[0] > 500


def test_a_car_that_waits_in_a_queue_is_one_passage(scene: Scene) -> None:
    def boxes(frame: int) -> list[VehicleBox]:
        driven = min(frame, 30) + max(0, frame - 230)
        return [_car(20 + 6 * driven, 100)] if driven < 80 else []

    run = scene(boxes, frames=320, policy=AnalysisPolicy(report_after_s=10.0))
    assert len(run.vehicles) == 1


def test_a_car_that_comes_to_park_is_reported_while_it_stands(scene: Scene) -> None:
    run = scene(
        lambda frame: [_car(20 + 6 * min(frame, 30), 100)],
        frames=400,
        policy=AnalysisPolicy(report_after_s=4.0),
    )
    assert len(run.vehicles) == 1
    assert run.vehicles[0].samples[-1].pts_s < 6
    assert run.analyser.dropped["parked_again"] >= 1


def test_the_budget_of_looks_is_kept_when_nothing_can_be_read(scene: Scene) -> None:
    run = scene(lambda _: [_car(200, 100)], frames=250, texts=("X",))
    vehicle = run.vehicles[0]
    assert vehicle.consensus is None
    assert vehicle.plate_image is None
    assert 3 <= dict(vehicle.rejections)["unreadable"] < 12


def test_far_or_cut_off_vehicles_are_not_looked_at(scene: Scene) -> None:
    run = scene(lambda frame: [_car(20 + 4 * frame, 100, 70, 60)], frames=40)
    assert dict(run.vehicles[0].rejections)["vehicle_too_small"] >= 30
    run = scene(lambda frame: [_car(20 + 4 * frame, 250, 140, 110)], frames=40)
    assert dict(run.vehicles[0].rejections)["cut_off"] >= 30
    assert run.reader.reads == 0


def test_the_view_is_the_frame_where_the_vehicle_is_largest(scene: Scene) -> None:
    run = scene(lambda frame: [_car(50, 60, 100 + 3 * frame, 80 + 2 * frame)], frames=60)
    vehicle = run.vehicles[0]
    largest = max(vehicle.samples, key=lambda sample: sample.box_px[2] - sample.box_px[0])
    assert vehicle.view_image.meta.sequence >= largest.frame_sequence - 8
    x0, _, x1, _ = vehicle.view_box_px
    assert x1 - x0 > 0.9 * (largest.box_px[2] - largest.box_px[0])


def test_an_hour_of_standing_has_bounded_memory(scene: Scene) -> None:
    policy = AnalysisPolicy(max_samples=100, report_after_s=1e9)
    run = scene(lambda _: [_car(200, 100)], frames=1000, policy=policy)
    samples = run.vehicles[0].samples
    assert len(samples) <= 101
    assert samples[0].frame_sequence < 10
    assert samples[-1].frame_sequence == 999


def test_skipped_frames_still_give_the_passage(scene: Scene) -> None:
    run = scene(_passing(0, 30), frames=60, policy=AnalysisPolicy(interval_s=0.08))
    assert len(run.vehicles) == 1
    numbers = [sample.frame_sequence for sample in run.vehicles[0].samples]
    assert all(second - first == 2 for first, second in pairwise(numbers))


def test_the_same_frames_give_the_same_vehicles(scene: Scene) -> None:
    runs = [scene(_passing(3, 60), frames=80, texts=("O561AM76", "O567AM76")) for _ in range(2)]
    first, second = runs[0].vehicles[0], runs[1].vehicles[0]
    assert (first.samples, first.reads, first.consensus, first.rejections) == (
        second.samples,
        second.reads,
        second.consensus,
        second.rejections,
    )


def test_another_cameras_frame_is_refused(make_image: MakeImage) -> None:
    models = VisionModels(_Script(lambda _: []), _MiddleFinder(), _TextsReader([]), {})
    with pytest.raises(ValueError, match="fed to the analyser"):
        SceneAnalyser(models, camera_id="c").feed(make_image(0, camera_id="other"))


def test_box_type_is_what_geometry_knows(scene: Scene) -> None:
    box: BoxPx = scene(_passing(0, 30), frames=40).vehicles[0].samples[0].box_px
    assert len(box) == 4
