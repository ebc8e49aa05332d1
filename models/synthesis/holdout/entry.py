"""Zones that lorries or dirty vehicles may not enter: who drives in them, and who is spared or only comes near."""

from dataclasses import replace

from models.synthesis.holdout.barred import HALF, WHOLE, beside, drives, swapped
from models.synthesis.holdout.ground import (
    BUS,
    CAR,
    RECEDING,
    SHIFTED,
    TRUCK,
    in_lane,
    on_call,
    seconds,
)
from models.synthesis.tracks.body import VAN
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.motion import Go, Shift, Stand, StopWithin
from models.synthesis.tracks.scene import Carried, Scene

_LORRY, _DIRTY = frozenset({"no_lorries"}), frozenset({"low_emission"})


def lorry(draw: Draw) -> Scene:
    """A lorry of 5 to 40 t drives through."""
    papers = draw.papers(TRUCK, laden_mass_kg=int(draw.between(5_000, 40_000)))
    return drives(draw, "no_lorries", TRUCK, papers=papers, truth=_LORRY)


def lorry_just_too_heavy(draw: Draw) -> Scene:
    """A lorry of a little more than 3.5 t drives through."""
    papers = draw.papers(TRUCK, laden_mass_kg=int(draw.between(3_510, 3_900)))
    return drives(draw, "no_lorries", TRUCK, papers=papers, size=replace(VAN, length_m=6.5), truth=_LORRY)


def lorry_among_cars(draw: Draw) -> Scene:
    """A lorry drives through between cars, half hidden."""
    place, kmh = draw.one_of(WHOLE["no_lorries"]), draw.between(25.0, 45.0)
    sign = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    papers = draw.papers(TRUCK, laden_mass_kg=18_000)
    heavy = in_lane(draw, place, "right", kmh, size=draw.size(TRUCK), papers=papers, truth=_LORRY)
    cars = [
        in_lane(draw, place, "right", kmh, begins_m=heavy.start_m[1] + sign * 12.0, vehicle_id="b"),
        in_lane(draw, place, "left", kmh + 8.0, vehicle_id="c"),
    ]
    return draw.scene(place, seconds(draw, kmh, 92.0), heavy, *cars)


def light_lorry(draw: Draw) -> Scene:
    """A van of 3.5 t at most, which a detector calls a lorry, drives through."""
    papers = draw.papers(TRUCK, laden_mass_kg=draw.one_of((2_800, 3_200, 3_499, 3_500)))
    return drives(draw, "no_lorries", TRUCK, papers=papers, size=VAN)


def big_bus(draw: Draw) -> Scene:
    """A bus of 17 t, sometimes taken for a lorry, drives through: the sign is for lorries."""
    papers = draw.papers(BUS, laden_mass_kg=17_000)
    return drives(draw, "no_lorries", BUS, papers=replace(papers, seen_as=TRUCK) if draw.chance(0.5) else papers)


def register_silent(draw: Draw) -> Scene:
    """A lorry drives through, but how heavy it may be is not known."""
    papers = draw.papers(TRUCK, laden_mass_kg=None)
    return drives(draw, "no_lorries", TRUCK, papers=replace(papers, register=None) if draw.chance(0.5) else papers)


def plate_of_a_car(draw: Draw) -> Scene:
    """A lorry wears the number of somebody's car: its owner is not to be accused."""
    return drives(draw, "no_lorries", TRUCK, papers=draw.papers(CAR, laden_mass_kg=1_900))


def plate_of_a_lorry(draw: Draw) -> Scene:
    """A car wears the number of a heavy lorry."""
    return drives(draw, "no_lorries", CAR, papers=draw.papers(TRUCK, laden_mass_kg=20_000))


def fire_engine(draw: Draw) -> Scene:
    """A fire engine with its blue light on drives through."""
    return drives(draw, "no_lorries", TRUCK, **on_call(draw, TRUCK))


def lorry_beside(draw: Draw) -> Scene:
    """A heavy lorry drives in the lane beside the zone."""
    return beside(draw, "no_lorries", TRUCK, draw.papers(TRUCK, laden_mass_kg=18_000))


def lorry_swapped(draw: Draw) -> Scene:
    """A heavy lorry drives beside the zone, a light one in it; the tracker swaps them."""
    return swapped(draw, "no_lorries", TRUCK, draw.papers(TRUCK, laden_mass_kg=18_000))


def lorry_on_deck(draw: Draw) -> Scene:
    """A light tow truck carries a heavy lorry that broke down: cargo does not drive."""
    scene = drives(draw, "no_lorries", TRUCK, papers=draw.papers(TRUCK, laden_mass_kg=3_500), kmh=30.0)
    cargo = draw.vehicle(
        "b",
        (0.0, 0.0),
        0.0,
        30.0,
        size=draw.size(TRUCK),
        papers=draw.papers(TRUCK, laden_mass_kg=9_000),
        carried=Carried("a"),
    )
    return replace(scene, vehicles=(*scene.vehicles, cargo))


def lorry_in_knocked_view(draw: Draw) -> Scene:
    """A heavy lorry drives by a camera that was knocked: whether in the zone is not known."""
    return drives(draw, "no_lorries", TRUCK, papers=draw.papers(TRUCK, laden_mass_kg=18_000), circumstances=SHIFTED)


