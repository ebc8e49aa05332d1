"""The middle of the road: who drives in the lane of those who come, and who only seems to."""

from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    BUS,
    GANTRY,
    MAST,
    MOTORCYCLE,
    RECEDING,
    SHIFTED,
    SURVEYED_M,
    TRUCK,
    across_m,
    in_lane,
    on_call,
    opposed,
    seconds,
    strip,
    stripe,
)
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Shift, Stand, StopWithin, Straight
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import Carried, DroppedFrames, IdSwitch, Scene, TimeJump
from recognition.contracts import LineKind

_ONCOMING, _LINE = frozenset({"oncoming_lane"}), frozenset({"solid_line"})
_SOLID = tuple(
    Place(
        f"holdout-solid-middle-{width_m}",
        camera,
        SURVEYED_M,
        lanes=opposed(width_m),
        lines=(stripe("middle", LineKind.SOLID, 0.0),),
    )
    for width_m, camera in ((3.0, MAST), (3.5, GANTRY), (3.75, GANTRY))
)
_DASHED = tuple(
    Place(
        f"holdout-dashed-middle-{width_m}",
        camera,
        SURVEYED_M,
        lanes=opposed(width_m),
        lines=(stripe("middle", LineKind.DASHED, 0.0),),
    )
    for width_m, camera in ((3.25, GANTRY), (3.75, MAST))
)
_FOUR = Place(
    "holdout-four-lanes",
    MAST,
    SURVEYED_M,
    survey_x_m=(-3.2, 0.0, 3.2),
    lanes=(
        strip("coming-outer", -6.4, -3.2, APPROACHING),
        strip("coming", -3.2, 0.0, APPROACHING),
        strip("leaving", 0.0, 3.2, RECEDING),
        strip("leaving-outer", 3.2, 6.4, RECEDING),
    ),
    lines=(
        stripe("middle", LineKind.SOLID, 0.0),
        stripe("d1", LineKind.DASHED, -3.2),
        stripe("d2", LineKind.DASHED, 3.2),
    ),
)
"""Of four lanes nobody may use those of the other half, whatever is painted."""
_WAYS = ("coming", "leaving")


def _width_m(place: Place) -> float:
    return max(x for x, _ in place.lanes[-1].polygon_m) - min(x for x, _ in place.lanes[-1].polygon_m)


def _overtakes(draw: Draw, places: tuple[Place, ...], **said: Any) -> Scene:
    """Tell of a car that moves into the other lane behind a slow lorry and stays there for 35 m and more."""
    place, name = draw.one_of(places), draw.one_of(_WAYS)
    kmh = draw.between(45.0, 75.0)
    aside = Shift(-_width_m(place), draw.between(2.0, 8.0), draw.between(15.0, 21.0))
    car = in_lane(draw, place, name, kmh, shifts=(aside,), **said)
    ahead_m = 42.0 if name == "leaving" else 34.0
    slow = in_lane(
        draw, place, name, 20.0, begins_m=ahead_m, vehicle_id="b", size=draw.size(TRUCK), papers=draw.papers(TRUCK)
    )
    return draw.scene(place, seconds(draw, kmh), car, slow)


def overtakes_over_solid(draw: Draw) -> Scene:
    """A car overtakes a lorry over a solid line, in the lane of those who come."""
    return _overtakes(draw, _SOLID, truth=_ONCOMING, may=_LINE)


def drives_in_it(draw: Draw) -> Scene:
    """A car drives in the lane of the other direction as far as it is seen."""
    place, name = draw.one_of((*_SOLID, _FOUR)), draw.one_of(_WAYS)
    kmh = draw.between(30.0, 80.0)
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, name, kmh, against=True, truth=_ONCOMING))


