"""The shoulder: who drives along it, and who stops there, crosses it or only comes near."""

from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    BUS,
    MAST,
    MOTORCYCLE,
    RECEDING,
    SURVEYED_M,
    TRUCK,
    across_m,
    in_lane,
    on_call,
    seconds,
    strip,
    stripe,
)
from models.synthesis.tracks.body import Shadow
from models.synthesis.tracks.draw import AWAY, TOWARDS, Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Pace, Shift, Stand, StopWithin, Straight
from models.synthesis.tracks.place import Place, oblong
from models.synthesis.tracks.scene import Carried, IdSwitch, Scene, Vehicle
from recognition.contracts import Direction, Lane, LineKind, Zone, ZoneKind

_SHOULDER = frozenset({"shoulder"})


def _beside_edge(name: str, one_m: float, other_m: float, way: Direction) -> Lane:
    return strip(name, min(one_m, other_m), max(one_m, other_m), way)


_VERGES = tuple(
    Place(
        f"holdout-verge-{way.value}",
        MAST,
        SURVEYED_M,
        survey_x_m=(-3.4, 0.0, 3.4),
        lanes=(_beside_edge("outer", 1.6 * s, -1.7 * s, way), _beside_edge("inner", -1.7 * s, -5.0 * s, way)),
        lines=(stripe("edge", LineKind.EDGE, 1.6 * s),),
        zones=(
            Zone(
                zone_id="verge",
                kind=ZoneKind.SHOULDER,
                polygon_m=oblong(min(1.6 * s, 4.4 * s), max(1.6 * s, 4.4 * s), 13.0, 65.0),
            ),
        ),
    )
    for way, s in ((RECEDING, 1.0), (APPROACHING, -1.0))
)
"""The verge lies to the driver's right of the outer lane."""
_TO_VERGE_M = 3.0


def _on_verge(draw: Draw, pace: Pace | float, **more: Any) -> Vehicle:
    """Return a vehicle that comes along the verge."""
    place = more.pop("place")
    sign = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    begins_m = more.pop("begins_m", None) or (draw.between(6.0, 11.0) if sign > 0 else draw.between(64.0, 74.0))
    x_m = sign * (1.6 + draw.between(1.25, 1.6))
    return draw.vehicle(more.pop("vehicle_id", "a"), (x_m, begins_m), AWAY if sign > 0 else TOWARDS, pace, **more)


def along_verge(draw: Draw) -> Scene:
    """A car drives along the verge as far as it is seen."""
    place, kmh = draw.one_of(_VERGES), draw.between(25.0, 80.0)
    return draw.scene(place, seconds(draw, kmh), _on_verge(draw, kmh, place=place, truth=_SHOULDER))


def past_the_jam(draw: Draw) -> Scene:
    """A car or motorcycle passes a standing jam along the verge."""
    place, kmh, kind = draw.one_of(_VERGES), draw.between(20.0, 45.0), draw.one_of(("car", "rider"))
    size = draw.size(MOTORCYCLE) if kind == "rider" else draw.size()
    one = _on_verge(draw, kmh, place=place, size=size, truth=_SHOULDER)
    jam = [
        in_lane(draw, place, name, (Stand(),), begins_m=y_m, vehicle_id=f"{name}-{y_m:.0f}")
        for name, y_m in (("outer", 26.0), ("outer", 36.0), ("inner", 30.0))
    ]
    return draw.scene(place, seconds(draw, kmh), one, *jam)


def overtakes_on_verge(draw: Draw) -> Scene:
    """A car moves over to the verge, drives on 30 m and more, and does not stop."""
    place, kmh = draw.one_of(_VERGES), draw.between(40.0, 70.0)
    shift = Shift(_TO_VERGE_M, draw.between(4.0, 10.0), draw.between(12.0, 18.0))
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, "outer", kmh, shifts=(shift,), truth=_SHOULDER))


def breaks_down(draw: Draw) -> Scene:
    """A car moves over to the verge, brakes and stays there, its hazard lights on."""
    place, kmh = draw.one_of(_VERGES), draw.between(35.0, 55.0)
    shift = Shift(_TO_VERGE_M, draw.between(6.0, 10.0), draw.between(16.0, 22.0))
    pace = (Go(kmh, for_m=6.0), StopWithin(draw.between(28.0, 40.0)), Stand())
    return draw.scene(place, draw.between(12.0, 18.0), in_lane(draw, place, "outer", pace, shifts=(shift,)))


