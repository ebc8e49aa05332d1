"""A stream is held against the still beside its site file."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.synthesis.scenes.demo import DEMO, DEMO_SITE
from models.synthesis.scenes.render import SceneRenderer
from models.synthesis.scenes.survey import site_toml
from recognition.contracts import Site, SiteError
from recognition.geometry import ViewWatch, load_view, parse_site, still_beside
from recognition.geometry.view_watch import keep_still

Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def scene() -> tuple[Site, Picture]:
    """The demonstration's site and still, at half its size."""
    camera = replace(DEMO.camera, focal_px=DEMO.camera.focal_px / 2, width_px=640, height_px=360)
    small = replace(DEMO, camera=camera)
    return parse_site(site_toml(small, DEMO_SITE), name="small"), SceneRenderer(small).frame(0)


def moved(picture: Picture, by_px: float) -> Picture:
    height, width = picture.shape[:2]
    return cv2.warpAffine(
        picture, np.array([[1.0, 0, by_px], [0, 1, 0]]), (width, height), borderMode=cv2.BORDER_REFLECT
    )


def watch_of(scene: tuple[Site, Picture], tmp_path: Path) -> ViewWatch:
    site, still = scene
    keep_still(still, tmp_path / "a.toml")
    reference = load_view(tmp_path / "a.toml", site)
    assert reference is not None
    return ViewWatch(reference, every_s=2.0)


def test_without_a_still_nothing_is_checked(scene: tuple[Site, Picture], tmp_path: Path) -> None:
    assert load_view(tmp_path / "a.toml", scene[0]) is None


def test_a_knock_is_found_for_who_passes_after_it_and_not_before(scene: tuple[Site, Picture], tmp_path: Path) -> None:
    watch, still = watch_of(scene, tmp_path), scene[1]
    for second in range(20):
        watch.see(float(second), still if second < 12 else moved(still, 6.0))
    before, after = watch.shift_px(2.0, 5.0), watch.shift_px(14.0, 18.0)
    assert before is not None
    assert after is not None
    assert before < 0.5
    assert after == pytest.approx(6.0, abs=0.5)


def test_at_night_nobody_knows(scene: tuple[Site, Picture], tmp_path: Path) -> None:
    watch = watch_of(scene, tmp_path)
    watch.see(0.0, np.zeros_like(scene[1]))
    assert watch.shift_px(0.0, 1.0) is None


def test_most_pictures_are_let_go_by(scene: tuple[Site, Picture], tmp_path: Path) -> None:
    watch, still = watch_of(scene, tmp_path), scene[1]
    watch.see(0.0, still)
    watch.see(1.0, moved(still, 8.0))  # within the interval: not looked at
    shift = watch.shift_px(0.0, 1.0)
    assert shift is not None
    assert shift < 0.5


@pytest.mark.parametrize("content", [b"no picture", None])
def test_a_still_that_does_not_fit_is_named(scene: tuple[Site, Picture], tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.toml"
    if content is None:
        keep_still(np.ascontiguousarray(scene[1][:-10]), path)
    else:
        still_beside(path).write_bytes(content)
    with pytest.raises(SiteError) as caught:
        load_view(path, scene[0])
    assert caught.value.code == "site.still"
    assert "a.still.png" in caught.value.message
