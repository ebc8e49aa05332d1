"""Lofted vehicle bodies: cross-sections along a silhouette, joined by small four-sided faces.

A plain box is not recognised as a vehicle by a detector trained on real pictures; the rounded nose,
the raked windscreen and the narrower roof are.  Vehicle coordinates: ``a`` backwards from the front,
``b`` to the vehicle's left hand, ``z`` up from the road, metres.
"""

import math
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Curve = tuple[tuple[float, float], ...]


class Part(IntEnum):
    """What a face belongs to; the painter asks."""

    BODY = 1
    BOX = 2
    TYRE = 3
    TRIM = 4
    PLATE_FRONT = 5
    PLATE_REAR = 6
    SKIN = 7
    HAIR = 8
    COAT = 9
    TROUSERS = 10
    SHOE = 11


@dataclass(frozen=True, slots=True)
class Loft:
    """One lofted solid: curves over ``a`` of the upper edge, belt, underside, and half widths."""

    top: Curve
    belt: Curve
    bottom: Curve
    side: Curve
    roof: Curve
    part: Part = Part.BODY
    station_m: float = 0.08


@dataclass(frozen=True, slots=True)
class Body:
    """What a vehicle model is made of; heights and places of its details in metres."""

    name: str
    vehicle_class: str
    length_m: float
    lofts: tuple[Loft, ...]
    wheels_m: tuple[float, ...]
    wheel_radius_m: float
    track_m: float
    plate_front_m: float
    plate_rear_m: float
    windscreen_m: tuple[float, float]
    rear_window_m: tuple[float, float]
    mirror_m: tuple[float, float, float]
    style: str = "car"


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """Faces of a body: ``vertices_m`` (V, 3), ``faces`` (F, 4), ``normals`` and ``smooth`` (F, 3), ``parts`` (F,)."""

    vertices_m: Array
    faces: NDArray[np.int64]
    normals: Array
    smooth: Array
    parts: NDArray[np.int64]


@dataclass(slots=True)
class MeshBuilder:
    """Collects faces with their own vertices and joins them into one mesh."""

    vertices: list[Array] = field(default_factory=list)
    faces: list[NDArray[np.int64]] = field(default_factory=list)
    outward: list[Array] = field(default_factory=list)
    parts: list[NDArray[np.int64]] = field(default_factory=list)
    count: int = 0

    def add(self, vertices: Array, faces: Array | NDArray[np.int64], outward: Array, part: Part) -> None:
        """Take faces over their own vertices; ``outward`` (F, 3) says roughly where outside is."""
        self.faces.append(np.asarray(faces, dtype=np.int64) + self.count)
        self.vertices.append(vertices)
        self.outward.append(outward)
        self.parts.append(np.full(len(faces), int(part), dtype=np.int64))
        self.count += len(vertices)

    def mesh(self) -> Mesh:
        """Join everything and compute the normals."""
        vertices, faces = np.concatenate(self.vertices), np.concatenate(self.faces)
        corners = vertices[faces]
        normals = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
        areas = np.linalg.norm(normals, axis=1)
        keep = areas > 1e-7
        faces, normals, areas = faces[keep], normals[keep], areas[keep]
        outward = np.concatenate(self.outward)[keep]
        normals = normals / areas[:, None]
        normals *= np.where(np.sum(normals * outward, axis=1) < 0, -1.0, 1.0)[:, None]
        smooth = _smooth_normals(len(vertices), faces, normals, areas)
        return Mesh(vertices, faces, normals, smooth, np.concatenate(self.parts)[keep])


def _smooth_normals(count: int, faces: NDArray[np.int64], normals: Array, areas: Array) -> Array:
    """Mean of the corner normals of each face, so that small flat faces shade as one skin."""
    at_vertex = np.zeros((count, 3))
    for corner in range(4):
        np.add.at(at_vertex, faces[:, corner], normals * areas[:, None])
    at_vertex /= np.maximum(np.linalg.norm(at_vertex, axis=1, keepdims=True), 1e-12)
    mean = at_vertex[faces].mean(axis=1) + 0.35 * normals
    return np.asarray(mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12))


