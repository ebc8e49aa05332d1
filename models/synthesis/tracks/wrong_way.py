"""Scenes of a solid middle line, of the oncoming lane, and of one-way roads."""

from typing import Any

from models.synthesis.tracks.draw import AWAY, TOWARDS, Draw, Group, named
from models.synthesis.tracks.motion import Go, Pace, Shift, Stand, StopWithin
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.places import ONE_WAY, SOLID, TWO_WAY
from models.synthesis.tracks.scene import IdSwitch, Scene, TimeJump, Vehicle
from models.synthesis.tracks.spared import of_any, spared
from recognition.contracts import VehicleClass

_FAST_FPS = 25.0
_SOLID = frozenset({"solid_line"})
_ONCOMING = frozenset({"oncoming_lane"})
_ONE_WAY = frozenset({"one_way"})
_WHOLE_VIEW_M = 75.0


def _goes(draw: Draw, x_m: float, heading_deg: float, pace: Pace | float, name: str = "a", **more: Any) -> Vehicle:
    """A vehicle that enters the view at its near or far end."""
    ahead_m = float(more.pop("ahead_m", 0.0))
    y_m = 8.0 + ahead_m if heading_deg == AWAY else 76.0 - ahead_m
    return draw.vehicle(name, (x_m, y_m), heading_deg, pace, **more)


def _lasts_s(speed_kmh: float, way_m: float = _WHOLE_VIEW_M) -> float:
    return way_m / (speed_kmh / 3.6)


def _solid(draw: Draw) -> tuple[Place, float]:
    place = draw.one_of((SOLID[0], SOLID[2]))
    return place, AWAY if place is SOLID[0] else TOWARDS


def _changes(draw: Draw, place: Place, heading: float, lane_m: float, **more: Any) -> Scene:
    """Changes from one lane to the other where the line is to be seen."""
    speed, side = draw.between(30.0, 55.0), draw.one_of((-1.0, 1.0))
    over_m = max(18.0, 1.1 * speed / 3.6 * 2.0)
    at_m = draw.between(17.0, 22.0) if heading == AWAY else draw.between(16.0, 22.0)
    aside_m = -2 * side * lane_m if heading == AWAY else 2 * side * lane_m
    car = _goes(draw, side * lane_m, heading, speed, shifts=(Shift(aside_m, at_m, over_m),), **more)
    return draw.scene(place, _lasts_s(speed), car, fps=_FAST_FPS)


def changes_over(draw: Draw) -> Scene:
    """A car changes lanes over the solid line."""
    return _changes(draw, *_solid(draw), draw.between(1.8, 2.1), truth=_SOLID)


def lorry_changes_over(draw: Draw) -> Scene:
    """A lorry changes lanes over the solid line."""
    return _changes(draw, *_solid(draw), draw.between(2.2, 2.4), size=draw.size(VehicleClass.TRUCK), truth=_SOLID)


def motorcycle_changes_over(draw: Draw) -> Scene:
    """A motorcycle changes lanes over the solid line."""
    return _changes(draw, *_solid(draw), draw.between(1.4, 1.9), size=draw.size(VehicleClass.MOTORCYCLE), truth=_SOLID)


def keeps_its_lane(draw: Draw) -> Scene:
    """Traffic in both lanes."""
    place, heading = _solid(draw)
    cars = [
        _goes(draw, draw.near(x, 0.25), heading, draw.between(30.0, 70.0), name, size=draw.size(draw.kind()))
        for x, name in ((-1.8, "a"), (1.8, "b"))
    ]
    return draw.scene(place, 6.0, *cars, fps=_FAST_FPS)


def wanders_to_the_line(draw: Draw) -> Scene:
    """A car drifts until its wheels are on the line, and back."""
    place, heading = _solid(draw)
    speed, side = draw.between(30.0, 60.0), draw.one_of((-1.0, 1.0))
    aside_m = -side * draw.between(0.7, 0.95) if heading == AWAY else side * draw.between(0.7, 0.95)
    shifts = (Shift(aside_m, 12.0, 16.0), Shift(-aside_m, 32.0, 16.0))
    return draw.scene(place, _lasts_s(speed), _goes(draw, side * 1.8, heading, speed, shifts=shifts), fps=_FAST_FPS)


def wide_lorry(draw: Draw) -> Scene:
    """A lorry so near to the line that its box lies over it."""
    place, heading = _solid(draw)
    speed, x_m = draw.between(30.0, 60.0), draw.one_of((-1.0, 1.0)) * draw.between(1.2, 1.5)
    lorry = _goes(draw, x_m, heading, speed, size=draw.size(VehicleClass.TRUCK))
    return draw.scene(place, _lasts_s(speed), lorry, fps=_FAST_FPS)


