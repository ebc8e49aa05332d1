"""Kerbs with a zone in which nobody may stand for long, and vehicles that stand at them."""

from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    GANTRY,
    MAST,
    RECEDING,
    SURVEYED_M,
    in_lane,
    strip,
)
from models.synthesis.tracks.draw import Draw
from models.synthesis.tracks.motion import Go, Pace, Stand, StopWithin
from models.synthesis.tracks.place import Place, oblong
from models.synthesis.tracks.scene import Scene, Vehicle
from recognition.contracts import Zone, ZoneKind

NEAR_M, FAR_M = 19.0, 44.0
FPS = 6.25
"""Long scenes are told in half as many frames."""


def _kerb(name: str, kind: ZoneKind, stay_s: float, camera: Any, way: Any) -> Place:
    side = 1.0 if way is RECEDING else -1.0
    kerb, near = sorted((0.5 * side, 3.7 * side)), sorted((-2.8 * side, 0.5 * side))
    return Place(
        name,
        camera,
        SURVEYED_M,
        survey_x_m=(-3.2, 0.0, 3.2),
        lanes=(strip("kerb", kerb[0], kerb[1], way), strip("near", near[0], near[1], way)),
        zones=(Zone(zone_id="kerb", kind=kind, polygon_m=oblong(kerb[0], kerb[1], NEAR_M, FAR_M), stay_s=stay_s),),
    )


PLACES = {
    kind.value: tuple(
        _kerb(f"holdout-{kind.value}-{i}", kind, stay_s, camera, way) for i, (stay_s, camera, way) in enumerate(rows)
    )
    for kind, rows in (
        (ZoneKind.NO_STOPPING, ((20.0, MAST, RECEDING), (25.0, GANTRY, APPROACHING))),
        (ZoneKind.NO_PARKING, ((60.0, MAST, APPROACHING), (75.0, GANTRY, RECEDING))),
    )
}


def longest_s(place: Place) -> float:
    """Return for how long anybody may stay in a place's zone, s."""
    return place.zones[0].stay_s or 0.0


def stands(draw: Draw, place: Place, front_m: float, lasts_s: float, **more: Any) -> tuple[Vehicle, float]:
    """Return a vehicle that comes, stands with its front at a Y for so long, and leaves; and when all is over, s."""
    is_away = place.lanes[0].direction is RECEDING
    begins_m = 6.0 if is_away else 70.0
    way_m = abs(front_m - begins_m)
    kmh = draw.between(22.0, 32.0)
    pace: Pace = (Go(kmh, for_m=2.0), StopWithin(way_m - 2.0), Stand(lasts_s), Go(25.0, ms2=1.5))
    comes_s = 2.0 / (kmh / 3.6) + 2 * (way_m - 2.0) / (kmh / 3.6)
    name = more.pop("lane", "kerb")
    return in_lane(draw, place, name, pace, begins_m=begins_m, **more), comes_s + lasts_s + 11.0


def inside_m(draw: Draw, place: Place, length_m: float) -> float:
    """Return where the front of a vehicle is that stands wholly in the zone, half a metre and more from its ends."""
    if place.lanes[0].direction is RECEDING:
        return draw.between(NEAR_M + length_m + 1.0, FAR_M - 1.5)
    return draw.between(NEAR_M + 1.0, FAR_M - length_m - 1.5)


def told_stay(draw: Draw, rule: str, over_s: float, **more: Any) -> Scene:
    """Tell of a vehicle that stands so much longer (negative: shorter) in the zone than anybody may."""
    place = draw.one_of(PLACES[rule])
    size = more.pop("size", None) or draw.size()
    given = {key: more.pop(key) for key in ("faults", "circumstances", "people") if key in more}
    one, lasts_s = stands(
        draw, place, inside_m(draw, place, size.length_m), longest_s(place) + over_s, size=size, **more
    )
    return draw.scene(place, lasts_s, one, fps=FPS, **given)


def file_of_cars(draw: Draw, place: Place, pace: Pace) -> tuple[Vehicle, ...]:
    """Return a file of cars in both lanes that all do the same, bumper to bumper."""
    sign = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    vehicles = []
    for name in ("kerb", "near"):
        front_m = (58.0 if sign > 0 else 15.5) + draw.near(0.0, 1.0)
        for number in range(5):
            kind = draw.kind() if number else None
            size = draw.size(kind) if kind else draw.size()
            vehicles.append(
                in_lane(draw, place, name, pace, begins_m=front_m, vehicle_id=f"{name}-{number}", size=size)
            )
            front_m -= sign * (size.length_m + draw.between(1.2, 2.5))
    return tuple(one for one in vehicles if 12.0 < one.start_m[1] < 75.0)
