import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from recognition.cli import app
from recognition.contracts import (
    ClockQuality,
    ClockSource,
    EvidenceItem,
    EvidenceManifest,
    EvidenceRole,
    Measurement,
    PlateRead,
)
from recognition.evidence import SigningKey, seal, sha256_hex
from recognition.plates import Calibration, Reading
from recognition.vision import FoundPlate, VisionModels

_AT = datetime(2026, 5, 1, 12, 0, 4, tzinfo=UTC)
_FRAME = b"the very frame"


def _run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    return result.exit_code, result.stdout, result.stderr


def _manifest() -> EvidenceManifest:
    read = PlateRead(
        plate="O567AM76",
        plate_region="ru",
        plate_type="1",
        raw_text="0567AM76",
        confidence=0.8,
        frame_sequence=12,
        captured_at=_AT,
        corners_px=((0, 0), (10, 0), (10, 4), (0, 4)),
        height_px=4,
    )
    item = EvidenceItem(
        path="frames/plate.png",
        role=EvidenceRole.PLATE_FRAME,
        sha256=sha256_hex(_FRAME),
        size_bytes=len(_FRAME),
        media_type="image/png",
        frame_sequence=12,
        captured_at=_AT,
    )
    return EvidenceManifest(
        package_id=UUID(int=1),
        candidate_id=UUID(int=2),
        passage_id=UUID(int=3),
        device_id="d1",
        camera_id="c1",
        site_id="s1",
        site_version=2,
        rule="point_speed",
        occurred_at=_AT,
        clock=ClockQuality(source=ClockSource.FILE, bound_ms=None),
        plate_read=read,
        measurement=Measurement(
            quantity="speed", value=92, unit="km/h", expanded_uncertainty=1.5, is_valid=True, method="plate_track"
        ),
        limit_kmh=60,
        items=(item,),
        models={"plate-reader": "0" * 64},
        code_version="1",
        sealed_at=_AT,
    )


@pytest.fixture
def package(tmp_path: Path) -> tuple[Path, Path]:
    key = SigningKey.generate()
    sealed = seal(_manifest(), {"frames/plate.png": _FRAME}, key)
    (tmp_path / "package.zip").write_bytes(sealed.data)
    (tmp_path / "public.pem").write_text(key.verifying.pem, encoding="ascii")
    return tmp_path / "package.zip", tmp_path / "public.pem"


def test_a_whole_package_is_told_in_plain_words(package: tuple[Path, Path]) -> None:
    code, out, err = _run("verify", package[0], "--key", package[1])
    assert (code, err) == (0, "")
    for word in ("whole", "O567AM76", "d1", "point_speed", "92 km/h", "1.5 km/h", "60 km/h", "frames/plate.png"):
        assert word in out


def test_one_flipped_byte_is_refused_and_named(package: tuple[Path, Path]) -> None:
    data = bytearray(package[0].read_bytes())
    data[data.index(_FRAME)] ^= 1
    package[0].write_bytes(bytes(data))
    code, out, err = _run("verify", package[0], "--key", package[1])
    assert (code, out) == (2, "")
    assert "evidence.digest_mismatch" in err


def test_another_devices_key_is_refused(package: tuple[Path, Path]) -> None:
    package[1].write_text(SigningKey.generate().verifying.pem, encoding="ascii")
    code, _, err = _run("verify", package[0], "--key", package[1])
    assert code == 2
    assert "evidence.signature_invalid" in err
    assert "fix:" in err


def test_what_is_missing_is_named(package: tuple[Path, Path], tmp_path: Path) -> None:
    assert "evidence.missing" in _run("verify", tmp_path / "none.zip", "--key", package[1])[2]
    assert "key.missing" in _run("verify", package[0], "--key", tmp_path / "none.pem")[2]
    assert "key.invalid" in _run("verify", package[0], "--key", package[0])[2]


class _Finder:
    def find(self, bgr: NDArray[np.uint8], *, side_px: int) -> list[FoundPlate]:
        assert bgr.shape[1] <= side_px
        if bgr.max() < 100:
            return []
        first = np.array([[10.0, 10], [60, 14], [60, 26], [10, 22]])
        second = np.array([[80.0, 10], [130, 10], [130, 22], [80, 22]])
        return [FoundPlate(first, 0.9), FoundPlate(second, 0.9)]


@dataclass
class _Reader:
    readings: tuple[Reading, Reading]

    def read(self, bgr: NDArray[np.uint8], corners_px: NDArray[np.float64]) -> Reading:
        assert bgr.dtype == np.uint8
        return self.readings[int(corners_px[0, 0] > 50)]


@pytest.fixture
def plates_everywhere(monkeypatch: pytest.MonkeyPatch, make_reading: Callable[..., Reading]) -> None:
    """Every light photo shows a sure plate and one that is torn between two digits."""
    torn = make_reading("K834OT22", torn={1: {"8": 0.5, "3": 0.4}})
    reader = _Reader((make_reading("O567AM76", torn={0: {"0": 0.5, "O": 0.4}}), torn))
    by_margin = Calibration(margin=1.0, likelihood=0.0, nothing=0.0)
    models = VisionModels(None, _Finder(), reader, {}, by_margin)  # type: ignore[arg-type]
    monkeypatch.setattr(VisionModels, "load", lambda _: models)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    assert cv2.imwrite(str(tmp_path / "photo.png"), np.full((90, 160, 3), 128, np.uint8))
    return tmp_path / "photo.png"


