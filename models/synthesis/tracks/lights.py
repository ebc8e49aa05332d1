"""Scenes at a signalled stop line: who drives on at red, and who stops beyond the line."""

from typing import Any

from models.synthesis.tracks.draw import AWAY, TOWARDS, Draw, Group, named
from models.synthesis.tracks.motion import Go, Pace, Stand, StopWithin, Timetable
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.places import JUNCTION, STOP_AWAY_M, STOP_TOWARDS_M
from models.synthesis.tracks.scene import Follow, IdSwitch, Scene, SignalPlan, TimeJump, Vehicle
from models.synthesis.tracks.spared import spared
from recognition.contracts import VehicleClass
from recognition.signals import Aspect

_RED = frozenset({"red_light"})
_STOP = frozenset({"stop_line"})
_AMBER_S = 3.0
_LONG_S = 60.0


def _to_line(draw: Draw, place: Place, way_m: float, pace: Pace, name: str = "a", **more: Any) -> Vehicle:
    """A vehicle whose front is ``way_m`` before the stop line when the scene begins."""
    x_m = draw.near(float(more.pop("lane_m", draw.one_of((-1.75, 1.75)))), 0.2)
    start = (x_m, STOP_AWAY_M - way_m) if place is JUNCTION[0] else (x_m, STOP_TOWARDS_M + way_m)
    return draw.vehicle(name, start, AWAY if place is JUNCTION[0] else TOWARDS, pace, **more)


def _red_from(red_s: float, *, until_s: float = _LONG_S) -> tuple[SignalPlan, ...]:
    """The head's plan with red from one moment to another, green before the amber and after."""
    amber_s = max(0.4, min(_AMBER_S, red_s - 0.4))
    green_s = max(0.3, red_s - amber_s)
    red, amber = (Aspect.RED, until_s - red_s), (Aspect.RED_AMBER, 1.0)
    return (
        SignalPlan("main", ((Aspect.GREEN, green_s), (Aspect.AMBER, amber_s), red, amber, (Aspect.GREEN, _LONG_S))),
    )


def _crossing_s(pace: Pace, way_m: float) -> float:
    """When the front crosses the line."""
    return Timetable.of(pace).moment_s(way_m)


def _one_car(draw: Draw, pace: Pace, way_m: float, red_s: float, **more: Any) -> Scene:
    place = draw.one_of(JUNCTION)
    duration_s = _crossing_s(pace, way_m) + 4.0
    # From behind nobody can say where the front of a lorry of unknown length was: no violation that can be proved.
    size = draw.size(VehicleClass.CAR if "truth" in more and place is JUNCTION[0] else draw.kind())
    return draw.scene(
        place, duration_s, _to_line(draw, place, way_m, pace, size=size, **more), signals=_red_from(red_s)
    )


def runs_red(draw: Draw) -> Scene:
    """Over the line 0.8 to 5 s after red began, and on."""
    speed, late_s = draw.between(22.0, 70.0), draw.between(0.8, 5.0)
    crossing_s = late_s + draw.between(4.0, 6.0)
    return _one_car(draw, (Go(speed),), crossing_s * speed / 3.6, crossing_s - late_s, truth=_RED, may=_STOP)


def creeps_through_red(draw: Draw) -> Scene:
    """Slowly over the line long after red began, and on."""
    speed, late_s = draw.between(12.0, 22.0), draw.between(2.0, 6.0)
    crossing_s = late_s + draw.between(4.0, 6.0)
    pace = (Go(speed),)
    place = draw.one_of(JUNCTION)
    way_m = crossing_s * speed / 3.6
    car = _to_line(draw, place, way_m, pace, truth=_RED, may=_STOP)
    return draw.scene(place, crossing_s + 7.0, car, signals=_red_from(crossing_s - late_s))


def stands_then_goes_at_red(draw: Draw) -> Scene:
    """Stops before the line, waits, and drives on while red shines."""
    pace = (Go(30.0, for_m=10.0), StopWithin(13.0), Stand(draw.between(2.0, 5.0)), Go(draw.between(25.0, 40.0)))
    way_m = draw.between(25.5, 27.0)
    crossing_s = _crossing_s(pace, way_m)
    return _one_car(draw, pace, way_m, draw.between(1.5, crossing_s - 2.0), truth=_RED, may=_STOP)


