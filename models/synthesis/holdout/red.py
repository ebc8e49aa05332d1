"""The red light: who drove through it, and who did not."""

from dataclasses import replace

from models.synthesis.holdout.ground import RECEDING, SHIFTED, TRUCK, in_lane, on_call, reach_s, seconds
from models.synthesis.holdout.junctions import (
    AMBER,
    COMING,
    DARK,
    GRACE_S,
    GREEN,
    JUNCTIONS,
    RAN,
    RED,
    RED_AMBER,
    STOPPED,
    begins_at_m,
    both,
    drives,
    line_y_m,
    red_from,
    waits,
    way_m,
)
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Stand, StopWithin, Straight
from models.synthesis.tracks.scene import Carried, IdSwitch, Scene, SignalPlan, TimeJump


def runs_late(draw: Draw) -> Scene:
    """A car comes to the line one to three seconds after red began and drives on through."""
    return drives(draw, JUNCTIONS, (Go(draw.between(32.0, 65.0)),), draw.between(1.2, 3.2), truth=RAN)


def lorry_runs(draw: Draw) -> Scene:
    """A lorry drives on through at red."""
    more = {"size": draw.size(TRUCK), "papers": draw.papers(TRUCK), "rest_s": 4.5}
    return drives(draw, JUNCTIONS, (Go(draw.between(28.0, 45.0)),), draw.between(1.2, 2.5), truth=RAN, **more)


def runs_long_red(draw: Draw) -> Scene:
    """It is red from the record's beginning to its end; a car drives through without a halt."""
    place = draw.one_of(JUNCTIONS)
    kmh = draw.between(30.0, 60.0)
    car = in_lane(draw, place, draw.one_of(("left", "right")), kmh, begins_m=begins_at_m(draw, place), truth=RAN)
    return draw.scene(place, seconds(draw, kmh, 75.0), car, signals=both((RED, 120.0)))


def tires_of_waiting(draw: Draw) -> Scene:
    """A car waits at the line and goes on through while it is still red for long."""
    place = draw.one_of(JUNCTIONS)
    begins_m = begins_at_m(draw, place)
    stop_m = way_m(place, begins_m) - draw.between(0.8, 2.0)
    brake_m = stop_m - 2.0
    waits_s = draw.between(4.0, 8.0)
    pace = (Go(35.0, for_m=2.0), StopWithin(brake_m), Stand(waits_s), Go(40.0, ms2=2.2))
    car = in_lane(draw, place, draw.one_of(("left", "right")), pace, begins_m=begins_m, truth=RAN)
    lasts_s = reach_s((Go(35.0),), 2.0) + 2 * brake_m / (35.0 / 3.6) + waits_s + 8.0
    return draw.scene(place, lasts_s, car, signals=both((AMBER, 0.6), (RED, 120.0)))


def other_head_green(draw: Draw) -> Scene:
    """The other lane's head is green; the driver's own is red, and he drives on."""
    place = draw.one_of(JUNCTIONS)
    kmh = draw.between(30.0, 55.0)
    name = draw.one_of(("left", "right"))
    car = in_lane(draw, place, name, kmh, begins_m=begins_at_m(draw, place), truth=RAN)
    own, other = ("arrow", "round") if name == "left" else ("round", "arrow")
    plans = (SignalPlan(own, ((AMBER, 0.5), (RED, 60.0))), SignalPlan(other, ((RED, 0.5), (GREEN, 60.0))))
    return draw.scene(place, seconds(draw, kmh, 75.0), car, signals=plans)


def turns_right_at_red(draw: Draw) -> Scene:
    """A car turns right at red; the light is round and has no arrow: nobody may."""
    place = draw.one_of(COMING)
    begins_m, kmh = begins_at_m(draw, place), draw.between(22.0, 30.0)
    straight_m = way_m(place, begins_m) + draw.between(5.0, 7.0)
    car = in_lane(draw, place, "left", kmh, begins_m=begins_m, path=(Straight(straight_m), Arc(9.0, -90.0)), truth=RAN)
    return draw.scene(place, seconds(draw, kmh, 70.0), car, signals=both((AMBER, 0.8), (RED, 60.0)))


def on_green(draw: Draw) -> Scene:
    """A car passes long before amber."""
    return drives(draw, JUNCTIONS, (Go(draw.between(25.0, 65.0)),), -draw.between(3.5, 5.0))


def on_amber(draw: Draw) -> Scene:
    """A car's front passes the line on late amber, unable to stop; its rear may pass after red began."""
    return drives(draw, JUNCTIONS, (Go(draw.between(40.0, 65.0)),), -draw.between(0.15, 1.5))


def lorry_straddles(draw: Draw) -> Scene:
    """A long lorry passed the line with its front on amber; most of it crosses under red."""
    more = {"size": draw.size(TRUCK), "papers": draw.papers(TRUCK), "rest_s": 4.5}
    return drives(draw, JUNCTIONS, (Go(draw.between(22.0, 35.0)),), -draw.between(0.2, 0.8), **more)


def in_grace(draw: Draw) -> Scene:
    """A car passes within the grace that the site gives after red began."""
    return drives(draw, JUNCTIONS, (Go(draw.between(40.0, 65.0)),), draw.between(0.05, GRACE_S - 0.1))


def stops_before(draw: Draw) -> Scene:
    """A car stops a hand's breadth to a metre before the line and stays there."""
    place = draw.one_of(JUNCTIONS)
    return draw.scene(
        place, draw.between(14.0, 20.0), waits(draw, place, draw.between(0.15, 1.0)), signals=red_from(2.0)
    )


