"""The box junction: who drives into it behind a jam and gets stuck, and who waits in it as one may, or beside it."""

from models.synthesis.holdout.ground import (
    SHIFTED,
    TRUCK,
    heading_deg,
    in_lane,
    on_call,
    seconds,
)
from models.synthesis.holdout.jams import PLACES, TRUTH, WAYS, caught, inner_m, jam_ahead, length_m, longest_s, stops
from models.synthesis.tracks.body import Shadow
from models.synthesis.tracks.draw import AWAY, Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Stand, StopWithin, Straight
from models.synthesis.tracks.scene import Carried, IdSwitch, Person, Scene, TimeJump


def enters_behind_jam(draw: Draw) -> Scene:
    """A car enters though the file ahead stands, and stands in the box until it moves."""
    return caught(draw, draw.one_of(WAYS), draw.between(0.5, 4.0), draw.size())


def lorry_blocks(draw: Draw) -> Scene:
    """A lorry enters though the file ahead stands, and blocks the box."""
    return caught(draw, draw.one_of(WAYS), draw.between(0.5, 2.0), draw.size(TRUCK), papers=draw.papers(TRUCK))


def two_enter(draw: Draw) -> Scene:
    """Two cars enter one behind the other, though the file ahead stands; both stand in the box."""
    place, name = draw.one_of(PLACES), draw.one_of(WAYS)
    lasts_s, first_m = longest_s(place) + draw.between(8.0, 15.0), length_m(place) - draw.between(0.2, 0.8)
    first, goes_s = stops(draw, place, name, first_m, lasts_s, truth=TRUTH)
    second_m = first_m - first.size.length_m - draw.between(1.2, 1.8)
    second, later_s = stops(draw, place, name, second_m, lasts_s + 2.0, vehicle_id="b", truth=TRUTH, from_s=0.0)
    jam = jam_ahead(draw, place, name, first_m + 1.8, goes_s)
    return draw.scene(place, max(goes_s, later_s) + 7.0, first, second, *jam)


def creeps_in(draw: Draw) -> Scene:
    """A car waits before the box behind a standing file, loses patience, creeps in and stands there."""
    place, name = draw.one_of(PLACES), draw.one_of(WAYS)
    deep_m = draw.between(6.5, 9.0)
    begins_m = inner_m(place, name, -1.0)
    legs = (
        Stand(3.0),
        Go(10.0, for_m=deep_m - 1.0, ms2=1.2),
        StopWithin(2.0),
        Stand(longest_s(place) + draw.between(6.0, 12.0)),
        Go(20.0),
    )
    car = in_lane(draw, place, name, legs, begins_m=begins_m, truth=TRUTH)
    goes_s = 3.0 + 5.5 + (legs[3].for_s or 0.0)
    jam = jam_ahead(draw, place, name, deep_m + 2.0 + draw.between(1.0, 2.0), goes_s)
    return draw.scene(place, goes_s + 7.0, car, *jam)


def drives_through(draw: Draw) -> Scene:
    """A vehicle drives through, somebody follows."""
    place, name, kind = draw.one_of(PLACES), draw.one_of(WAYS), draw.kind()
    kmh = draw.between(15.0, 55.0)
    one = in_lane(draw, place, name, kmh, size=draw.size(kind), papers=draw.papers(kind))
    return draw.scene(place, seconds(draw, kmh), one)


def waits_before(draw: Draw) -> Scene:
    """A car stops 0.3 to 2 m before the box behind a standing file and leaves it free; its shadow falls in."""
    place, name = draw.one_of(PLACES), draw.one_of(WAYS)
    shadow = Shadow((draw.near(0.0, 0.5), draw.one_of((-1.2, 1.2)))) if draw.chance(0.4) else None
    car, goes_s = stops(draw, place, name, -draw.between(0.3, 2.0), longest_s(place) + 10.0, shadow=shadow)
    jam = jam_ahead(draw, place, name, length_m(place) - draw.between(-2.0, 0.5), goes_s)
    return draw.scene(place, goes_s + 6.0, car, *jam)


