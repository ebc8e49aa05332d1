"""The kerb: who stands where nobody may, or too long, and who stands in a jam, beside the zone, or briefly."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from models.synthesis.holdout.bays import (
    FAR_M,
    FPS,
    NEAR_M,
    PLACES,
    file_of_cars,
    inside_m,
    longest_s,
    stands,
    told_stay,
)
from models.synthesis.holdout.ground import (
    BUS,
    CAR,
    RECEDING,
    SHIFTED,
    TRUCK,
    in_lane,
    on_call,
)
from models.synthesis.tracks.body import Shadow
from models.synthesis.tracks.draw import Draw, Group
from models.synthesis.tracks.motion import Go, Pace, Stand, StopWithin
from models.synthesis.tracks.scene import Carried, DroppedFrames, IdSwitch, Person, Scene, TimeJump


def stays(draw: Draw, rule: str) -> Scene:
    """A car comes, stands 6 to 30 s longer than it may, and leaves."""
    return told_stay(draw, rule, draw.between(6.0, 30.0), truth=frozenset({rule}))


def parked_all_along(draw: Draw, rule: str) -> Scene:
    """A car stands there before the record begins and after it ends."""
    place, size = draw.one_of(PLACES[rule]), draw.size()
    car = in_lane(
        draw,
        place,
        "kerb",
        (Stand(),),
        begins_m=inside_m(draw, place, size.length_m),
        size=size,
        truth=frozenset({rule}),
    )
    return draw.scene(place, longest_s(place) + draw.between(10.0, 25.0), car, fps=FPS)


def lorry_unattended(draw: Draw, rule: str) -> Scene:
    """A lorry stands too long."""
    more = {"size": draw.size(TRUCK), "papers": draw.papers(TRUCK)}
    return told_stay(draw, rule, draw.between(10.0, 25.0), truth=frozenset({rule}), **more)


def hidden_at_times(draw: Draw, rule: str) -> Scene:
    """A car stands too long; buses in the next lane pass, traffic hides it for a second now and then."""
    place, size = draw.one_of(PLACES[rule]), draw.size()
    over_s = draw.between(8.0, 25.0)
    hidden = tuple((at_s, at_s + draw.between(0.5, 1.5)) for at_s in (14.0, 22.0, 31.0))
    car, lasts_s = stands(
        draw,
        place,
        inside_m(draw, place, size.length_m),
        longest_s(place) + over_s,
        size=size,
        hidden_s=hidden,
        truth=frozenset({rule}),
    )
    passing = in_lane(draw, place, "near", 30.0, vehicle_id="b", size=draw.size(BUS), papers=draw.papers(BUS))
    return draw.scene(place, lasts_s, car, passing, fps=FPS)


def short(draw: Draw, rule: str) -> Scene:
    """A car stands for a few seconds to two thirds of what it may."""
    place = PLACES[rule][0]
    return told_stay(draw, rule, -longest_s(place) * draw.between(0.35, 0.85))


def just_in_time(draw: Draw, rule: str) -> Scene:
    """A car leaves a second or two before its time is up."""
    return told_stay(draw, rule, -draw.between(1.0, 2.5))


def beyond_zone(draw: Draw, rule: str) -> Scene:
    """A car stands long, 0.5 to 1.5 m beyond an end of the zone."""
    place, size = draw.one_of(PLACES[rule]), draw.size()
    gap_m = draw.between(0.5, 1.5)
    is_away = place.lanes[0].direction is RECEDING
    front_m = FAR_M + gap_m + size.length_m if is_away else FAR_M + gap_m
    if draw.chance(0.4):
        front_m = NEAR_M - gap_m if is_away else NEAR_M - gap_m - size.length_m
    car = in_lane(draw, place, "kerb", (Stand(),), begins_m=front_m, size=size)
    return draw.scene(place, longest_s(place) + 12.0, car, fps=FPS)


def in_next_lane(draw: Draw, rule: str) -> Scene:
    """A car stands long in the lane beside the zone, its shadow in it."""
    place, size = draw.one_of(PLACES[rule]), draw.size()
    side = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    shadow = Shadow((side * draw.between(0.8, 1.8), draw.near(0.0, 0.4)))
    car = in_lane(
        draw, place, "near", (Stand(),), begins_m=inside_m(draw, place, size.length_m), size=size, shadow=shadow
    )
    return draw.scene(place, longest_s(place) + 12.0, car, fps=FPS)


def jam(draw: Draw, rule: str) -> Scene:
    """Both lanes stand still bumper to bumper for longer than anybody may stay, then all move on."""
    place = draw.one_of(PLACES[rule])
    stands_s = longest_s(place) + draw.between(5.0, 15.0)
    return draw.scene(place, stands_s + 10.0, *file_of_cars(draw, place, (Stand(stands_s), Go(20.0, ms2=1.2))), fps=FPS)


def creeping_jam(draw: Draw, rule: str) -> Scene:
    """Both lanes creep on by a length every ten seconds or so."""
    place = draw.one_of(PLACES[rule])
    leg: Pace = (Stand(draw.between(9.0, 13.0)), Go(6.0, for_m=draw.between(3.0, 6.0), ms2=1.0), StopWithin(1.0))
    return draw.scene(place, longest_s(place) + 20.0, *file_of_cars(draw, place, leg * 8), fps=FPS)


def two_one_after_other(draw: Draw, rule: str) -> Scene:
    """Two cars stand at one spot one after the other, each within its time; the tracker makes one of them."""
    place, size = draw.one_of(PLACES[rule]), draw.size()
    front_m, lasts_s = inside_m(draw, place, size.length_m), longest_s(place) * draw.between(0.6, 0.75)
    one, over_s = stands(draw, place, front_m, lasts_s, size=size)
    other, _ = stands(draw, place, front_m, lasts_s, vehicle_id="b", size=size)
    wait_s = lasts_s + 8.0
    approach = replace(
        other, pace=(Stand(wait_s), Go(25.0, for_m=8.0, ms2=3.0), *other.pace[1:]), start_m=other.start_m
    )
    begins_m = other.start_m[1] - 6.0 * (1.0 if place.lanes[0].direction is RECEDING else -1.0)
    approach = replace(approach, start_m=(other.start_m[0], begins_m))
    switch = IdSwitch("a", "b", over_s - 11.0 + draw.between(2.0, 4.0))
    return draw.scene(place, wait_s + over_s, one, approach, fps=FPS, switches=(switch,))


def time_leaps(draw: Draw, rule: str) -> Scene:
    """A car stands briefly; meanwhile the stream's time, or the wall clock too, leaps ahead by minutes."""
    place = PLACES[rule][0]
    jump = TimeJump(draw.between(14.0, 17.0), draw.between(60.0, 300.0), wall_too=draw.chance(0.5))
    return told_stay(draw, rule, -longest_s(place) * draw.between(0.4, 0.6), faults=(jump,))