def motorcycle_in_it(draw: Draw) -> Scene:
    """A motorcycle passes the jam in its own lane on the other side of the solid line."""
    place = draw.one_of((*_SOLID, _FOUR))
    kmh = draw.between(30.0, 60.0)
    rider = in_lane(draw, place, "coming", kmh, against=True, size=draw.size(MOTORCYCLE), truth=_ONCOMING)
    jam = [
        in_lane(draw, place, "leaving", (Stand(),), begins_m=y_m, vehicle_id=f"jam-{y_m:.0f}")
        for y_m in (24.0, 33.0, 43.0)
    ]
    return draw.scene(place, seconds(draw, kmh), rider, *jam)


def returns_late(draw: Draw) -> Scene:
    """A car comes into view in the other direction's lane, drives 35 m and more there, and returns over the line."""
    place, name = draw.one_of((*_SOLID, _FOUR)), draw.one_of(_WAYS)
    kmh = draw.between(40.0, 70.0)
    width_m = 3.2 if place is _FOUR else _width_m(place)
    back = Shift(width_m, draw.between(40.0, 44.0), draw.between(16.0, 22.0))
    car = in_lane(draw, place, name, kmh, against=True, shifts=(back,), truth=_ONCOMING, may=_LINE)
    return draw.scene(place, seconds(draw, kmh), car)


def keeps_to_the_line(draw: Draw) -> Scene:
    """A car drives with its flank 0.1 to 0.3 m from the solid line, in its own lane."""
    place, name = draw.one_of((*_SOLID, _FOUR)), draw.one_of(_WAYS)
    size, kmh = draw.size(), draw.between(40.0, 80.0)
    aside_m = across_m(draw, place, name, size, draw.between(0.1, 0.3), left=name == "leaving")
    shadow = draw.shadow() if draw.chance(0.4) else None
    return draw.scene(
        place, seconds(draw, kmh), in_lane(draw, place, name, kmh, aside_m=aside_m, size=size, shadow=shadow)
    )


def bus_fills_lane(draw: Draw) -> Scene:
    """A bus 2.55 m wide keeps 0.05 to 0.2 m from the line; its mirror hangs over it."""
    place, name = draw.one_of((*_SOLID, _FOUR)), draw.one_of(_WAYS)
    size, kmh = draw.size(BUS), draw.between(30.0, 60.0)
    aside_m = across_m(draw, place, name, size, draw.between(0.05, 0.2), left=name == "leaving")
    bus = in_lane(draw, place, name, kmh, aside_m=aside_m, size=size, papers=draw.papers(BUS))
    return draw.scene(place, seconds(draw, kmh, 90.0), bus)


def overtakes_over_dashed(draw: Draw) -> Scene:
    """A car overtakes a lorry over a dashed line on a road of two lanes, which is allowed."""
    return _overtakes(draw, _DASHED)


def turns_left_into_yard(draw: Draw) -> Scene:
    """A car turns left over the dashed line, across the other lane, into a yard."""
    place, kmh = draw.one_of(_DASHED), draw.between(15.0, 22.0)
    path = (Straight(draw.between(14.0, 24.0)), Arc(draw.between(7.0, 10.0), 90.0))
    return draw.scene(place, seconds(draw, kmh, 55.0), in_lane(draw, place, draw.one_of(_WAYS), kmh, path=path))


def turns_round(draw: Draw) -> Scene:
    """A car turns round where the line is dashed and drives back in the right lane."""
    place, kmh = draw.one_of(_DASHED), draw.between(14.0, 20.0)
    path = (Straight(draw.between(16.0, 26.0)), Arc(_width_m(place) / 2 + 0.02, 180.0))
    return draw.scene(place, seconds(draw, kmh, 75.0), in_lane(draw, place, "leaving", kmh, path=path))


def backs_up(draw: Draw) -> Scene:
    """A car stands in its lane and backs up 5 to 10 m in it, to let somebody out."""
    place, name = draw.one_of((*_SOLID, *_DASHED)), draw.one_of(_WAYS)
    begins_m = draw.between(38.0, 46.0) if name == "leaving" else draw.between(22.0, 28.0)
    pace = (Stand(2.0), Go(-draw.between(5.0, 9.0), for_m=draw.between(4.0, 9.0), ms2=1.0), StopWithin(1.0), Stand())
    return draw.scene(place, 14.0, in_lane(draw, place, name, pace, begins_m=begins_m))