def runs_red_past_a_waiting_car(draw: Draw) -> Scene:
    """One waits at the line, another drives past it through red."""
    place, speed = draw.one_of(JUNCTION), draw.between(30.0, 60.0)
    crossing_s = draw.between(6.0, 8.0)
    fast = _to_line(draw, place, crossing_s * speed / 3.6, (Go(speed),), lane_m=-1.75, truth=_RED, may=_STOP)
    waits = _to_line(draw, place, 8.0, (Go(20.0, for_m=1.0), StopWithin(6.0), Stand()), "b", lane_m=1.75)
    red_s = crossing_s - draw.between(1.5, 4.0)
    return draw.scene(place, crossing_s + 4.0, fast, waits, signals=_red_from(red_s))


def crosses_at_green(draw: Draw) -> Scene:
    """Through at green."""
    speed = draw.between(20.0, 60.0)
    way_m = draw.between(20.0, 50.0)
    return _one_car(draw, (Go(speed),), way_m, _crossing_s((Go(speed),), way_m) + draw.between(3.2, 20.0))


def crosses_at_amber(draw: Draw) -> Scene:
    """Over the line 0.5 to 2.8 s before red."""
    speed, early_s = draw.between(25.0, 60.0), draw.between(0.5, 2.8)
    crossing_s = draw.between(3.0, 5.0)
    return _one_car(draw, (Go(speed),), crossing_s * speed / 3.6, crossing_s + early_s, may=_STOP)


def crosses_just_before_red(draw: Draw) -> Scene:
    """The front is over the line a moment before red; the rear follows at red, slowly where the car is slow."""
    speed, early_s = draw.between(12.0, 50.0), draw.between(0.04, 0.4)
    crossing_s = draw.between(3.0, 5.0)
    return _one_car(draw, (Go(speed),), crossing_s * speed / 3.6, crossing_s + early_s, may=_STOP)


def waits_at_the_line(draw: Draw) -> Scene:
    """Stops before the line at red and goes on at green."""
    short_m, waits_s = draw.between(0.4, 2.5), draw.between(3.0, 8.0)
    pace = (Go(40.0, for_m=14.0), StopWithin(26.0 - short_m), Stand(waits_s), Go(40.0))
    place, stood_s = draw.one_of(JUNCTION), _crossing_s(pace[:2], 39.99 - short_m)
    plan = _red_from(draw.between(0.8, 3.0), until_s=stood_s + waits_s - draw.between(0.4, 1.0) - 1.0)
    car = _to_line(draw, place, 40.0, pace, size=draw.size(draw.kind()))
    return draw.scene(place, stood_s + waits_s + 5.0, car, signals=plan)


def queue_at_the_line(draw: Draw) -> Scene:
    """A queue waits at red and goes on at green, the last of it after a while."""
    place = draw.one_of(JUNCTION)
    pace = (Go(30.0, for_m=6.0), StopWithin(13.0), Stand(4.0), Go(36.0, ms2=1.6))
    first = _to_line(draw, place, 20.0, pace, lane_m=1.75)
    rest = [
        draw.vehicle(
            name, (0.0, 0.0), AWAY, 30.0, follow=Follow(leader, draw.between(1.8, 4.0), draw.between(0.8, 1.4))
        )
        for leader, name in (("a", "b"), ("b", "c"))
    ]
    green_s = _crossing_s(pace, 19.2)
    plan = _red_from(0.8, until_s=green_s - 1.6)
    return draw.scene(place, green_s + 7.0, first, *rest, signals=plan)


def stops_on_the_line_then_green(draw: Draw) -> Scene:
    """Over the line by a little before red begins, stands there, and goes on at green."""
    over_m, waits_s = draw.between(0.3, 1.5), draw.between(3.0, 7.0)
    pace = (Go(30.0, for_m=12.0), StopWithin(13.0 + over_m), Stand(waits_s), Go(35.0))
    place = draw.one_of(JUNCTION)
    stood_s = _crossing_s(pace[:2], 24.99 + over_m)
    plan = _red_from(stood_s + 0.5, until_s=stood_s + waits_s - 1.2)
    return draw.scene(place, stood_s + waits_s + 5.0, _to_line(draw, place, 25.0, pace, may=_STOP), signals=plan)


def signal_dark(draw: Draw) -> Scene:
    """The signal is off, or cannot be seen."""
    place, speed = draw.one_of(JUNCTION), draw.between(25.0, 60.0)
    plan = (SignalPlan("main", ((draw.one_of((Aspect.DARK, Aspect.UNKNOWN)), _LONG_S),)),)
    return draw.scene(place, 8.0, _to_line(draw, place, 30.0, (Go(speed),)), signals=plan)


