"""Box junctions, and the files of vehicles that stand behind them."""

from typing import Any

from models.synthesis.holdout.ground import (
    MAST,
    ROOF,
    heading_deg,
    in_lane,
    opposed,
)
from models.synthesis.tracks.draw import AWAY, Draw
from models.synthesis.tracks.motion import Go, Stand, StopWithin
from models.synthesis.tracks.place import Place, oblong
from models.synthesis.tracks.scene import Scene, Vehicle
from recognition.contracts import Zone, ZoneKind

TRUTH = frozenset({"box_junction"})
PLACES = tuple(
    Place(
        f"holdout-box-{i}",
        camera,
        survey_m,
        lanes=opposed(width_m),
        survey_x_m=(-x_m, 0.0, x_m),
        zones=(Zone(zone_id="box", kind=ZoneKind.BOX_JUNCTION, polygon_m=oblong(-6.0, 6.0, *box_m), stay_s=stay_s),),
    )
    for i, (camera, survey_m, x_m, width_m, box_m, stay_s) in enumerate(
        (
            (ROOF, (13.0, 50.0), 8.0, 3.5, (21.0, 33.0), 5.0),
            (MAST, (17.0, 52.0), 4.5, 3.25, (24.0, 37.0), 8.0),
        )
    )
)
WAYS = ("coming", "leaving")


def _box_m(place: Place) -> tuple[float, float]:
    along = [y for _, y in place.zones[0].polygon_m]
    return min(along), max(along)


def longest_s(place: Place) -> float:
    """Return for how long anybody may stand in a place's box, s."""
    return place.zones[0].stay_s or 0.0


def inner_m(place: Place, name: str, deep_m: float) -> float:
    """Return the Y that lies so deep in the box, counted from where the lane's traffic enters it (negative: before)."""
    near_m, far_m = _box_m(place)
    return near_m + deep_m if heading_deg(place, name) == AWAY else far_m - deep_m


def stops(
    draw: Draw, place: Place, name: str, front_deep_m: float, lasts_s: float, **more: Any
) -> tuple[Vehicle, float]:
    """Return a vehicle that stops with its front so deep in the box and goes on later; and when it goes on, s."""
    begins_m = 3.0 if heading_deg(place, name) == AWAY else 72.0
    way_m = abs(inner_m(place, name, front_deep_m) - begins_m)
    kmh = draw.between(22.0, 32.0)
    pace = (Go(kmh, for_m=2.0), StopWithin(way_m - 2.0), Stand(lasts_s), Go(20.0, ms2=1.4))
    stops_s = (2.0 + 2 * (way_m - 2.0)) / (kmh / 3.6)
    return in_lane(draw, place, name, pace, begins_m=begins_m, **more), stops_s + lasts_s


def jam_ahead(draw: Draw, place: Place, name: str, rear_deep_m: float, lasts_s: float) -> list[Vehicle]:
    """Return two vehicles that stand ahead; the rear of the last is so deep behind where the box begins."""
    sign = 1.0 if heading_deg(place, name) == AWAY else -1.0
    jam: list[Vehicle] = []
    rear_m = inner_m(place, name, rear_deep_m)
    for number in range(2):
        size = draw.size()
        front_m = rear_m + sign * size.length_m
        if front_m > 11.0:
            pace = (Stand(lasts_s - 1.5), Go(22.0, ms2=1.4))
            jam.append(in_lane(draw, place, name, pace, begins_m=front_m, vehicle_id=f"jam-{number}", size=size))
        rear_m = front_m + sign * draw.between(1.5, 2.5)
    return jam


def length_m(place: Place) -> float:
    """Return how long a place's box is along the road."""
    near_m, far_m = _box_m(place)
    return far_m - near_m


def caught(draw: Draw, name: str, left_m: float, size: Any, **more: Any) -> Scene:
    """Tell of one who enters behind a standing file that leaves no room, and stands with his front near its end."""
    place = draw.one_of(PLACES)
    front_m = length_m(place) - left_m
    car, goes_s = stops(
        draw, place, name, front_m, longest_s(place) + draw.between(5.0, 15.0), size=size, truth=TRUTH, **more
    )
    jam = jam_ahead(draw, place, name, front_m + draw.between(1.2, 2.2), goes_s)
    return draw.scene(place, goes_s + 7.0, car, *jam)
