from dataclasses import replace

import numpy as np
import pytest

from models.synthesis.tracks.body import Shadow, Size
from models.synthesis.tracks.motion import Go, Stand
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.places import LONG
from models.synthesis.tracks.scene import Carried, Follow, Person, Scene, Vehicle
from models.synthesis.tracks.seen import (
    Course,
    Sight,
    course_of,
    hide_behind_nearer,
    sight_of,
    sight_of_person,
)
from recognition.contracts import VehicleClass

_CAR = Size(VehicleClass.CAR, 4.4, 1.8, 1.5, 0.25, 0.75, 0.12, 0.5)
_PLACE = Place("test", LONG, (15.0, 55.0))


def _standing(rear_y_m: float, x_m: float = 0.0, **more: object) -> Vehicle:
    return Vehicle("a", _CAR, (x_m, rear_y_m + _CAR.length_m), 0.0, (Stand(),), **more)  # type: ignore[arg-type]


def _scene(*vehicles: Vehicle) -> Scene:
    return Scene("test", 1, _PLACE, 4.0, vehicles)


def _box(vehicle: Vehicle) -> list[float]:
    at_s = np.zeros(1)
    box: list[float] = sight_of(vehicle, course_of(vehicle, _scene(vehicle), at_s), LONG).boxes_px[0].tolist()
    return box


def test_the_lower_edge_is_the_bumper_or_the_tyre_whichever_hangs_lower() -> None:
    bottom = _box(_standing(20.0))[3]
    bumper = LONG.project(np.array([[0.0, 20.0, _CAR.bumper_m]]))[0, 1]
    tyre = LONG.project(np.array([[0.0, 20.0 + _CAR.overhang_m, 0.0]]))[0, 1]
    assert bottom == pytest.approx(max(bumper, tyre))


def test_the_box_is_as_wide_as_the_body_with_its_mirrors_at_most() -> None:
    left, _, right, bottom = _box(_standing(20.0))
    per_metre = np.ptp(LONG.project_road(np.array([[0.0, 20.0], [1.0, 20.0]]))[:, 0])
    assert _CAR.width_m * 0.93 < (right - left) / per_metre < _CAR.width_m + 2 * _CAR.mirror_m + 0.1
    assert 0 < bottom < LONG.height_px


def test_a_vehicle_aside_shows_its_flank() -> None:
    on_axis, aside = _box(_standing(18.0)), _box(_standing(18.0, x_m=4.0))
    assert aside[2] - aside[0] > 1.1 * (on_axis[2] - on_axis[0])


def test_the_plate_of_the_near_end_reads_from_left_to_right() -> None:
    for heading in (0.0, 180.0):
        front_m = 20.0 if heading else 20.0 + _CAR.length_m
        vehicle = Vehicle("a", _CAR, (1.0, front_m), heading, (Stand(),))
        plates = sight_of(vehicle, course_of(vehicle, _scene(vehicle), np.zeros(1)), LONG).plates_px
        assert plates is not None
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = plates[0].tolist()
        assert ax < bx
        assert dx < cx
        assert ay < dy
        assert by < cy
        middle = LONG.project(np.array([[1.0, 20.0, _CAR.plate_m]]))[0]
        assert plates[0].mean(axis=0) == pytest.approx(middle, abs=0.2)


def test_from_the_side_no_plate_is_seen() -> None:
    vehicle = Vehicle("a", _CAR, (0.0, 20.0), 90.0, (Stand(),))
    plates = sight_of(vehicle, course_of(vehicle, _scene(vehicle), np.zeros(1)), LONG).plates_px
    assert plates is not None
    assert np.isnan(plates).all()


def test_a_shadow_widens_the_box_on_its_side_only() -> None:
    plain = _box(_standing(20.0))
    shaded = _box(_standing(20.0, shadow=Shadow((2.0, 0.0))))
    assert shaded[0] == pytest.approx(plain[0])
    assert shaded[2] > plain[2] + 50
    nearer = _box(_standing(20.0, shadow=Shadow((0.0, -2.0))))
    assert nearer[3] > plain[3] + 20


def test_what_is_not_in_the_picture_has_no_box() -> None:
    assert np.isnan(_box(_standing(-30.0))).all()
    assert np.isnan(_box(_standing(20.0, x_m=40.0))).all()


def test_a_nearer_vehicle_cuts_the_lower_edge_and_a_farther_one_nothing() -> None:
    far = Sight(np.array([[100.0, 100.0, 200.0, 200.0]]), np.zeros((1, 4, 2)) + 190.0)
    near = Sight(np.array([[90.0, 150.0, 230.0, 300.0]]))
    hidden = hide_behind_nearer({"far": far, "near": near})
    assert hidden["far"].boxes_px[0].tolist() == [100.0, 100.0, 200.0, 150.0]
    assert hidden["near"].boxes_px[0].tolist() == near.boxes_px[0].tolist()
    assert hidden["far"].plates_px is not None
    assert np.isnan(hidden["far"].plates_px).all()
    closer = Sight(np.array([[90.0, 110.0, 230.0, 300.0]]))
    assert np.isnan(hide_behind_nearer({"far": far, "near": closer})["far"].boxes_px).all()


def test_a_load_rides_with_its_truck_above_the_road() -> None:
    truck = Vehicle("truck", replace(_CAR, kind=VehicleClass.TRUCK), (0.0, 20.0), 0.0, (Go(36.0),))
    load = Vehicle("load", _CAR, (0.0, 0.0), 0.0, (Stand(),), carried=Carried("truck", -1.0, 0.9))
    scene = _scene(truck, load)
    at_s = np.array([0.0, 1.0])
    under, above = course_of(truck, scene, at_s), course_of(load, scene, at_s)
    assert above.middle_m == pytest.approx(under.middle_m - np.array([0.0, 1.0]))
    assert above.deck_m == 0.9


def test_a_follower_keeps_its_gap_at_a_stand() -> None:
    first = Vehicle("a", _CAR, (0.0, 40.0), 0.0, (Stand(),))
    second = Vehicle("b", _CAR, (9.0, 9.0), 0.0, (Go(30.0),), follow=Follow("a", gap_m=2.0))
    scene = _scene(first, second)
    front = course_of(second, scene, np.zeros(1)).front_m(_CAR.length_m)
    assert front[0] == pytest.approx([0.0, 40.0 - _CAR.length_m - 2.0])


def test_a_person_stands_on_the_road_and_halts() -> None:
    walker = Person("p", (0.0, 20.0), (1.0, 0.0), halts_s=(1.0, 3.0))
    boxes = sight_of_person(walker, np.array([0.0, 1.0, 2.0, 4.0]), None, LONG).boxes_px
    feet = LONG.project_road(np.array([[0.0, 20.0], [1.0, 20.0], [1.0, 20.0], [2.0, 20.0]]))
    assert (boxes[:, 0] + boxes[:, 2]) / 2 == pytest.approx(feet[:, 0], abs=3.0)
    assert boxes[:, 3] == pytest.approx(feet[:, 1], abs=12.0)


def test_a_rider_moves_with_the_vehicle() -> None:
    course = Course(np.array([[0.0, 20.0], [0.0, 25.0]]), np.zeros(2))
    boxes = sight_of_person(Person("p", rides="a"), np.array([0.0, 1.0]), course, LONG).boxes_px
    assert boxes[1, 3] < boxes[0, 3]
