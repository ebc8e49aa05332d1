"""Scenes at a pedestrian crossing without signals: who does not let a person pass.

Those who do not come towards the camera: from behind nobody sees where the front was when the person had to stop.
"""

import math
from dataclasses import replace
from typing import Any

from models.synthesis.tracks.draw import AWAY, TOWARDS, Draw, Group, named
from models.synthesis.tracks.motion import Go, Pace, Stand, StopWithin, Timetable
from models.synthesis.tracks.places import CROSSING_M, PEDESTRIANS
from models.synthesis.tracks.scene import Person, Scene, Vehicle
from models.synthesis.tracks.seen import PERSON_HALF_M
from models.synthesis.tracks.spared import spared
from recognition.contracts import VehicleClass

_TRUTH = frozenset({"pedestrian"})
_KERB_M = 6.8
_ZONE_HALF_M = 6.0


def _comes(draw: Draw, pace: Pace, *, is_coming: bool | None = None, **more: Any) -> tuple[Vehicle, float, float]:
    """Return a vehicle that drives over the crossing, when its front enters it, and its X; by default either way."""
    if is_coming or (is_coming is None and draw.chance(0.5)):
        x_m, start_m, heading, edge_m = -1.75, 62.0, TOWARDS, CROSSING_M[1]
    else:
        x_m, start_m, heading, edge_m = 1.75, 8.0, AWAY, CROSSING_M[0]
    x_m = draw.near(x_m, 0.15)
    enters_s = Timetable.of(pace).moment_s(abs(start_m - edge_m))
    return draw.vehicle("a", (x_m, start_m), heading, pace, **more), enters_s, x_m


def _walker(draw: Draw, name: str, at_x_m: float, at_s: float, speed_ms: float) -> Person:
    """A person who walks along the crossing and is at ``at_x_m`` at a moment."""
    y_m = draw.between(CROSSING_M[0] + 0.8, CROSSING_M[1] - 0.8)
    return Person(name, (at_x_m - speed_ms * at_s, y_m), (speed_ms, 0.0), tall_m=draw.between(1.5, 1.9))


def _hindered(draw: Draw, car: Vehicle, x_m: float, enters_s: float) -> Person:
    """A person who walks on towards the vehicle's way and has to stop beside it until it is past."""
    first = car.pace[0]
    assert isinstance(first, Go)
    side, walks_ms = draw.one_of((-1.0, 1.0)), draw.between(1.0, 1.5)
    passed_s = (CROSSING_M[1] - CROSSING_M[0] + car.size.length_m) / (first.kmh / 3.6)
    apart_m = car.size.width_m / 2 + PERSON_HALF_M + draw.between(0.6, 1.2)
    walker = _walker(draw, "p", x_m + side * apart_m, enters_s, -side * walks_ms)
    return replace(walker, halts_s=(enters_s + draw.between(0.0, 0.3), enters_s + passed_s))


def does_not_let_pass(draw: Draw) -> Scene:
    """Drives over the crossing right before a person who walks towards its lane, on the crossing."""
    pace = (Go(draw.between(22.0, 55.0)),)
    car, enters_s, x_m = _comes(draw, pace, is_coming=True, truth=_TRUTH)
    walker = _hindered(draw, car, x_m, enters_s)
    return draw.scene(PEDESTRIANS, enters_s + 4.0, car, people=(walker,))


def drives_behind_his_back(draw: Draw) -> Scene:
    """Drives over the crossing between two persons, one still coming."""
    pace = (Go(draw.between(22.0, 45.0)),)
    car, enters_s, x_m = _comes(draw, pace, is_coming=True, truth=_TRUTH)
    coming = _hindered(draw, car, x_m, enters_s)
    speed_ms = coming.velocity_ms[0]
    gone = _walker(draw, "q", x_m + math.copysign(draw.between(3.0, 4.0), speed_ms), enters_s, speed_ms)
    return draw.scene(PEDESTRIANS, enters_s + 4.0, car, people=(coming, gone))


def nobody_there(draw: Draw) -> Scene:
    """An empty crossing."""
    car, enters_s, _ = _comes(draw, (Go(draw.between(18.0, 55.0)),), size=draw.size(draw.kind()))
    return draw.scene(PEDESTRIANS, enters_s + 4.0, car)


def stands_on_the_kerb(draw: Draw) -> Scene:
    """A person stands on the kerb beside the crossing and does not set out."""
    car, enters_s, _ = _comes(draw, (Go(draw.between(18.0, 55.0)),))
    side = draw.one_of((-1.0, 1.0))
    person = Person("p", (side * draw.between(_KERB_M, 8.5), draw.between(*CROSSING_M)))
    return draw.scene(PEDESTRIANS, enters_s + 4.0, car, people=(person,))


