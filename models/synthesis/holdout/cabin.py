"""Lamps, belts and telephones: what classifiers say of a driver, and when it is nothing to be fined."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    BUS,
    CAR,
    GANTRY,
    MAST,
    MOTORCYCLE,
    RECEDING,
    SURVEYED_M,
    TRUCK,
    in_lane,
    pair,
    plain_looks,
    seconds,
)
from models.synthesis.tracks.draw import Draw, Group
from models.synthesis.tracks.motion import Stand
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import Carried, Looks, Papers, Scene
from recognition.violations.case import Feature, Seen

_FRONTS = (
    Place("holdout-fronts-a", GANTRY, SURVEYED_M, lanes=pair(3.5, APPROACHING)),
    Place("holdout-fronts-b", MAST, SURVEYED_M, lanes=pair(3.0, APPROACHING)),
)
_REARS = Place("holdout-rears", GANTRY, SURVEYED_M, lanes=pair(3.5, RECEDING))
_SIDES = ("left", "right")
_BAD: dict[str, tuple[str, Feature, Seen, Seen]] = {
    "lights_off": ("headlights", Feature.HEADLIGHTS, Seen.NO, Seen.YES),
    "seat_belt": ("belt", Feature.SEAT_BELT, Seen.NO, Seen.YES),
    "phone": ("phone", Feature.PHONE, Seen.YES, Seen.NO),
}
"""By rule: the look, its feature, the answer that tells of a violation, and the one that does not."""


def _bad(draw: Draw, rule: str, **more: Any) -> Looks:
    name, _, wrong, _ = _BAD[rule]
    return plain_looks(draw, **{name: wrong}, **more)


def _comes(draw: Draw, looks: Looks, **more: Any) -> Scene:
    place, kmh = more.pop("place", None) or draw.one_of(_FRONTS), draw.between(25.0, 70.0)
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, draw.one_of(_SIDES), kmh, looks=looks, **more))


def plainly(draw: Draw, rule: str) -> Scene:
    """A car comes, and every look tells of the violation."""
    return _comes(draw, _bad(draw, rule), truth=frozenset({rule}))


def one_look_differs(draw: Draw, rule: str) -> Scene:
    """A car comes, and all looks but one of eight tell of the violation."""
    return _comes(draw, _bad(draw, rule, count=8, wrong_once=_BAD[rule][1]), truth=frozenset({rule}))


def in_lorry(draw: Draw, rule: str) -> Scene:
    """A lorry's driver breaks the rule."""
    size, papers = draw.size(TRUCK), draw.papers(TRUCK)
    return _comes(draw, _bad(draw, rule), truth=frozenset({rule}), size=size, papers=papers)


def among_others(draw: Draw, rule: str) -> Scene:
    """Two come side by side; only one driver breaks the rule."""
    scene = plainly(draw, rule)
    (one,) = scene.vehicles
    x_m = -one.start_m[0]
    other = draw.vehicle("b", (x_m, one.start_m[1] + draw.between(5.0, 9.0)), 180.0, one.pace, looks=plain_looks(draw))
    return replace(scene, vehicles=(one, other))


def in_order(draw: Draw, _rule: str) -> Scene:
    """A driver does as he should."""
    kind = draw.kind()
    return _comes(draw, plain_looks(draw), size=draw.size(kind), papers=draw.papers(kind))


def wrong_once(draw: Draw, rule: str) -> Scene:
    """A classifier errs in one look of several; the others say that nothing is wrong."""
    return _comes(draw, plain_looks(draw, wrong_once=_BAD[rule][1]))


def only_look_is_wrong(draw: Draw, rule: str) -> Scene:
    """The only look there is tells falsely, and surely, of a violation."""
    return _comes(draw, plain_looks(draw, count=1, confidence=0.97, wrong_once=_BAD[rule][1]))


def wrong_in_one_of_two(draw: Draw, rule: str) -> Scene:
    """Of two looks one tells falsely of a violation."""
    return _comes(draw, plain_looks(draw, count=2, wrong_once=_BAD[rule][1]))


def not_to_be_seen(draw: Draw, rule: str) -> Scene:
    """A reflection lies on the glass: nothing can be seen."""
    return _comes(draw, plain_looks(draw, **{_BAD[rule][0]: Seen.NOT_VISIBLE}))


def one_guess_in_glare(draw: Draw, rule: str) -> Scene:
    """Nothing can be seen in any look; where a guess would tell of a violation, one look guesses."""
    name, feature, wrong, _ = _BAD[rule]
    guessed = feature if wrong is Seen.YES else None
    return _comes(draw, plain_looks(draw, **{name: Seen.NOT_VISIBLE}, wrong_once=guessed))


def from_behind(draw: Draw, rule: str) -> Scene:
    """A car is seen from behind only, whatever its driver does."""
    return _comes(draw, _bad(draw, rule), place=_REARS)


def stands_still(draw: Draw, rule: str) -> Scene:
    """A car stands parked as long as it is seen: the duty is one of who drives."""
    place = draw.one_of(_FRONTS)
    car = in_lane(
        draw, place, draw.one_of(_SIDES), (Stand(),), begins_m=draw.between(20.0, 32.0), looks=_bad(draw, rule)
    )
    return draw.scene(place, draw.between(6.0, 12.0), car)


def on_deck(draw: Draw, rule: str) -> Scene:
    """A tow truck in order carries a car in which nobody drives; somebody may sit in it."""
    scene = _comes(draw, plain_looks(draw), size=draw.size(TRUCK), papers=draw.papers(TRUCK))
    cargo = draw.vehicle("b", (0.0, 0.0), 0.0, 30.0, carried=Carried("a"), looks=_bad(draw, rule))
    return replace(scene, vehicles=(*scene.vehicles, cargo))


def unsure(draw: Draw, rule: str) -> Scene:
    """A driver in order wears dark clothes; looks are few and unsure, and one is wrong."""
    return _comes(draw, plain_looks(draw, count=3, confidence=0.55, wrong_once=_BAD[rule][1]))


def on_motorcycle(draw: Draw, rule: str) -> Scene:
    """A motorcycle, which has no belts."""
    number = f"{int(draw.rng.integers(1, 9999)):04d}AB77"
    papers = replace(draw.papers(MOTORCYCLE), plate=number, plate_type="4")
    return _comes(draw, _bad(draw, rule), size=draw.size(MOTORCYCLE), papers=papers)


def number_not_read(draw: Draw, _rule: str) -> Scene:
    """A driver in order whose number nobody could read."""
    kind = draw.one_of((CAR, BUS))
    return _comes(draw, plain_looks(draw), size=draw.size(kind), papers=Papers(plate=None))


_Told = Callable[[Draw, str], Scene]


def _tell(draw: Draw, one: _Told, rule: str) -> Scene:
    return one(draw, rule)


def _for(rule: str, *told: _Told) -> Mapping[str, Callable[[Draw], Scene]]:
    return {one.__name__: partial(_tell, one=one, rule=rule) for one in told}


_VIOLATING = (plainly, one_look_differs, in_lorry, among_others)
_INNOCENT = (
    in_order,
    wrong_once,
    only_look_is_wrong,
    wrong_in_one_of_two,
    not_to_be_seen,
    one_guess_in_glare,
    from_behind,
    stands_still,
    on_deck,
    unsure,
    number_not_read,
)
GROUPS = tuple(
    Group(
        rule,
        violating=_for(rule, *_VIOLATING),
        innocent=_for(rule, *_INNOCENT, *((on_motorcycle,) if rule == "seat_belt" else ())),
    )
    for rule in _BAD
)