def test_one_bad_photo_does_not_stop_the_others(plates_everywhere: None, tmp_path: Path, photo: Path) -> None:
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"no picture")
    code, out, err = _run("read", bad, tmp_path / "none.jpg", photo)
    assert code == 1
    assert [line.split(",")[0] for line in out.splitlines()] == ["image", str(photo), str(photo)]
    assert "image.unreadable" in err
    assert "image.missing" in err


def test_a_photo_without_a_plate_has_no_line(plates_everywhere: None, tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "dark.png"), np.zeros((90, 160, 3), np.uint8))
    assert _run("read", tmp_path / "dark.png") == (0, "image,xmin,ymin,xmax,ymax,text,confidence\n", "")
    assert _run("read", tmp_path / "dark.png", "--json") == (0, "", "")


def test_every_plate_of_a_photo_is_a_line_of_csv_surest_first(plates_everywhere: None, photo: Path) -> None:
    code, out, _ = _run("read", photo)
    rows = [line.split(",") for line in out.splitlines()[1:]]
    assert code == 0
    assert [row[:6] for row in rows] == [
        [str(photo), "10", "10", "60", "26", "O567AM76"],
        [str(photo), "80", "10", "130", "22", "K834OT22"],
    ]
    assert float(rows[0][6]) > 0.9
    assert 0.4 < float(rows[1][6]) < 0.7


def test_guesses_less_sure_than_asked_for_are_left_out(plates_everywhere: None, photo: Path) -> None:
    _, out, _ = _run("read", photo, "--min-confidence", "0.9")
    assert [line.split(",")[5] for line in out.splitlines()[1:]] == ["O567AM76"]


def test_json_tells_corners_characters_and_what_else_it_may_be(plates_everywhere: None, photo: Path) -> None:
    first, second = (json.loads(line) for line in _run("read", photo, "--json")[1].splitlines())
    assert {
        "text": "O567AM76",
        "plate_region": "ru",
        "plate_type": "1",
        "raw_text": "0567AM76",
    }.items() <= first.items()
    assert first["corners"] == [[10, 10], [60, 14], [60, 26], [10, 22]]
    assert "".join(one["character"] for one in first["characters"]) == "O567AM76"
    assert first["characters"][0]["alternatives"][0][0] == "0"
    other = next(one for one in second["alternatives"] if one["text"] == "K334OT22")
    assert 0.2 < other["confidence"] <= 1 - second["confidence"] + 1e-4
    assert {"plate_region", "plate_type", "belief"} <= other.keys()


def test_csv_and_json_exclude_each_other(photo: Path) -> None:
    code, out, err = _run("read", photo, "--csv", "--json")
    assert (code, out) == (2, "")
    assert "--csv or --json" in err


def test_an_unknown_home_country_is_refused_with_those_known(tmp_path: Path) -> None:
    code, _, err = _run("read", tmp_path / "any.jpg", "--home", "zz")
    assert code == 2
    assert "grammar.unknown" in err


@pytest.mark.parametrize("moment", ["yesterday", "2026-05-01T12:00:00"])
def test_a_start_time_needs_to_be_one_and_to_name_its_zone(tmp_path: Path, moment: str) -> None:
    code, out, err = _run("analyse", tmp_path / "a.mp4", "--site", tmp_path / "s.toml", "--start-at", moment)
    assert (code, out) == (2, "")
    assert "--start-at" in err


def test_a_missing_site_file_is_one_message(tmp_path: Path) -> None:
    code, out, err = _run("analyse", tmp_path / "a.mp4", "--site", tmp_path / "s.toml")
    assert (code, out) == (2, "")
    assert "site.missing" in err
    assert "fix:" in err


def test_a_missing_model_is_one_message(tmp_path: Path) -> None:
    registry = tmp_path / "registry.toml"
    registry.write_text("artefacts = []\n", encoding="utf-8")
    code, _, err = _run("read", tmp_path / "a.jpg", "--registry", registry)
    assert code == 2
    assert "model.unknown" in err


@pytest.mark.needs_data
def test_a_photo_is_read_as_csv_and_json(real_data: Path) -> None:
    picture = real_data / "plates/ru/106.jpg"
    code, out, _ = _run("read", picture, "--csv", "--home", "ru")
    assert code == 0
    row = out.splitlines()[1].split(",")
    assert row[5] == "K434CT98"
    assert int(row[1]) < int(row[3])
    assert 0 < float(row[6]) <= 1
    found = [json.loads(line) for line in _run("read", picture, "--json", "--home", "ru")[1].splitlines()]
    assert {"text": "K434CT98", "plate_region": "ru", "plate_type": "1"}.items() <= found[0].items()