def dirty_car(draw: Draw) -> Scene:
    """A car of emission class 0 drives through."""
    return drives(draw, "low_emission", CAR, papers=draw.papers(CAR, eco_class=0), truth=_DIRTY)


def dirty_lorry(draw: Draw) -> Scene:
    """A lorry of emission class 0 or 1 drives through."""
    return drives(draw, "low_emission", TRUCK, papers=draw.papers(TRUCK, eco_class=draw.one_of((0, 1))), truth=_DIRTY)


def dirty_bus_stops(draw: Draw) -> Scene:
    """A bus of emission class 0 drives in, halts, and drives on."""
    place = draw.one_of(WHOLE["low_emission"])
    pace = (Go(35.0, for_m=5.0), StopWithin(18.0), Stand(draw.between(2.0, 6.0)), Go(30.0, ms2=1.2))
    one = in_lane(draw, place, "right", pace, size=draw.size(BUS), papers=draw.papers(BUS, eco_class=0), truth=_DIRTY)
    return draw.scene(place, 22.0, one)


def clean(draw: Draw) -> Scene:
    """A vehicle of emission class 4 to 6 drives through."""
    kind = draw.kind()
    return drives(draw, "low_emission", kind, papers=draw.papers(kind, eco_class=draw.one_of((4, 5, 6))))


def class_not_known(draw: Draw) -> Scene:
    """The register does not say of which emission class a vehicle is, or does not answer."""
    kind = draw.kind()
    papers = draw.papers(kind, eco_class=None)
    return drives(draw, "low_emission", kind, papers=replace(papers, register=None) if draw.chance(0.5) else papers)


def old_ambulance(draw: Draw) -> Scene:
    """An old ambulance drives through without its blue light: the sign does not hold for emergency services."""
    return drives(draw, "low_emission", CAR, papers=draw.papers(CAR, eco_class=0, is_emergency=True))


def dirty_on_call(draw: Draw) -> Scene:
    """An old fire engine drives through, its blue light on."""
    more = on_call(draw, TRUCK)
    more["papers"] = draw.papers(TRUCK, eco_class=0, is_emergency=True)
    return drives(draw, "low_emission", TRUCK, **more)


def number_of_another(draw: Draw) -> Scene:
    """A clean vehicle is seen; its number belongs to a dirty one of another kind: a copy or a misreading."""
    kind, other = draw.one_of(((CAR, TRUCK), (TRUCK, CAR), (BUS, CAR)))
    return drives(draw, "low_emission", kind, papers=draw.papers(other, eco_class=0))


def dirty_beside(draw: Draw) -> Scene:
    """A dirty car drives in the lane beside the zone."""
    return beside(draw, "low_emission", CAR, draw.papers(CAR, eco_class=0))


def dirty_swapped(draw: Draw) -> Scene:
    """A dirty car drives beside the zone, a clean one in it; the tracker swaps them."""
    return swapped(draw, "low_emission", CAR, draw.papers(CAR, eco_class=0))


def dirty_on_deck(draw: Draw) -> Scene:
    """A clean tow truck carries a dirty car to the scrapyard."""
    scene = drives(draw, "low_emission", TRUCK, papers=draw.papers(TRUCK, eco_class=5), kmh=35.0)
    cargo = draw.vehicle("b", (0.0, 0.0), 0.0, 30.0, papers=draw.papers(CAR, eco_class=0), carried=Carried("a"))
    return replace(scene, vehicles=(*scene.vehicles, cargo))


def dirty_in_knocked_view(draw: Draw) -> Scene:
    """A dirty car drives by a camera that was knocked."""
    return drives(draw, "low_emission", CAR, papers=draw.papers(CAR, eco_class=0), circumstances=SHIFTED)


def dirty_leaves_before(draw: Draw) -> Scene:
    """A dirty car touches the zone's edge for a moment and moves out of it into the other lane."""
    place, kmh = draw.one_of(HALF["low_emission"]), draw.between(30.0, 50.0)
    sign = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    begins_m = 8.0 if sign > 0 else 72.0
    shifts = (Shift(0.5 * sign, 8.0, 8.0), Shift(-0.5 * sign, 18.0, 8.0))
    papers = draw.papers(CAR, eco_class=0)
    size = draw.size()
    x_m = -size.width_m / 2 - 0.2
    car = draw.vehicle("a", (x_m, begins_m), 0.0 if sign > 0 else 180.0, kmh, size=size, papers=papers, shifts=shifts)
    return draw.scene(place, seconds(draw, kmh), car)


GROUPS = (
    Group(
        "no_lorries",
        violating=named(lorry, lorry_just_too_heavy, lorry_among_cars),
        innocent=named(
            light_lorry,
            big_bus,
            register_silent,
            plate_of_a_car,
            plate_of_a_lorry,
            fire_engine,
            lorry_beside,
            lorry_swapped,
            lorry_on_deck,
            lorry_in_knocked_view,
        ),
    ),
    Group(
        "low_emission",
        violating=named(dirty_car, dirty_lorry, dirty_bus_stops),
        innocent=named(
            clean,
            class_not_known,
            old_ambulance,
            dirty_on_call,
            number_of_another,
            dirty_beside,
            dirty_swapped,
            dirty_on_deck,
            dirty_in_knocked_view,
            dirty_leaves_before,
        ),
    ),
)
