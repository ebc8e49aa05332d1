"""Pedestrian crossings, and people who walk over them at told moments."""

from dataclasses import replace
from typing import Any

from models.synthesis.holdout.ground import (
    GANTRY,
    MAST,
    SURVEYED_M,
    heading_deg,
    in_lane,
    opposed,
    reach_s,
    seconds,
)
from models.synthesis.tracks.draw import AWAY, Draw
from models.synthesis.tracks.place import Place, oblong
from models.synthesis.tracks.scene import Person, Scene
from recognition.contracts import SignalHead, StopLine, Zone, ZoneKind

TRUTH = frozenset({"pedestrian"})
_ZONES_M = ((26.0, 30.0), (30.0, 34.0))
PLACES = tuple(
    Place(
        f"holdout-zebra-{i}",
        camera,
        SURVEYED_M,
        lanes=opposed(width_m),
        zones=(Zone(zone_id="zebra", kind=ZoneKind.PEDESTRIAN_CROSSING, polygon_m=oblong(-width_m, width_m, *zone_m)),),
    )
    for i, (camera, width_m, zone_m) in enumerate(((MAST, 3.5, _ZONES_M[0]), (GANTRY, 3.75, _ZONES_M[1])))
)
"""The zone ends at the kerbs: who stands beyond them stands on the pavement."""
LIT = replace(
    PLACES[0],
    name="holdout-zebra-lit",
    stop_lines=(StopLine(line_id="stop", points_m=((0.0, 23.5), (3.5, 23.5)), lanes=("leaving",), head_id="main"),),
    signals=(SignalHead(head_id="main", feed="g1"),),
)
WAYS = ("coming", "leaving")


def zone_m(place: Place) -> tuple[float, float]:
    """Return the near and far Y of a place's crossing."""
    along = [y for _, y in place.zones[0].polygon_m]
    return min(along), max(along)


def kerb_m(place: Place) -> float:
    """Return the X of a place's right kerb; the left one is opposite."""
    return max(x for x, _ in place.zones[0].polygon_m)


def arrives_s(place: Place, name: str, begins_m: float, pace: Any, deep_m: float = 0.0) -> float:
    """Return when the front is so deep in the zone, s."""
    near_m, far_m = zone_m(place)
    edge_m = near_m + deep_m if heading_deg(place, name) == AWAY else far_m - deep_m
    return reach_s(pace, abs(edge_m - begins_m))


def walker(place: Place, at_s: float, x_m: float, ms: float, y_share: float = 0.5, **more: Any) -> Person:
    """Return a person who walks straight across and is at an X at a moment."""
    near_m, far_m = zone_m(place)
    y_m = near_m + (far_m - near_m) * y_share
    return Person(more.pop("person_id", "p"), (x_m - ms * at_s, y_m), (ms, 0.0), **more)


def passes(draw: Draw, gap_m: float, *, is_towards: bool, **more: Any) -> Scene:
    """Tell of a car that passes a person who then is so far from its nearer flank, walking to it or away from it."""
    place, name = draw.one_of(PLACES), more.pop("name", None) or draw.one_of(WAYS)
    kmh, size = draw.between(28.0, 55.0), more.pop("size", None) or draw.size()
    given = {key: more.pop(key) for key in ("circumstances", "faults") if key in more}
    begins_m = 8.0 if heading_deg(place, name) == AWAY else 72.0
    car = in_lane(draw, place, name, kmh, begins_m=begins_m, size=size, **more)
    at_s = arrives_s(place, name, begins_m, kmh, 2.0)
    # On the side of the road's middle, where there is room for someone on foot.
    side = -1.0 if name == "leaving" else 1.0
    x_m = car.start_m[0] + side * (size.width_m / 2 + gap_m)
    speed_ms = draw.between(1.1, 1.5) * (-side if is_towards else side)
    person = walker(place, at_s, x_m, speed_ms, draw.between(0.3, 0.7))
    return draw.scene(place, seconds(draw, kmh), car, people=(person,), **given)
