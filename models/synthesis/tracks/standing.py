"""Scenes of standing where nobody may: no stopping, no parking, the box of a junction."""

from dataclasses import dataclass
from typing import Any

from models.synthesis.tracks.draw import AWAY, TOWARDS, Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Pace, Stand, StopWithin, Straight
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.places import BOX, BOX_M, NO_PARKING, NO_PARKING_S, NO_STOPPING, NO_STOPPING_S
from models.synthesis.tracks.scene import Carried, Follow, IdSwitch, Scene, TimeJump, Vehicle
from models.synthesis.tracks.spared import spared
from recognition.contracts import VehicleClass

_SLOW_FPS = 4.0
_ROLL_M = 8.0
_BOX = frozenset({"box_junction"})


def _halts(draw: Draw, rear_m: float, stays_s: float | None, name: str = "a", **more: Any) -> Vehicle:
    """A car that drives up and stands with its rear at ``rear_m`` for a time, or for good."""
    size = draw.size()
    front_m = rear_m + size.length_m
    roll_m = front_m - 8.0 - _ROLL_M
    pace: Pace = (Go(20.0, for_m=_ROLL_M), StopWithin(roll_m), Stand(stays_s))
    pace = pace if stays_s is None else (*pace, Go(25.0))
    x_m = float(more.pop("x_m", draw.near(0.0, 0.15)))
    return draw.vehicle(name, (x_m, 8.0), AWAY, pace, size=size, **more)


