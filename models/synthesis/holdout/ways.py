"""A junction where some turns are banned, and the ways of those who come to it from the camera."""

from typing import Any

from models.synthesis.holdout.ground import ROOF
from models.synthesis.tracks.draw import AWAY, Draw
from models.synthesis.tracks.motion import Arc, Pace, Straight
from models.synthesis.tracks.place import Place, oblong
from models.synthesis.tracks.scene import Scene
from recognition.contracts import BannedMove, Zone, ZoneKind

_AREAS = {
    "from-south": ((0.5, 5.5), (10.5, 19.5)),
    "to-south": ((-5.5, -0.5), (10.5, 19.5)),
    "to-west": ((-19.0, -7.5), (23.0, 36.0)),
    "to-east": ((7.5, 19.0), (22.0, 35.0)),
}


def _place(name: str, kind: Any, to_zone: str) -> Place:
    return Place(
        f"holdout-{name}",
        ROOF,
        (13.0, 50.0),
        survey_x_m=(-8.0, 0.0, 8.0),
        zones=tuple(
            Zone(zone_id=one, kind=ZoneKind.MANOEUVRE, polygon_m=oblong(*x, *y)) for one, (x, y) in _AREAS.items()
        ),
        banned_moves=(BannedMove(move_id="no", kind=kind, from_zone="from-south", to_zone=to_zone),),
    )


NO_LEFT, NO_RIGHT = _place("no-left", "turn", "to-west"), _place("no-right", "turn", "to-east")
NO_ROUND = _place("no-round", "u_turn", "to-south")


def from_south(draw: Draw, place: Place, path: tuple[Any, ...], pace: Pace | float, **more: Any) -> Scene:
    """Tell of one vehicle that comes from the camera's side and takes a way."""
    given = {key: more.pop(key) for key in ("faults", "circumstances", "switches", "others") if key in more}
    others = given.pop("others", ())
    lasts_s = more.pop("lasts_s", None) or 62.0 / (float(pace if not isinstance(pace, tuple) else 20.0) / 3.6)
    car = draw.vehicle("a", (draw.between(2.4, 3.6), 7.0), AWAY, pace, path=path, **more)
    return draw.scene(place, lasts_s, car, *others, **given)


def to_left(draw: Draw) -> tuple[Any, ...]:
    """Draw a way to the left."""
    radius_m = draw.between(7.0, 10.0)
    return Straight(draw.between(26.0, 30.0) - 7.0 - radius_m), Arc(radius_m, 90.0)


def to_right(draw: Draw) -> tuple[Any, ...]:
    """Draw a way to the right."""
    radius_m = draw.between(5.5, 8.0)
    return Straight(draw.between(25.0, 29.0) - 7.0 - radius_m), Arc(radius_m, -90.0)


def round_again(draw: Draw) -> tuple[Any, ...]:
    """Draw a way round and back."""
    return Straight(draw.between(14.0, 22.0)), Arc(draw.between(2.9, 3.3), 180.0)
