"""Scenes of areas closed to some vehicles: to heavy lorries, and to those that pollute."""

from typing import Any

from models.synthesis.tracks.body import VAN, Size
from models.synthesis.tracks.draw import AWAY, Draw, Group, named
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.places import LOW_EMISSION, NO_LORRIES
from models.synthesis.tracks.scene import Carried, IdSwitch, Papers, Scene, Vehicle
from models.synthesis.tracks.spared import spared
from recognition.contracts import VehicleClass

_LORRY = frozenset({"no_lorries"})
_EMISSION = frozenset({"low_emission"})


def _through(draw: Draw, size: Size, papers: Papers, name: str = "a", **more: Any) -> Vehicle:
    """A vehicle that drives through the whole area."""
    x_m = draw.near(float(more.pop("x_m", draw.one_of((-1.75, 1.75)))), 0.15)
    return draw.vehicle(name, (x_m, 8.0), AWAY, draw.between(20.0, 55.0), size=size, papers=papers, **more)


def _scene(draw: Draw, place: Place, *vehicles: Vehicle) -> Scene:
    return draw.scene(place, 9.0, *vehicles)


def heavy_lorry(draw: Draw) -> Scene:
    """A lorry of 5 to 40 t in the closed area."""
    papers = draw.papers(VehicleClass.TRUCK, laden_mass_kg=int(draw.between(5_000, 40_000)))
    return _scene(draw, NO_LORRIES, _through(draw, draw.size(VehicleClass.TRUCK), papers, truth=_LORRY))


def light_van(draw: Draw) -> Scene:
    """A van of at most 3.5 t, which a detector calls a truck."""
    papers = draw.papers(VehicleClass.TRUCK, laden_mass_kg=int(draw.between(2_200, 3_500)))
    return _scene(draw, NO_LORRIES, _through(draw, VAN, papers))


def van_unknown_to_the_register(draw: Draw) -> Scene:
    """A van of which the register says nothing, or not its mass."""
    silent = draw.papers(VehicleClass.TRUCK, laden_mass_kg=None)
    papers = Papers(silent.plate) if draw.chance(0.5) else silent
    return _scene(draw, NO_LORRIES, _through(draw, VAN, papers))


def bus_among_lorries(draw: Draw) -> Scene:
    """A bus, as heavy as a lorry, which is none; the detector may call it a truck."""
    seen_as = draw.one_of((VehicleClass.BUS, VehicleClass.TRUCK))
    papers = draw.papers(VehicleClass.BUS, laden_mass_kg=17_000)
    papers = Papers(papers.plate, register=papers.register, seen_as=seen_as)
    return _scene(draw, NO_LORRIES, _through(draw, draw.size(VehicleClass.BUS), papers))


def car_in_it(draw: Draw) -> Scene:
    """A car."""
    return _scene(draw, draw.one_of((NO_LORRIES, LOW_EMISSION)), _through(draw, draw.size(), draw.papers()))


def lorry_outside(draw: Draw) -> Scene:
    """A lorry on the road beside the closed area."""
    papers = draw.papers(VehicleClass.TRUCK, laden_mass_kg=12_000)
    return _scene(draw, NO_LORRIES, _through(draw, draw.size(VehicleClass.TRUCK), papers, x_m=5.6))


def car_switches_with_a_lorry(draw: Draw) -> Scene:
    """A car with a car's plate, whose track goes over to a lorry."""
    car = _through(draw, draw.size(), draw.papers(is_emergency=False), x_m=-1.75)
    papers = draw.papers(VehicleClass.TRUCK, laden_mass_kg=12_000)
    lorry = _through(draw, draw.size(VehicleClass.TRUCK), papers, "b", x_m=1.75, may=_LORRY)
    scene = _scene(draw, NO_LORRIES, car, lorry)
    return draw.scene(NO_LORRIES, scene.duration_s, car, lorry, switches=(IdSwitch("a", "b", draw.between(1.5, 3.0)),))


def polluting_car(draw: Draw) -> Scene:
    """A vehicle of emission class 0 or 1."""
    kind = draw.one_of((VehicleClass.CAR, VehicleClass.CAR, VehicleClass.TRUCK))
    papers = draw.papers(kind, eco_class=int(draw.between(0, 2)))
    return _scene(draw, LOW_EMISSION, _through(draw, draw.size(kind), papers, truth=_EMISSION))


def clean_car(draw: Draw) -> Scene:
    """A vehicle of emission class 5 or 6."""
    kind = draw.kind()
    papers = draw.papers(kind, eco_class=int(draw.between(5, 7)))
    return _scene(draw, LOW_EMISSION, _through(draw, draw.size(kind), papers))


def register_silent(draw: Draw) -> Scene:
    """The register knows no emission class, or nothing at all."""
    papers = draw.papers(eco_class=None)
    papers = Papers(papers.plate) if draw.chance(0.5) else papers
    return _scene(draw, LOW_EMISSION, _through(draw, draw.size(), papers))


def polluter_on_a_tow_truck(draw: Draw) -> Scene:
    """A polluting car is carried through the area on a clean truck."""
    truck = _through(draw, draw.size(VehicleClass.TRUCK), draw.papers(VehicleClass.TRUCK, eco_class=5), "truck")
    load = draw.vehicle("load", (0.0, 0.0), AWAY, 30.0, carried=Carried("truck"), papers=draw.papers(eco_class=0))
    return _scene(draw, LOW_EMISSION, truck, load)


def polluter_outside(draw: Draw) -> Scene:
    """A polluting car on the road beside the area."""
    return _scene(draw, LOW_EMISSION, _through(draw, draw.size(), draw.papers(eco_class=0), x_m=5.4))


GROUPS = (
    Group(
        "no_lorries",
        violating=named(heavy_lorry),
        innocent=named(
            light_van, van_unknown_to_the_register, bus_among_lorries, car_in_it, lorry_outside,
            car_switches_with_a_lorry, **spared(heavy_lorry),
        ),
    ),
    Group(
        "low_emission",
        violating=named(polluting_car),
        innocent=named(
            clean_car, register_silent, car_in_it, polluter_on_a_tow_truck, polluter_outside, **spared(polluting_car),
        ),
    ),
)  # fmt: skip
