"""Scenes of speed: past one camera over a measuring zone, and between two cameras."""

from typing import Any

from models.synthesis.tracks.draw import AWAY, TOWARDS, Draw, Group, named
from models.synthesis.tracks.motion import Go, Stand, StopWithin
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.places import LIMIT_KMH, SECTION, SPEED
from models.synthesis.tracks.scene import (
    Carried,
    Circumstances,
    DroppedFrames,
    Earlier,
    IdSwitch,
    Scene,
    TimeJump,
    Vehicle,
)
from models.synthesis.tracks.spared import certificate_expired, spared
from recognition.contracts import ClockQuality, ClockSource, VehicleClass

_FAST_FPS = 25.0
_POINT = frozenset({"point_speed"})
_SECTION = frozenset({"section_speed"})


def _enter(draw: Draw, place: Place, speed_kmh: float, name: str = "a", **more: Any) -> Vehicle:
    """A vehicle that drives through the measuring zone in one of its lanes."""
    x_m = draw.near(float(more.pop("lane_m", draw.one_of((-1.75, 1.75)))), 0.2)
    pace = more.pop("pace", speed_kmh)
    ahead_m = float(more.pop("ahead_m", 0.0))
    start, heading = ((x_m, 14.0 + ahead_m), AWAY) if place is SPEED[0] else ((x_m, 55.0 - ahead_m), TOWARDS)
    return draw.vehicle(name, start, heading, pace, **more)


def _lasts_s(speed_kmh: float) -> float:
    return 40.0 / (speed_kmh / 3.6)


def speeding(draw: Draw) -> Scene:
    """A car too fast by 6 to 34 km/h."""
    place, speed = draw.one_of(SPEED), LIMIT_KMH + draw.between(6.0, 34.0)
    return draw.scene(place, _lasts_s(speed), _enter(draw, place, speed, truth=_POINT), fps=_FAST_FPS)


def speeding_lorry(draw: Draw) -> Scene:
    """A lorry too fast."""
    place, speed = draw.one_of(SPEED), LIMIT_KMH + draw.between(8.0, 30.0)
    lorry = _enter(draw, place, speed, size=draw.size(VehicleClass.TRUCK), truth=_POINT)
    return draw.scene(place, _lasts_s(speed), lorry, fps=_FAST_FPS)


def brakes_for_the_camera(draw: Draw) -> Scene:
    """Too fast all through the zone, though braking."""
    place, slow = draw.one_of(SPEED), LIMIT_KMH + draw.between(7.0, 15.0)
    pace = (Go(slow + draw.between(6.0, 14.0)), Go(slow, ms2=draw.between(0.8, 2.0)))
    return draw.scene(place, _lasts_s(slow), _enter(draw, place, slow, pace=pace, truth=_POINT), fps=_FAST_FPS)


def overtakes_too_fast(draw: Draw) -> Scene:
    """Too fast in one lane, past a car within the limit in the other."""
    place, speed = draw.one_of(SPEED), LIMIT_KMH + draw.between(8.0, 34.0)
    fast = _enter(draw, place, speed, lane_m=-1.75, truth=_POINT)
    slow = _enter(draw, place, draw.between(40.0, 56.0), "b", lane_m=1.75, ahead_m=6.0)
    return draw.scene(place, _lasts_s(45.0), fast, slow, fps=_FAST_FPS)


def within_the_limit(draw: Draw) -> Scene:
    """Traffic within the limit."""
    place, speed = draw.one_of(SPEED), draw.between(25.0, 58.0)
    return draw.scene(place, _lasts_s(speed), _enter(draw, place, speed, size=draw.size(draw.kind())), fps=_FAST_FPS)


def at_the_limit(draw: Draw) -> Scene:
    """Exactly the limit, or a hair less."""
    place, speed = draw.one_of(SPEED), draw.between(59.0, 60.0)
    return draw.scene(place, _lasts_s(speed), _enter(draw, place, speed), fps=_FAST_FPS)


def on_a_tow_truck(draw: Draw) -> Scene:
    """A car carried within the limit: its plate rides high and seems fast."""
    place, speed = draw.one_of(SPEED), draw.between(48.0, 59.0)
    truck = _enter(draw, place, speed, "truck", size=draw.size(VehicleClass.TRUCK))
    load = draw.vehicle("load", (0.0, 0.0), AWAY, speed, carried=Carried("truck", draw.between(-1.5, 0.0)))
    return draw.scene(place, _lasts_s(speed), truck, load, fps=_FAST_FPS)


def jump_in_time(draw: Draw) -> Scene:
    """The camera's time jumps in the middle of the zone."""
    place, speed = draw.one_of(SPEED), draw.between(40.0, 59.0)
    jump = TimeJump(draw.between(0.4, 0.7) * _lasts_s(speed), -draw.between(0.05, 0.5), wall_too=draw.chance(0.7))
    return draw.scene(place, _lasts_s(speed), _enter(draw, place, speed), faults=(jump,), fps=_FAST_FPS)


def frames_dropped(draw: Draw) -> Scene:
    """Frames are missing in the middle of the zone."""
    place, speed = draw.one_of(SPEED), draw.between(40.0, 59.0)
    fault = DroppedFrames(draw.between(0.3, 0.7) * _lasts_s(speed), draw.between(0.1, 0.8))
    return draw.scene(place, _lasts_s(speed), _enter(draw, place, speed), faults=(fault,), fps=_FAST_FPS)


