from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from recognition.contracts import ModelError, VehicleClass
from recognition.vision import VisionModels, read_video
from recognition.vision.detect import YoloDetector, non_maximum_suppression
from recognition.vision.ultralytics_detector import UltralyticsDetector


def test_the_best_of_overlapping_boxes_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [0, 0, 10, 4]], dtype=np.float64)
    assert non_maximum_suppression(boxes, 0.6) == [0, 2, 3]
    assert non_maximum_suppression(np.zeros((0, 4)), 0.6) == []


def test_an_empty_road_has_no_vehicle(vision_models: VisionModels) -> None:
    assert vision_models.detector.detect(np.full((360, 640, 3), 90, dtype=np.uint8)) == []


@pytest.mark.parametrize("shape", [(1080, 1920, 3), (31, 33, 3), (700, 100, 3)])
def test_any_picture_shape_goes_through(vision_models: VisionModels, shape: tuple[int, int, int]) -> None:
    assert vision_models.detector.detect(np.zeros(shape, dtype=np.uint8)) == []


def test_a_file_that_is_no_network_is_a_plain_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a network")
    with pytest.raises(ModelError) as caught:
        YoloDetector(path)
    assert caught.value.code == "model.unusable"


def test_without_ultralytics_the_adapter_says_what_to_install(tmp_path: Path) -> None:
    try:
        import ultralytics  # noqa: F401, PLC0415
    except ImportError:
        with pytest.raises(ModelError) as caught:
            UltralyticsDetector(tmp_path / "any.pt")
        assert caught.value.code == "model.adapter_missing"
        assert "train" in caught.value.hint
    else:
        pytest.skip("ultralytics is installed here")


@pytest.mark.needs_data
def test_parked_cars_of_the_yard_are_found_where_they_stand(vision_models: VisionModels, real_data: Path) -> None:
    video = real_data / "videos/etokone_09_40_26.ts"
    image = next(read_video(video, camera_id="yard", started_at=datetime(2026, 5, 1, tzinfo=UTC)))
    boxes = vision_models.detector.detect(image.bgr)
    assert any(
        box.vehicle_class is VehicleClass.CAR and np.allclose(box.box_px, (1473, 180, 1673, 393), atol=6)
        for box in boxes
    )
    assert all(0 <= box.box_px[0] < box.box_px[2] <= 1920 for box in boxes)
    assert [box.confidence for box in boxes] == sorted((box.confidence for box in boxes), reverse=True)