@dataclass(frozen=True, eq=False, slots=True)
class _Kerb:
    """The scenes that both standing rules know; ``stay_s`` is the longest stay allowed."""

    rule: str
    place: Place
    stay_s: float

    def group(self) -> Group:
        """Return them by name."""
        return Group(
            self.rule,
            violating=named(self.stays_too_long, self.stands_there_already),
            innocent=named(
                self.short_stop, self.two_short_stops, self.jam_queue, self.passes, self.stands_beside,
                self.shadow_in_it, self.jump_in_time, self.id_switch, self.tow_truck_waits,
                **spared(self.stays_too_long),
            ),
        )  # fmt: skip

    def stays_too_long(self, draw: Draw) -> Scene:
        """Drives up and stays 20 to 50 s longer than anybody may."""
        stays_s = self.stay_s + draw.between(20.0, 50.0)
        car = _halts(draw, draw.between(21.0, 36.0), stays_s, truth=frozenset({self.rule}))
        return self._scene(draw, stays_s + 14.0, car)

    def stands_there_already(self, draw: Draw) -> Scene:
        """Stands there when the record begins, and still when it ends; others pass."""
        start = (draw.near(0.0, 0.15), draw.between(25.0, 41.0))
        car = draw.vehicle("a", start, AWAY, (Stand(),), truth=frozenset({self.rule}))
        passing = draw.vehicle("b", (-3.4, 8.0), AWAY, draw.between(20.0, 40.0))
        return self._scene(draw, self.stay_s + draw.between(22.0, 50.0), car, passing)

    def short_stop(self, draw: Draw) -> Scene:
        """Stops for less than is allowed."""
        stays_s = draw.between(4.0, self.stay_s - 8.0)
        return self._scene(draw, stays_s + 18.0, _halts(draw, draw.between(21.0, 36.0), stays_s))

    def two_short_stops(self, draw: Draw) -> Scene:
        """Stops twice, each time for less than is allowed."""
        first, second = draw.between(0.4, 0.75) * self.stay_s, draw.between(0.4, 0.75) * self.stay_s
        pace = (Go(20.0, for_m=4.0), StopWithin(8.0), Stand(first), Go(12.0, for_m=9.0), StopWithin(3.0), Stand(second))
        return self._scene(draw, first + second + 22.0, draw.vehicle("a", (0.0, 14.0), AWAY, (*pace, Go(25.0))))

    def jam_queue(self, draw: Draw) -> Scene:
        """A jam moves up once: everybody stands because the one ahead stands, the first for what is beyond the view."""
        waits = [draw.between(0.5, 1.5) * self.stay_s for _ in range(2)]
        begins = (Go(15.0, for_m=4.0), StopWithin(6.0), Stand(waits[0]))
        moves_up = (Go(8.0, for_m=4.0), StopWithin(2.0), Stand(waits[1]), Go(20.0))
        first = draw.vehicle("a", (0.0, 34.0), AWAY, (*begins, *moves_up))
        rest = [
            draw.vehicle(name, (0.0, 0.0), AWAY, 15.0, follow=Follow(leader, draw.between(1.5, 3.0)))
            for leader, name in (("a", "b"), ("b", "c"))
        ]
        return self._scene(draw, sum(waits) + 25.0, first, *rest)

    def passes(self, draw: Draw) -> Scene:
        """Drives by."""
        car = draw.vehicle("a", (0.0, 8.0), AWAY, draw.between(15.0, 50.0), size=draw.size(draw.kind()))
        return self._scene(draw, 12.0, car)

    def stands_beside(self, draw: Draw) -> Scene:
        """Stands beside the zone."""
        car = _halts(draw, draw.between(21.0, 36.0), None, x_m=-draw.between(3.1, 3.6))
        return self._scene(draw, self.stay_s + 40.0, car)

    def shadow_in_it(self, draw: Draw) -> Scene:
        """Stands beside the zone, its shadow in it."""
        shadow = draw.shadow(aside=draw.between(0.8, 2.2))
        car = _halts(draw, draw.between(21.0, 36.0), None, x_m=-3.3, shadow=shadow)
        return self._scene(draw, self.stay_s + 40.0, car)

    def jump_in_time(self, draw: Draw) -> Scene:
        """Stops for a little; meanwhile the camera's time jumps on."""
        stays_s = draw.between(6.0, self.stay_s - 10.0)
        fault = TimeJump(draw.between(8.0, 6.0 + stays_s), draw.between(self.stay_s, 600.0), wall_too=draw.chance(0.7))
        return self._scene(draw, stays_s + 18.0, _halts(draw, 26.0, stays_s), faults=(fault,))

    def id_switch(self, draw: Draw) -> Scene:
        """One leaves, another takes its place, and the tracker thinks it is the same."""
        half_s = draw.between(0.6, 0.85) * self.stay_s
        first = _halts(draw, 24.0, half_s)
        beside = draw.vehicle("b", (-3.4, 30.0), AWAY, (Stand(),))
        comes = (Go(18.0, for_m=5.0 * half_s), StopWithin(8.0), Stand())
        second = draw.vehicle("c", (0.0, 18.0 - 5.0 * half_s), AWAY, comes)
        switch = IdSwitch("a", "c", half_s + 6.0)
        return self._scene(draw, 1.7 * half_s + 6.0, first, beside, second, switches=(switch,))

    def tow_truck_waits(self, draw: Draw) -> Scene:
        """A tow truck with a car on its deck stops for a little."""
        stays_s = draw.between(4.0, self.stay_s - 8.0)
        pace = _halts(draw, 22.0, stays_s).pace
        truck = draw.vehicle("truck", (0.0, 8.0), AWAY, pace, size=draw.size(VehicleClass.TRUCK))
        load = draw.vehicle("load", (0.0, 0.0), AWAY, 0.0, carried=Carried("truck"))
        return self._scene(draw, stays_s + 16.0, truck, load)

    def _scene(self, draw: Draw, duration_s: float, *vehicles: Vehicle, **more: Any) -> Scene:
        return draw.scene(self.place, duration_s, *vehicles, fps=_SLOW_FPS, **more)


def stuck_in_the_box(draw: Draw) -> Scene:
    """Follows into the box although the exit is blocked, and stands in it."""
    stays_s = draw.between(15.0, 30.0)
    size, ahead_size = draw.size(), draw.size()
    front_m, exit_m = draw.between(31.0, 32.5), BOX_M[1] + draw.between(0.3, 1.5)
    pace = (Go(25.0, for_m=front_m - 20.0), StopWithin(12.0), Stand(stays_s), Go(20.0))
    car = draw.vehicle("a", (1.75, 8.0), AWAY, pace, size=size, truth=_BOX)
    ahead_m = exit_m + ahead_size.length_m
    ahead = draw.vehicle("b", (1.75, ahead_m), AWAY, (Stand(stays_s + 3.0), Go(20.0)), size=ahead_size)
    return draw.scene(BOX, stays_s + 10.0, car, ahead, fps=6.0)


