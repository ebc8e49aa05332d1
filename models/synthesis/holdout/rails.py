"""Tram tracks: who drives along those of the other direction, and who may, crosses or only comes near."""

from dataclasses import replace

from models.synthesis.holdout.ground import (
    APPROACHING,
    BUS,
    MAST,
    MOTORCYCLE,
    RECEDING,
    SHIFTED,
    SURVEYED_M,
    across_m,
    in_lane,
    on_call,
    seconds,
    strip,
)
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Shift, Stand, StopWithin, Straight
from models.synthesis.tracks.place import Place, oblong
from models.synthesis.tracks.scene import IdSwitch, Papers, Scene
from recognition.contracts import Zone, ZoneKind

_TRACKS = frozenset({"tram_tracks"})
_ONCOMING = frozenset({"oncoming_lane"})


_RAILS = tuple(
    Place(
        f"holdout-tram-{i}",
        MAST,
        SURVEYED_M,
        survey_x_m=(-4.0, 0.0, 4.0),
        lanes=(
            strip("coming", -x_m - 3.4, -x_m, APPROACHING),
            strip("rails", -x_m, x_m, way),
            strip("leaving", x_m, x_m + 3.4, RECEDING),
        ),
        zones=(Zone(zone_id="rails", kind=ZoneKind.TRAM_TRACKS, polygon_m=oblong(-x_m, x_m, 13.0, 65.0)),),
    )
    for i, (x_m, way) in enumerate(((1.5, APPROACHING), (1.6, RECEDING)))
)
"""Of single tracks between two lanes, trams come on the first and leave on the second."""


def on_rails(draw: Draw) -> Scene:
    """A car leaves along the tracks on which trams come."""
    kmh = draw.between(25.0, 70.0)
    car = in_lane(draw, _RAILS[0], "rails", kmh, against=True, truth=_TRACKS, may=_ONCOMING)
    return draw.scene(_RAILS[0], seconds(draw, kmh), car)


def round_the_jam(draw: Draw) -> Scene:
    """A car or motorcycle passes the jam on the tracks on which trams come, 30 m and more."""
    place, kmh = _RAILS[0], draw.between(25.0, 45.0)
    size = draw.size(MOTORCYCLE) if draw.chance(0.4) else draw.size()
    shift = Shift(-3.2, draw.between(3.0, 7.0), draw.between(13.0, 17.0))
    car = in_lane(draw, place, "leaving", kmh, shifts=(shift,), size=size, truth=_TRACKS, may=_ONCOMING)
    jam = [in_lane(draw, place, "leaving", (Stand(),), begins_m=y_m, vehicle_id=f"j{y_m:.0f}") for y_m in (37.0, 46.0)]
    return draw.scene(place, seconds(draw, kmh), car, *jam)


def against_leaving_trams(draw: Draw) -> Scene:
    """A car comes along the tracks on which trams leave."""
    kmh = draw.between(25.0, 60.0)
    car = in_lane(draw, _RAILS[1], "rails", kmh, against=True, truth=_TRACKS, may=_ONCOMING)
    return draw.scene(_RAILS[1], seconds(draw, kmh), car)


def along_own_rails(draw: Draw) -> Scene:
    """A car drives along the tracks of its own direction while its lane is jammed."""
    place, kmh = draw.one_of(_RAILS), draw.between(25.0, 50.0)
    name = "leaving" if place is _RAILS[1] else "coming"
    jam = [in_lane(draw, place, name, (Stand(),), begins_m=y_m, vehicle_id=f"j{y_m:.0f}") for y_m in (28.0, 37.0)]
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, "rails", kmh), *jam)


def tram(draw: Draw) -> Scene:
    """A tram, which a detector calls a bus, runs on its tracks."""
    place, kmh = draw.one_of(_RAILS), draw.between(20.0, 40.0)
    size = replace(draw.size(BUS), length_m=14.5, width_m=2.5)
    one = in_lane(draw, place, "rails", kmh, size=size, papers=Papers(plate=None))
    return draw.scene(place, seconds(draw, kmh, 95.0), one)


