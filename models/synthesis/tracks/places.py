"""The places at which scenes happen: each a camera where an installer would hang it, over what its rule is about."""

from typing import Any

from models.synthesis.scenes import SceneCamera
from models.synthesis.tracks.place import Place, oblong
from recognition.contracts import (
    BannedMove,
    Direction,
    Lane,
    LineKind,
    MarkedLine,
    Section,
    SignalHead,
    SpeedZone,
    StopLine,
    Zone,
    ZoneKind,
)

HIGH = SceneCamera(height_m=10.0, pitch_deg=20.0, focal_px=3100.0)
"""The height from which speeds are enforceable."""
LONG = SceneCamera(height_m=7.0, pitch_deg=13.75, focal_px=1900.0)
BROAD = SceneCamera(height_m=7.0, pitch_deg=14.0, focal_px=1500.0)
WIDE = SceneCamera(height_m=9.0, pitch_deg=25.0, focal_px=950.0)

AWAY, TOWARDS = Direction.RECEDING, Direction.APPROACHING
NEAR_M, FAR_M = 10.0, 80.0
SURVEY_M = (16.0, 55.0)
LIMIT_KMH = 60
STOP_AWAY_M, STOP_TOWARDS_M = 26.0, 30.0
CROSSING_M = (24.0, 28.0)
BOX_M = (22.0, 34.0)
NO_STOPPING_S, NO_PARKING_S = 30.0, 60.0
_WIDE_X_M = (-9.0, 0.0, 9.0)


def lane(name: str, left_m: float, right_m: float, direction: Direction) -> Lane:
    """Return a straight lane."""
    return Lane(lane_id=name, direction=direction, polygon_m=oblong(left_m, right_m, NEAR_M, FAR_M))


def line(name: str, kind: LineKind, x_m: float, from_m: float = 14.0, to_m: float = 70.0) -> MarkedLine:
    """Return a straight line along the road."""
    return MarkedLine(line_id=name, kind=kind, points_m=((x_m, from_m), (x_m, to_m)))


def zone(kind: ZoneKind, x_m: tuple[float, float], y_m: tuple[float, float], **more: Any) -> Zone:
    """Return an oblong zone; its name is its kind unless ``zone_id`` says otherwise."""
    name = str(more.pop("zone_id", kind.value))
    return Zone(zone_id=name, kind=kind, polygon_m=oblong(*x_m, *y_m), **more)


def _two_lanes(direction: Direction) -> tuple[Lane, ...]:
    return lane("left", -3.5, 0.0, direction), lane("right", 0.0, 3.5, direction)


def _both_ways(right_m: float = 3.5) -> tuple[Lane, ...]:
    return lane("towards", -3.5, 0.0, TOWARDS), lane("away", 0.0, right_m, AWAY)


def _one_zone(name: str, kind: ZoneKind) -> Place:
    return Place(
        name, BROAD, SURVEY_M, lanes=_two_lanes(AWAY), zones=(zone(kind, (-3.5, 3.5), (14.0, 60.0)),),
    )  # fmt: skip


SPEED = tuple(
    Place(
        f"speed-{way.value}", HIGH, (20.5, 41.5),
        lanes=_two_lanes(way),
        lines=(line("divider", LineKind.DASHED, 0.0),),
        speed=SpeedZone(limit_kmh=LIMIT_KMH, from_m=21.0, to_m=41.0),
    )
    for way in (AWAY, TOWARDS)
)  # fmt: skip
SECTION = tuple(
    Place(
        f"section-{length:.0f}", LONG, SURVEY_M,
        lanes=_two_lanes(AWAY),
        section=Section(
            section_id="road-1", from_site="section-begins", to_site=f"section-{length:.0f}",
            length_m=length, length_sigma_m=1.0, limit_kmh=LIMIT_KMH,
        ),
    )
    for length in (2000.0, 400.0)
)  # fmt: skip
SOLID = tuple(
    Place(
        f"solid-{way.value}-{to_m:.0f}", LONG, SURVEY_M,
        lanes=_two_lanes(way),
        lines=(line("middle", LineKind.SOLID, 0.0, 14.0, to_m), line("rest", LineKind.DASHED, 0.0, to_m, 90.0)),
    )
    for way in (AWAY, TOWARDS)
    for to_m in (65.0, 28.0)
)  # fmt: skip
"""Away and towards, each with a line to the end of the view, and with one that ends at 28 m."""
JUNCTION = tuple(
    Place(
        f"junction-{way.value}", BROAD, SURVEY_M,
        lanes=_two_lanes(way),
        stop_lines=(StopLine(line_id="stop", points_m=((-3.5, y), (3.5, y)), lanes=("left", "right"), head_id="main"),),
        signals=(SignalHead(head_id="main", feed="group-1"),),
    )
    for way, y in ((AWAY, STOP_AWAY_M), (TOWARDS, STOP_TOWARDS_M))
)  # fmt: skip


