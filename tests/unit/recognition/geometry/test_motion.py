"""Lane, direction and way of a track, with a survey and without."""

from typing import Any

import pytest

from recognition.geometry import RoadPlane, describe_motion, unsurveyed_site


@pytest.fixture(name="plane")
def _plane(road: Any) -> RoadPlane:
    return RoadPlane.from_site(road.site())


@pytest.mark.parametrize("where", [(2.0, "right"), (-2.0, "left"), (5.2, None)])
@pytest.mark.parametrize(("speed_kmh", "direction"), [(50.0, "receding"), (-50.0, "approaching")])
def test_lane_and_direction(
    road: Any, plane: RoadPlane, where: tuple[float, str | None], speed_kmh: float, direction: str
) -> None:
    x_m, lane_id = where
    motion = describe_motion(road.drive(speed_kmh, x_m=x_m), plane, road.site())
    assert (motion.lane_id, motion.direction) == (lane_id, direction)
    assert motion.path_m == pytest.approx(25, abs=5)
    assert motion.speed.is_valid


def test_a_parked_car_is_stationary_and_has_no_speed(road: Any, plane: RoadPlane) -> None:
    motion = describe_motion(road.drive(0.0, from_m=28.0), plane, road.site())
    assert (motion.lane_id, motion.direction, motion.speed) == ("right", "stationary", None)
    assert motion.path_m < 0.5


def test_who_changes_lanes_is_in_the_lane_where_most_of_the_way_was(road: Any, plane: RoadPlane) -> None:
    motion = describe_motion(road.drive(50.0, x_m=lambda at_s: 2.0 - 4.0 * (at_s > 1.6)), plane, road.site())
    assert motion.lane_id == "right"


@pytest.mark.parametrize(("speed_kmh", "direction"), [(50.0, "receding"), (-50.0, "approaching"), (0.0, "stationary")])
def test_without_survey_the_picture_tells_the_direction_only(road: Any, speed_kmh: float, direction: str) -> None:
    site = unsurveyed_site("cam", 1280, 720, "77")
    motion = describe_motion(road.drive(speed_kmh, from_m=20.0), None, site)
    assert (motion.lane_id, motion.direction, motion.speed, motion.path_m) == (None, direction, None, None)


def test_one_look_is_no_motion(road: Any, plane: RoadPlane) -> None:
    motion = describe_motion(road.drive(50.0)[:1], plane, road.site())
    assert (motion.direction, motion.speed) == (None, None)
