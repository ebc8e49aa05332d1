"""Scenes of what classifiers see of driver and lamps: seat belt, phone, lights."""

from typing import Any

from models.synthesis.tracks.draw import AWAY, TOWARDS, Draw, Group, named
from models.synthesis.tracks.motion import Go, Stand, StopWithin
from models.synthesis.tracks.places import FRONTS, REARS
from models.synthesis.tracks.scene import Carried, IdSwitch, Looks, Scene, Vehicle
from models.synthesis.tracks.spared import spared
from recognition.contracts import VehicleClass
from recognition.violations.case import Feature, Seen

_LIGHTS, _BELT, _PHONE = (frozenset({name}) for name in ("lights_off", "seat_belt", "phone"))


def _comes(draw: Draw, looks: Looks, name: str = "a", **more: Any) -> Vehicle:
    """A vehicle that comes towards the camera, its driver seen as given."""
    x_m = float(more.pop("x_m", draw.one_of((-1.75, 1.75))))
    return draw.vehicle(name, (x_m, 62.0), TOWARDS, draw.between(20.0, 60.0), looks=looks, **more)


def _sure(draw: Draw, **seen: Any) -> Looks:
    """Looks of which classifiers are sure."""
    return Looks(count=int(draw.between(6, 10)), confidence=draw.between(0.92, 0.98), **seen)


def _alone(draw: Draw, looks: Looks, **more: Any) -> Scene:
    return draw.scene(FRONTS, 9.0, _comes(draw, looks, **more))


def drives_without_lights(draw: Draw) -> Scene:
    """Drives with its lights off."""
    return _alone(draw, _sure(draw, headlights=Seen.NO), truth=_LIGHTS)


def drives_without_a_belt(draw: Draw) -> Scene:
    """The driver wears no belt."""
    return _alone(draw, _sure(draw, belt=Seen.NO), truth=_BELT)


def holds_a_phone(draw: Draw) -> Scene:
    """The driver holds a phone."""
    return _alone(draw, _sure(draw, phone=Seen.YES), truth=_PHONE)


def all_in_order(draw: Draw) -> Scene:
    """Belted, no phone, lights on."""
    return _alone(draw, _sure(draw), size=draw.size(draw.kind()))


def one_false_belt(draw: Draw) -> Scene:
    """Belted; one frame says otherwise, surely."""
    return _alone(draw, _sure(draw, wrong_once=Feature.SEAT_BELT))


def one_false_phone(draw: Draw) -> Scene:
    """No phone; one frame says otherwise, surely."""
    return _alone(draw, _sure(draw, wrong_once=Feature.PHONE))


def one_false_lamp(draw: Draw) -> Scene:
    """Lights on; one frame says otherwise, surely."""
    return _alone(draw, _sure(draw, wrong_once=Feature.HEADLIGHTS))


def belt_not_visible(draw: Draw) -> Scene:
    """The belt cannot be seen: a shadow, a reflection, dark clothes; one frame guesses."""
    wrong = Feature.SEAT_BELT if draw.chance(0.5) else None
    return _alone(draw, _sure(draw, belt=Seen.NOT_VISIBLE, phone=Seen.NOT_VISIBLE, wrong_once=wrong))


def classifier_in_doubt(draw: Draw) -> Scene:
    """All looks say no belt and a phone, none with any sureness."""
    looks = Looks(belt=Seen.NO, phone=Seen.YES, headlights=Seen.NO, confidence=draw.between(0.35, 0.55))
    return _alone(draw, looks)


def seen_from_behind(draw: Draw) -> Scene:
    """From behind neither driver nor lamps can be seen."""
    car = draw.vehicle("a", (1.75, 8.0), AWAY, draw.between(20.0, 60.0))
    return draw.scene(REARS, 9.0, car)


def parked_without_lights(draw: Draw) -> Scene:
    """Stands at the kerb with its lights off; others pass."""
    parked = draw.vehicle(
        "a", (-1.75, draw.between(22.0, 34.0)), TOWARDS, (Stand(),), looks=_sure(draw, headlights=Seen.NO)
    )
    return draw.scene(FRONTS, 9.0, parked, _comes(draw, _sure(draw), "b", x_m=1.75))


def unbelted_while_parking(draw: Draw) -> Scene:
    """Stands at the kerb; the driver, without a belt, telephones."""
    looks = _sure(draw, belt=Seen.NO, phone=Seen.YES)
    parked = draw.vehicle("a", (-1.75, draw.between(22.0, 34.0)), TOWARDS, (Stand(),), looks=looks)
    return draw.scene(FRONTS, 9.0, parked)


def load_without_lights(draw: Draw) -> Scene:
    """A car on a tow truck has its lights off and nobody in it."""
    truck = _comes(draw, _sure(draw), "truck", size=draw.size(VehicleClass.TRUCK))
    looks = _sure(draw, headlights=Seen.NO, belt=Seen.NOT_VISIBLE)
    load = draw.vehicle("load", (0.0, 0.0), TOWARDS, 30.0, carried=Carried("truck"), looks=looks)
    return draw.scene(FRONTS, 9.0, truck, load)


def switches_with_an_offender(draw: Draw) -> Scene:
    """A car in order; the car beside it, with whose track its own was mixed up, is not."""
    one = _comes(draw, _sure(draw), x_m=-1.75)
    bad = _sure(draw, belt=Seen.NO, phone=Seen.YES, headlights=Seen.NO)
    other = _comes(draw, bad, "b", x_m=1.75, may=_LIGHTS | _BELT | _PHONE)
    return draw.scene(FRONTS, 9.0, one, other, switches=(IdSwitch("a", "b", draw.between(1.5, 3.0)),))


def stops_and_switches_off(draw: Draw) -> Scene:
    """Drives up with lights, stops; from then on one look finds them off."""
    pace = (Go(30.0, for_m=12.0), StopWithin(15.0), Stand())
    car = draw.vehicle("a", (-1.75, 58.0), TOWARDS, pace, looks=_sure(draw, wrong_once=Feature.HEADLIGHTS))
    return draw.scene(FRONTS, 10.0, car)


GROUPS = (
    Group(
        "lights_off",
        violating=named(drives_without_lights),
        innocent=named(
            all_in_order, one_false_lamp, classifier_in_doubt, seen_from_behind, parked_without_lights,
            load_without_lights, switches_with_an_offender, stops_and_switches_off, **spared(drives_without_lights),
        ),
    ),
    Group(
        "seat_belt",
        violating=named(drives_without_a_belt),
        innocent=named(
            all_in_order, one_false_belt, belt_not_visible, classifier_in_doubt, seen_from_behind,
            unbelted_while_parking, switches_with_an_offender, **spared(drives_without_a_belt),
        ),
    ),
    Group(
        "phone",
        violating=named(holds_a_phone),
        innocent=named(
            all_in_order, one_false_phone, belt_not_visible, classifier_in_doubt, seen_from_behind,
            unbelted_while_parking, switches_with_an_offender, **spared(holds_a_phone),
        ),
    ),
)  # fmt: skip