def _shoulder(way: Direction, side: float) -> Place:
    near, far = sorted((-1.5 * side, -5.0 * side)), sorted((-5.0 * side, -8.5 * side))
    return Place(
        f"shoulder-{way.value}", BROAD, SURVEY_M,
        lanes=(lane("near", near[0], near[1], way), lane("far", far[0], far[1], way)),
        lines=(line("edge", LineKind.EDGE, -1.5 * side),),
        zones=(zone(ZoneKind.SHOULDER, (-1.5, 1.5), (14.0, 60.0)),),
        survey_x_m=(-5.0 * side, -1.5 * side, 1.5 * side),
    )  # fmt: skip


SHOULDER = (_shoulder(AWAY, 1.0), _shoulder(TOWARDS, -1.0))
"""The shoulder lies under the camera; the lanes to its left going away, to its right coming."""
BUS_LANE = Place(
    "bus-lane", BROAD, SURVEY_M,
    lanes=(lane("bus", -1.75, 1.75, AWAY), lane("near", -5.25, -1.75, AWAY)),
    lines=(line("edge", LineKind.DASHED, -1.75),),
    zones=(zone(ZoneKind.BUS_LANE, (-1.75, 1.75), (14.0, 60.0)),),
)  # fmt: skip
TRAM = Place(
    "tram", BROAD, SURVEY_M,
    lanes=(lane("towards", -5.0, -1.5, TOWARDS), lane("tracks", -1.5, 1.5, TOWARDS), lane("away", 1.5, 5.0, AWAY)),
    zones=(zone(ZoneKind.TRAM_TRACKS, (-1.5, 1.5), (14.0, 60.0)),),
)  # fmt: skip
"""The tracks are those of the oncoming direction: along one's own, traffic may drive where it finds no other room."""
TWO_WAY = Place(
    "two-way", LONG, SURVEY_M, lanes=_both_ways(5.2), lines=(line("middle", LineKind.SOLID, 0.0),),
)  # fmt: skip
ONE_WAY = tuple(
    Place(f"one-way-{way.value}", BROAD, SURVEY_M, lanes=_two_lanes(way), is_one_way=True) for way in (AWAY, TOWARDS)
)
NO_STOPPING, NO_PARKING = (
    Place(
        kind.value.replace("_", "-"), BROAD, SURVEY_M,
        lanes=(lane("kerb", -1.6, 1.6, AWAY), lane("near", -5.1, -1.6, AWAY)),
        zones=(zone(kind, (-1.6, 1.6), (16.0, 45.0), stay_s=stay_s),),
    )
    for kind, stay_s in ((ZoneKind.NO_STOPPING, NO_STOPPING_S), (ZoneKind.NO_PARKING, NO_PARKING_S))
)  # fmt: skip
BOX = Place(
    "box-junction", WIDE, (12.0, 50.0), survey_x_m=_WIDE_X_M,
    lanes=_both_ways(),
    zones=(zone(ZoneKind.BOX_JUNCTION, (-6.0, 6.0), BOX_M),),
)  # fmt: skip
_MANOEUVRE = {
    "south-in": ((1.5, 6.5), (9.5, 20.0)),
    "south-out": ((-6.5, -1.5), (9.5, 20.0)),
    "west-out": ((-20.0, -6.5), (22.0, 38.0)),
}
NO_TURN, NO_U_TURN = (
    Place(
        f"no-{kind}".replace("_", "-"), WIDE, (12.0, 50.0), survey_x_m=_WIDE_X_M,
        zones=tuple(zone(ZoneKind.MANOEUVRE, *where, zone_id=name) for name, where in _MANOEUVRE.items()),
        banned_moves=(BannedMove(move_id="banned", kind=kind, from_zone="south-in", to_zone=to_zone),),
    )
    for kind, to_zone in (("turn", "west-out"), ("u_turn", "south-out"))
)  # fmt: skip
NO_LORRIES = _one_zone("no-lorries", ZoneKind.NO_LORRIES)
LOW_EMISSION = _one_zone("low-emission", ZoneKind.LOW_EMISSION)
PEDESTRIANS = Place(
    "crossing", BROAD, SURVEY_M,
    lanes=_both_ways(), zones=(zone(ZoneKind.PEDESTRIAN_CROSSING, (-6.0, 6.0), CROSSING_M),),
)  # fmt: skip
FRONTS = Place("fronts", LONG, SURVEY_M, lanes=_two_lanes(TOWARDS))
REARS = Place("rears", LONG, SURVEY_M, lanes=_two_lanes(AWAY))
