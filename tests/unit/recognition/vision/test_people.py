"""Persons are followed beside the vehicles, and only where somebody asks for them."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.contracts import ModelError
from recognition.vision import Image, SceneAnalyser, VehicleBox, VisionModels
from recognition.vision.detect import PersonBox
from recognition.vision.people import MEMORY_S, PersonWatch

MakeImage = Callable[..., Image]


def walker(frame: int) -> list[PersonBox]:
    """Somebody who walks 4 px a frame to the right."""
    left = 100.0 + 4 * frame
    return [PersonBox((left, 100.0, left + 40.0, 220.0), 0.9)]


class _Street:
    """A detector that sees one walker and no vehicle."""

    def __init__(self) -> None:
        self.frame = -1

    def detect(self, bgr: NDArray[np.uint8]) -> list[VehicleBox]:
        raise AssertionError(f"persons are to be told too, of {bgr.shape}")

    def detect_all(self, bgr: NDArray[np.uint8]) -> tuple[list[VehicleBox], list[PersonBox]]:
        del bgr
        self.frame += 1
        return [], walker(self.frame)


class _Vehicles:
    """A detector that knows no persons."""

    def detect(self, bgr: NDArray[np.uint8]) -> list[VehicleBox]:
        del bgr
        return []


def models_with(detector: object) -> VisionModels:
    return VisionModels(detector, None, None, {})  # type: ignore[arg-type]


def test_a_walker_is_one_track_of_the_frames_asked_for(make_image: MakeImage) -> None:
    watch = PersonWatch(rate_hz=25.0, lost_s=1.0)
    for frame in range(50):
        watch.see(make_image(frame), walker(frame))
    (track,) = watch.between(0.8, 1.2)
    assert [sample.frame_sequence for sample in track] == list(range(20, 31))
    assert track[0].box_px == walker(20)[0].box_px
    assert watch.between(5.0, 9.0) == ()


def test_who_left_long_ago_is_forgotten(make_image: MakeImage) -> None:
    watch = PersonWatch(rate_hz=25.0, lost_s=1.0)
    for frame in range(25):
        watch.see(make_image(frame), walker(frame))
    assert watch.between(0.0, 1.0)
    watch.see(make_image(25 + int(25 * MEMORY_S)), [])
    assert watch.between(0.0, 1.0) == ()


def test_the_analyser_follows_persons_where_asked(make_image: MakeImage) -> None:
    analyser = SceneAnalyser(models_with(_Street()), camera_id=make_image(0).meta.camera_id, watch_people=True)
    for frame in range(30):
        assert analyser.feed(make_image(frame)) == []
    assert len(analyser.people(0.0, 2.0)) == 1


def test_a_detector_that_knows_no_persons_is_refused_where_a_rule_needs_them(make_image: MakeImage) -> None:
    camera_id = make_image(0).meta.camera_id
    with pytest.raises(ModelError) as caught:
        SceneAnalyser(models_with(_Vehicles()), camera_id=camera_id, watch_people=True).feed(make_image(0))
    assert caught.value.code == "model.no_people"
    unwatched = SceneAnalyser(models_with(_Vehicles()), camera_id=camera_id)
    assert unwatched.feed(make_image(0)) == []
    assert unwatched.people(0.0, 9.0) == ()


def test_vehicles_are_the_same_with_and_without_persons(vision_models: VisionModels) -> None:
    rng = np.random.default_rng(3)
    picture = rng.integers(0, 255, (360, 640, 3), dtype=np.uint8)
    detector = vision_models.detector
    vehicles, people = detector.detect_all(picture)  # type: ignore[attr-defined]
    assert vehicles == detector.detect(picture)
    assert all(isinstance(one, PersonBox) for one in people)
