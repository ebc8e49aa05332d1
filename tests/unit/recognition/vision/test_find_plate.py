from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.vision import CornerFinder, FoundPlate

Picture = NDArray[np.uint8]
_CLOSE = (96, 192)


@dataclass
class _BrightNetwork:
    """Takes every bright quadrilateral for a plate, and its brightness for how sure one is; answers as YOLO does.

    ``close_score`` is what it says close up instead; ``doubles`` says everything twice, a little aside.
    """

    close_score: float | None = None
    doubles: bool = False
    views: list[NDArray[np.float32]] = field(default_factory=list)

    def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        self.views.append(batch)
        view = batch[0].max(axis=0)
        _, labels = cv2.connectedComponents((view > 0.62).astype(np.uint8))
        found = [np.zeros(17)]
        for label in range(1, int(labels.max()) + 1):
            points = np.argwhere(labels == label)[:, ::-1].astype(np.float32)
            score = 2.4 * (float(np.quantile(view[labels == label], 0.9)) - 0.6)
            if self.close_score is not None and batch.shape[2:] == _CLOSE:
                score = self.close_score
            found.append(_answer(points, score))
            if self.doubles:
                found.append(_answer(points + 1.5, 0.9 * score))
        return np.array(found, np.float32).T[None]

    @property
    def close_views(self) -> list[NDArray[np.float32]]:
        return [one for one in self.views if one.shape[2:] == _CLOSE]


def _answer(points: NDArray[np.float32], score: float) -> NDArray[np.float64]:
    centre, size, turn = cv2.minAreaRect(points)
    corners = cv2.boxPoints((centre, (size[0] + 1, size[1] + 1), turn)) + 0.5
    order = [(corners @ direction).argmin() for direction in ([1, 1], [-1, 1], [-1, -1], [1, -1])]
    ordered = corners[order]
    low, high = corners.min(axis=0), corners.max(axis=0)
    seen = np.column_stack([ordered, np.full(4, 0.9)])
    return np.concatenate([(low + high) / 2, high - low, [score], seen.ravel()])


@pytest.fixture
def find(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[FoundPlate]]:
    """Find plates with a network that is given."""

    def run(network: _BrightNetwork, bgr: Picture, side_px: int = 640) -> list[FoundPlate]:
        monkeypatch.setattr("recognition.vision.find_plate.OnnxNetwork", lambda _: network)
        return CornerFinder(Path("finder.onnx")).find(bgr, side_px=side_px)

    return run


Find = Callable[..., list[FoundPlate]]


def _picture(width: int, height: int, *plates: tuple[float, float, float, float], shade: int = 245) -> Picture:
    bgr = np.full((height, width, 3), 80, np.uint8)
    for x, y, wide, tall in plates:
        bgr[round(y) : round(y + tall), round(x) : round(x + wide)] = shade
    return bgr


def _corners(x: float, y: float, wide: float, tall: float) -> NDArray[np.float64]:
    return np.array([[x, y], [x + wide, y], [x + wide, y + tall], [x, y + tall]], np.float64)


@pytest.mark.parametrize(
    ("width", "height", "box"),
    [
        (640, 360, (300, 200, 60, 14)),
        (1920, 1080, (900, 700, 90, 20)),
        (3840, 2160, (2900, 1700, 300, 66)),
        (200, 120, (90, 60, 40, 10)),
        (80, 50, (30, 25, 22, 7)),
        (360, 640, (100, 500, 120, 60)),
    ],
    ids=["as it is", "shrunk", "shrunk, a near plate", "enlarged", "enlarged to the most", "upright"],
)
def test_corners_are_given_in_pixels_of_the_picture(
    find: Find, width: int, height: int, box: tuple[int, int, int, int]
) -> None:
    found = find(_BrightNetwork(), _picture(width, height, box))
    assert len(found) == 1
    tolerance_px = 1.0 + 0.01 * box[2]
    assert np.abs(found[0].corners_px - _corners(*box)).max() < tolerance_px
    assert abs(found[0].width_px - box[2]) < tolerance_px
    assert abs(found[0].height_px - box[3]) < tolerance_px


def test_a_turned_plates_corners_start_at_its_top_left(find: Find) -> None:
    corners = np.array([[310, 180], [408, 206], [402, 228], [304, 202]], np.float64)
    bgr = _picture(640, 360)
    cv2.fillPoly(bgr, [corners.astype(np.int32)], (245, 245, 245))
    found = find(_BrightNetwork(), bgr)
    assert np.abs(found[0].corners_px - corners).max() < 2
    assert found[0].box_px == pytest.approx([304, 180, 408, 228], abs=2)


@pytest.mark.parametrize("box", [(0, 0, 60, 16), (580, 346, 60, 14), (0, 180, 50, 12), (300, 0, 70, 16)])
@pytest.mark.parametrize("scale", [1, 4])
def test_a_plate_at_the_pictures_edge_is_found_in_its_place(
    find: Find, box: tuple[int, int, int, int], scale: int
) -> None:
    grown = tuple(scale * side for side in box)
    found = find(_BrightNetwork(), _picture(640 * scale, 360 * scale, grown))
    assert len(found) == 1
    assert np.abs(found[0].corners_px - _corners(*grown)).max() < 1 + scale


