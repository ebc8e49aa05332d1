"""Scenes of areas nobody may drive along: the shoulder, the bus lane, tram tracks."""

from typing import Any

from models.synthesis.tracks.draw import AWAY, TOWARDS, Builder, Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Pace, Shift, Stand, StopWithin, Straight
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.places import BUS_LANE, SHOULDER, TRAM
from models.synthesis.tracks.scene import Carried, IdSwitch, Papers, Scene, Vehicle
from models.synthesis.tracks.spared import of_any, spared
from recognition.contracts import VehicleClass

_VIEW_M = 70.0
_NEIGHBOUR_M = 3.3


def _along(draw: Draw, place: Place, x_m: float, pace: Pace | float, name: str = "a", **more: Any) -> Vehicle:
    """A vehicle along the road; ``x_m`` counts from the area's middle towards the lanes beside it."""
    ahead_m = float(more.pop("ahead_m", 0.0))
    if place is SHOULDER[1]:
        return draw.vehicle(name, (x_m, 78.0 - ahead_m), TOWARDS, pace, **more)
    return draw.vehicle(name, (x_m if place is TRAM else -x_m, 8.0 + ahead_m), AWAY, pace, **more)


def _guilty(rule: str) -> dict[str, Any]:
    """Return truth and what is not scored: who drives on the oncoming tracks drives in an oncoming lane."""
    return {"truth": frozenset({rule}), "may": frozenset({"oncoming_lane"} if rule == "tram_tracks" else ())}


def _lasts_s(speed_kmh: float) -> float:
    return min(14.0, (_VIEW_M + 4) / (speed_kmh / 3.6))


def _drives(rule: str, *places: Place) -> Builder:
    """Return the scene of somebody who drives along the whole area."""

    def drives_along(draw: Draw) -> Scene:
        place, speed = draw.one_of(places), draw.between(25.0, 85.0 if rule == "shoulder" else 60.0)
        car = _along(draw, place, draw.near(0.0, 0.12), speed, **_guilty(rule))
        return draw.scene(place, _lasts_s(speed), car)

    return drives_along


def _overtakes(rule: str, *places: Place) -> Builder:
    """Return the scene of somebody who moves over into the area and drives on in it past the others."""

    def overtakes_along(draw: Draw) -> Scene:
        place, speed = draw.one_of(places), draw.between(28.0, 42.0)
        aside = Shift(-_NEIGHBOUR_M if place is TRAM else _NEIGHBOUR_M, draw.between(2.0, 6.0), 2.0 * speed / 3.6)
        car = _along(draw, place, _NEIGHBOUR_M, speed, shifts=(aside,), **_guilty(rule))
        slow = _along(draw, place, _NEIGHBOUR_M, draw.between(8.0, 20.0), "b", ahead_m=36.0)
        return draw.scene(place, _lasts_s(speed), car, slow)

    return overtakes_along


def _common(rule: str, *places: Place) -> dict[str, Builder]:
    """Return the innocents that every such area knows."""

    def beside(draw: Draw) -> Scene:
        place, speed = draw.one_of(places), draw.between(20.0, 60.0)
        car = _along(draw, place, draw.near(_NEIGHBOUR_M, 0.25), speed, size=draw.size(draw.kind()))
        return draw.scene(place, _lasts_s(speed), car)

    def shadow_in_it(draw: Draw) -> Scene:
        place, speed = draw.one_of(places), draw.between(20.0, 60.0)
        into = -1.0 if place in (TRAM, SHOULDER[-1]) else 1.0
        shadow = draw.shadow(aside=into * draw.between(1.0, 2.6), share=draw.between(0.7, 1.0))
        return draw.scene(place, _lasts_s(speed), _along(draw, place, _NEIGHBOUR_M, speed, shadow=shadow))

    def wide_lorry(draw: Draw) -> Scene:
        place, speed = draw.one_of(places), draw.between(20.0, 60.0)
        size = draw.size(draw.one_of((VehicleClass.TRUCK, VehicleClass.BUS)))
        return draw.scene(place, _lasts_s(speed), _along(draw, place, draw.between(2.6, 2.9), speed, size=size))

    def wheel_in_it(draw: Draw) -> Scene:
        place, speed = draw.one_of(places), draw.between(20.0, 50.0)
        return draw.scene(place, _lasts_s(speed), _along(draw, place, draw.between(1.9, 2.3), speed))

    def id_switch(draw: Draw) -> Scene:
        place, speed = draw.one_of(places), draw.between(25.0, 50.0)
        one = _along(draw, place, _NEIGHBOUR_M, speed)
        other = _along(
            draw, place, 0.0, speed + draw.between(-3, 3), "b", ahead_m=draw.between(-4, 4), **_guilty(rule),
        )  # fmt: skip
        switch = IdSwitch("a", "b", draw.between(0.75, 0.9) * _lasts_s(speed))
        return draw.scene(place, _lasts_s(speed), one, other, switches=(switch,))

    return named(beside, shadow_in_it, wide_lorry, wheel_in_it, id_switch)