def shadow_over_the_line(draw: Draw) -> Scene:
    """A car keeps its lane, its shadow lies over the other; it comes and goes with clouds and trees."""
    place, heading = _solid(draw)
    speed, side = draw.between(30.0, 60.0), draw.one_of((-1.0, 1.0))
    car = _goes(draw, side * 1.8, heading, speed, shadow=draw.shadow(aside=-side * draw.between(1.0, 2.2)))
    return draw.scene(place, _lasts_s(speed), car, fps=_FAST_FPS)


def id_switch(draw: Draw) -> Scene:
    """Two cars beside each other exchange their numbers, perhaps while one is hidden for a moment."""
    place, heading = _solid(draw)
    speed = draw.between(30.0, 60.0)
    moment = draw.between(0.4, 0.6) * _lasts_s(speed)
    hidden = ((moment - draw.between(0.1, 1.0), moment + 0.1),) if draw.chance(0.5) else ()
    one = _goes(draw, -1.75, heading, speed, hidden_s=hidden)
    other = _goes(draw, 1.75, heading, speed + draw.between(-3, 3), "b", ahead_m=draw.between(-5, 5), hidden_s=hidden)
    return draw.scene(place, _lasts_s(speed), one, other, switches=(IdSwitch("a", "b", moment),), fps=_FAST_FPS)


def changes_past_the_end(draw: Draw) -> Scene:
    """Changes lanes where the solid line has ended and a dashed one begun."""
    place = draw.one_of((SOLID[1], SOLID[3]))
    speed, side = draw.between(30.0, 55.0), draw.one_of((-1.0, 1.0))
    if place is SOLID[1]:
        car = _goes(draw, side * 1.9, AWAY, speed, shifts=(Shift(-3.8 * side, 26.0, 18.0),))
    else:
        car = _goes(draw, side * 1.9, TOWARDS, speed, shifts=(Shift(3.8 * side, 20.0, 18.0),))
    return draw.scene(place, _lasts_s(speed), car, fps=_FAST_FPS)


def overtakes_a_stopped_bus(draw: Draw) -> Scene:
    """Passes a stopped bus within its own lane, close to the middle line."""
    speed = draw.between(20.0, 40.0)
    bus = draw.vehicle("bus", (3.85, draw.between(34.0, 42.0)), AWAY, (Stand(),), size=draw.size(VehicleClass.BUS))
    shifts = (Shift(-1.0, 8.0, 12.0), Shift(1.0, 36.0, 12.0))
    car = _goes(draw, draw.between(2.15, 2.3), AWAY, speed, shifts=shifts)
    return draw.scene(TWO_WAY, _lasts_s(speed), car, bus, fps=_FAST_FPS)


def drives_in_the_oncoming_lane(draw: Draw) -> Scene:
    """Against the traffic of a lane, all the way."""
    speed = draw.between(25.0, 70.0)
    x_m, heading = draw.one_of(((-1.75, AWAY), (2.2, TOWARDS)))
    return draw.scene(TWO_WAY, _lasts_s(speed), _goes(draw, draw.near(x_m, 0.15), heading, speed, truth=_ONCOMING))


def overtakes_over_the_line(draw: Draw) -> Scene:
    """Out of its lane into the oncoming one, over the solid line, past a slower car."""
    speed = draw.between(35.0, 50.0)
    aside = Shift(-3.8, draw.between(6.0, 10.0), 2.0 * speed / 3.6)
    car = _goes(draw, 1.9, AWAY, speed, shifts=(aside,), truth=_ONCOMING, may=_SOLID)
    slow = _goes(draw, 1.9, AWAY, draw.between(15.0, 25.0), "b", ahead_m=40.0)
    return draw.scene(TWO_WAY, _lasts_s(speed), car, slow)


def both_in_their_lanes(draw: Draw) -> Scene:
    """Traffic both ways, each in its lane."""
    one = _goes(draw, draw.near(2.2, 0.3), AWAY, draw.between(25.0, 70.0), size=draw.size(draw.kind()))
    other = _goes(draw, draw.near(-1.75, 0.2), TOWARDS, draw.between(25.0, 70.0), "b", size=draw.size(draw.kind()))
    return draw.scene(TWO_WAY, 6.0, one, other)


def reverses_a_little(draw: Draw) -> Scene:
    """Stops, comes back four metres in its own lane, and goes on."""
    place, x_m = draw.one_of(((TWO_WAY, 2.2), (ONE_WAY[0], 1.75)))
    pace = (
        Go(25.0, for_m=20.0),
        StopWithin(8.0),
        Stand(1.0),
        Go(-5.0, for_m=draw.between(2.2, 3.5), ms2=1.0),
        StopWithin(1.0),
        Stand(1.0),
    )
    return draw.scene(place, 18.0, _goes(draw, x_m, AWAY, (*pace, Go(25.0))))