def turns_left_over_rails(draw: Draw) -> Scene:
    """A car turns left over the tracks into a yard."""
    place, kmh = draw.one_of(_RAILS), draw.between(14.0, 20.0)
    path = (Straight(draw.between(14.0, 24.0)), Arc(draw.between(6.0, 9.0), 90.0))
    return draw.scene(
        place, seconds(draw, kmh, 55.0), in_lane(draw, place, draw.one_of(("leaving", "coming")), kmh, path=path)
    )


def turns_round_over_rails(draw: Draw) -> Scene:
    """A car turns round over the tracks and drives back in the right lane."""
    place, kmh = draw.one_of(_RAILS), draw.between(14.0, 18.0)
    half_m = place.lanes[1].polygon_m[1][0]
    path = (Straight(draw.between(16.0, 26.0)), Arc(half_m + 1.7, 180.0))
    return draw.scene(place, seconds(draw, kmh, 80.0), in_lane(draw, place, "leaving", kmh, path=path))


def beside_rails(draw: Draw) -> Scene:
    """A vehicle drives in its lane, its flank 0.05 to 0.3 m from the tracks, its shadow on them."""
    place, kmh, name = draw.one_of(_RAILS), draw.between(30.0, 60.0), draw.one_of(("leaving", "coming"))
    size = draw.size(draw.kind())
    aside_m = across_m(draw, place, name, size, draw.between(0.05, 0.3), left=name == "leaving")
    shadow = draw.shadow() if draw.chance(0.6) else None
    one = in_lane(draw, place, name, kmh, size=size, aside_m=aside_m, shadow=shadow, papers=draw.papers(size.kind))
    return draw.scene(place, seconds(draw, kmh, 90.0), one)


def waits_to_turn_left(draw: Draw) -> Scene:
    """A car waits on the tracks of its own direction to turn left, and turns."""
    place = _RAILS[1]
    pace = (Go(22.0, for_m=8.0), StopWithin(14.0), Stand(draw.between(5.0, 9.0)), Go(18.0, ms2=1.5))
    car = in_lane(draw, place, "rails", pace, path=(Straight(24.0), Arc(6.5, 90.0)))
    return draw.scene(place, 21.0, car)


def blue_light_on_rails(draw: Draw) -> Scene:
    """An ambulance with its blue light on drives on the tracks on which trams come."""
    kmh = draw.between(35.0, 60.0)
    return draw.scene(
        _RAILS[0], seconds(draw, kmh), in_lane(draw, _RAILS[0], "rails", kmh, against=True, **on_call(draw))
    )


def swapped_with_tram(draw: Draw) -> Scene:
    """A leaving car meets a coming one that is on its own tracks, and the tracker swaps them."""
    place, kmh = _RAILS[0], draw.between(30.0, 50.0)
    one = in_lane(draw, place, "leaving", kmh, begins_m=10.0)
    other = in_lane(draw, place, "rails", kmh, begins_m=70.0, vehicle_id="b")
    switch = IdSwitch("a", "b", 30.0 / (kmh / 3.6) + draw.between(-0.4, 0.4))
    return draw.scene(place, seconds(draw, kmh), one, other, switches=(switch,))


def rails_view_knocked(draw: Draw) -> Scene:
    """A car seems to drive on the tracks before a camera that was knocked."""
    scene = on_rails(draw)
    (car,) = scene.vehicles
    return replace(scene, vehicles=(replace(car, truth=frozenset(), may=frozenset()),), circumstances=SHIFTED)


GROUPS = (
    Group(
        "tram_tracks",
        violating=named(on_rails, round_the_jam, against_leaving_trams),
        innocent=named(
            along_own_rails,
            tram,
            turns_left_over_rails,
            turns_round_over_rails,
            beside_rails,
            waits_to_turn_left,
            blue_light_on_rails,
            swapped_with_tram,
            rails_view_knocked,
        ),
    ),
)
