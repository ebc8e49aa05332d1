"""The stop line: who stopped beyond it, and who did not."""

from models.synthesis.holdout.ground import RECEDING, TRUCK, in_lane
from models.synthesis.holdout.junctions import (
    COMING,
    DARK,
    JUNCTIONS,
    LEAVING,
    RAN,
    RED,
    STOPPED,
    both,
    red_from,
    waits,
)
from models.synthesis.holdout.red import caught_in_jam, goes_at_green, runs_late, stops_before, swapped_at_line
from models.synthesis.tracks.body import Shadow
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.motion import Go, Stand, StopWithin
from models.synthesis.tracks.scene import Scene


def stops_beyond(draw: Draw) -> Scene:
    """A car brakes late and stops with its front 1.5 to 3 m beyond the line, long after red began."""
    place = draw.one_of(COMING)
    car = waits(draw, place, -draw.between(1.5, 3.0), truth=STOPPED)
    return draw.scene(place, draw.between(15.0, 20.0), car, signals=red_from(1.2))


def creeps_over(draw: Draw) -> Scene:
    """A car waits behind the line, then creeps 2 to 3.5 m forward over it and waits there, all at red."""
    place = draw.one_of(COMING)
    creep_m = draw.between(2.5, 4.0)
    legs = (Stand(draw.between(3.0, 6.0)), Go(4.0, for_m=creep_m, ms2=0.8), StopWithin(0.4), Stand())
    car = waits(draw, place, draw.between(0.5, 1.0), *legs, truth=STOPPED)
    return draw.scene(place, draw.between(24.0, 28.0), car, signals=red_from(1.2))


def whole_car_beyond(draw: Draw) -> Scene:
    """A car seen from behind stops with even its rear half a metre or more beyond the line, at red."""
    place = draw.one_of(LEAVING)
    size = draw.size()
    car = waits(draw, place, -(size.length_m + draw.between(0.7, 2.0)), size=size, truth=STOPPED, may=RAN)
    return draw.scene(place, draw.between(15.0, 20.0), car, signals=red_from(0.8))


def lorry_beyond(draw: Draw) -> Scene:
    """A lorry stops with its front 2 to 3 m beyond the line at red."""
    place = draw.one_of(COMING)
    lorry = waits(draw, place, -draw.between(2.0, 3.0), size=draw.size(TRUCK), papers=draw.papers(TRUCK), truth=STOPPED)
    return draw.scene(place, draw.between(15.0, 20.0), lorry, signals=red_from(1.0))


def stops_at_edge(draw: Draw) -> Scene:
    """A car seen from in front stops with its bumper between the line and a hand's breadth before it."""
    place = draw.one_of(COMING)
    return draw.scene(
        place, draw.between(14.0, 18.0), waits(draw, place, draw.between(0.02, 0.2)), signals=red_from(1.5)
    )


def shadow_beyond(draw: Draw) -> Scene:
    """A car stops before the line; its shadow falls over it, towards the camera."""
    place = draw.one_of(COMING)
    shadow = Shadow((draw.near(0.0, 0.4), -draw.between(0.8, 1.8)), draw.between(0.5, 1.0))
    car = waits(draw, place, draw.between(0.3, 1.0), shadow=shadow)
    return draw.scene(place, draw.between(14.0, 18.0), car, signals=red_from(1.5))


def runs_without_stopping(draw: Draw) -> Scene:
    """A car runs the red light: that is one deed, and not also a stop beyond the line."""
    return runs_late(draw)


def stands_in_dark(draw: Draw) -> Scene:
    """The lights are dark; a car stands beyond the line to give way."""
    place = draw.one_of(COMING)
    car = waits(draw, place, -draw.between(1.0, 3.0), Stand(6.0), Go(20.0))
    return draw.scene(place, 16.0, car, signals=both((RED, 0.5), (DARK, 60.0)))


def queue_behind(draw: Draw) -> Scene:
    """One stops before the line at red, two more stand behind it."""
    place = draw.one_of(JUNCTIONS)
    first = waits(draw, place, draw.between(0.3, 1.5), lane="right")
    way = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    second_m = first.start_m[1] - way * (first.size.length_m + draw.between(1.5, 3.0))
    second = in_lane(draw, place, "right", first.pace, begins_m=second_m, vehicle_id="b")
    return draw.scene(place, draw.between(14.0, 18.0), first, second, signals=red_from(1.5))


GROUPS = (
    Group(
        "stop_line",
        violating=named(stops_beyond, creeps_over, whole_car_beyond, lorry_beyond),
        innocent=named(
            stops_at_edge,
            shadow_beyond,
            runs_without_stopping,
            stands_in_dark,
            queue_behind,
            stops_before,
            caught_in_jam,
            goes_at_green,
            swapped_at_line,
        ),
    ),
)