def id_switch(draw: Draw) -> Scene:
    """Two cars side by side exchange their numbers."""
    place, speed = draw.one_of(SPEED), draw.between(40.0, 58.0)
    one = _enter(draw, place, speed, lane_m=-1.75)
    other = _enter(draw, place, speed + draw.between(-4.0, 1.0), "b", lane_m=1.75, ahead_m=draw.between(-6.0, 8.0))
    switch = IdSwitch("a", "b", draw.between(0.35, 0.75) * _lasts_s(speed))
    return draw.scene(place, _lasts_s(speed), one, other, switches=(switch,), fps=_FAST_FPS)


def beside_a_fast_motorcycle(draw: Draw) -> Scene:
    """A motorcycle too fast passes closely; the car beside it is within the limit."""
    place, speed = draw.one_of(SPEED), draw.between(45.0, 58.0)
    car = _enter(draw, place, speed, lane_m=-1.75, ahead_m=8.0)
    fast = speed + draw.between(35.0, 60.0)
    rider = _enter(draw, place, fast, "m", lane_m=0.6, size=draw.size(VehicleClass.MOTORCYCLE), truth=_POINT)
    return draw.scene(place, _lasts_s(speed), car, rider, fps=_FAST_FPS)


def long_shadow(draw: Draw) -> Scene:
    """A long shadow lies under and beside the car."""
    place, speed = draw.one_of(SPEED), draw.between(45.0, 59.0)
    return draw.scene(place, _lasts_s(speed), _enter(draw, place, speed, shadow=draw.shadow()), fps=_FAST_FPS)


def stops_and_goes(draw: Draw) -> Scene:
    """The car stops in the zone and goes on."""
    place = draw.one_of(SPEED)
    pace = (Go(draw.between(30.0, 45.0), for_m=8.0), StopWithin(draw.between(8.0, 14.0)), Stand(2.0), Go(40.0))
    return draw.scene(place, 8.0, _enter(draw, place, 40.0, pace=pace), fps=_FAST_FPS)


def _passes(draw: Draw, place: Place, mean_kmh: float, *, clock_error_s: float = 0.0, **entry: Any) -> Vehicle:
    """A vehicle at the section's end whose mean speed over the section is given."""
    assert place.section is not None
    before_s = place.section.length_m / (mean_kmh / 3.6) + clock_error_s
    more = {"truth": entry.pop("truth", frozenset())}
    earlier = Earlier(before_s, **entry)
    return draw.vehicle("a", (draw.near(1.75, 0.2), 10.0), AWAY, draw.between(40.0, 60.0), earlier=earlier, **more)


def too_fast_between(draw: Draw) -> Scene:
    """Too fast by 8 to 60 km/h over the section, slow under the camera."""
    place = SECTION[0]
    car = _passes(draw, place, LIMIT_KMH + draw.between(8.0, 60.0), truth=_SECTION)
    return draw.scene(place, 4.0, car)


def normal_driver(draw: Draw) -> Scene:
    """Within the limit over the section."""
    place = SECTION[0]
    return draw.scene(place, 4.0, _passes(draw, place, draw.between(30.0, 58.0)))


def clocks_apart(draw: Draw) -> Scene:
    """Within the limit, and each clock off by as much as it admits."""
    place = draw.one_of(SECTION)
    bound_ms = draw.between(300.0, 1000.0)
    car = _passes(draw, place, draw.between(45.0, 58.0), clock_error_s=-1.9 * bound_ms / 1000, bound_ms=bound_ms)
    clock = ClockQuality(source=ClockSource.RTCP, bound_ms=bound_ms)
    return draw.scene(place, 4.0, car, circumstances=Circumstances(clock=clock))


def clone_pair(draw: Draw) -> Scene:
    """The same plate at both ends, sooner than any car can be: one of the two is a copy."""
    place = SECTION[0]
    return draw.scene(place, 4.0, _passes(draw, place, draw.between(330.0, 3000.0)))


def same_text_other_kind(draw: Draw) -> Scene:
    """The plate at the other end has the same text and is of another kind."""
    place = SECTION[0]
    return draw.scene(place, 4.0, _passes(draw, place, draw.between(80.0, 140.0), plate_type=draw.one_of(("2", "1b"))))


def another_plate(draw: Draw) -> Scene:
    """What was passed on from the other end is another plate."""
    place = SECTION[0]
    return draw.scene(place, 4.0, _passes(draw, place, draw.between(80.0, 140.0), plate="K999XX99"))


def motorcycle_there_car_here(draw: Draw) -> Scene:
    """A motorcycle with this plate at the other end, a car here."""
    place = SECTION[0]
    car = _passes(draw, place, draw.between(80.0, 140.0), vehicle_class=VehicleClass.MOTORCYCLE)
    return draw.scene(place, 4.0, car)


def never_entered(draw: Draw) -> Scene:
    """Nothing is known from the other end, or only what came later."""
    car = draw.vehicle("a", (1.75, 10.0), AWAY, draw.between(40.0, 60.0))
    place = SECTION[0]
    if draw.chance(0.5):
        car = _passes(draw, place, draw.between(-140.0, -50.0))
    return draw.scene(place, 4.0, car)


GROUPS = (
    Group(
        "point_speed",
        violating=named(speeding, speeding_lorry, brakes_for_the_camera, overtakes_too_fast),
        innocent=named(
            within_the_limit, at_the_limit, on_a_tow_truck, jump_in_time, frames_dropped, id_switch,
            beside_a_fast_motorcycle, long_shadow, stops_and_goes,
            certificate_expired=certificate_expired(speeding), **spared(speeding),
        ),
    ),
    Group(
        "section_speed",
        violating=named(too_fast_between),
        innocent=named(
            normal_driver, clocks_apart, clone_pair, same_text_other_kind, another_plate, motorcycle_there_car_here,
            never_entered, certificate_expired=certificate_expired(too_fast_between), **spared(too_fast_between),
        ),
    ),
)  # fmt: skip