def goes_at_green(draw: Draw) -> Scene:
    """A car waits at the line and starts a moment after green."""
    place = draw.one_of(JUNCTIONS)
    short_m, green_s = draw.between(0.3, 1.5), draw.between(6.0, 8.0)
    car = waits(draw, place, short_m, Stand(green_s), Go(45.0))
    stood_s = reach_s(car.pace, way_m(place, car.start_m[1]) - short_m - 0.005)
    plan = both((AMBER, 0.5), (RED, stood_s + green_s - 1.6), (RED_AMBER, 1.0), (GREEN, 60.0))
    return draw.scene(place, stood_s + green_s + 7.0, car, signals=plan)


def caught_in_jam(draw: Draw) -> Scene:
    """A car passed the line at green, stands behind a jam, partly or wholly beyond the line, and leaves under red."""
    place = draw.one_of(JUNCTIONS)
    beyond_m = draw.between(1.5, 7.0)
    stands_s = draw.between(7.0, 11.0)
    car = waits(draw, place, -beyond_m, Stand(stands_s), Go(20.0), lane="right")
    way = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    ahead = draw.size()
    jam_m = line_y_m(place) + way * (beyond_m + 2.0 + ahead.length_m)
    jam = in_lane(draw, place, "right", (Stand(stands_s + 5.0), Go(20.0)), begins_m=jam_m, vehicle_id="b", size=ahead)
    red_s = 2 * way_m(place, car.start_m[1]) / 7.0 + 4.0
    return draw.scene(place, stands_s + 14.0, car, jam, signals=red_from(red_s))


def arrow_is_green(draw: Draw) -> Scene:
    """The head of a car's own lane is green, that of the other lane red, where somebody waits."""
    place = draw.one_of(JUNCTIONS)
    kmh, name = draw.between(28.0, 50.0), draw.one_of(("left", "right"))
    car = in_lane(draw, place, name, kmh, begins_m=begins_at_m(draw, place))
    own, other = ("arrow", "round") if name == "left" else ("round", "arrow")
    waiting = waits(draw, place, draw.between(0.4, 1.2), lane="right" if name == "left" else "left", vehicle_id="b")
    plans = (SignalPlan(own, ((RED, 0.3), (GREEN, 60.0))), SignalPlan(other, ((AMBER, 0.3), (RED, 60.0))))
    return draw.scene(place, seconds(draw, kmh, 75.0) + 2.0, car, waiting, signals=plans)


def swapped_at_line(draw: Draw) -> Scene:
    """One waits at red, another passes it on its own green; the tracker swaps them side by side."""
    scene = arrow_is_green(draw)
    passing, waiting = scene.vehicles
    at_s = reach_s(passing.pace, way_m(scene.place, passing.start_m[1]))
    return replace(scene, switches=(IdSwitch(passing.vehicle_id, waiting.vehicle_id, at_s + draw.between(-0.3, 0.5)),))


def blue_light_through(draw: Draw) -> Scene:
    """An ambulance with its blue light on drives through at red."""
    return drives(draw, JUNCTIONS, (Go(draw.between(28.0, 55.0)),), draw.between(1.5, 5.0), **on_call(draw))


def lights_out(draw: Draw) -> Scene:
    """The lights went dark: the signs hold, and a car drives on."""
    place, kmh = draw.one_of(JUNCTIONS), draw.between(30.0, 60.0)
    car = in_lane(draw, place, "right", kmh, begins_m=begins_at_m(draw, place))
    return draw.scene(place, seconds(draw, kmh, 75.0), car, signals=both((RED, 0.6), (DARK, 60.0)))


def view_knocked(draw: Draw) -> Scene:
    """A car runs the red light before a camera that was knocked: where the line lies in its picture is not known."""
    scene = drives(draw, JUNCTIONS, (Go(draw.between(32.0, 60.0)),), draw.between(1.5, 3.0), may=STOPPED)
    return replace(scene, circumstances=SHIFTED)


def clock_leaps(draw: Draw) -> Scene:
    """The stream's time leaps ahead while a car passes at green; red comes later."""
    scene = drives(draw, JUNCTIONS, (Go(draw.between(30.0, 50.0)),), -draw.between(2.0, 4.0))
    return replace(scene, faults=(TimeJump(draw.between(1.0, 3.0), draw.between(1.0, 6.0)),))


def car_on_deck(draw: Draw) -> Scene:
    """A tow truck runs the red light; the car on its deck has no driver."""
    scene = drives(
        draw, JUNCTIONS, (Go(draw.between(28.0, 40.0)),), draw.between(1.5, 2.5),
        size=draw.size(TRUCK), papers=draw.papers(TRUCK), truth=RAN, rest_s=4.5,
    )  # fmt: skip
    cargo = draw.vehicle("b", (0.0, 0.0), 0.0, 10.0, carried=Carried("a"))
    return replace(scene, vehicles=(*scene.vehicles, cargo))


GROUPS = (
    Group(
        "red_light",
        violating=named(
            runs_late, lorry_runs, runs_long_red, tires_of_waiting, other_head_green, turns_right_at_red, car_on_deck
        ),
        innocent=named(
            on_green,
            on_amber,
            lorry_straddles,
            in_grace,
            stops_before,
            goes_at_green,
            caught_in_jam,
            arrow_is_green,
            swapped_at_line,
            blue_light_through,
            lights_out,
            view_knocked,
            clock_leaps,
        ),
    ),
)
