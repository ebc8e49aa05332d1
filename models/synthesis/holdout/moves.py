"""Turns that nobody may make here, to the right, to the left and round; and the ways that only resemble them."""

from models.synthesis.holdout.ground import BUS, MOTORCYCLE, SHIFTED, TRUCK, on_call
from models.synthesis.holdout.ways import NO_LEFT, NO_RIGHT, NO_ROUND, from_south, round_again, to_left, to_right
from models.synthesis.tracks.body import Shadow
from models.synthesis.tracks.draw import TOWARDS, Draw, Group, named
from models.synthesis.tracks.motion import Arc, Go, Stand, StopWithin, Straight
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import Carried, IdSwitch, Scene, TimeJump

_TURN, _ROUND = frozenset({"banned_turn"}), frozenset({"banned_u_turn"})


def turns_left(draw: Draw) -> Scene:
    """A car turns left where that is banned."""
    return from_south(draw, NO_LEFT, to_left(draw), draw.between(16.0, 28.0), truth=_TURN)


def turns_right(draw: Draw) -> Scene:
    """A car turns right where that is banned."""
    return from_south(draw, NO_RIGHT, to_right(draw), draw.between(14.0, 24.0), truth=_TURN)


def waits_and_turns(draw: Draw) -> Scene:
    """A car waits in the junction for those who come, then turns left where that is banned."""
    pace = (Go(22.0, for_m=6.0), StopWithin(8.0), Stand(draw.between(3.0, 7.0)), Go(18.0, ms2=1.5))
    return from_south(draw, NO_LEFT, to_left(draw), pace, truth=_TURN, lasts_s=22.0)


def lorry_or_rider_turns(draw: Draw) -> Scene:
    """A lorry or a motorcycle turns left where that is banned."""
    kind = draw.one_of((TRUCK, MOTORCYCLE))
    more = {"size": draw.size(kind), "papers": draw.papers(kind)}
    return from_south(draw, NO_LEFT, to_left(draw), draw.between(15.0, 22.0), truth=_TURN, **more)


def tow_truck_turns(draw: Draw) -> Scene:
    """A tow truck with a car on its deck turns left where that is banned: the truck's driver did it."""
    cargo = draw.vehicle("b", (0.0, 0.0), 0.0, 10.0, carried=Carried("a"))
    more = {"size": draw.size(TRUCK), "papers": draw.papers(TRUCK)}
    return from_south(draw, NO_LEFT, to_left(draw), draw.between(15.0, 20.0), truth=_TURN, others=(cargo,), **more)


def _either(draw: Draw) -> Place:
    return draw.one_of((NO_LEFT, NO_RIGHT))


def straight_on(draw: Draw) -> Scene:
    """A vehicle drives straight on, its shadow long."""
    kind = draw.kind()
    more = {
        "size": draw.size(kind),
        "papers": draw.papers(kind),
        "shadow": Shadow((draw.near(0.0, 1.5), draw.near(0, 0.5))),
    }
    return from_south(draw, draw.one_of((NO_LEFT, NO_RIGHT, NO_ROUND)), (), draw.between(22.0, 50.0), **more)


def turns_other_way(draw: Draw) -> Scene:
    """A car turns right where left is banned, or left where right is."""
    place = _either(draw)
    return from_south(draw, place, to_right(draw) if place is NO_LEFT else to_left(draw), draw.between(15.0, 25.0))


def turns_round_instead(draw: Draw) -> Scene:
    """A car turns round where turning left is banned, which that sign does not forbid."""
    return from_south(draw, NO_LEFT, round_again(draw), draw.between(13.0, 18.0))


def comes_from_elsewhere(draw: Draw) -> Scene:
    """A car comes from ahead or from the side and leaves where those from here may not."""
    place, kmh = _either(draw), draw.between(16.0, 30.0)
    is_left = place is NO_LEFT
    if draw.chance(0.5):  # straight across
        side = 1.0 if is_left else -1.0
        car = draw.vehicle("a", (24.0 * side, 28.0), 90.0 * side, kmh)
    else:  # from ahead: right to the west, left to the east
        turn = Arc(7.0, -90.0) if is_left else Arc(9.0, 90.0)
        car = draw.vehicle("a", (-2.5, 62.0), TOWARDS, kmh, path=(Straight(62.0 - 28.5 - turn.radius_m), turn))
    return draw.scene(place, 60.0 / (kmh / 3.6), car)


def thinks_better(draw: Draw) -> Scene:
    """A car begins to turn left, stops, and goes on straight after all."""
    pace = (Go(18.0, for_m=10.0), StopWithin(8.0), Stand(3.0), Go(22.0, ms2=1.5))
    path = (Straight(9.0), Arc(12.0, 25.0), Straight(2.0), Arc(12.0, -25.0))
    return from_south(draw, NO_LEFT, path, pace, lasts_s=17.0)


def swapped_in_junction(draw: Draw) -> Scene:
    """A car drives straight on as another crosses ahead of it; the tracker swaps them where they are closest."""
    place, kmh = _either(draw), draw.between(22.0, 32.0)
    side = 1.0 if place is NO_LEFT else -1.0
    meets_s = (26.0 - 7.0) / (kmh / 3.6)
    crossing = draw.vehicle("b", (side * (kmh / 3.6 * meets_s) + 1.0, 30.0), 90.0 * side, kmh)
    switch = IdSwitch("a", "b", meets_s + draw.between(-0.3, 0.4))
    return from_south(draw, place, (), kmh, others=(crossing,), switches=(switch,))