def view_lost(draw: Draw, rule: str) -> Scene:
    """A car stops briefly; no frame is decoded for most of the time, in which it left and another came like it."""
    place, size = draw.one_of(PLACES[rule]), draw.size()
    front_m, lasts_s = inside_m(draw, place, size.length_m), longest_s(place) * draw.between(0.5, 0.7)
    one, over_s = stands(draw, place, front_m, lasts_s, size=size)
    gone_s = over_s - 11.0 - draw.between(2.0, 4.0)
    lost_s = longest_s(place)
    other = in_lane(
        draw, place, "kerb", (Stand(),), begins_m=front_m, size=size, vehicle_id="b", from_s=gone_s + lost_s - 0.5
    )
    faults = (DroppedFrames(gone_s, lost_s),)
    return draw.scene(
        place,
        gone_s + lost_s + 10.0,
        replace(one, to_s=gone_s + 1.0),
        other,
        fps=FPS,
        faults=faults,
        switches=(IdSwitch("a", "b", gone_s + lost_s - 0.5),),
    )


def patrol(draw: Draw, rule: str) -> Scene:
    """A police car or fire engine with its blue light on stands there long."""
    return told_stay(draw, rule, draw.between(10.0, 25.0), **on_call(draw, draw.one_of((TRUCK, CAR))))


def view_knocked(draw: Draw, rule: str) -> Scene:
    """A car stands long before a camera that was knocked: whether in the zone is not known."""
    return told_stay(draw, rule, draw.between(10.0, 20.0), circumstances=SHIFTED)


def loaded_onto_deck(draw: Draw, rule: str) -> Scene:
    """A tow truck brings a car on its deck and stands within its time; passers-by look on."""
    place, size = draw.one_of(PLACES[rule]), draw.size(TRUCK)
    truck, lasts_s = stands(
        draw, place, inside_m(draw, place, size.length_m), longest_s(place) * 0.7, size=size, papers=draw.papers(TRUCK)
    )
    people = tuple(Person(f"p{i}", (4.6 + 0.6 * i, 30.0 + i), (0.0, 0.1)) for i in range(2))
    cargo = draw.vehicle("b", (0.0, 0.0), 0.0, 10.0, carried=Carried("a"))
    return draw.scene(place, lasts_s, truck, cargo, people=people, fps=FPS)


_Told = Callable[[Draw, str], Scene]


def _for(rule: str, *told: _Told) -> Mapping[str, Callable[[Draw], Scene]]:
    return {one.__name__: partial(_tell, one=one, rule=rule) for one in told}


def _tell(draw: Draw, one: _Told, rule: str) -> Scene:
    return one(draw, rule)


GROUPS = tuple(
    Group(
        rule,
        violating=_for(rule, stays, parked_all_along, lorry_unattended, hidden_at_times),
        innocent=_for(
            rule,
            short,
            just_in_time,
            beyond_zone,
            in_next_lane,
            jam,
            creeping_jam,
            two_one_after_other,
            time_leaps,
            view_lost,
            patrol,
            view_knocked,
            loaded_onto_deck,
        ),
    )
    for rule in ("no_stopping", "no_parking")
)
