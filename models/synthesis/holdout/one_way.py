"""Roads of one direction: who drives against it, and who only backs up, stands, crosses or is taken for another."""

from models.synthesis.holdout.ground import (
    APPROACHING,
    GANTRY,
    MAST,
    MOTORCYCLE,
    RECEDING,
    SHIFTED,
    SURVEYED_M,
    TRUCK,
    in_lane,
    on_call,
    pair,
    seconds,
    strip,
)
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Shift, Stand, StopWithin, Straight
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import Carried, DroppedFrames, IdSwitch, Scene, TimeJump

_TRUTH = frozenset({"one_way"})
_STREETS = (
    Place("holdout-one-way-a", MAST, SURVEYED_M, lanes=pair(3.25, RECEDING), is_one_way=True),
    Place("holdout-one-way-b", GANTRY, SURVEYED_M, lanes=pair(3.75, APPROACHING), is_one_way=True),
    Place(
        "holdout-one-way-c",
        MAST,
        SURVEYED_M,
        is_one_way=True,
        lanes=(
            strip("left", -4.5, -1.5, APPROACHING),
            strip("middle", -1.5, 1.5, APPROACHING),
            strip("right", 1.5, 4.5, APPROACHING),
        ),
    ),
)
_SIDES = ("left", "right")


def against(draw: Draw) -> Scene:
    """A car drives against the direction as far as it is seen."""
    place, kmh = draw.one_of(_STREETS), draw.between(18.0, 60.0)
    return draw.scene(
        place, seconds(draw, kmh), in_lane(draw, place, draw.one_of(_SIDES), kmh, against=True, truth=_TRUTH)
    )


def against_beside_traffic(draw: Draw) -> Scene:
    """A motorcycle or lorry drives against while another comes as it should in the other lane."""
    place, kmh, kind = draw.one_of(_STREETS), draw.between(20.0, 45.0), draw.one_of((MOTORCYCLE, TRUCK))
    wrong = in_lane(
        draw, place, "left", kmh, against=True, size=draw.size(kind), papers=draw.papers(kind), truth=_TRUTH
    )
    right = in_lane(draw, place, "right", draw.between(30.0, 50.0), vehicle_id="b")
    return draw.scene(place, seconds(draw, kmh), wrong, right)


def starts_against(draw: Draw) -> Scene:
    """A car parked the wrong way round starts and drives off against the direction, 30 m and more."""
    place = draw.one_of(_STREETS)
    begins_m = 24.0 if place.lanes[0].direction is APPROACHING else 58.0
    pace = (Stand(draw.between(1.0, 4.0)), Go(draw.between(22.0, 35.0), ms2=2.0))
    return draw.scene(
        place, 13.0, in_lane(draw, place, draw.one_of(_SIDES), pace, against=True, begins_m=begins_m, truth=_TRUTH)
    )


def with_it(draw: Draw) -> Scene:
    """A vehicle of any kind drives with the direction and changes lanes."""
    place, kmh, kind = draw.one_of(_STREETS), draw.between(25.0, 75.0), draw.kind()
    name = draw.one_of(_SIDES)
    is_left = (name == "left") == (place.lanes[0].direction is RECEDING)
    shift = Shift(2.8 if is_left else -2.8, draw.between(10.0, 25.0), draw.between(14.0, 25.0))
    one = in_lane(draw, place, name, kmh, shifts=(shift,), size=draw.size(kind), papers=draw.papers(kind))
    return draw.scene(place, seconds(draw, kmh), one)


def backs_into_gap(draw: Draw) -> Scene:
    """A car passes a gap between parked cars, stops and backs 5 to 9 m into it, which is allowed on such a road."""
    place = draw.one_of(_STREETS)
    away = place.lanes[0].direction is RECEDING
    begins_m = draw.between(24.0, 30.0) if away else draw.between(44.0, 50.0)
    legs = (Stand(1.5), Go(-draw.between(4.0, 8.0), for_m=draw.between(4.0, 8.0), ms2=1.0), StopWithin(0.8), Stand())
    pace = (Go(15.0, for_m=4.0), StopWithin(8.0), *legs)
    return draw.scene(place, 18.0, in_lane(draw, place, draw.one_of(_SIDES), pace, begins_m=begins_m))


def parked_wrong_way_round(draw: Draw) -> Scene:
    """A car stands the wrong way round all the time; others pass it."""
    place = draw.one_of(_STREETS)
    parked = in_lane(draw, place, "right", (Stand(),), against=True, begins_m=draw.between(28.0, 38.0))
    passing = in_lane(draw, place, "left", 40.0, vehicle_id="b")
    return draw.scene(place, 9.0, parked, passing)