def ambulance_turns(draw: Draw) -> Scene:
    """An ambulance with its blue light on turns where that is banned."""
    place = _either(draw)
    path = to_left(draw) if place is NO_LEFT else to_right(draw)
    return from_south(draw, place, path, draw.between(16.0, 24.0), **on_call(draw))


def turn_in_knocked_view(draw: Draw) -> Scene:
    """A car turns left before a camera that was knocked: where from and where to is not known."""
    return from_south(draw, NO_LEFT, to_left(draw), draw.between(16.0, 24.0), circumstances=SHIFTED)


def time_leaps(draw: Draw) -> Scene:
    """The stream's time leaps while a bus drives straight on."""
    faults = (TimeJump(draw.between(1.5, 3.0), draw.between(-4.0, 4.0)),)
    return from_south(
        draw,
        draw.one_of((NO_LEFT, NO_ROUND)),
        (),
        draw.between(20.0, 40.0),
        size=draw.size(BUS),
        papers=draw.papers(BUS),
        faults=faults,
    )


def turns_round(draw: Draw) -> Scene:
    """A car turns round where that is banned."""
    return from_south(draw, NO_ROUND, round_again(draw), draw.between(13.0, 18.0), truth=_ROUND)


def stops_and_turns_round(draw: Draw) -> Scene:
    """A car stops, lets others pass, and turns round where that is banned."""
    pace = (Go(20.0, for_m=5.0), StopWithin(9.0), Stand(draw.between(2.0, 6.0)), Go(14.0, ms2=1.5))
    return from_south(draw, NO_ROUND, round_again(draw), pace, truth=_ROUND, lasts_s=26.0)


def rider_turns_round(draw: Draw) -> Scene:
    """A motorcycle turns round where that is banned."""
    return from_south(
        draw, NO_ROUND, round_again(draw), draw.between(13.0, 17.0), size=draw.size(MOTORCYCLE), truth=_ROUND
    )


def turns_only(draw: Draw) -> Scene:
    """A car turns left or right where only turning round is banned."""
    return from_south(draw, NO_ROUND, draw.one_of((to_left, to_right))(draw), draw.between(15.0, 25.0))


def comes_down(draw: Draw) -> Scene:
    """A car comes from ahead or from the side road and leaves past the camera."""
    kmh = draw.between(16.0, 30.0)
    if draw.chance(0.5):
        car = draw.vehicle("a", (-3.0, 60.0), TOWARDS, kmh)
    else:
        car = draw.vehicle("a", (22.0, 29.0), 90.0, kmh, path=(Straight(17.0), Arc(8.0, 90.0)))
    return draw.scene(NO_ROUND, 58.0 / (kmh / 3.6), car)


def swapped_when_meeting(draw: Draw) -> Scene:
    """One drives away, another comes past it, and the tracker swaps them: one seems to have turned round."""
    kmh, y_m = draw.between(18.0, 32.0), draw.between(18.0, 30.0)
    way_m = y_m - 7.0
    other = draw.vehicle("b", (-3.0, y_m + way_m), TOWARDS, kmh)
    switch = IdSwitch("a", "b", way_m / (kmh / 3.6) + draw.between(-0.4, 0.4))
    return from_south(draw, NO_ROUND, (), kmh, others=(other,), switches=(switch,))


def backs_out(draw: Draw) -> Scene:
    """A car drives in, finds the road closed, and backs out the way it came, in its own lane."""
    pace = (Go(18.0, for_m=10.0), StopWithin(9.0), Stand(2.0), Go(-8.0, for_m=14.0, ms2=1.2), StopWithin(1.0), Stand())
    return from_south(draw, NO_ROUND, (), pace, lasts_s=20.0)


def ambulance_turns_round(draw: Draw) -> Scene:
    """An ambulance with its blue light on turns round."""
    return from_south(draw, NO_ROUND, round_again(draw), draw.between(13.0, 18.0), **on_call(draw))


def round_in_knocked_view(draw: Draw) -> Scene:
    """A car turns round before a camera that was knocked."""
    return from_south(draw, NO_ROUND, round_again(draw), draw.between(13.0, 18.0), circumstances=SHIFTED)


GROUPS = (
    Group(
        "banned_turn",
        violating=named(turns_left, turns_right, waits_and_turns, lorry_or_rider_turns, tow_truck_turns),
        innocent=named(
            straight_on,
            turns_other_way,
            turns_round_instead,
            comes_from_elsewhere,
            thinks_better,
            swapped_in_junction,
            ambulance_turns,
            turn_in_knocked_view,
            time_leaps,
        ),
    ),
    Group(
        "banned_u_turn",
        violating=named(turns_round, stops_and_turns_round, rider_turns_round),
        innocent=named(
            turns_only,
            comes_down,
            swapped_when_meeting,
            backs_out,
            ambulance_turns_round,
            round_in_knocked_view,
            straight_on,
            time_leaps,
        ),
    ),
)