def _at(curve: Curve, a: Array) -> Array:
    """The curve's value at ``a``."""
    points = np.array(curve)
    return np.asarray(np.interp(a, points[:, 0], points[:, 1]))


def _stations(loft: Loft) -> Array:
    """Where the cross-sections stand: every control point, and evenly between."""
    controls = sorted({a for curve in (loft.top, loft.belt, loft.bottom, loft.side) for a, _ in curve})
    even = np.arange(controls[0], controls[-1], loft.station_m)
    merged = np.unique(np.round(np.concatenate([even, controls]), 3))
    return np.asarray(merged[(merged >= controls[0]) & (merged <= controls[-1])])


def _half_section(loft: Loft, a: Array) -> Array:
    """Right half of each cross-section from the underside to the ridge, (S, 14, 2) of (b, z)."""
    top, belt, low, side, roof = (_at(c, a) for c in (loft.top, loft.belt, loft.bottom, loft.side, loft.roof))
    belt = np.minimum(belt, top)
    rise = top - belt
    blend = np.clip(rise / 0.18, 0.0, 1.0)
    span = belt - low
    lower = [
        (0.70 * side, low),
        (0.93 * side, low + 0.05),
        (0.985 * side, low + 0.2 * span),
        (side, low + 0.5 * span),
        (side, low + 0.75 * span),
        (0.985 * side, belt - 0.05),
        (0.955 * side, belt - 0.012),
    ]
    upper = []
    crown_m = 0.035
    for hood_share, roof_share, height in (
        (0.92, None, 0.0), (0.86, 1.03, 0.55), (0.76, 1.0, 0.88), (0.62, 0.93, 0.965),
        (0.42, 0.74, 0.99), (0.20, 0.40, 1.0), (0.0, 0.0, 1.0),
    ):  # fmt: skip
        hood_b = hood_share * side
        roof_b = 0.93 * side if roof_share is None else roof_share * roof
        if roof_share is not None and 0 < height < 0.6:
            roof_b = 0.5 * (0.93 * side + 1.03 * roof)
        b = hood_b + (roof_b - hood_b) * blend
        flat = crown_m * (1 - (b / np.maximum(side, 1e-6)) ** 2)
        upper.append((b, belt + rise * height + flat))
    return np.stack([np.stack(point, axis=-1) for point in (*lower, *upper)], axis=1)


def _add_loft(builder: MeshBuilder, loft: Loft) -> None:
    """Skin of one loft, with both ends closed."""
    a = _stations(loft)
    right = _half_section(loft, a)
    left = right[:, ::-1] * np.array([-1.0, 1.0])
    ring = np.concatenate([right, left[:, 1:]], axis=1)
    stations, size = ring.shape[:2]
    vertices = np.concatenate([np.repeat(a[:, None, None], size, axis=1), ring], axis=2).reshape(-1, 3)
    index = np.arange(stations * size).reshape(stations, size)
    following = np.roll(index, -1, axis=1)
    faces = np.stack([index[:-1], following[:-1], following[1:], index[1:]], axis=-1).reshape(-1, 4)
    centres = vertices[faces].mean(axis=1)
    middle = (_at(loft.bottom, centres[:, 0]) + _at(loft.top, centres[:, 0])) / 2
    outward = np.stack([np.zeros(len(faces)), centres[:, 1], centres[:, 2] - middle], axis=1)
    builder.add(vertices, faces, outward, loft.part)
    half = right.shape[1]
    for station, sign in ((0, -1.0), (stations - 1, 1.0)):
        rights, lefts = right[station], right[station] * np.array([-1.0, 1.0])
        points = np.concatenate([rights, lefts])
        cap = np.column_stack([np.full(len(points), a[station]), points])
        i = np.arange(half - 1)
        quads = np.stack([i, i + 1, half + i + 1, half + i], axis=1)
        builder.add(cap, quads, np.tile([sign, 0.0, 0.0], (len(quads), 1)), loft.part)


