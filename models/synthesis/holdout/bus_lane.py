"""The bus lane: who drives along it, and who may, turns from it or only comes near."""

from dataclasses import replace
from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    BUS,
    GANTRY,
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
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Shift, Stand, StopWithin, Straight
from models.synthesis.tracks.place import Place, oblong
from models.synthesis.tracks.scene import Carried, IdSwitch, Scene
from recognition.contracts import LineKind, Zone, ZoneKind

_BUS_LANE = frozenset({"bus_lane"})


def _lane_place(name: str, camera: Any, way: Any, kind: LineKind, width_m: float) -> Place:
    """Return a road whose lane at the kerb is for buses; ``kind`` is the line beside it."""
    side = 1.0 if way is RECEDING else -1.0
    kerb = sorted((0.4 * side, (0.4 + width_m) * side))
    near = sorted(((0.4 - width_m) * side, 0.4 * side))
    return Place(
        name,
        camera,
        SURVEYED_M,
        survey_x_m=(-3.2, 0.0, 3.2),
        lanes=(strip("bus", kerb[0], kerb[1], way), strip("near", near[0], near[1], way)),
        lines=(stripe("beside", kind, 0.4 * side),),
        zones=(Zone(zone_id="buses", kind=ZoneKind.BUS_LANE, polygon_m=oblong(kerb[0], kerb[1], 13.0, 65.0)),),
    )


_LANES = (
    _lane_place("holdout-bus-a", MAST, RECEDING, LineKind.DASHED, 3.5),
    _lane_place("holdout-bus-b", MAST, APPROACHING, LineKind.DASHED, 3.75),
    _lane_place("holdout-bus-c", GANTRY, RECEDING, LineKind.DASHED, 3.25),
)


def _in_bus_lane(draw: Draw, kmh: float, *, reach_m: float = 80.0, **more: Any) -> Scene:
    place = more.pop("place", None) or draw.one_of(_LANES)
    return draw.scene(place, seconds(draw, kmh, reach_m), in_lane(draw, place, "bus", kmh, **more))


def car_in_bus_lane(draw: Draw) -> Scene:
    """A car drives along the bus lane as far as it is seen."""
    return _in_bus_lane(draw, draw.between(20.0, 75.0), truth=_BUS_LANE)


def lorry_or_rider_in_it(draw: Draw) -> Scene:
    """A lorry or a motorcycle drives along the bus lane."""
    kind = draw.one_of((TRUCK, MOTORCYCLE))
    return _in_bus_lane(
        draw, draw.between(25.0, 50.0), reach_m=90.0, size=draw.size(kind), papers=draw.papers(kind), truth=_BUS_LANE
    )


def slips_behind_bus(draw: Draw) -> Scene:
    """A car moves into the bus lane behind a bus and follows it 30 m and more."""
    place, kmh = draw.one_of(_LANES), draw.between(30.0, 50.0)
    is_away = place.lanes[0].direction is RECEDING
    bus = in_lane(
        draw,
        place,
        "bus",
        kmh,
        begins_m=32.0 if is_away else 56.0,
        size=draw.size(BUS),
        papers=draw.papers(BUS),
        vehicle_id="b",
    )
    wide_m = place.zones[0].polygon_m[1][0] - place.zones[0].polygon_m[0][0]
    car = in_lane(draw, place, "near", kmh, shifts=(Shift(wide_m, draw.between(3.0, 8.0), 15.0),), truth=_BUS_LANE)
    return draw.scene(place, seconds(draw, kmh), car, bus)


def tow_truck_in_it(draw: Draw) -> Scene:
    """A tow truck with a car on its deck drives along the bus lane: the truck may not, the car is cargo."""
    scene = _in_bus_lane(
        draw, draw.between(25.0, 45.0), reach_m=90.0, size=draw.size(TRUCK), papers=draw.papers(TRUCK), truth=_BUS_LANE
    )
    return replace(scene, vehicles=(*scene.vehicles, draw.vehicle("b", (0.0, 0.0), 0.0, 10.0, carried=Carried("a"))))


def bus(draw: Draw) -> Scene:
    """A bus drives along its lane."""
    return _in_bus_lane(draw, draw.between(20.0, 50.0), reach_m=90.0, size=draw.size(BUS), papers=draw.papers(BUS))


