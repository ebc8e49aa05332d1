import hashlib
import uuid
from collections.abc import Callable

import cv2
import numpy as np

from recognition.contracts import ImageRole, PlateConsensus, PlateRead, VehicleClass
from recognition.geometry import TrackSample, unsurveyed_site
from recognition.vision import Image, TrackedVehicle, build_passage
from recognition.vision.pictures import MAX_PICTURE_BYTES, to_jpeg

MakeImage = Callable[..., Image]
SITE = unsurveyed_site("c", 640, 360, "77")
CORNERS = ((250.0, 200.0), (340.0, 202.0), (340.0, 222.0), (250.0, 220.0))


def _vehicle(make_image: MakeImage, *, with_plate: bool) -> TrackedVehicle:
    noise = np.random.default_rng(5).integers(0, 255, (360, 640, 3), dtype=np.uint8)
    view, seen = make_image(30, noise), make_image(12, np.ascontiguousarray(noise[:, ::-1]))
    samples = tuple(
        TrackSample(
            number, number / 25, make_image(number).meta.captured_at, (200, 100 + number, 380, 240 + number), 0.8
        )
        for number in range(40)
    )
    read = PlateRead(
        plate="O567AM76",
        plate_region="ru",
        plate_type="1",
        raw_text="0567AM76",
        confidence=0.8,
        frame_sequence=12,
        captured_at=seen.meta.captured_at,
        corners_px=CORNERS,
        height_px=20,
    )
    consensus = PlateConsensus(
        plate="O567AM76", plate_region="ru", plate_type="1", confidence=0.7, support=3, looks=4, best=read
    )
    return TrackedVehicle(
        track_id=4,
        vehicle_class=VehicleClass.CAR,
        confidence=0.8,
        samples=samples,
        reads=(read,) if with_plate else (),
        consensus=consensus if with_plate else None,
        plate_image=seen if with_plate else None,
        plate_box_px=(200, 112, 380, 252) if with_plate else None,
        view_image=view,
        view_box_px=(200, 130, 380, 270),
        rejections=(),
    )


def _build(vehicle: TrackedVehicle) -> tuple:
    return build_passage(
        vehicle,
        site=SITE,
        plane=None,
        device_id="d1",
        passage_id=uuid.UUID(int=1),
        models={"plate-reader": "0" * 64},
        code_version="1",
    )


def test_both_pictures_come_from_the_very_frame_of_the_read(make_image: MakeImage) -> None:
    vehicle = _vehicle(make_image, with_plate=True)
    passage, pictures = _build(vehicle)
    assert [image.role for image in passage.images] == [ImageRole.PLATE, ImageRole.VEHICLE]
    assert {image.frame_sequence for image in passage.images} == {12}
    assert passage.captured_at == vehicle.reads[0].captured_at
    for image in passage.images:
        data = pictures[image.sha256]
        assert hashlib.sha256(data).hexdigest() == image.sha256
        assert len(data) == image.size_bytes <= MAX_PICTURE_BYTES


def test_the_plate_picture_shows_the_plate_with_ground_around_it(make_image: MakeImage) -> None:
    passage, pictures = _build(_vehicle(make_image, with_plate=True))
    plate = passage.images[0]
    x0, y0, x1, y1 = plate.box_px
    assert (x0 < 240, x1 > 350) == (True, True)
    assert (y0 < 195, y1 > 227) == (True, True)
    shown = cv2.imdecode(np.frombuffer(pictures[plate.sha256], dtype=np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape[:2] == (y1 - y0, x1 - x0)


def test_without_a_plate_the_vehicle_is_shown_where_it_is_largest(make_image: MakeImage) -> None:
    vehicle = _vehicle(make_image, with_plate=False)
    passage, pictures = _build(vehicle)
    assert [image.role for image in passage.images] == [ImageRole.VEHICLE]
    assert passage.images[0].frame_sequence == 30
    assert passage.plate is None
    assert passage.captured_at == vehicle.samples[20].captured_at
    assert len(pictures) == 1


def test_a_passage_says_who_when_and_with_what(make_image: MakeImage) -> None:
    passage, _ = _build(_vehicle(make_image, with_plate=True))
    assert (passage.track_id, passage.frames, passage.camera_id) == (4, 40, "c")
    assert passage.started_at < passage.captured_at < passage.ended_at
    assert passage.models == {"plate-reader": "0" * 64}
    assert passage.speed is None


def test_the_same_vehicle_makes_the_same_bytes(make_image: MakeImage) -> None:
    first, second = _build(_vehicle(make_image, with_plate=True)), _build(_vehicle(make_image, with_plate=True))
    assert first == second


def test_a_picture_of_pure_noise_is_made_small_enough() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1080, 1920, 3), dtype=np.uint8)
    assert len(to_jpeg(noise)) <= MAX_PICTURE_BYTES
    assert len(to_jpeg(noise[:1, :1])) > 0