def pulls_out(draw: Draw) -> Scene:
    """A car that stood on the verge starts and moves into the lane within 20 to 28 m."""
    place = draw.one_of(_VERGES)
    begins_m = 22.0 if place.lanes[0].direction is RECEDING else 52.0
    shift = Shift(-_TO_VERGE_M, draw.between(1.0, 6.0), draw.between(16.0, 22.0))
    car = _on_verge(draw, (Stand(draw.between(2.0, 4.0)), Go(40.0)), place=place, begins_m=begins_m, shifts=(shift,))
    return draw.scene(place, 13.0, car)


def stands_there(draw: Draw) -> Scene:
    """A car stands on the verge all the time; others pass."""
    place = draw.one_of(_VERGES)
    parked = _on_verge(draw, (Stand(),), place=place, begins_m=draw.between(26.0, 36.0))
    return draw.scene(place, 9.0, parked, in_lane(draw, place, "outer", 60.0, vehicle_id="b"))


def along_edge(draw: Draw) -> Scene:
    """A vehicle drives in the outer lane, its flank 0.05 to 0.25 m from the edge line."""
    place, kmh, kind = draw.one_of(_VERGES), draw.between(40.0, 80.0), draw.one_of(("car", "bus"))
    size = draw.size(BUS) if kind == "bus" else draw.size()
    aside_m = across_m(
        draw, place, "outer", size, draw.between(0.05, 0.25), left=place.lanes[0].direction is APPROACHING
    )
    one = in_lane(draw, place, "outer", kmh, size=size, aside_m=aside_m, papers=draw.papers(size.kind))
    return draw.scene(place, seconds(draw, kmh, 90.0), one)


def shadow_on_verge(draw: Draw) -> Scene:
    """A lorry or car drives in the outer lane, its shadow on the verge."""
    place, kmh, kind = draw.one_of(_VERGES), draw.between(40.0, 80.0), draw.kind()
    sign = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    shadow = Shadow((sign * draw.between(0.8, 2.2), draw.near(0.0, 0.6)), draw.between(0.6, 1.0))
    one = in_lane(draw, place, "outer", kmh, size=draw.size(kind), papers=draw.papers(kind), shadow=shadow)
    return draw.scene(place, seconds(draw, kmh, 90.0), one)


def turns_off(draw: Draw) -> Scene:
    """A car turns right across the verge into a yard."""
    place, kmh = draw.one_of(_VERGES), draw.between(14.0, 22.0)
    path = (Straight(draw.between(16.0, 24.0)), Arc(draw.between(6.0, 9.0), -90.0))
    return draw.scene(place, seconds(draw, kmh, 50.0), in_lane(draw, place, "outer", kmh, path=path))


def blue_light_on_verge(draw: Draw) -> Scene:
    """An ambulance with its blue light on drives along the verge."""
    place, kmh = draw.one_of(_VERGES), draw.between(35.0, 60.0)
    return draw.scene(place, seconds(draw, kmh), _on_verge(draw, kmh, place=place, **on_call(draw)))


def swapped_with_parked(draw: Draw) -> Scene:
    """A car passes another that stands on the verge, and the tracker swaps them."""
    scene = stands_there(draw)
    parked, passing = scene.vehicles
    at_s = abs(parked.start_m[1] - passing.start_m[1]) / (60.0 / 3.6) + draw.between(-0.3, 0.3)
    return draw.scene(scene.place, scene.duration_s, parked, passing, switches=(IdSwitch("a", "b", at_s),))


def loads_and_leaves(draw: Draw) -> Scene:
    """A tow truck stands on the verge with a car on its deck, then drives off into the lane."""
    place = draw.one_of(_VERGES)
    begins_m = 26.0 if place.lanes[0].direction is RECEDING else 50.0
    shift = Shift(-_TO_VERGE_M, 3.0, 20.0)
    truck = _on_verge(
        draw,
        (Stand(3.0), Go(30.0, ms2=1.2)),
        place=place,
        begins_m=begins_m,
        shifts=(shift,),
        size=draw.size(TRUCK),
        papers=draw.papers(TRUCK),
    )
    return draw.scene(place, 14.0, truck, draw.vehicle("b", (0.0, 0.0), 0.0, 10.0, carried=Carried("a")))


GROUPS = (
    Group(
        "shoulder",
        violating=named(along_verge, past_the_jam, overtakes_on_verge),
        innocent=named(
            breaks_down,
            pulls_out,
            stands_there,
            along_edge,
            shadow_on_verge,
            turns_off,
            blue_light_on_verge,
            swapped_with_parked,
            loads_and_leaves,
        ),
    ),
)