def _add_wheel(builder: MeshBuilder, a: float, b: float, radius_m: float, width_m: float) -> None:
    """A tyre: a drum across the vehicle."""
    turn = np.linspace(0, 2 * math.pi, 20, endpoint=False)
    rim = np.stack([a + radius_m * np.cos(turn), np.zeros(20), radius_m + radius_m * np.sin(turn)], axis=1)
    vertices = np.concatenate([rim + np.array([0, shift, 0]) for shift in (b - width_m / 2, b + width_m / 2)])
    i = np.arange(20)
    faces = np.stack([i, (i + 1) % 20, 20 + (i + 1) % 20, 20 + i], axis=1)
    outward = vertices[faces].mean(axis=1) - [a, b, radius_m]
    builder.add(vertices, faces, outward * [1.0, 0.0, 1.0], Part.TYRE)


def add_box(builder: MeshBuilder, low_m: tuple[float, float, float], high_m: tuple[float, float, float]) -> None:
    """A small cuboid of trim (a mirror housing)."""
    grid = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)
    vertices = np.array(low_m) + grid * (np.array(high_m) - np.array(low_m))
    faces = np.array([[0, 1, 3, 2], [4, 5, 7, 6], [0, 1, 5, 4], [2, 3, 7, 6], [0, 2, 6, 4], [1, 3, 7, 5]])
    builder.add(vertices, faces, vertices[faces].mean(axis=1) - vertices.mean(axis=0), Part.TRIM)


def _add_mirrors(builder: MeshBuilder, body: Body) -> None:
    """Mirrors on short arms: low and wide on a car, tall on a lorry or bus."""
    a, b, z = body.mirror_m
    root, reach, tall, deep = (-0.09, 0.20, 0.14, 0.10) if body.style == "car" else (0.03, 0.20, 0.42, 0.10)
    for sign in (-1.0, 1.0):
        inner, outer = sorted((sign * (b + root), sign * (b + root + reach)))
        add_box(builder, (a, inner, z), (a + deep, outer, z + tall))
        inner, outer = sorted((sign * (b - 0.20), sign * (b + 0.05)))
        add_box(builder, (a + 0.03, inner, z + 0.01), (a + 0.07, outer, z + 0.045))


def plate_corners_m(body: Body, *, front: bool, margin_m: float = 0.0) -> Array:
    """Corners of the plate in vehicle coordinates, (4, 3): top left, top right, bottom right, bottom left as read."""
    half, tall = 0.260 + margin_m, 0.056 + margin_m
    a, z, sign = (-0.035, body.plate_front_m, -1.0) if front else (body.length_m + 0.035, body.plate_rear_m, 1.0)
    return np.array([[a, sign * half, z + tall], [a, -sign * half, z + tall],
                     [a, -sign * half, z - tall], [a, sign * half, z - tall]])  # fmt: skip


def build_mesh(body: Body) -> Mesh:
    """All faces of a vehicle model."""
    builder = MeshBuilder()
    for loft in body.lofts:
        _add_loft(builder, loft)
    for a in body.wheels_m:
        for b in (-body.track_m / 2, body.track_m / 2):
            _add_wheel(builder, a, b, body.wheel_radius_m, 0.22 if body.style == "car" else 0.32)
    _add_mirrors(builder, body)
    for front, part, sign in ((True, Part.PLATE_FRONT, -1.0), (False, Part.PLATE_REAR, 1.0)):
        corners = plate_corners_m(body, front=front, margin_m=0.014)
        builder.add(corners, np.array([[0, 1, 2, 3]]), np.array([[sign, 0.0, 0.0]]), part)
    return builder.mesh()
