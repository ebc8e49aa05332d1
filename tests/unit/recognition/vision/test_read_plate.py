from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.contracts import ModelError
from recognition.plates.ctc import ALPHABET, greedy
from recognition.vision import PlateNetwork
from recognition.vision.read_plate import straighten

_KINDS = ("ru/1", "us/general", "none/none")


@dataclass
class _Network:
    """Says ``A7`` and the first kind of whatever it is shown, and keeps what that was."""

    notes: dict[str, str] = field(
        default_factory=lambda: {"alphabet": ALPHABET, "kinds": "\n".join(_KINDS), "margin": "0.1"}
    )
    shape: tuple[int | str, ...] = ("batch", 3, 40, 160)
    batches: list[NDArray[np.float32]] = field(default_factory=list)

    def run_all(self, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        self.batches.append(batch)
        characters = np.full((1, 5, 37), -4.0, np.float32)
        for step, column in enumerate((0, 1 + ALPHABET.index("A"), 0, 1 + ALPHABET.index("7"), 0)):
            characters[0, step, column] = 6.0
        return [characters, np.array([[900.0, 898.0, -900.0]], np.float32)]


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Callable[[_Network], PlateNetwork]:
    """Make a reader of a network that is given."""

    def make(network: _Network) -> PlateNetwork:
        monkeypatch.setattr("recognition.vision.read_plate.OnnxNetwork", lambda _: network)
        return PlateNetwork(Path("reader.onnx"))

    return make


Load = Callable[[_Network], PlateNetwork]
_CORNERS = np.array([[100, 80], [230, 100], [224, 132], [94, 112]], np.float64)


def _flat() -> NDArray[np.uint8]:
    plate = np.full((112, 520, 3), 235, np.uint8)
    cv2.putText(plate, "K834OT 22", (20, 88), cv2.FONT_HERSHEY_DUPLEX, 2.9, (25, 25, 25), 8, cv2.LINE_AA)
    return plate


def _scene() -> NDArray[np.uint8]:
    scene = np.full((240, 360, 3), 60, np.uint8)
    source = np.array([[0, 0], [520, 0], [520, 112], [0, 112]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, _CORNERS.astype(np.float32))
    cv2.warpPerspective(_flat(), matrix, (360, 240), dst=scene, borderMode=cv2.BORDER_TRANSPARENT)
    return scene


def test_logits_become_chances_of_characters_and_of_named_kinds(load: Load) -> None:
    reading = load(_Network()).read(_scene(), _CORNERS)
    assert reading.steps.shape == (5, 37)
    assert reading.steps.dtype == np.float64
    assert reading.steps.sum(axis=1) == pytest.approx(np.ones(5))
    assert greedy(reading.steps) == "A7"
    assert tuple(reading.kinds) == _KINDS
    assert sum(reading.kinds.values()) == pytest.approx(1.0)
    assert reading.kinds["ru/1"] == pytest.approx(1 / (1 + np.exp(-2)))


def test_the_network_sees_the_straightened_plate_in_red_green_blue_around_zero(load: Load) -> None:
    network = _Network()
    bgr = np.full((90, 200, 3), (0, 51, 255), np.uint8)
    load(network).read(bgr, np.array([[50.0, 30], [150, 30], [150, 55], [50, 55]]))
    batch = network.batches[0]
    assert (batch.shape, batch.dtype) == ((1, 3, 40, 160), np.float32)
    assert batch[0, :, 20, 80] == pytest.approx([1.0, -0.6, -1.0], abs=0.01)


def test_the_margin_is_the_one_the_network_was_trained_with(load: Load) -> None:
    bgr = np.zeros((90, 200, 3), np.uint8)
    bgr[30:55, 50:150] = 255
    network = _Network()
    load(network).read(bgr, np.array([[50.0, 30], [150, 30], [150, 55], [50, 55]]))
    row = network.batches[0][0, 0, 20]
    ground = 0.1 / 1.2 * 160
    assert (row[: int(ground) - 2] < 0).all()
    assert (row[int(ground) + 3 : -int(ground) - 3] > 0).all()
    assert (row[-int(ground) + 2 :] < 0).all()


@pytest.mark.parametrize(
    "notes", [{}, {"alphabet": ALPHABET}, {"kinds": "ru/1"}, {"alphabet": ALPHABET[::-1], "kinds": "ru/1"}]
)
def test_a_file_that_is_no_plate_reader_is_refused_by_name(load: Load, notes: dict[str, str]) -> None:
    with pytest.raises(ModelError) as caught:
        load(_Network(notes=notes))
    assert caught.value.code == "model.unusable"
    assert "reader.onnx" in str(caught.value)


def test_a_sheared_plate_is_straightened_to_what_it_was() -> None:
    strip = straighten(_scene(), _CORNERS, (130, 32))
    flat = cv2.resize(_flat(), (130, 32), interpolation=cv2.INTER_AREA)
    assert np.corrcoef(strip.ravel(), flat.ravel())[0, 1] > 0.9


def test_beyond_the_pictures_edge_the_edge_is_repeated() -> None:
    strip = straighten(
        np.full((40, 90, 3), 200, np.uint8), np.array([[-20.0, 5], [80, 5], [80, 60], [-20, 60]]), (80, 20)
    )
    assert set(strip.ravel().tolist()) == {200}
