"""Zones that some may not enter, over a whole road or one lane of it, and vehicles that drive there."""

from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    GANTRY,
    MAST,
    RECEDING,
    SURVEYED_M,
    in_lane,
    pair,
    seconds,
)
from models.synthesis.tracks.draw import Draw
from models.synthesis.tracks.place import Place, oblong
from models.synthesis.tracks.scene import IdSwitch, Scene
from recognition.contracts import Zone, ZoneKind

WHOLE, HALF = {}, {}
for _kind in (ZoneKind.NO_LORRIES, ZoneKind.LOW_EMISSION):
    WHOLE[_kind.value] = tuple(
        Place(
            f"holdout-{_kind.value}-{way.value}",
            camera,
            SURVEYED_M,
            lanes=pair(width_m, way),
            zones=(Zone(zone_id="zone", kind=_kind, polygon_m=oblong(-width_m, width_m, 14.0, 62.0)),),
        )
        for way, camera, width_m in ((RECEDING, MAST, 3.5), (APPROACHING, GANTRY, 3.75))
    )
    HALF[_kind.value] = tuple(
        Place(
            f"holdout-{_kind.value}-right-{way.value}",
            MAST,
            SURVEYED_M,
            lanes=pair(3.5, way),
            zones=(Zone(zone_id="zone", kind=_kind, polygon_m=oblong(0.0, 3.5, 14.0, 62.0)),),
        )
        for way in (RECEDING, APPROACHING)
    )
"""The zone covers both lanes, or the right one only: the left leads elsewhere."""
SIDES = ("left", "right")


def drives(draw: Draw, rule: str, kind: Any, **more: Any) -> Scene:
    """Tell of one vehicle that drives through a zone over the whole road."""
    place = draw.one_of(WHOLE[rule])
    kmh = more.pop("kmh", None) or draw.between(20.0, 55.0)
    given = {key: more.pop(key) for key in ("circumstances",) if key in more}
    more.setdefault("size", draw.size(kind))
    more.setdefault("papers", draw.papers(kind))
    one = in_lane(draw, place, draw.one_of(SIDES), kmh, **more)
    return draw.scene(place, seconds(draw, kmh, 92.0), one, **given)


def beside(draw: Draw, rule: str, kind: Any, papers: Any) -> Scene:
    """Tell of one vehicle that drives in the lane beside the zone, perhaps with its shadow in it."""
    place, kmh = draw.one_of(HALF[rule]), draw.between(25.0, 55.0)
    shadow = draw.shadow() if draw.chance(0.5) else None
    one = in_lane(draw, place, "left", kmh, size=draw.size(kind), papers=papers, shadow=shadow)
    return draw.scene(place, seconds(draw, kmh, 92.0), one)


def swapped(draw: Draw, rule: str, kind: Any, papers: Any) -> Scene:
    """Tell of one vehicle beside the zone and a light one in it, which the tracker swaps."""
    place, kmh = draw.one_of(HALF[rule]), draw.between(30.0, 50.0)
    one = in_lane(draw, place, "left", kmh, size=draw.size(kind), papers=papers)
    other = in_lane(
        draw,
        place,
        "right",
        kmh,
        begins_m=one.start_m[1],
        size=draw.size(kind),
        papers=draw.papers(kind, laden_mass_kg=3_000),
        vehicle_id="b",
    )
    return draw.scene(
        place, seconds(draw, kmh, 92.0), one, other, switches=(IdSwitch("a", "b", draw.between(1.2, 2.4)),)
    )
