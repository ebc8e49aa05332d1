"""Which places lie in a GeoJSON polygon.  Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from fines_api.kit.errors import InvalidError

Point = tuple[float, float]
"""Longitude, latitude, degrees, as GeoJSON orders them."""
_LEAST_CORNERS: Final = 4
_MOST_CORNERS: Final = 1000


def rings_of(polygon: Mapping[str, Any]) -> tuple[tuple[Point, ...], ...]:
    """Return the rings of a GeoJSON Polygon (RFC 7946), the outer one first.

    Raises:
        InvalidError: it is none, a ring is not closed, or it crosses the date line (``search.polygon``).
    """
    try:
        is_polygon = polygon["type"] == "Polygon"
        rings = tuple(tuple((float(at[0]), float(at[1])) for at in ring) for ring in polygon["coordinates"])
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _wrong("not a GeoJSON Polygon") from error
    if not is_polygon:
        raise _wrong("not a GeoJSON Polygon")
    if not rings or any(len(ring) < _LEAST_CORNERS or ring[0] != ring[-1] for ring in rings):
        raise _wrong("a ring of the polygon is not closed")
    if sum(map(len, rings)) > _MOST_CORNERS:
        raise _wrong(f"more than {_MOST_CORNERS} corners")
    if any(not (-180 <= east <= 180 and -90 <= north <= 90) for ring in rings for east, north in ring):  # noqa: PLR2004
        raise _wrong("a corner is not on the globe")
    return rings


def is_inside(point: Point, rings: Sequence[Sequence[Point]]) -> bool:
    """Tell whether a point lies in the polygon: within an odd number of its rings, so holes are outside."""
    return sum(_is_in_ring(point, ring) for ring in rings) % 2 == 1


def within(places: Mapping[str, Point], polygon: Mapping[str, Any]) -> list[str]:
    """Return the names of the places in the polygon, in order."""
    rings = rings_of(polygon)
    return sorted(name for name, point in places.items() if is_inside(point, rings))


def bounds(points: Iterable[Point]) -> tuple[Point, Point]:
    """Return the south-west and the north-east corner around points."""
    east, north = zip(*points, strict=True)
    return (min(east), min(north)), (max(east), max(north))


def _is_in_ring(point: Point, ring: Sequence[Point]) -> bool:
    east, north = point
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > north) != (y2 > north) and east < x1 + (north - y1) / (y2 - y1) * (x2 - x1):
            crossings += 1
    return crossings % 2 == 1


def _wrong(what: str) -> InvalidError:
    return InvalidError(
        what, hint='{"type": "Polygon", "coordinates": [[[lon, lat], …, the first again]]}', code="search.polygon"
    )