def jump_in_time(draw: Draw) -> Scene:
    """Through at late green while the camera's time jumps."""
    place, speed = draw.one_of(JUNCTION), draw.between(25.0, 60.0)
    crossing_s = draw.between(3.0, 5.0)
    fault = TimeJump(crossing_s + draw.between(-1.0, 1.0), draw.between(0.3, 6.0), wall_too=draw.chance(0.7))
    plan = _red_from(crossing_s + draw.between(3.2, 4.5))
    car = _to_line(draw, place, crossing_s * speed / 3.6, (Go(speed),))
    return draw.scene(place, crossing_s + 4.0, car, signals=plan, faults=(fault,))


def id_switch(draw: Draw) -> Scene:
    """A waiting car is given the number of one that crossed at green."""
    place, speed = draw.one_of(JUNCTION), draw.between(30.0, 45.0)
    through = _to_line(draw, place, 20.0, (Go(speed),), "b", lane_m=-1.75)
    crossing_s = _crossing_s((Go(speed),), 20.0)
    waits = _to_line(draw, place, 22.0, (Go(25.0, for_m=6.0), StopWithin(14.5), Stand()), lane_m=1.75)
    switch = IdSwitch("a", "b", crossing_s + draw.between(1.2, 1.8))
    plan = _red_from(crossing_s + 0.6)
    return draw.scene(place, crossing_s + 5.0, waits, through, signals=plan, switches=(switch,))


def _stops_past(draw: Draw, over_m: float, way_m: float, place: Place, *, red_s: float, **more: Any) -> Scene:
    pace = (Go(30.0, for_m=way_m - 13.0), StopWithin(13.0 + over_m), Stand(6.0), Go(35.0))
    stood_s = _crossing_s(pace[:2], way_m + over_m - 0.01)
    plan = _red_from(red_s, until_s=stood_s + 6.0 - 1.2)
    return draw.scene(place, stood_s + 10.0, _to_line(draw, place, way_m, pace, **more), signals=plan)


def stops_past_the_line(draw: Draw) -> Scene:
    """Brakes late at red and stands 2 to 3.5 m past the line until green."""
    way_m = draw.between(28.0, 36.0)
    red_s = draw.between(1.0, _crossing_s((Go(30.0),), way_m - 3.0) - 1.2)
    return _stops_past(draw, draw.between(2.0, 3.5), way_m, JUNCTION[1], red_s=red_s, truth=_STOP)


def lorry_stops_past_the_line(draw: Draw) -> Scene:
    """The same with a lorry or a bus."""
    way_m = draw.between(28.0, 36.0)
    red_s = draw.between(1.0, _crossing_s((Go(30.0),), way_m - 3.0) - 1.2)
    size = draw.size(draw.one_of((VehicleClass.TRUCK, VehicleClass.BUS)))
    return _stops_past(draw, draw.between(2.3, 3.5), way_m, JUNCTION[1], red_s=red_s, truth=_STOP, size=size)


def jam_beyond_the_line(draw: Draw) -> Scene:
    """Over the line at green, held up by a jam; red begins while it stands there."""
    return _stops_past(draw, draw.between(1.0, 3.0), 25.0, JUNCTION[1], red_s=draw.between(7.6, 8.6))


def shadow_over_the_line(draw: Draw) -> Scene:
    """Waits before the line, its shadow over it."""
    scene = waits_at_the_line(draw)
    car = scene.vehicles[0]
    shadow = draw.shadow(aside=draw.between(-0.5, 0.5), share=draw.between(0.2, 0.5))
    return draw.scene(
        JUNCTION[1], scene.duration_s,
        draw.vehicle("a", (car.start_m[0], STOP_TOWARDS_M + 40.0), TOWARDS, car.pace, shadow=shadow),
        signals=scene.signals,
    )  # fmt: skip


GROUPS = (
    Group(
        "red_light",
        violating=named(runs_red, creeps_through_red, stands_then_goes_at_red, runs_red_past_a_waiting_car),
        innocent=named(
            crosses_at_green, crosses_at_amber, crosses_just_before_red, waits_at_the_line, queue_at_the_line,
            stops_on_the_line_then_green, signal_dark, jump_in_time, id_switch, **spared(runs_red),
        ),
    ),
    Group(
        "stop_line",
        violating=named(stops_past_the_line, lorry_stops_past_the_line),
        innocent=named(
            crosses_at_green, crosses_at_amber, waits_at_the_line, queue_at_the_line, jam_beyond_the_line,
            shadow_over_the_line, signal_dark, id_switch, **spared(stops_past_the_line),
        ),
    ),
)  # fmt: skip