def taxi(draw: Draw) -> Scene:
    """A taxi, known by its yellow plate, drives along the bus lane."""
    papers = replace(draw.papers(), plate=f"MA{int(draw.rng.integers(1, 999)):03d}77", plate_type="1b")
    return _in_bus_lane(draw, draw.between(25.0, 60.0), papers=papers)


def minibus_taken_for_lorry(draw: Draw) -> Scene:
    """A minibus of a regular line is taken for a lorry by the detector; the register knows it as a bus."""
    papers = replace(draw.papers(BUS, vehicle_class=BUS), seen_as=TRUCK)
    return _in_bus_lane(draw, draw.between(25.0, 50.0), size=draw.size(BUS), papers=papers, reach_m=90.0)


def police_in_it(draw: Draw) -> Scene:
    """An ambulance with its blue light on drives along the bus lane."""
    return _in_bus_lane(draw, draw.between(30.0, 60.0), **on_call(draw))


def turns_right_from_it(draw: Draw) -> Scene:
    """A car moves over the dashed line 10 to 18 m before a yard and turns right into it, as one must."""
    place, kmh = draw.one_of(_LANES), draw.between(18.0, 26.0)
    over_m = draw.between(12.0, 15.0)
    at_m = draw.between(10.0, 16.0)
    path = (Straight(at_m + over_m + draw.between(1.0, 4.0)), Arc(draw.between(6.0, 8.0), -90.0))
    car = in_lane(draw, place, "near", kmh, shifts=(Shift(3.3, at_m, over_m),), path=path)
    return draw.scene(place, seconds(draw, kmh, 65.0), car)


def lets_passenger_out(draw: Draw) -> Scene:
    """A car pulls over the dashed line to the kerb, stands a few seconds for a passenger, and pulls out again."""
    place, kmh = draw.one_of(_LANES), 30.0
    stop_m = draw.between(12.0, 15.0)
    pace = (Go(kmh, for_m=14.0), StopWithin(stop_m), Stand(draw.between(4.0, 8.0)), Go(30.0, ms2=1.8))
    shifts = (Shift(3.3, 10.0, 14.0), Shift(-3.3, 14.0 + stop_m + 0.5, 14.0))
    return draw.scene(place, 22.0, in_lane(draw, place, "near", pace, shifts=shifts))


def beside_bus_lane(draw: Draw) -> Scene:
    """A vehicle drives in the next lane, its flank 0.05 to 0.3 m from the bus lane, its shadow on it."""
    place, kmh, size = draw.one_of(_LANES), draw.between(30.0, 65.0), draw.size(draw.kind())
    is_away = place.lanes[0].direction is RECEDING
    aside_m = across_m(draw, place, "near", size, draw.between(0.05, 0.3), left=not is_away)
    shadow = draw.shadow() if draw.chance(0.6) else None
    one = in_lane(draw, place, "near", kmh, size=size, aside_m=aside_m, shadow=shadow, papers=draw.papers(size.kind))
    return draw.scene(place, seconds(draw, kmh, 90.0), one)


def comes_out_of_yard(draw: Draw) -> Scene:
    """A car comes out of a yard on the right and goes over the bus lane into the next lane."""
    place, kmh = draw.one_of(_LANES), draw.between(16.0, 22.0)
    side = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    car = draw.vehicle("a", (14.0 * side, 30.0), 90.0 * side, kmh, path=(Straight(8.5), Arc(7.0, -90.0)))
    return draw.scene(place, seconds(draw, kmh, 45.0), car)


def swapped_with_bus(draw: Draw) -> Scene:
    """A car passes a bus that is in its lane, and the tracker swaps them."""
    place, kmh = draw.one_of(_LANES), draw.between(35.0, 55.0)
    size = draw.size(BUS)
    big = in_lane(draw, place, "bus", kmh - 5.0, size=size, papers=draw.papers(BUS), vehicle_id="b")
    car = in_lane(draw, place, "near", kmh)
    return draw.scene(place, seconds(draw, kmh), car, big, switches=(IdSwitch("a", "b", draw.between(1.5, 3.0)),))


GROUPS = (
    Group(
        "bus_lane",
        violating=named(car_in_bus_lane, lorry_or_rider_in_it, slips_behind_bus, tow_truck_in_it),
        innocent=named(
            bus,
            taxi,
            minibus_taken_for_lorry,
            police_in_it,
            turns_right_from_it,
            lets_passenger_out,
            beside_bus_lane,
            comes_out_of_yard,
            swapped_with_bus,
        ),
    ),
)
