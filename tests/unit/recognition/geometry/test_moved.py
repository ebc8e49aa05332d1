"""A camera that was knocked is noticed; lorries, dusk and trees do not make it so, and at night nobody knows."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.synthesis.scenes.demo import DEMO
from models.synthesis.scenes.render import SceneRenderer
from recognition.contracts import RecognitionError
from recognition.geometry.moved import ViewReference
from recognition.violations.gates import VIEW_SHIFT_MAX_PX

Picture = NDArray[np.uint8]
OWN_DATE = [(0.0, 0.0, 70.0, 25.0), (475.0, 340.0, 640.0, 360.0)]


def warped(picture: Picture, matrix: object) -> Picture:
    height, width = picture.shape[:2]
    return cv2.warpAffine(
        picture, np.array(matrix, float), (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )


def shifted(picture: Picture, x_px: float, y_px: float = 0.0) -> Picture:
    return warped(picture, [[1, 0, x_px], [0, 1, y_px]])


def turned(picture: Picture, degrees: float) -> Picture:
    height, width = picture.shape[:2]
    return warped(picture, cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0))


@pytest.fixture(name="clip", scope="module")
def _clip(real_data: Path) -> list[Picture]:
    """Every second of the public clip."""
    reader = cv2.VideoCapture(str(real_data / "videos" / "kraten_cars.mp4"))
    frames = []
    while reader.grab():
        if len(frames) * 25 <= reader.get(cv2.CAP_PROP_POS_FRAMES) - 1:
            frames.append(reader.retrieve()[1])
    return frames


@pytest.fixture(name="rendered", scope="module")
def _rendered() -> list[Picture]:
    """The demonstration's scene at half its size."""
    camera = replace(DEMO.camera, focal_px=DEMO.camera.focal_px / 2, width_px=640, height_px=360)
    renderer = SceneRenderer(replace(DEMO, camera=camera))
    return [renderer.frame(sequence) for sequence in (0, 100, 260)]


@pytest.mark.needs_data
def test_a_camera_that_hangs_still_stays_below_a_pixel_all_the_clip(clip: list[Picture]) -> None:
    reference = ViewReference.from_still(clip[0], avoid_px=OWN_DATE)
    checks = [reference.check(frame) for frame in clip]
    assert len(checks) > 40
    assert all(check.is_known for check in checks)
    assert max(check.shift_px for check in checks) < 1.0
    assert min(check.patches_used for check in checks) >= 15


@pytest.mark.needs_data
@pytest.mark.parametrize(
    ("move", "shift_px"),
    [
        (lambda picture: shifted(picture, 4.0), 4.0),
        (lambda picture: shifted(picture, 0.0, -2.5), 2.5),
        (lambda picture: shifted(picture, 35.0, -20.0), 40.3),
        (lambda picture: turned(picture, 0.5), 3.2),
    ],
)
def test_a_knock_is_measured(clip: list[Picture], move: Callable[[Picture], Picture], shift_px: float) -> None:
    reference = ViewReference.from_still(clip[0], avoid_px=OWN_DATE)
    for frame in clip[5::12]:
        check = reference.check(move(frame))
        assert check.is_known
        assert check.shift_px == pytest.approx(shift_px, abs=0.3)
        assert check.standard_uncertainty_px < 0.2
        assert (check.shift_px > VIEW_SHIFT_MAX_PX) == (shift_px > 3)


def test_a_rendered_camera_that_hangs_still_has_not_moved(rendered: list[Picture]) -> None:
    reference = ViewReference.from_still(rendered[0])
    checks = [reference.check(frame) for frame in rendered]
    assert all(check.is_known and check.shift_px < 1.0 for check in checks)


@pytest.mark.parametrize("degrees", [0.4, -1.0])
def test_a_turned_rendered_camera_has_moved(rendered: list[Picture], degrees: float) -> None:
    check = ViewReference.from_still(rendered[0]).check(turned(rendered[1], degrees))
    height, width = rendered[0].shape[:2]
    assert check.is_known
    assert check.shift_px == pytest.approx(np.hypot(width, height) / 2 * np.radians(abs(degrees)), rel=0.1)


def test_a_picture_half_hidden_by_a_lorry_is_outvoted(rendered: list[Picture]) -> None:
    hidden = shifted(rendered[0], 5.0)
    hidden[75:300, 150:400] = np.random.default_rng(1).integers(0, 255, (225, 250, 3), dtype=np.uint8)
    check = ViewReference.from_still(rendered[0]).check(hidden)
    assert check.is_known
    assert check.shift_px == pytest.approx(5.0, abs=0.3)


def test_dusk_is_no_knock_and_night_is_not_known(rendered: list[Picture]) -> None:
    reference = ViewReference.from_still(rendered[0])
    dusk = reference.check((rendered[1] * 0.6).astype(np.uint8))
    assert dusk.is_known
    assert dusk.shift_px < 1.0
    night = reference.check((rendered[1] * 0.05).astype(np.uint8))
    assert (night.shift_px, night.is_known, night.reason) == (None, False, "dark")
    fog = reference.check((rendered[1] * 0.08 + 170).astype(np.uint8))
    assert (fog.shift_px, fog.is_known, fog.reason) == (None, False, "flat")


def test_another_place_by_day_is_a_move_of_which_only_the_least_is_known(rendered: list[Picture]) -> None:
    check = ViewReference.from_still(rendered[0]).check(np.ascontiguousarray(rendered[0][::-1, ::-1]))
    assert (check.is_known, check.reason) == (False, "unrecognised")
    assert check.shift_px > VIEW_SHIFT_MAX_PX


def test_a_wall_is_no_reference() -> None:
    with pytest.raises(RecognitionError) as caught:
        ViewReference.from_still(np.full((360, 640, 3), 120, np.uint8))
    assert caught.value.code == "view.no_texture"


def test_another_picture_size_is_refused(rendered: list[Picture]) -> None:
    with pytest.raises(RecognitionError) as caught:
        ViewReference.from_still(rendered[0]).check(rendered[0][:-2])
    assert caught.value.code == "view.other_picture"