def on_a_tow_truck_in_it(draw: Draw) -> Scene:
    """A tow truck drives along the shoulder; the car it carries does not."""
    place, speed = SHOULDER[0], draw.between(30.0, 60.0)
    truck = _along(
        draw, place, 0.0, speed, "truck", size=draw.size(VehicleClass.TRUCK), may=frozenset({"shoulder"}),
    )  # fmt: skip
    load = draw.vehicle("load", (0.0, 0.0), AWAY, speed, carried=Carried("truck", draw.between(-1.2, -0.3)))
    return draw.scene(place, _lasts_s(speed), truck, load)


def breakdown(draw: Draw) -> Scene:
    """Rolls onto the shoulder, stops, and stays."""
    place = draw.one_of(SHOULDER)
    way_m = draw.between(22.0, 30.0)
    pace = (Go(draw.between(25.0, 40.0), for_m=6.0), StopWithin(way_m), Stand())
    aside_m = _NEIGHBOUR_M
    ahead_m = 0.0 if place is SHOULDER[0] else 14.0
    car = _along(draw, place, _NEIGHBOUR_M, pace, shifts=(Shift(aside_m, 6.0, 16.0),), ahead_m=ahead_m)
    return draw.scene(place, 14.0, car)


def stands_on_the_shoulder(draw: Draw) -> Scene:
    """A broken-down vehicle stands there all the time; others pass."""
    place = draw.one_of(SHOULDER)
    broken = _along(draw, place, draw.near(0.0, 0.1), (Stand(),), ahead_m=draw.between(20.0, 35.0))
    passing = _along(draw, place, _NEIGHBOUR_M, draw.between(30.0, 60.0), "b")
    return draw.scene(place, 10.0, broken, passing)


def rejoins_after_a_breakdown(draw: Draw) -> Scene:
    """Stands on the shoulder, then gathers way for ten metres and joins the lane."""
    place = SHOULDER[0]
    pace = (Stand(draw.between(2.0, 4.0)), Go(35.0, ms2=1.8))
    car = _along(draw, place, 0.0, pace, ahead_m=14.0, shifts=(Shift(-_NEIGHBOUR_M, draw.between(4.0, 8.0), 16.0),))
    return draw.scene(place, 12.0, car)


def bus_in_its_lane(draw: Draw) -> Scene:
    """A bus drives in the bus lane."""
    speed = draw.between(20.0, 50.0)
    bus = _along(draw, BUS_LANE, draw.near(0.0, 0.1), speed, size=draw.size(VehicleClass.BUS))
    return draw.scene(BUS_LANE, _lasts_s(speed), bus)


def route_minibus_seen_as_a_car(draw: Draw) -> Scene:
    """A minibus that the detector calls a car and the register a bus."""
    speed = draw.between(20.0, 50.0)
    papers = draw.papers(VehicleClass.BUS, is_emergency=False)
    return draw.scene(BUS_LANE, _lasts_s(speed), _along(draw, BUS_LANE, 0.0, speed, papers=papers))


