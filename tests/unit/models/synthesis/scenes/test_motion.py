import math
from dataclasses import replace

import numpy as np
import pytest

from models.synthesis.scenes import LaneChange, Road, RoadLane, RoadLine, Vehicle
from models.synthesis.scenes.motion import pose_at
from models.synthesis.scenes.scenario import PASS_LINE_M
from recognition.contracts import Direction, LineKind

ROAD = Road(
    lanes=(
        RoadLane("right", -3.5, 0.0),
        RoadLane("left", 0.0, 3.5),
        RoadLane("away", 4.0, 7.5, Direction.RECEDING),
    ),
    lines=(RoadLine("divider", LineKind.SOLID, 0.0, 4.0, 48.0),),
)
CAR = Vehicle("a", "sedan", "white", "A123BC77", lane="left", passes_s=3.0, speed_kmh=72.0)


def test_the_near_end_passes_the_line_at_its_moment_and_speed() -> None:
    assert pose_at(CAR, ROAD, 3.0).near_m == (1.75, PASS_LINE_M)
    assert pose_at(CAR, ROAD, 2.0).near_m == pytest.approx((1.75, PASS_LINE_M + 20.0))


def test_receding_traffic_moves_away() -> None:
    away = replace(CAR, lane="away")
    assert pose_at(away, ROAD, 4.0).near_m == pytest.approx((5.75, PASS_LINE_M + 20.0))
    assert pose_at(away, ROAD, 4.0).heading == (0.0, 1.0)


def test_a_lane_change_goes_from_middle_to_middle_and_its_speed_is_along_the_path() -> None:
    mover = replace(CAR, change=LaneChange("right", 40.0, 16.0))
    far, near = pose_at(mover, ROAD, 3.0 - 40 / 20), pose_at(mover, ROAD, 3.0)
    assert far.near_m[0] == pytest.approx(1.75)
    assert near.near_m[0] == pytest.approx(-1.75)
    before, after = pose_at(mover, ROAD, 2.299), pose_at(mover, ROAD, 2.301)
    travelled_m = math.dist(before.near_m, after.near_m)
    assert pose_at(mover, ROAD, 2.3).speed_kmh == pytest.approx(travelled_m / 0.002 * 3.6, rel=1e-5)


@pytest.mark.parametrize(("lane", "approaching"), [("left", True), ("away", False)])
def test_the_near_end_of_the_body_stands_at_the_pose(lane: str, approaching: bool) -> None:
    pose = pose_at(replace(CAR, lane=lane), ROAD, 3.0)
    ends = pose.to_road(np.array([[0.0, 0.0, 0.0], [4.6, 0.0, 0.0]]), 4.6, approaching=approaching)
    near, far = (ends[0], ends[1]) if approaching else (ends[1], ends[0])
    assert near[:2] == pytest.approx(pose.near_m)
    assert far[1] - near[1] == pytest.approx(4.6)


def test_a_lane_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError, match="middle"):
        ROAD.lane("middle")