def test_several_plates_are_each_found_once_the_surest_first(find: Find) -> None:
    bgr = _picture(640, 360, (80, 200, 60, 14), shade=215)
    bgr[100:116, 400:470] = 250
    bgr[300:312, 300:350] = 232
    network = _BrightNetwork(doubles=True)
    found = find(network, bgr)
    assert [round(plate.corners_px[0, 0], -1) for plate in found] == [400, 300, 80]
    assert [plate.score for plate in found] == sorted((plate.score for plate in found), reverse=True)
    assert len(network.close_views) == 3


def test_plates_side_by_side_stay_two(find: Find) -> None:
    found = find(_BrightNetwork(), _picture(640, 360, (200, 200, 50, 14), (256, 200, 50, 14)))
    assert sorted(plate.corners_px[0, 0] for plate in found) == pytest.approx([200, 256], abs=1)


def test_two_first_sights_of_one_plate_are_one_after_the_close_look(find: Find) -> None:
    @dataclass
    class _Halves(_BrightNetwork):
        def run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
            output = super().run(batch)
            if batch.shape[2:] == _CLOSE:
                return output
            left, right = output[0, :, 1].copy(), output[0, :, 1].copy()
            for half, shift in ((left, -0.2), (right, 0.2)):
                half[[0, 5, 8, 11, 14]] += shift * output[0, 2, 1]
            return np.stack([left, right], axis=1)[None]

    network = _Halves()
    found = find(network, _picture(640, 360, (300, 200, 80, 18)))
    assert len(network.close_views) == 2
    assert len(found) == 1
    assert np.abs(found[0].corners_px - _corners(300, 200, 80, 18)).max() < 1.5


def test_what_is_nothing_close_up_is_no_plate(find: Find) -> None:
    network = _BrightNetwork(close_score=0.0)
    assert find(network, _picture(640, 360, (300, 200, 60, 14))) == []
    assert len(network.close_views) == 1


def test_what_is_unsure_from_afar_must_be_confirmed_close_up(find: Find) -> None:
    unsure = _picture(640, 360, (300, 200, 60, 14), shade=175)
    assert find(_BrightNetwork(close_score=0.2), unsure) == []
    confirmed = find(_BrightNetwork(close_score=0.8), unsure)
    assert [plate.score for plate in confirmed] == pytest.approx([0.8])


def test_what_is_sure_from_afar_and_still_seen_close_up_keeps_its_score(find: Find) -> None:
    found = find(_BrightNetwork(close_score=0.1), _picture(640, 360, (300, 200, 60, 14), shade=230))
    assert [plate.score for plate in found] == pytest.approx([2.4 * (230 / 255 - 0.6)], abs=0.01)


def test_a_picture_without_a_plate_is_looked_at_once(find: Find) -> None:
    network = _BrightNetwork()
    assert find(network, _picture(640, 360)) == []
    assert len(network.views) == 1


def test_a_picture_full_of_bright_places_costs_a_bounded_number_of_looks(find: Find) -> None:
    boxes = [(20 + 60 * column, 20 + 40 * row, 30, 8) for column in range(10) for row in range(8)]
    network = _BrightNetwork()
    assert len(find(network, _picture(640, 360, *boxes))) == 12
    assert len(network.views) == 13


@pytest.mark.parametrize(("width", "height"), [(640, 360), (3840, 2160), (333, 77), (8, 6), (50, 4000)])
@pytest.mark.parametrize("side_px", [320, 640])
def test_the_network_gets_what_it_was_trained_with(find: Find, width: int, height: int, side_px: int) -> None:
    network = _BrightNetwork()
    bgr = _picture(width, height)
    bgr[:, :, 0], bgr[:, :, 2] = 20, 120
    find(network, bgr, side_px=side_px)
    view = network.views[0]
    assert view.dtype == np.float32
    assert view.shape[:2] == (1, 3)
    assert all(side % 32 == 0 and 32 <= side <= side_px for side in view.shape[2:])
    assert view[0, :, 1, 0] * 255 == pytest.approx([120, 80, 20], abs=1)


@pytest.mark.parametrize("box", [(300, 200, 60, 14), (900, 500, 300, 70), (1700, 900, 30, 8), (900, 500, 90, 80)])
def test_close_up_the_plate_stands_whole_in_the_middle_with_ground_around(
    find: Find, box: tuple[int, int, int, int]
) -> None:
    network = _BrightNetwork()
    find(network, _picture(1920, 1080, box))
    bright = np.argwhere(network.close_views[0][0].max(axis=0) > 0.62)
    low, high = bright.min(axis=0), bright.max(axis=0) + 1
    assert (low + high) / 2 == pytest.approx([48, 96], abs=4)
    assert (high - low)[0] <= 60
    assert (high - low)[1] <= 104


def test_the_same_picture_gives_the_same_plates(find: Find) -> None:
    bgr = _picture(1280, 720, (300, 200, 61, 14), (700, 400, 90, 22))
    first, second = find(_BrightNetwork(), bgr), find(_BrightNetwork(), bgr)
    assert [(one.score, one.corners_px.tolist()) for one in first] == [
        (one.score, one.corners_px.tolist()) for one in second
    ]