def taxi_in_the_bus_lane(draw: Draw) -> Scene:
    """A taxi with its own kind of plate (1b)."""
    speed = draw.between(20.0, 50.0)
    papers = Papers("AB12377", plate_type="1b", register=draw.papers().register)
    return draw.scene(BUS_LANE, _lasts_s(speed), _along(draw, BUS_LANE, draw.near(0.0, 0.1), speed, papers=papers))


def enters_to_turn(draw: Draw) -> Scene:
    """Moves into the bus lane, turns right out of it within 15 m."""
    over = (Arc(12.0, -30.4), Arc(12.0, 30.4))  # 3.3 m aside within 12 m
    bend = Arc(draw.between(6.0, 8.0), -90.0)
    path = (Straight(draw.between(14.0, 20.0)), *over, Straight(draw.between(0.0, 3.0)), bend)
    car = _along(draw, BUS_LANE, _NEIGHBOUR_M, draw.between(14.0, 20.0), path=path)
    return draw.scene(BUS_LANE, 11.0, car)


def along_its_own_tracks(draw: Draw) -> Scene:
    """Comes towards the camera on the tracks of its own direction."""
    car = draw.vehicle("a", (draw.near(0.0, 0.2), 70.0), TOWARDS, draw.between(20.0, 50.0))
    return draw.scene(TRAM, 9.0, car)


def crosses_the_tracks(draw: Draw) -> Scene:
    """From a side street straight across the tracks."""
    start, heading = draw.one_of((((-15.0, 36.0), -90.0), ((15.0, 32.0), 90.0)))
    return draw.scene(TRAM, 7.0, draw.vehicle("a", start, heading, draw.between(12.0, 25.0)))


def turns_across_the_tracks(draw: Draw) -> Scene:
    """Turns left across the tracks into a side street."""
    path = (Straight(draw.between(18.0, 24.0)), Arc(draw.between(7.0, 9.0), 90.0))
    car = draw.vehicle("a", (3.2, 8.0), AWAY, draw.between(15.0, 22.0), path=path)
    return draw.scene(TRAM, 11.0, car)


def tram_itself(draw: Draw) -> Scene:
    """The tram, which a detector calls a bus, without a plate."""
    size = draw.size(VehicleClass.BUS)
    tram = _along(draw, TRAM, 0.0, draw.between(15.0, 40.0), size=size, papers=Papers(plate=None))
    return draw.scene(TRAM, 10.0, tram)


_on_shoulder, _in_bus_lane, _on_tracks = (
    _drives("shoulder", *SHOULDER), _drives("bus_lane", BUS_LANE), _drives("tram_tracks", TRAM),
)  # fmt: skip

GROUPS = (
    Group(
        "shoulder",
        violating=named(_on_shoulder, _overtakes("shoulder", *SHOULDER)),
        innocent=_common("shoulder", *SHOULDER) | named(
            on_a_tow_truck_in_it, breakdown, stands_on_the_shoulder, rejoins_after_a_breakdown,
            **spared(of_any(_on_shoulder, _overtakes("shoulder", *SHOULDER))),
        ),
    ),
    Group(
        "bus_lane",
        violating=named(_in_bus_lane, _overtakes("bus_lane", BUS_LANE)),
        innocent=_common("bus_lane", BUS_LANE) | named(
            bus_in_its_lane, route_minibus_seen_as_a_car, taxi_in_the_bus_lane, enters_to_turn, **spared(_in_bus_lane),
        ),
    ),
    Group(
        "tram_tracks",
        violating=named(_on_tracks, _overtakes("tram_tracks", TRAM)),
        innocent=_common("tram_tracks", TRAM) | named(
            crosses_the_tracks, along_its_own_tracks, turns_across_the_tracks, tram_itself, **spared(_on_tracks),
        ),
    ),
)  # fmt: skip
