"""The pedestrian crossing: who cuts off a person that walks, and who waits, or has nobody to wait for."""

from dataclasses import replace

from models.synthesis.holdout.ground import (
    BUS,
    MOTORCYCLE,
    SHIFTED,
    centre_m,
    heading_deg,
    in_lane,
    on_call,
    seconds,
)
from models.synthesis.holdout.zebras import LIT, PLACES, TRUTH, WAYS, arrives_s, kerb_m, passes, walker, zone_m
from models.synthesis.tracks.draw import AWAY, Draw, Group, named
from models.synthesis.tracks.motion import Go, Stand, StopWithin
from models.synthesis.tracks.scene import Person, Scene, SignalPlan, TimeJump
from recognition.signals import Aspect


def cuts_off(draw: Draw) -> Scene:
    """A car passes close before a person who walks into its way and is 0.5 to 1.4 m from its flank."""
    return passes(draw, draw.between(0.5, 1.4), is_towards=True, truth=TRUTH)


def rider_cuts_off(draw: Draw) -> Scene:
    """A motorcycle passes close before a person who walks into its way."""
    return passes(draw, draw.between(0.6, 1.5), is_towards=True, truth=TRUTH, size=draw.size(MOTORCYCLE))


def makes_her_stop(draw: Draw) -> Scene:
    """A person has come to the middle of the road and must stop there, for a car does not let her pass."""
    place, name, kmh = draw.one_of(PLACES), draw.one_of(WAYS), draw.between(30.0, 55.0)
    begins_m = 8.0 if heading_deg(place, name) == AWAY else 72.0
    car = in_lane(draw, place, name, kmh, begins_m=begins_m, truth=TRUTH)
    at_s = arrives_s(place, name, begins_m, kmh, 2.0)
    side = -1.0 if name == "leaving" else 1.0
    stop_m = car.start_m[0] + side * (car.size.width_m / 2 + draw.between(0.5, 1.0))
    halts_s = (at_s - 0.7, at_s + 1.2)
    person = walker(place, halts_s[0], stop_m, -side * 1.3, halts_s=halts_s)
    return draw.scene(place, seconds(draw, kmh), car, people=(person,))


def through_a_group(draw: Draw) -> Scene:
    """A car passes between two people, one who has crossed and one who walks into its way."""
    scene = passes(draw, draw.between(0.5, 1.2), is_towards=True, truth=TRUTH)
    (first,) = scene.people
    ahead = replace(
        first, person_id="q", start_m=(first.start_m[0] + first.velocity_ms[0] * 3.4, first.start_m[1] + 0.8)
    )
    return replace(scene, people=(first, ahead))


def nobody(draw: Draw) -> Scene:
    """A vehicle passes, and nobody is there."""
    place, name, kmh, kind = draw.one_of(PLACES), draw.one_of(WAYS), draw.between(25.0, 60.0), draw.kind()
    one = in_lane(draw, place, name, kmh, size=draw.size(kind), papers=draw.papers(kind))
    return draw.scene(place, seconds(draw, kmh), one)


def stands_on_pavement(draw: Draw) -> Scene:
    """People stand on the pavement 0.6 to 2.5 m from the kerb beside the crossing, and talk."""
    scene = nobody(draw)
    side, (near_m, far_m) = draw.one_of((-1.0, 1.0)), zone_m(scene.place)
    x_m = side * (kerb_m(scene.place) + draw.between(0.6, 2.5))
    people = tuple(Person(f"p{i}", (x_m + 0.7 * side * i, draw.between(near_m, far_m))) for i in range(2))
    return replace(scene, people=people)


def along_pavement(draw: Draw) -> Scene:
    """A person walks along the pavement past the crossing."""
    scene = nobody(draw)
    side, (near_m, _) = draw.one_of((-1.0, 1.0)), zone_m(scene.place)
    x_m, ms = side * (kerb_m(scene.place) + draw.between(0.5, 1.5)), draw.one_of((-1.3, 1.3))
    return replace(scene, people=(Person("p", (x_m, near_m + 2.0 - ms * 3.0), (0.0, ms)),))


def has_crossed(draw: Draw) -> Scene:
    """A person has left the car's lane and is 2 m and more from its flank, walking away."""
    return passes(draw, draw.between(2.0, 3.5), is_towards=False)


def steps_off_far_kerb(draw: Draw) -> Scene:
    """A car passes as a person leaves the far kerb, a whole lane away and seconds from its way."""
    place, name, kmh = draw.one_of(PLACES), draw.one_of(WAYS), draw.between(40.0, 60.0)
    begins_m = 8.0 if heading_deg(place, name) == AWAY else 72.0
    car = in_lane(draw, place, name, kmh, begins_m=begins_m)
    side = -1.0 if name == "leaving" else 1.0
    at_s = arrives_s(place, name, begins_m, kmh, 4.0)
    person = walker(place, at_s, side * (kerb_m(place) + draw.between(0.1, 0.6)), -side * 1.2)
    return draw.scene(place, seconds(draw, kmh), car, people=(person,))