def meet_and_switch(draw: Draw) -> Scene:
    """Two oncoming cars exchange their numbers as they pass each other: each track turns round."""
    speed = draw.between(25.0, 55.0)
    one = _goes(draw, 1.75, AWAY, speed)
    other = _goes(draw, -1.75, TOWARDS, speed, "b", ahead_m=draw.between(0.0, 12.0))
    moment = draw.between(0.3, 0.7) * _lasts_s(speed)
    return draw.scene(TWO_WAY, _lasts_s(speed), one, other, switches=(IdSwitch("a", "b", moment),))


def lorry_by_the_middle_line(draw: Draw) -> Scene:
    """A lorry in its own lane whose box lies over the middle line."""
    lorry = _goes(draw, draw.between(1.3, 1.6), AWAY, draw.between(25.0, 60.0), size=draw.size(VehicleClass.TRUCK))
    return draw.scene(TWO_WAY, 6.0, lorry)


def shadow_in_the_oncoming_lane(draw: Draw) -> Scene:
    """A car in its own lane, its shadow across the other."""
    car = _goes(draw, 1.75, AWAY, draw.between(25.0, 60.0), shadow=draw.shadow(aside=-draw.between(1.2, 2.2)))
    return draw.scene(TWO_WAY, 6.0, car)


def against_the_one_way(draw: Draw) -> Scene:
    """Against the direction of a one-way road."""
    place, speed = draw.one_of(ONE_WAY), draw.between(15.0, 60.0)
    heading = TOWARDS if place is ONE_WAY[0] else AWAY
    car = _goes(draw, draw.near(draw.one_of((-1.75, 1.75)), 0.3), heading, speed, truth=_ONE_WAY, may=_ONCOMING)
    return draw.scene(place, _lasts_s(speed), car)


def along_the_one_way(draw: Draw) -> Scene:
    """Along the one-way road."""
    place, speed = draw.one_of(ONE_WAY), draw.between(15.0, 60.0)
    heading = AWAY if place is ONE_WAY[0] else TOWARDS
    return draw.scene(place, _lasts_s(speed), _goes(draw, draw.one_of((-1.75, 1.75)), heading, speed))


def parks_in_reverse(draw: Draw) -> Scene:
    """Stops and backs five metres to the kerb."""
    place = ONE_WAY[0]
    pace = (
        Go(20.0, for_m=18.0),
        StopWithin(6.0),
        Stand(1.5),
        Go(-4.0, for_m=draw.between(3.2, 4.5), ms2=1.0),
        StopWithin(1.0),
        Stand(),
    )
    return draw.scene(place, 18.0, _goes(draw, 1.75, AWAY, pace))


def near_and_far_switch(draw: Draw) -> Scene:
    """Two cars behind each other exchange their numbers: one track leaps back."""
    place, speed = ONE_WAY[0], draw.between(20.0, 45.0)
    one = _goes(draw, -1.75, AWAY, speed, ahead_m=16.0)
    other = _goes(draw, 1.75, AWAY, speed, "b")
    switch = IdSwitch("a", "b", draw.between(0.3, 0.6) * _lasts_s(speed))
    return draw.scene(place, _lasts_s(speed), one, other, switches=(switch,))


def time_runs_back(draw: Draw) -> Scene:
    """The camera's time jumps back while a car drives along the road."""
    place, speed = ONE_WAY[0], draw.between(20.0, 60.0)
    jump = TimeJump(draw.between(0.2, 0.8) * _lasts_s(speed), -draw.between(0.3, 20.0))
    return draw.scene(place, _lasts_s(speed), _goes(draw, 1.75, AWAY, speed), faults=(jump,))


def crosses_the_road(draw: Draw) -> Scene:
    """From a side street across the road."""
    start, heading = draw.one_of((((-16.0, 35.0), -90.0), ((16.0, 35.0), 90.0)))
    return draw.scene(ONE_WAY[0], 6.0, draw.vehicle("a", start, heading, draw.between(15.0, 30.0)))


GROUPS = (
    Group(
        "solid_line",
        violating=named(changes_over, lorry_changes_over, motorcycle_changes_over),
        innocent=named(
            keeps_its_lane, wanders_to_the_line, wide_lorry, shadow_over_the_line, id_switch, changes_past_the_end,
            overtakes_a_stopped_bus, **spared(changes_over),
        ),
    ),
    Group(
        "oncoming_lane",
        violating=named(drives_in_the_oncoming_lane, overtakes_over_the_line),
        innocent=named(
            both_in_their_lanes, reverses_a_little, overtakes_a_stopped_bus, meet_and_switch, lorry_by_the_middle_line,
            shadow_in_the_oncoming_lane, **spared(of_any(drives_in_the_oncoming_lane, overtakes_over_the_line)),
        ),
    ),
    Group(
        "one_way",
        violating=named(against_the_one_way),
        innocent=named(
            along_the_one_way, reverses_a_little, parks_in_reverse, near_and_far_switch, time_runs_back,
            crosses_the_road, **spared(against_the_one_way),
        ),
    ),
)  # fmt: skip
