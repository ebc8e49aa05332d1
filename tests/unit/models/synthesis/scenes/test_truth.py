from dataclasses import replace
from typing import Any

import pytest

from models.synthesis.scenes import LaneChange
from models.synthesis.scenes.demo import DEMO, STOLEN_IN_77, WANTED_IN_50
from models.synthesis.scenes.truth import frame_truth, scene_truth, violations_of


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    return scene_truth(DEMO)


def test_boxes_contain_plate_corners(truth: dict[str, Any]) -> None:
    checked = 0
    for frame in truth["frames"]:
        for row in frame["vehicles"]:
            x0, y0, x1, y1 = row["box_px"]
            for x, y in row["plate_corners_px"] or ():
                assert x0 - 0.02 <= x <= x1 + 0.02
                assert y0 - 0.02 <= y <= y1 + 0.02
                checked += 1
    assert checked > 1000


def test_every_vehicle_shows_a_readable_plate(truth: dict[str, Any]) -> None:
    widest: dict[str, float] = {}
    readable: dict[str, int] = {}
    for frame in truth["frames"]:
        for row in frame["vehicles"]:
            if row["plate_corners_px"]:
                width = row["plate_corners_px"][1][0] - row["plate_corners_px"][0][0]
                widest[row["vehicle_id"]] = max(widest.get(row["vehicle_id"], 0.0), width)
                readable[row["vehicle_id"]] = readable.get(row["vehicle_id"], 0) + (width >= 60)
    assert set(widest) == {vehicle.vehicle_id for vehicle in DEMO.vehicles}
    assert min(widest.values()) > 70
    assert min(readable.values()) >= 5


def test_the_road_position_moves_at_the_stated_speed(truth: dict[str, Any]) -> None:
    rows = [
        (frame["pts_s"], row["road_m"][1])
        for frame in truth["frames"]
        for row in frame["vehicles"]
        if row["vehicle_id"] == "speeder"
    ]
    (first_s, first_m), (last_s, last_m) = rows[0], rows[-1]
    assert (first_m - last_m) / (last_s - first_s) * 3.6 == pytest.approx(87.0, abs=0.01)


def test_the_story_of_the_demonstration(truth: dict[str, Any]) -> None:
    broken = {v["vehicle_id"]: v["violations"] for v in truth["vehicles"] if v["violations"]}
    assert broken == {"speeder": ["point_speed"], "crosser": ["solid_line"]}
    plates = [v["plate"] for v in truth["vehicles"]]
    assert len(set(plates)) == len(plates) == 9
    assert {STOLEN_IN_77, WANTED_IN_50} <= set(plates)
    assert next(v["passes_s"] for v in truth["vehicles"] if v["plate"] == STOLEN_IN_77) < 6
    assert {v["vehicle_class"] for v in truth["vehicles"]} == {"car", "truck", "bus"}


def test_a_change_over_the_dashed_part_is_no_violation() -> None:
    crosser = next(vehicle for vehicle in DEMO.vehicles if vehicle.change)
    early = replace(crosser, change=LaneChange("lane-1", 75.0, 55.0))
    assert violations_of(early, DEMO) == []


def test_a_vehicle_below_the_camera_has_no_plate_in_the_picture() -> None:
    stolen = DEMO.vehicles[0]
    rows = frame_truth(DEMO, round((stolen.passes_s + 0.5) * DEMO.fps))["vehicles"]
    assert all(row["plate_corners_px"] is None for row in rows if row["vehicle_id"] == stolen.vehicle_id)