def swapped_in_file(draw: Draw) -> Scene:
    """Two cars follow each other; the tracker swaps them, and one leaps back by 8 to 14 m."""
    place, kmh = draw.one_of(_STREETS), draw.between(15.0, 40.0)
    one = in_lane(draw, place, "right", kmh)
    back_m = draw.between(8.0, 14.0) * (1.0 if place.lanes[0].direction is APPROACHING else -1.0)
    other = in_lane(draw, place, "right", kmh, begins_m=one.start_m[1] + back_m, vehicle_id="b")
    return draw.scene(
        place,
        seconds(draw, kmh),
        one,
        other,
        switches=(IdSwitch("a", "b", seconds(draw, kmh, draw.between(25.0, 45.0))),),
    )


def swapped_thrice(draw: Draw) -> Scene:
    """In a slow file the tracker swaps two cars back and forth: one seems to go back twice."""
    place, kmh = draw.one_of(_STREETS), draw.between(8.0, 15.0)
    sign = 1.0 if place.lanes[0].direction is APPROACHING else -1.0
    one = in_lane(draw, place, "right", kmh, begins_m=30.0)
    other = in_lane(draw, place, "right", kmh, begins_m=30.0 + sign * draw.between(6.5, 9.0), vehicle_id="b")
    switches = tuple(IdSwitch("a", "b", at_s) for at_s in (1.5, draw.between(2.5, 3.5), draw.between(4.0, 5.0)))
    return draw.scene(place, 8.0, one, other, switches=switches)


def blue_light_against(draw: Draw) -> Scene:
    """A fire engine with its blue light on drives against the direction."""
    place, kmh = draw.one_of(_STREETS), draw.between(25.0, 50.0)
    return draw.scene(
        place, seconds(draw, kmh), in_lane(draw, place, "left", kmh, against=True, **on_call(draw, TRUCK))
    )


def crosses(draw: Draw) -> Scene:
    """A car crosses the street from one yard to another, a little aslant."""
    place, kmh = draw.one_of(_STREETS), draw.between(12.0, 25.0)
    side = draw.one_of((-1.0, 1.0))
    car = draw.vehicle("a", (14.0 * side, draw.between(26.0, 36.0)), 90.0 * side + draw.near(0.0, 10.0), kmh)
    return draw.scene(place, seconds(draw, kmh, 30.0), car)


def turns_in_from_yard(draw: Draw) -> Scene:
    """A car comes out of a yard and turns into the street, the right way."""
    place, kmh = draw.one_of(_STREETS), draw.between(14.0, 20.0)
    away = place.lanes[0].direction is RECEDING
    heading, turn = (90.0, -90.0) if away else (-90.0, -90.0)
    x_m = 14.0 if away else -14.0
    car = draw.vehicle("a", (x_m, 30.0), heading, kmh, path=(Straight(5.5), Arc(7.0, turn)))
    return draw.scene(place, seconds(draw, kmh, 45.0), car)


def time_runs_back(draw: Draw) -> Scene:
    """The stream's time steps back and frames are lost while a car drives as it should."""
    place, kmh = draw.one_of(_STREETS), draw.between(25.0, 60.0)
    faults = (TimeJump(draw.between(1.2, 2.5), -draw.between(0.8, 8.0)), DroppedFrames(0.6, draw.between(0.1, 0.5)))
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, "left", kmh), faults=faults)


def rolls_back(draw: Draw) -> Scene:
    """A lorry rolls back 0.5 to 1.5 m when it starts on a slope."""
    place = draw.one_of(_STREETS)
    begins_m = 28.0 if place.lanes[0].direction is RECEDING else 40.0
    pace = (Stand(1.5), Go(-2.0, for_m=draw.between(0.4, 1.2), ms2=0.8), StopWithin(0.2), Stand(0.5), Go(20.0, ms2=1.0))
    lorry = in_lane(draw, place, "right", pace, begins_m=begins_m, size=draw.size(TRUCK), papers=draw.papers(TRUCK))
    return draw.scene(place, 13.0, lorry)


def view_knocked(draw: Draw) -> Scene:
    """A car drives against before a camera that was knocked, perhaps onto another street."""
    place, kmh = draw.one_of(_STREETS), draw.between(25.0, 50.0)
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, "left", kmh, against=True), circumstances=SHIFTED)


def carried(draw: Draw) -> Scene:
    """A tow truck drives against the direction; the car on its deck is driven by nobody."""
    place, kmh = draw.one_of(_STREETS), draw.between(20.0, 40.0)
    truck = in_lane(
        draw, place, "left", kmh, against=True, size=draw.size(TRUCK), papers=draw.papers(TRUCK), truth=_TRUTH
    )
    cargo = draw.vehicle("b", (0.0, 0.0), 0.0, kmh, carried=Carried("a"))
    return draw.scene(place, seconds(draw, kmh, 90.0), truck, cargo)


GROUPS = (
    Group(
        "one_way",
        violating=named(against, against_beside_traffic, starts_against, carried),
        innocent=named(
            with_it,
            backs_into_gap,
            parked_wrong_way_round,
            swapped_in_file,
            swapped_thrice,
            blue_light_against,
            crosses,
            turns_in_from_yard,
            time_runs_back,
            rolls_back,
            view_knocked,
        ),
    ),
)
