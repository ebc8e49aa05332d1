import io
import resource
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from recognition.contracts import VideoError
from recognition.plates import Calibration, Reading
from recognition.vision import FoundPlate, StillReader, VisionModels, load_still


def _photo() -> NDArray[np.uint8]:
    picture = np.full((60, 80, 3), 90, np.uint8)
    picture[:30, :40] = (10, 20, 200)
    return picture


def _saved(path: Path, picture: NDArray[np.uint8 | np.uint16]) -> Path:
    assert cv2.imwrite(str(path), picture)
    return path


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + content


def _code(path: Path) -> str:
    with pytest.raises(VideoError) as caught:
        load_still(path)
    assert path.name in str(caught.value)
    assert caught.value.hint
    return caught.value.code


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp"])
def test_a_photo_is_read_as_it_was_saved(tmp_path: Path, suffix: str) -> None:
    read = load_still(_saved(tmp_path / f"photo{suffix}", _photo()))
    assert (read.shape, read.dtype) == ((60, 80, 3), np.uint8)
    assert np.abs(read[10, 10].astype(int) - [10, 20, 200]).max() < 12


def test_a_grey_photo_gets_three_channels(tmp_path: Path) -> None:
    read = load_still(_saved(tmp_path / "grey.png", np.full((20, 30), 77, np.uint8)))
    assert read.shape == (20, 30, 3)
    assert set(read.ravel().tolist()) == {77}


def test_sixteen_bits_become_eight(tmp_path: Path) -> None:
    read = load_still(_saved(tmp_path / "deep.png", np.full((20, 30, 3), 40_000, np.uint16)))
    assert (read.shape, read.dtype) == ((20, 30, 3), np.uint8)
    assert abs(int(read[0, 0, 0]) - 40_000 // 257) <= 1


def test_transparency_is_left_out(tmp_path: Path) -> None:
    read = load_still(_saved(tmp_path / "clear.png", np.dstack([_photo(), np.full((60, 80), 128, np.uint8)])))
    assert np.array_equal(read, _photo())


def test_one_pixel_is_a_picture(tmp_path: Path) -> None:
    assert load_still(_saved(tmp_path / "dot.png", np.full((1, 1, 3), 5, np.uint8))).shape == (1, 1, 3)


def test_a_photo_is_turned_as_the_camera_was_held(tmp_path: Path) -> None:
    image = Image.fromarray(_photo()[:, :, ::-1].copy())
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned a quarter to the right
    image.save(tmp_path / "held.jpg", exif=exif, quality=95)
    read = load_still(tmp_path / "held.jpg")
    assert read.shape == (80, 60, 3)
    assert read[10, 50, 2] > 150
    assert read[10, 10, 2] < 120


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_file_cut_off_is_named_and_not_half_read(tmp_path: Path, suffix: str, share: float) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    path = _saved(tmp_path / f"cut{suffix}", noise)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    assert _code(path) == "image.truncated"


def _with_small_picture(data: bytes) -> bytes:
    small = io.BytesIO()
    Image.new("RGB", (16, 12)).save(small, "JPEG")
    content = b"Exif\x00\x00" + small.getvalue()
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + data[2:]


def test_the_end_of_the_small_picture_inside_is_not_the_end_of_the_photo(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    path = _saved(tmp_path / "small.jpg", noise)
    data = _with_small_picture(path.read_bytes())
    path.write_bytes(data)
    assert load_still(path).shape == (200, 200, 3)
    path.write_bytes(data[: len(data) // 2])
    assert _code(path) == "image.truncated"


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_what_a_telephone_appends_does_not_hide_the_photo(tmp_path: Path, suffix: str) -> None:
    path = _saved(tmp_path / f"film{suffix}", _photo())
    path.write_bytes(path.read_bytes() + b"\x00ftypmp42" + bytes(200_000))
    assert load_still(path).shape == (60, 80, 3)


@pytest.mark.parametrize("content", [b"", b"just words\n" * 40, b"\xff\xd8", b"\x89PNG\r\n\x1a\n", bytes(500)])
def test_what_is_no_picture_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "words.jpg").write_bytes(content)
    assert _code(tmp_path / "words.jpg") == "image.unreadable"


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    assert _code(tmp_path / "none.jpg") == "image.missing"
    assert _code(tmp_path) == "image.missing"


@pytest.mark.parametrize(("width", "height"), [(30_000, 30_000), (10_000, 9_000), (64_000_001, 1)])
def test_a_file_that_claims_to_be_huge_costs_no_memory(tmp_path: Path, width: int, height: int) -> None:
    (tmp_path / "huge.png").write_bytes(_png_header(width, height))
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert _code(tmp_path / "huge.png") == "image.too_large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib < 20_000


class _Finder:
    def find(self, bgr: NDArray[np.uint8], *, side_px: int) -> list[FoundPlate]:
        assert side_px > 0
        corners = np.array([[10.0, 10], [50, 10], [50, 20], [10, 20]])
        return [FoundPlate(corners, 0.9), FoundPlate(corners + 20, 0.95)] if bgr.shape[0] > 10 else []


class _Reader:
    def __init__(self, readings: list[Reading]) -> None:
        self._readings = readings

    def read(self, bgr: NDArray[np.uint8], corners_px: NDArray[np.float64]) -> Reading:
        del bgr
        return self._readings[int(corners_px[0, 0] > 15)]


class _Detector:
    def detect(self, bgr: NDArray[np.uint8]) -> list[object]:
        raise AssertionError(f"a still {bgr.shape} is read without looking for vehicles")


def _still_reader(readings: list[Reading], min_confidence: float = 0.0) -> StillReader:
    by_margin = Calibration(margin=1.0, likelihood=0.0, nothing=0.0)
    models = VisionModels(_Detector(), _Finder(), _Reader(readings), {}, by_margin)  # type: ignore[arg-type]
    return StillReader(models, min_confidence=min_confidence)


def test_every_plate_of_a_photo_is_read_surest_first(make_reading: Callable[..., Reading]) -> None:
    reader = _still_reader([make_reading("O567AM76"), make_reading("K834OT22", torn={1: {"8": 0.5, "3": 0.4}})])
    assert [one.candidate.plate for one in reader.read(_photo())] == ["O567AM76", "K834OT22"]
    assert len(reader.find(_photo())) == 2


def test_plates_less_sure_than_asked_for_are_left_out(make_reading: Callable[..., Reading]) -> None:
    poor = make_reading("K834OT22", torn={1: {"8": 0.5, "3": 0.4}})
    reader = _still_reader([make_reading("O567AM76"), poor], min_confidence=0.9)
    assert [one.candidate.plate for one in reader.read(_photo())] == ["O567AM76"]


def test_in_one_pixel_there_is_no_plate() -> None:
    assert _still_reader([]).read(np.zeros((1, 1, 3), np.uint8)) == []