def stops_beyond(draw: Draw) -> Scene:
    """A car stops behind the file with its rear 0.4 to 1.5 m beyond the box."""
    place, name, size = draw.one_of(PLACES), "leaving", draw.size()
    front_m = length_m(place) + size.length_m + draw.between(0.4, 1.5)
    car, goes_s = stops(draw, place, name, front_m, longest_s(place) + 10.0, size=size)
    jam = jam_ahead(draw, place, name, front_m + 1.8, goes_s)
    return draw.scene(place, goes_s + 6.0, car, *jam)


def short_halt(draw: Draw) -> Scene:
    """The file ahead falters; a car stands in the box one to two seconds less than it may."""
    place, name = draw.one_of(PLACES), draw.one_of(WAYS)
    front_m = draw.between(7.0, 10.0)
    car, goes_s = stops(draw, place, name, front_m, longest_s(place) - draw.between(1.5, 3.0))
    jam = jam_ahead(draw, place, name, front_m + 1.8, goes_s)
    return draw.scene(place, goes_s + 7.0, car, *jam)


def waits_to_turn_left(draw: Draw) -> Scene:
    """A car waits in the box for those who come, as who turns left must, and turns when they have passed."""
    place = draw.one_of(PLACES)
    waits_s, deep_m = longest_s(place) + draw.between(2.0, 8.0), draw.between(4.5, 6.5)
    way_m = abs(inner_m(place, "leaving", deep_m) - 3.0)
    pace = (Go(24.0, for_m=2.0), StopWithin(way_m - 2.0), Stand(waits_s), Go(16.0, ms2=1.6))
    stops_s = (2.0 + 2 * (way_m - 2.0)) / (24.0 / 3.6)
    car = in_lane(draw, place, "leaving", pace, begins_m=3.0, path=(Straight(way_m + 0.5), Arc(5.5, 90.0)))
    coming = [
        in_lane(
            draw, place, "coming", 40.0, begins_m=40.0 + (stops_s + after_s) * 40.0 / 3.6, vehicle_id=f"c{after_s:.0f}"
        )
        for after_s in (0.5, 3.0, 5.5, 8.0, 10.5, 13.0, 15.5)
        if after_s < waits_s - 0.5
    ]
    return draw.scene(place, stops_s + waits_s + 9.0, car, *coming)


def waits_to_turn_right(draw: Draw) -> Scene:
    """A car turns right and waits, half turned, for people who cross the side road."""
    place = draw.one_of(PLACES)
    deep_m, radius_m = draw.between(1.0, 2.0), 6.0
    way_m = abs(inner_m(place, "leaving", deep_m) - 3.0) + 0.6 * radius_m * 1.57
    waits_s = longest_s(place) + draw.between(1.0, 5.0)
    pace = (Go(20.0, for_m=2.0), StopWithin(way_m - 2.0), Stand(waits_s), Go(15.0, ms2=1.5))
    path = (Straight(way_m - 0.6 * radius_m * 1.57), Arc(radius_m, -90.0))
    stops_s = (2.0 + 2 * (way_m - 2.0)) / (20.0 / 3.6)
    y_m = inner_m(place, "leaving", deep_m + radius_m)
    people = tuple(Person(f"p{i}", (9.0, y_m - 3.0 - (stops_s + 2.0 * i) * 1.2), (0.0, 1.2)) for i in range(3))
    car = in_lane(draw, place, "leaving", pace, begins_m=3.0, path=path)
    return draw.scene(place, stops_s + waits_s + 7.0, car, people=people)