def stuck_on_the_way_towards(draw: Draw) -> Scene:
    """The same, coming towards the camera."""
    stays_s, front_m, size = draw.between(15.0, 30.0), draw.between(25.0, 27.0), draw.size()
    exit_m = BOX_M[0] - draw.between(0.8, 1.8)
    pace = (Go(25.0, for_m=48.0 - front_m), StopWithin(12.0), Stand(stays_s), Go(20.0))
    car = draw.vehicle("a", (-1.75, 60.0), TOWARDS, pace, truth=_BOX)
    ahead_m = exit_m - size.length_m
    ahead = draw.vehicle("b", (-1.75, ahead_m), TOWARDS, (Stand(stays_s + 6.0), Go(20.0)), size=size)
    return draw.scene(BOX, stays_s + 16.0, car, ahead, fps=6.0)


def passes_through(draw: Draw) -> Scene:
    """Through the box without a halt."""
    start, heading = draw.one_of((((1.75, 8.0), AWAY), ((-1.75, 62.0), TOWARDS)))
    car = draw.vehicle("a", start, heading, draw.between(12.0, 50.0), size=draw.size(draw.kind()))
    return draw.scene(BOX, 14.0, car, fps=6.0)


def waits_to_turn(draw: Draw) -> Scene:
    """Stands in the box to let oncoming traffic by, then turns left."""
    waits_s, way_m = draw.between(5.0, 15.0), draw.between(19.0, 21.0)
    path = (Straight(way_m - 2.0), Arc(8.0, 90.0))
    pace = (Go(20.0, for_m=way_m - 9.0), StopWithin(9.0), Stand(waits_s), Go(18.0))
    car = draw.vehicle("a", (1.2, 8.0), AWAY, pace, path=path)
    oncoming = [
        draw.vehicle(f"o{index}", (-1.75, 60.0 + 22.0 * index), TOWARDS, draw.between(30.0, 34.0)) for index in range(3)
    ]
    return draw.scene(BOX, waits_s + 14.0, car, *oncoming, fps=6.0)


def stops_before_the_box(draw: Draw) -> Scene:
    """Stands before the box until the exit is free, perhaps with its shadow in it."""
    waits_s = draw.between(8.0, 25.0)
    if draw.chance(0.5):
        pace = (Go(25.0, for_m=4.0), StopWithin(8.5), Stand(waits_s), Go(30.0))
        car = draw.vehicle("a", (1.75, 9.0), AWAY, pace)
    else:
        pace = (Go(25.0, for_m=10.0), StopWithin(draw.between(12.0, 13.5)), Stand(waits_s), Go(30.0))
        shadow = draw.shadow(aside=0.0, share=draw.between(0.2, 0.5)) if draw.chance(0.5) else None
        car = draw.vehicle("a", (-1.75, 58.0), TOWARDS, pace, shadow=shadow)
    return draw.scene(BOX, waits_s + 16.0, car, fps=6.0)


def short_halt_in_the_box(draw: Draw) -> Scene:
    """Halts in the box for a moment."""
    pace = (Go(25.0, for_m=10.0), StopWithin(11.0), Stand(draw.between(1.0, 2.5)), Go(25.0))
    return draw.scene(BOX, 14.0, draw.vehicle("a", (1.75, 8.0), AWAY, pace), fps=6.0)


def crosses_the_box(draw: Draw) -> Scene:
    """From the side street across the box."""
    start, heading = draw.one_of((((-20.0, 26.0), -90.0), ((20.0, 30.0), 90.0)))
    return draw.scene(BOX, 8.0, draw.vehicle("a", start, heading, draw.between(15.0, 35.0)), fps=6.0)


GROUPS = (
    _Kerb("no_stopping", NO_STOPPING, NO_STOPPING_S).group(),
    _Kerb("no_parking", NO_PARKING, NO_PARKING_S).group(),
    Group(
        "box_junction",
        violating=named(stuck_in_the_box, stuck_on_the_way_towards),
        innocent=named(
            passes_through, waits_to_turn, stops_before_the_box, short_halt_in_the_box, crosses_the_box,
            **spared(stuck_in_the_box),
        ),
    ),
)  # fmt: skip
