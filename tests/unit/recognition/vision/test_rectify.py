import cv2
import numpy as np
import pytest

from recognition.vision.rectify import background_of, outline, rectify, widen


def _plate(ground: tuple[int, int, int] = (235, 235, 235), ink: tuple[int, int, int] = (25, 25, 25)) -> np.ndarray:
    plate = np.zeros((112, 520, 3), dtype=np.uint8)
    plate[:] = ground
    cv2.putText(plate, "K834OT 22", (20, 88), cv2.FONT_HERSHEY_DUPLEX, 2.9, ink, 8, cv2.LINE_AA)
    return plate


def _scene(corners: np.ndarray) -> np.ndarray:
    scene = np.full((240, 360, 3), 60, dtype=np.uint8)
    source = np.array([[0, 0], [520, 0], [520, 112], [0, 112]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    cv2.warpPerspective(_plate(), matrix, (360, 240), dst=scene, borderMode=cv2.BORDER_TRANSPARENT)
    return scene


SHEARED = np.array([[100, 80], [230, 100], [224, 132], [94, 112]], dtype=np.float64)


def test_the_edge_of_a_sheared_plate_is_found_from_its_text() -> None:
    text = widen(SHEARED, left=-0.15, right=-0.3, above=-0.1, below=-0.1)
    edge = outline(_scene(SHEARED), text)
    assert edge is not None
    assert np.abs(edge - SHEARED).max() < 3


def test_on_bare_ground_there_is_no_plate_edge() -> None:
    assert outline(np.full((240, 360, 3), 120, dtype=np.uint8), SHEARED) is None


def test_a_rectified_plate_is_upright_and_whole() -> None:
    strip = rectify(_scene(SHEARED), SHEARED)
    assert strip.shape[0] == 48
    assert strip[4:-4, :4].mean() > 180  # the light ground reaches both ends
    assert strip[4:-4, -4:].mean() > 180


def test_a_known_shape_fixes_the_width() -> None:
    assert rectify(_scene(SHEARED), SHEARED, aspect=4.4).shape == (48, 211, 3)


def test_margins_are_shares_of_the_height() -> None:
    square = np.array([[10, 10], [50, 10], [50, 20], [10, 20]], dtype=np.float64)
    grown = widen(square, left=0.5, right=1.0, above=0.2, below=0.1)
    assert grown.tolist() == [[5, 8], [60, 8], [60, 21], [5, 21]]


@pytest.mark.parametrize(
    ("ground", "ink", "name"),
    [
        ((235, 235, 235), (25, 25, 25), "white"),
        ((20, 20, 20), (230, 230, 230), "black"),
        ((20, 200, 240), (25, 25, 25), "yellow"),
        ((200, 80, 20), (240, 240, 240), "blue"),
        ((128, 128, 128), (120, 120, 120), None),
    ],
)
def test_the_colour_of_a_plates_ground(
    ground: tuple[int, int, int], ink: tuple[int, int, int], name: str | None
) -> None:
    assert background_of(_plate(ground, ink)) == name