def passes_broken_down(draw: Draw) -> Scene:
    """A car goes round one that broke down, over a dashed line, and returns at once."""
    place, kmh = draw.one_of(_DASHED), draw.between(25.0, 40.0)
    out, back = Shift(-2.6, 8.0, 12.0), Shift(2.6, 30.0, 12.0)
    broken = in_lane(draw, place, "leaving", (Stand(),), begins_m=36.0, aside_m=0.6, vehicle_id="b")
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, "leaving", kmh, shifts=(out, back)), broken)


def swapped_when_meeting(draw: Draw) -> Scene:
    """Two cars meet, each in its own lane, and the tracker swaps them."""
    place, kmh = draw.one_of((*_SOLID, _FOUR)), draw.between(35.0, 60.0)
    one = in_lane(draw, place, "leaving", kmh, begins_m=10.0)
    other = in_lane(draw, place, "coming", kmh, begins_m=70.0, vehicle_id="b")
    meet_s = 30.0 / (kmh / 3.6)
    switch = IdSwitch("a", "b", meet_s + draw.between(-0.4, 0.4))
    return draw.scene(place, seconds(draw, kmh), one, other, switches=(switch,))


def blue_light_against(draw: Draw) -> Scene:
    """An ambulance with its blue light on drives in the lane of those who come."""
    place, name, kmh = draw.one_of(_SOLID), draw.one_of(_WAYS), draw.between(40.0, 70.0)
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, name, kmh, against=True, **on_call(draw)))


def time_runs_back(draw: Draw) -> Scene:
    """The stream's time steps back while a car drives in its lane: it would seem to drive backwards."""
    place, name, kmh = draw.one_of((*_SOLID, _FOUR)), draw.one_of(_WAYS), draw.between(35.0, 70.0)
    faults = (TimeJump(draw.between(1.2, 2.5), -draw.between(1.0, 8.0)), DroppedFrames(0.8, draw.between(0.1, 0.4)))
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, name, kmh), faults=faults)


def view_knocked(draw: Draw) -> Scene:
    """A car drives in the wrong lane before a camera that was knocked: its lanes lie elsewhere in the picture."""
    place, name, kmh = draw.one_of(_SOLID), draw.one_of(_WAYS), draw.between(35.0, 70.0)
    car = in_lane(draw, place, name, kmh, against=True)
    return draw.scene(place, seconds(draw, kmh), car, circumstances=SHIFTED)


def carried_backwards_lane(draw: Draw) -> Scene:
    """A tow truck with a car on its deck drives in its own lane, close to the line."""
    place, name, kmh = draw.one_of(_SOLID), draw.one_of(_WAYS), draw.between(30.0, 50.0)
    size = draw.size(TRUCK)
    aside_m = across_m(draw, place, name, size, draw.between(0.1, 0.25), left=name == "leaving")
    truck = in_lane(draw, place, name, kmh, aside_m=aside_m, size=size, papers=draw.papers(TRUCK))
    cargo = draw.vehicle("b", (0.0, 0.0), 0.0, kmh, carried=Carried("a"))
    return draw.scene(place, seconds(draw, kmh, 90.0), truck, cargo)


GROUPS = (
    Group(
        "oncoming_lane",
        violating=named(overtakes_over_solid, drives_in_it, motorcycle_in_it, returns_late),
        innocent=named(
            keeps_to_the_line,
            bus_fills_lane,
            overtakes_over_dashed,
            turns_left_into_yard,
            turns_round,
            backs_up,
            passes_broken_down,
            swapped_when_meeting,
            blue_light_against,
            time_runs_back,
            view_knocked,
            carried_backwards_lane,
        ),
    ),
)