def patrol_stands(draw: Draw) -> Scene:
    """A fire engine with its blue light on stands in the box."""
    place, name = draw.one_of(PLACES), draw.one_of(WAYS)
    one, goes_s = stops(draw, place, name, 9.0, longest_s(place) + draw.between(5.0, 15.0), **on_call(draw, TRUCK))
    return draw.scene(place, goes_s + 6.0, one, *jam_ahead(draw, place, name, 11.0, goes_s))


def slow_file(draw: Draw) -> Scene:
    """A file creeps through the box at 4 to 7 km/h and never stands."""
    place, name = draw.one_of(PLACES), draw.one_of(WAYS)
    kmh = draw.between(4.0, 7.0)
    sign = 1.0 if heading_deg(place, name) == AWAY else -1.0
    first = in_lane(draw, place, name, kmh, begins_m=inner_m(place, name, 2.0))
    second = in_lane(draw, place, name, kmh, begins_m=first.start_m[1] - sign * 6.8, vehicle_id="b")
    return draw.scene(place, draw.between(12.0, 16.0), first, second)


def swapped_through(draw: Draw) -> Scene:
    """Cars pass through the box one after another, and the tracker swaps them: one seems to remain inside."""
    place, name = draw.one_of(PLACES), draw.one_of(WAYS)
    kmh, gap_s = draw.between(15.0, 22.0), draw.between(1.9, 2.4)
    sign = 1.0 if heading_deg(place, name) == AWAY else -1.0
    base = in_lane(draw, place, name, kmh, begins_m=inner_m(place, name, -2.0))
    files = [base] + [
        in_lane(draw, place, name, kmh, begins_m=base.start_m[1] - sign * number * gap_s * kmh / 3.6, vehicle_id=one)
        for number, one in ((1, "b"), (2, "c"))
    ]
    switches = (IdSwitch("a", "b", gap_s), IdSwitch("a", "c", 2 * gap_s))
    return draw.scene(place, 10.0, *files, switches=switches)


def time_leaps(draw: Draw) -> Scene:
    """A car halts for a moment, and the stream's time leaps ahead by half a minute."""
    place, name = draw.one_of(PLACES), draw.one_of(WAYS)
    car, goes_s = stops(draw, place, name, 8.0, 2.0)
    faults = (TimeJump(goes_s - 1.0, draw.between(20.0, 60.0), wall_too=draw.chance(0.5)),)
    return draw.scene(place, goes_s + 6.0, car, *jam_ahead(draw, place, name, 10.0, goes_s), faults=faults)


def view_knocked(draw: Draw) -> Scene:
    """A car stands near the box before a camera that was knocked."""
    place, name = draw.one_of(PLACES), draw.one_of(WAYS)
    car, goes_s = stops(draw, place, name, 9.0, longest_s(place) + 8.0)
    return draw.scene(place, goes_s + 5.0, car, *jam_ahead(draw, place, name, 11.0, goes_s), circumstances=SHIFTED)


def cargo_stands(draw: Draw) -> Scene:
    """A tow truck is caught in the box; the car on its deck is cargo."""
    place, name, size = draw.one_of(PLACES), draw.one_of(WAYS), draw.size(TRUCK)
    truck, goes_s = stops(
        draw, place, name, 9.5, longest_s(place) + 8.0, size=size, papers=draw.papers(TRUCK), truth=TRUTH
    )
    cargo = draw.vehicle("b", (0.0, 0.0), 0.0, 10.0, carried=Carried("a"))
    return draw.scene(place, goes_s + 6.0, truck, cargo, *jam_ahead(draw, place, name, 11.5, goes_s))


GROUPS = (
    Group(
        "box_junction",
        violating=named(enters_behind_jam, lorry_blocks, two_enter, creeps_in, cargo_stands),
        innocent=named(
            drives_through,
            waits_before,
            stops_beyond,
            short_halt,
            waits_to_turn_left,
            waits_to_turn_right,
            patrol_stands,
            slow_file,
            swapped_through,
            time_leaps,
            view_knocked,
        ),
    ),
)
