from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from models.synthesis.scenes import Road, RoadLane, RoadLine, Scenario, SceneCamera, Vehicle
from models.synthesis.scenes.draw import draw_vehicle
from models.synthesis.scenes.light import Daylight
from models.synthesis.scenes.render import SceneRenderer, placed_at
from models.synthesis.scenes.truth import plate_corners_px, vehicle_box_px
from models.synthesis.scenes.video import encode_mp4
from recognition.contracts import Direction, LineKind

SMALL = Scenario(
    name="small",
    seed=7,
    duration_s=1.0,
    limit_kmh=60,
    camera=SceneCamera(height_m=5.0, pitch_deg=14.0, focal_px=300.0, width_px=256, height_px=144),
    road=Road(
        lanes=(RoadLane("near", -3.5, 0.0), RoadLane("away", 0.0, 3.5, Direction.RECEDING)),
        lines=(RoadLine("divider", LineKind.DASHED, 0.0, 4.0, 80.0),),
    ),
    vehicles=(
        Vehicle("a", "sedan", "red", "A123BC77", lane="near", passes_s=0.4, speed_kmh=50.0),
        Vehicle("b", "truck", "yellow", "K456MH50", lane="away", passes_s=0.2, speed_kmh=40.0),
    ),
)


@pytest.fixture(scope="module")
def renderer() -> SceneRenderer:
    return SceneRenderer(SMALL)


@pytest.fixture(scope="module")
def frame(renderer: SceneRenderer) -> np.ndarray:
    return renderer.frame(5)


def test_the_same_scene_gives_the_same_pixels(frame: np.ndarray) -> None:
    again = SceneRenderer(SMALL)
    again.frame(9)
    assert np.array_equal(again.frame(5), frame)


def test_two_moments_and_two_seeds_differ(renderer: SceneRenderer, frame: np.ndarray) -> None:
    assert not np.array_equal(renderer.frame(6), frame)
    assert not np.array_equal(SceneRenderer(replace(SMALL, seed=8)).frame(5), frame)


def test_the_red_car_is_red_where_the_truth_says(frame: np.ndarray) -> None:
    car = next(placed for placed in placed_at(SMALL, 0.2) if placed.vehicle.vehicle_id == "a")
    box = vehicle_box_px(SMALL.camera, car)
    assert box is not None
    x0, y0, x1, y1 = (round(v) for v in box)
    inside = frame[y0:y1, x0:x1].astype(int)
    assert np.mean(inside[:, :, 2] - inside[:, :, 1] > 60) > 0.25
    outside = frame.astype(int)
    outside[y0 - 2 : y1 + 2, x0 - 2 : x1 + 2] = 0
    assert np.mean(outside[:, :, 2] - outside[:, :, 1] > 60) < 0.005


@pytest.mark.parametrize("model", ["sedan", "hatchback", "suv", "truck", "bus"])
@pytest.mark.parametrize("lane", ["near", "away"])
def test_the_drawn_body_fills_the_true_box(model: str, lane: str) -> None:
    camera = SceneCamera(height_m=5.0, pitch_deg=13.0, focal_px=700.0, width_px=640, height_px=360)
    vehicle = Vehicle("v", model, "white", "A123BC77", lane=lane, passes_s=0.2, speed_kmh=0.001)
    scenario = Scenario("one", 1, 1.0, camera, SMALL.road, (vehicle,))
    (placed,) = placed_at(scenario, 0.2)
    canvas = np.zeros((360, 640, 3), dtype=np.float32)
    draw_vehicle(canvas, camera, placed, Daylight())
    rows, columns = np.nonzero(canvas.max(axis=2) > 1e-4)
    drawn = (columns.min(), rows.min(), columns.max(), rows.max())
    assert drawn == pytest.approx(vehicle_box_px(camera, placed), abs=1.6)
    corners = plate_corners_px(camera, placed)
    assert corners is not None
    x, y = corners.mean(axis=0).round().astype(int)
    assert canvas[y - 1 : y + 2, x - 6 : x + 7].max() > 0.5


def test_the_same_pictures_give_the_same_file(tmp_path: Path, frame: np.ndarray) -> None:
    pictures = [frame, frame[:, ::-1].copy(), frame]
    for name in ("one.mp4", "two.mp4"):
        assert encode_mp4(pictures, tmp_path / name, fps=25) == 3
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    with av.open(str(tmp_path / "one.mp4")) as container:
        decoded = [picture.to_ndarray(format="bgr24") for picture in container.decode(video=0)]
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt, stream.average_rate) == ("h264", "yuv420p", 25)
    assert len(decoded) == 3
    assert np.mean(np.abs(decoded[0].astype(int) - frame)) < 8
