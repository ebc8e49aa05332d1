"""Polygons on the road plane: what lies inside, and whether their sides cross."""

import numpy as np
from numpy.typing import NDArray

from recognition.geometry.plane import Points

_ON_BORDER_M = 1e-9


def contains(polygon: Points, points: Points) -> NDArray[np.bool_]:
    """Tell for each point (N, 2) whether it lies inside the polygon (M, 2), by the even-odd rule, (N,)."""
    x, y = points[:, 0], points[:, 1]
    inside = np.zeros(len(points), dtype=np.bool_)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        is_between = (y0 <= y) != (y1 <= y)
        inside ^= is_between & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    return inside


def depth_inside(polygon: Points, points: Points) -> tuple[Points, Points]:
    """Return how deep points (N, 2) lie inside a polygon (M, 2), negative outside, and the way out or in, (N,), (N, 2).

    The way is the unit vector of the line from the nearest place on the border to the point.
    """
    starts, ends = polygon, np.roll(polygon, -1, axis=0)
    along = ends - starts
    length_2 = np.maximum(np.einsum("mi,mi->m", along, along), np.finfo(float).tiny)
    share = np.clip(np.einsum("nmi,mi->nm", points[:, None] - starts, along) / length_2, 0.0, 1.0)
    offsets = points[:, None] - (starts + share[:, :, None] * along)
    distances = np.linalg.norm(offsets, axis=2)
    nearest = distances.argmin(axis=1)
    rows = np.arange(len(points))
    distance, offset, side = distances[rows, nearest], offsets[rows, nearest], along[nearest]
    normal = np.column_stack([side[:, 1], -side[:, 0]]) / np.sqrt(length_2[nearest])[:, None]
    is_on_border = distance < _ON_BORDER_M
    way = np.where(is_on_border[:, None], normal, offset / np.maximum(distance, _ON_BORDER_M)[:, None])
    return np.where(contains(polygon, points), distance, -distance), way


def crossing_sides(polygon: Points) -> tuple[int, int] | None:
    """Return the numbers of two sides of a polygon (M, 2) that cross, None where none do; side i starts at point i."""
    count = len(polygon)
    sides = [(polygon[i], polygon[(i + 1) % count]) for i in range(count)]
    for i in range(count):
        for j in range(i + 2, count):
            if (i, j) != (0, count - 1) and _cross(*sides[i], *sides[j]):
                return i, j
    return None


def area(polygon: Points) -> float:
    """Return the area of a polygon (M, 2) whose sides do not cross."""
    x, y = polygon[:, 0], polygon[:, 1]
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def _cross(a: Points, b: Points, c: Points, d: Points) -> bool:
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Points, b: Points, c: Points) -> float:
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
