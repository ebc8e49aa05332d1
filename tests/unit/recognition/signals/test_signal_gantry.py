"""Two heads with lenses of 6 px on a real gantry, and the back of a third, against what an eye sees there."""

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.contracts import LampBox, SignalHead
from recognition.signals import Aspect, HeadReader, SignalTimeline, SignalWatch, read_lamps
from recognition.vision import read_video

pytestmark = pytest.mark.needs_data
START = datetime(2026, 5, 1, 12, tzinfo=UTC)
FRAME_S = 0.04
NEWEST_S = 0.12  # of which nothing is claimed yet: two frames of flicker and the exposure
Frames = list[tuple[float, NDArray[np.uint8]]]
Edit = Callable[[float, NDArray[np.uint8]], None]
TOP_PX = 120  # heads hang above this row; the rest of the picture is not kept


@pytest.fixture(name="truth", scope="module")
def _truth(project_root: Path) -> dict[str, Any]:
    return tomllib.loads((project_root / "tests/assets/signal_gantry.toml").read_text(encoding="utf-8"))


@pytest.fixture(name="frames", scope="module")
def _frames(real_data: Path, truth: dict[str, Any]) -> Frames:
    images = read_video(real_data / truth["video"], camera_id="gantry", started_at=START)
    return [(image.meta.pts_s, image.bgr[:TOP_PX].copy()) for image in images]


def _head(truth: dict[str, Any], head_id: str) -> SignalHead:
    one = next(one for one in truth["head"] if one["head_id"] == head_id)
    return SignalHead.model_validate({"head_id": head_id, "lamps": one["lamps"]})


def _watch(frames: Frames, head: SignalHead, edit: Edit | None = None) -> SignalTimeline:
    reader, watching = HeadReader(head), SignalWatch(head, frame_s=FRAME_S)
    for pts_s, bgr in frames:
        picture = bgr.copy()
        if edit is not None:
            edit(pts_s, picture)
        watching.feed(pts_s, reader.read(picture))
    return watching.timeline()


@pytest.mark.parametrize("head_id", ["gantry-left", "gantry-right", "gantry-back"])
def test_the_timeline_says_what_the_eye_says(frames: Frames, truth: dict[str, Any], head_id: str) -> None:
    timeline = _watch(frames, _head(truth, head_id))
    readings = next(one for one in truth["head"] if one["head_id"] == head_id)["reading"]
    for reading in readings:
        for moment_s in np.arange(reading["from_s"] + NEWEST_S, reading["to_s"] - NEWEST_S, FRAME_S / 2):
            assert timeline.aspect_at(float(moment_s)) is Aspect(reading["aspect"])


@pytest.mark.parametrize(("head_id", "aspect"), [("gantry-left", Aspect.RED), ("gantry-right", Aspect.GREEN)])
def test_every_single_frame_is_read_right(frames: Frames, truth: dict[str, Any], head_id: str, aspect: Aspect) -> None:
    head = _head(truth, head_id)
    assert [read_lamps(bgr, head).aspect for _, bgr in frames] == [aspect] * len(frames)


@pytest.mark.parametrize("shift_px", [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1)])
@pytest.mark.parametrize(("head_id", "aspect"), [("gantry-left", Aspect.RED), ("gantry-right", Aspect.GREEN)])
def test_boxes_a_pixel_off_are_right_or_unknown(
    frames: Frames, truth: dict[str, Any], head_id: str, aspect: Aspect, shift_px: tuple[int, int]
) -> None:
    head = _head(truth, head_id)
    lamps = tuple(
        LampBox(
            lamp=one.lamp,
            box_px=(
                one.box_px[0] + shift_px[0],
                one.box_px[1] + shift_px[1],
                one.box_px[2] + shift_px[0],
                one.box_px[3] + shift_px[1],
            ),
        )
        for one in head.lamps
    )
    moved = head.model_copy(update={"lamps": lamps})
    read = [read_lamps(bgr, moved).aspect for _, bgr in frames[::5]]
    assert set(read) <= {aspect, Aspect.UNKNOWN}
    assert read.count(aspect) > len(read) / 2


def test_real_pixels_of_green_put_before_those_of_red_make_a_change(frames: Frames, truth: dict[str, Any]) -> None:
    """The right head's pixels stand at the left head's place for the first 2 s: green, then red without amber."""

    def edit(pts_s: float, bgr: NDArray[np.uint8]) -> None:
        if pts_s < 2.0:
            bgr[36:54, 946:972] = bgr[35:53, 1010:1036]

    timeline = _watch(frames, _head(truth, "gantry-left"), edit)
    assert [phase.aspect for phase in timeline.phases] == [Aspect.GREEN, Aspect.RED]
    red = timeline.phases[1]
    assert 1.88 <= red.from_earliest_s <= 1.96
    assert red.from_latest_s == pytest.approx(2.05 + 3.0, abs=0.01)
    since = timeline.red_since(5.8)
    assert since is not None
    assert since.at_most_ms is not None
    assert since.at_least_ms < 3800 < since.at_most_ms < 3950


def test_real_pixels_of_a_tree_before_the_head_make_it_unknown(frames: Frames, truth: dict[str, Any]) -> None:
    def edit(pts_s: float, bgr: NDArray[np.uint8]) -> None:
        if 2.0 <= pts_s < 4.0:
            bgr[34:56, 944:974] = bgr[60:82, 944:974]

    timeline = _watch(frames, _head(truth, "gantry-left"), edit)
    assert [phase.aspect for phase in timeline.phases] == [Aspect.RED, Aspect.UNKNOWN, Aspect.RED]
    assert timeline.aspect_at(3.0) is Aspect.UNKNOWN


def test_real_pixels_that_flicker_stay_red(frames: Frames, truth: dict[str, Any]) -> None:
    """In every third frame the red lens shows the pixels of the unlit lens beside it."""

    def edit(pts_s: float, bgr: NDArray[np.uint8]) -> None:
        if round(pts_s / FRAME_S) % 3 == 1:
            bgr[40:48, 949:959] = bgr[40:48, 959:969]

    timeline = _watch(frames, _head(truth, "gantry-left"), edit)
    assert [phase.aspect for phase in timeline.phases] == [Aspect.RED]
    assert timeline.phases[0].to_latest_s > 5.9