def lets_pass(draw: Draw) -> Scene:
    """A car stops before the crossing, lets a person pass, and starts when she has left its lane."""
    place, name, ms = draw.one_of(PLACES), draw.one_of(WAYS), draw.between(1.2, 1.5)
    begins_m = 6.0 if heading_deg(place, name) == AWAY else 70.0
    near_m, far_m = zone_m(place)
    stop_m = (near_m if heading_deg(place, name) == AWAY else far_m) - begins_m
    way_m = abs(stop_m) - draw.between(1.0, 2.5)
    stops_s = 2 * way_m / (36.0 / 3.6)
    side = draw.one_of((-1.0, 1.0))  # from either kerb
    edge_m = kerb_m(place)
    clear_m = centre_m(place, name) - side * 3.2
    steps_off_s = stops_s - draw.between(0.5, 2.0)
    clear_s = steps_off_s + abs(side * edge_m - clear_m) / ms
    waits_s = clear_s - stops_s + draw.between(0.2, 1.5)
    pace = (Go(36.0, for_m=1.0), StopWithin(way_m - 1.0), Stand(waits_s), Go(30.0))
    car = in_lane(draw, place, name, pace, begins_m=begins_m)
    person = walker(place, steps_off_s, side * edge_m, -side * ms)
    return draw.scene(place, stops_s + waits_s + 7.0, car, people=(person,))


def crosses_elsewhere(draw: Draw) -> Scene:
    """A person crosses the road 7 m and more from the crossing, just before a car passes."""
    scene = passes(draw, draw.between(1.0, 2.0), is_towards=True)
    (person,) = scene.people
    off_m = draw.one_of((-1.0, 1.0)) * draw.between(7.0, 10.0)
    return replace(scene, people=(replace(person, start_m=(person.start_m[0], person.start_m[1] + off_m)),))


def rides_motorcycle(draw: Draw) -> Scene:
    """The person over the crossing is the rider of the motorcycle itself, or of another beside the car."""
    place, kmh = draw.one_of(PLACES), draw.between(25.0, 50.0)
    rider = in_lane(draw, place, "leaving", kmh, size=draw.size(MOTORCYCLE))
    other = in_lane(draw, place, "coming", kmh, vehicle_id="b")
    return draw.scene(place, seconds(draw, kmh), rider, other, people=(Person("p", rides="a", tall_m=1.3),))


def green_for_cars(draw: Draw) -> Scene:
    """The crossing is lit: green for cars for long, and a person runs over at her red."""
    scene = passes(draw, draw.between(0.8, 1.6), is_towards=True, name="leaving")
    place = LIT
    near_m, _ = zone_m(place)
    (car,), (person,) = scene.vehicles, scene.people
    shift_m = near_m - zone_m(scene.place)[0]
    car = replace(car, start_m=(car.start_m[0], car.start_m[1] + shift_m))
    person = replace(person, start_m=(person.start_m[0], person.start_m[1] + shift_m))
    plan = SignalPlan("main", ((Aspect.GREEN, 60.0),))
    return replace(scene, place=place, vehicles=(car,), people=(person,), signals=(plan,))


def waits_at_kerb_for_green(draw: Draw) -> Scene:
    """The crossing is lit; people wait at the kerb for their green while cars pass."""
    kmh = draw.between(30.0, 55.0)
    car = in_lane(draw, LIT, "leaving", kmh)
    people = tuple(Person(f"p{i}", (3.9 + 0.5 * i, 27.0 + 0.8 * i)) for i in range(3))
    plan = SignalPlan("main", ((Aspect.GREEN, 60.0),))
    return draw.scene(LIT, seconds(draw, kmh), car, people=people, signals=(plan,))


def ambulance(draw: Draw) -> Scene:
    """An ambulance with its blue light on passes; everybody gives way to it, people on foot too."""
    return passes(draw, draw.between(0.8, 1.5), is_towards=True, **on_call(draw))


def view_knocked(draw: Draw) -> Scene:
    """A car and a person come close before a camera that was knocked."""
    return passes(draw, draw.between(0.6, 1.4), is_towards=True, circumstances=SHIFTED)


def clock_leaps(draw: Draw) -> Scene:
    """A person has crossed long before a car passes, but the stream's time stepped back in between."""
    place, kmh = draw.one_of(PLACES), 30.0
    begins_m = -40.0
    car = in_lane(draw, place, "leaving", kmh, begins_m=begins_m)
    at_s = arrives_s(place, "leaving", begins_m, kmh, 2.0)
    person = walker(place, at_s - 5.0, -1.0, 1.3)
    faults = (TimeJump(at_s - 2.0, -4.5, wall_too=draw.chance(0.5)),)
    return draw.scene(place, at_s + 5.0, car, people=(person,), faults=faults)


def bus_driver_stands_by(draw: Draw) -> Scene:
    """A bus stands short of the crossing; its driver stands beside it on the pavement; a car passes it."""
    place, kmh = draw.one_of(PLACES), draw.between(25.0, 45.0)
    near_m, far_m = zone_m(place)
    parked = in_lane(
        draw,
        place,
        "leaving",
        (Stand(),),
        begins_m=near_m - 3.0,
        vehicle_id="b",
        size=draw.size(BUS),
        papers=draw.papers(BUS),
    )
    person = Person("p", (kerb_m(place) + draw.between(0.6, 1.2), draw.between(near_m, far_m)))
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, "coming", kmh), parked, people=(person,))


GROUPS = (
    Group(
        "pedestrian",
        violating=named(cuts_off, rider_cuts_off, makes_her_stop, through_a_group),
        innocent=named(
            nobody,
            stands_on_pavement,
            along_pavement,
            has_crossed,
            steps_off_far_kerb,
            lets_pass,
            crosses_elsewhere,
            rides_motorcycle,
            green_for_cars,
            waits_at_kerb_for_green,
            ambulance,
            view_knocked,
            clock_leaps,
            bus_driver_stands_by,
        ),
    ),
)
