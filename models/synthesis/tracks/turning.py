"""Scenes of moves that are banned at a junction: a turn to the left, a U-turn."""

from dataclasses import replace
from typing import Any

from models.synthesis.tracks.draw import AWAY, TOWARDS, Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Stand, StopWithin, Straight
from models.synthesis.tracks.places import NO_TURN, NO_U_TURN
from models.synthesis.tracks.scene import IdSwitch, Scene, Vehicle
from models.synthesis.tracks.spared import spared
from recognition.contracts import VehicleClass

_TURN = frozenset({"banned_turn"})
_U_TURN = frozenset({"banned_u_turn"})
_IN_X_M = 4.0


def _left(draw: Draw, name: str = "a", **more: Any) -> Vehicle:
    """A vehicle from the south that turns left into the street to the west."""
    path = (Straight(draw.between(14.5, 16.5)), Arc(draw.between(7.0, 9.0), 90.0))
    start = (_IN_X_M + draw.between(-0.4, 0.4), 8.0)
    return draw.vehicle(name, start, AWAY, draw.between(14.0, 24.0), path=path, **more)


def _round(draw: Draw, name: str = "a", **more: Any) -> Vehicle:
    """A vehicle from the south that turns round and goes back."""
    path = (Straight(draw.between(13.0, 16.0)), Arc(_IN_X_M, 180.0))
    return draw.vehicle(name, (_IN_X_M, 8.0), AWAY, draw.between(12.0, 18.0), path=path, **more)


def _straight(draw: Draw, name: str = "a", **more: Any) -> Vehicle:
    return draw.vehicle(name, (_IN_X_M + draw.between(-0.4, 0.4), 8.0), AWAY, draw.between(18.0, 50.0), **more)


def turns_left(draw: Draw) -> Scene:
    """A car turns left although it may not."""
    return draw.scene(NO_TURN, 10.0, _left(draw, truth=_TURN))


def lorry_turns_left(draw: Draw) -> Scene:
    """A lorry turns left although it may not."""
    size = draw.size(draw.one_of((VehicleClass.TRUCK, VehicleClass.MOTORCYCLE)))
    size = replace(size, length_m=min(size.length_m, 8.0))  # a longer one is not whole in the picture after the turn
    return draw.scene(NO_TURN, 11.0, _left(draw, size=size, truth=_TURN))


def waits_then_turns_left(draw: Draw) -> Scene:
    """Lets one oncoming car by, then turns left although it may not."""
    path = (Straight(15.5), Arc(8.0, 90.0))
    pace = (Go(18.0, for_m=8.0), StopWithin(7.0), Stand(draw.between(1.0, 4.0)), Go(18.0))
    car = draw.vehicle("a", (_IN_X_M, 8.0), AWAY, pace, path=path, truth=_TURN)
    oncoming = draw.vehicle("o", (-4.0, 60.0), TOWARDS, draw.between(35.0, 45.0))
    return draw.scene(NO_TURN, 18.0, car, oncoming)


def goes_straight_on(draw: Draw) -> Scene:
    """Straight on, as everybody may."""
    return draw.scene(draw.one_of((NO_TURN, NO_U_TURN)), 9.0, _straight(draw, size=draw.size(draw.kind())))


def turns_right(draw: Draw) -> Scene:
    """Turns right, as everybody may."""
    path = (Straight(draw.between(13.0, 16.0)), Arc(draw.between(6.0, 9.0), -90.0))
    car = draw.vehicle("a", (_IN_X_M, 8.0), AWAY, draw.between(14.0, 24.0), path=path)
    return draw.scene(NO_TURN, 9.0, car)


def crossing_traffic(draw: Draw) -> Scene:
    """From the street to the east straight into the one to the west."""
    car = draw.vehicle("a", (20.0, draw.between(28.0, 33.0)), 90.0, draw.between(15.0, 40.0))
    return draw.scene(NO_TURN, 9.0, car)


def oncoming_turns_right(draw: Draw) -> Scene:
    """From the north into the street to the west."""
    path = (Straight(24.0), Arc(draw.between(6.0, 8.0), -90.0))
    car = draw.vehicle("a", (-3.0, 62.0), TOWARDS, draw.between(16.0, 24.0), path=path)
    return draw.scene(NO_TURN, 11.0, car)


def switch_in_the_junction(draw: Draw) -> Scene:
    """One goes straight on, another crosses behind it and hides it; meanwhile they exchange their numbers."""
    speed, crosses_m, later_m = draw.between(20.0, 30.0), draw.between(30.0, 33.0), draw.between(9.0, 13.0)
    one = draw.vehicle("a", (_IN_X_M, 8.0), AWAY, speed)
    other = draw.vehicle("b", (_IN_X_M + crosses_m - 8.0 + later_m, crosses_m), 90.0, speed)
    moment = (crosses_m - 8.0 + later_m + draw.between(-3.0, 3.0)) / (speed / 3.6)
    return draw.scene(NO_TURN, 9.0, one, other, switches=(IdSwitch("a", "b", moment),))


def turns_round(draw: Draw) -> Scene:
    """Turns round although it may not."""
    return draw.scene(NO_U_TURN, 13.0, _round(draw, truth=_U_TURN))


def waits_then_turns_round(draw: Draw) -> Scene:
    """Lets an oncoming car by, then turns round although it may not."""
    pace = (Go(15.0, for_m=6.0), StopWithin(7.0), Stand(draw.between(1.0, 4.0)), Go(15.0))
    path = (Straight(14.0), Arc(_IN_X_M, 180.0))
    car = draw.vehicle("a", (_IN_X_M, 8.0), AWAY, pace, path=path, truth=_U_TURN)
    oncoming = draw.vehicle("o", (-4.0, 55.0), TOWARDS, draw.between(40.0, 50.0))
    return draw.scene(NO_U_TURN, 18.0, car, oncoming)


def turns_left_where_only_round_is_banned(draw: Draw) -> Scene:
    """Turns left where only turning round is banned."""
    return draw.scene(NO_U_TURN, 10.0, _left(draw))


def oncoming_goes_by(draw: Draw) -> Scene:
    """From the north straight on to the south."""
    car = draw.vehicle("a", (-4.0, 60.0), TOWARDS, draw.between(20.0, 50.0), size=draw.size(draw.kind()))
    return draw.scene(NO_U_TURN, 9.0, car)


def switch_in_passing(draw: Draw) -> Scene:
    """One goes in and one comes out; as they pass each other they exchange their numbers."""
    speed = draw.between(18.0, 32.0)
    meet_m = draw.between(18.0, 30.0)
    one = draw.vehicle("a", (_IN_X_M, 8.0), AWAY, speed)
    other = draw.vehicle("b", (-4.0, 2 * meet_m - 8.0 + draw.between(-3.0, 3.0)), TOWARDS, speed)
    moment = (meet_m - 8.0) / (speed / 3.6)
    return draw.scene(NO_U_TURN, 9.0, one, other, switches=(IdSwitch("a", "b", moment),))


GROUPS = (
    Group(
        "banned_turn",
        violating=named(turns_left, lorry_turns_left, waits_then_turns_left),
        innocent=named(
            goes_straight_on, turns_right, crossing_traffic, oncoming_turns_right, switch_in_the_junction,
            **spared(turns_left),
        ),
    ),
    Group(
        "banned_u_turn",
        violating=named(turns_round, waits_then_turns_round),
        innocent=named(
            goes_straight_on, turns_left_where_only_round_is_banned, oncoming_goes_by, switch_in_passing,
            **spared(turns_round),
        ),
    ),
)  # fmt: skip