def already_past(draw: Draw) -> Scene:
    """The person has left the vehicle's lane behind and walks away from it."""
    car, enters_s, x_m = _comes(draw, (Go(draw.between(15.0, 40.0)),))
    away = -1.0 if x_m > 0 else 1.0
    walker = _walker(draw, "p", x_m + away * draw.between(3.0, 4.5), enters_s, away * draw.between(1.0, 1.5))
    return draw.scene(PEDESTRIANS, enters_s + 4.0, car, people=(walker,))


def lets_pass(draw: Draw) -> Scene:
    """Stops before the crossing until the person is over it."""
    short_m, waits_s = draw.between(1.0, 4.0), draw.between(7.0, 10.0)
    if draw.chance(0.5):
        x_m, start_m, heading, way_m = 1.75, 2.0, AWAY, CROSSING_M[0] - 2.0 - short_m
    else:
        x_m, start_m, heading, way_m = -1.75, 62.0, TOWARDS, 62.0 - CROSSING_M[1] - short_m
    pace = (Go(30.0, for_m=way_m - 14.0), StopWithin(14.0), Stand(waits_s), Go(25.0))
    stood_s = Timetable.of(pace[:2]).moment_s(way_m - 0.01)
    speed = draw.between(1.3, 1.6)
    side = draw.one_of((-1.0, 1.0))
    walker = _walker(draw, "p", side * 5.5, stood_s - draw.between(0.5, 2.0), -side * speed)
    return draw.scene(
        PEDESTRIANS, stood_s + waits_s + 4.0, draw.vehicle("a", (x_m, start_m), heading, pace), people=(walker,)
    )


def rider_as_person(draw: Draw) -> Scene:
    """A motorcyclist, seen as a person, rides over the crossing; perhaps a car before him."""
    pace = (Go(draw.between(18.0, 50.0)),)
    motorcycle, enters_s, _ = _comes(draw, pace, size=draw.size(VehicleClass.MOTORCYCLE))
    return draw.scene(PEDESTRIANS, enters_s + 4.0, motorcycle, people=(Person("p", rides="a", tall_m=1.3),))


def passenger_as_person(draw: Draw) -> Scene:
    """The driver is seen as a person through the windscreen."""
    car, enters_s, _ = _comes(draw, (Go(draw.between(18.0, 50.0)),))
    return draw.scene(PEDESTRIANS, enters_s + 4.0, car, people=(Person("p", rides="a", tall_m=0.8),))


def walks_beside_the_road(draw: Draw) -> Scene:
    """A person walks along the pavement past the crossing."""
    car, enters_s, _ = _comes(draw, (Go(draw.between(18.0, 50.0)),))
    side = draw.one_of((-1.0, 1.0))
    person = Person("p", (side * draw.between(7.0, 8.5), draw.between(20.0, 30.0)), (0.0, draw.one_of((-1.3, 1.3))))
    return draw.scene(PEDESTRIANS, enters_s + 4.0, car, people=(person,))


def sets_out_afterwards(draw: Draw) -> Scene:
    """The person sets out when the vehicle is over the crossing already."""
    pace = (Go(draw.between(25.0, 55.0)),)
    car, enters_s, x_m = _comes(draw, pace)
    side = 1.0 if x_m > 0 else -1.0
    leaves_s = enters_s + (CROSSING_M[1] - CROSSING_M[0] + 5.0) / (pace[0].kmh / 3.6)
    walker = _walker(draw, "p", side * _ZONE_HALF_M, leaves_s + draw.between(0.3, 1.0), -side * draw.between(1.0, 1.4))
    return draw.scene(PEDESTRIANS, leaves_s + 5.0, car, people=(walker,))


def walks_elsewhere(draw: Draw) -> Scene:
    """A person crosses the road well beyond the crossing, where there is none."""
    car, enters_s, _ = _comes(draw, (Go(draw.between(18.0, 45.0)),))
    person = Person("p", (draw.between(-5.0, 5.0), draw.between(38.0, 46.0)), (draw.one_of((-1.2, 1.2)), 0.0))
    return draw.scene(PEDESTRIANS, enters_s + 4.0, car, people=(person,))


GROUPS = (
    Group(
        "pedestrian",
        violating=named(does_not_let_pass, drives_behind_his_back),
        innocent=named(
            nobody_there, stands_on_the_kerb, already_past, lets_pass, rider_as_person, passenger_as_person,
            walks_beside_the_road, sets_out_afterwards, walks_elsewhere, **spared(does_not_let_pass),
        ),
    ),
)  # fmt: skip
