"""Vehicles as a handful of points that span their box in any picture: bumpers, tyres, flanks, roof, mirrors, shadow."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import VehicleClass

Array = NDArray[np.float64]
PLATE_HALF_M = (0.260, 0.056)


@dataclass(frozen=True, slots=True)
class Size:
    """Measures of a vehicle in metres.

    ``bumper_m`` is the height of its lower edge at both ends, ``overhang_m`` how far a tyre's contact lies behind the
    end, ``mirror_m`` how far a mirror reaches past the flank, ``plate_m`` the height of the plate's middle.
    """

    kind: VehicleClass
    length_m: float
    width_m: float
    tall_m: float
    bumper_m: float
    overhang_m: float
    mirror_m: float
    plate_m: float


@dataclass(frozen=True, slots=True)
class Shadow:
    """Where the shadow of a point one metre high falls (X, Y), m, and how much of it the detector takes in, 0 to 1."""

    per_metre: tuple[float, float]
    share: float = 1.0


_RANGES = {
    VehicleClass.CAR: ((3.9, 4.9), (1.65, 1.92), (1.42, 1.75), (0.15, 0.35), (0.60, 0.95), (0.10, 0.16), (0.35, 0.80)),
    VehicleClass.TRUCK: ((6.5, 11.0), (2.3, 2.55), (2.8, 3.8), (0.35, 0.55), (1.0, 1.45), (0.15, 0.25), (0.5, 0.9)),
    VehicleClass.BUS: ((9.0, 12.0), (2.45, 2.55), (2.9, 3.2), (0.30, 0.45), (2.2, 2.8), (0.15, 0.25), (0.5, 0.9)),
    VehicleClass.MOTORCYCLE: ((1.9, 2.3), (0.7, 0.9), (1.5, 1.8), (0.3, 0.5), (0.3, 0.4), (0.0, 0.05), (0.5, 0.75)),
}


def draw_size(rng: np.random.Generator, kind: VehicleClass = VehicleClass.CAR) -> Size:
    """Draw the measures of a vehicle of a kind."""
    return Size(kind, *(float(rng.uniform(*span)) for span in _RANGES[kind]))


VAN = Size(VehicleClass.TRUCK, 5.6, 2.05, 2.5, 0.3, 0.95, 0.2, 0.6)
"""A light lorry below 3.5 t, that a detector calls a truck."""


@lru_cache(maxsize=4096)
def outline_m(size: Size) -> Array:
    """Return the points (P, 3) that span a vehicle: forward from its middle, to the right, up, m."""
    half, side = size.length_m / 2, size.width_m / 2
    is_box = size.kind in (VehicleClass.TRUCK, VehicleClass.BUS)
    is_narrow = size.kind is VehicleClass.MOTORCYCLE
    roof = (-half, half, side) if is_box else (-0.75 * half, 0.15 * half, 0.72 * side)
    tyre = 0.05 if is_narrow else side - 0.05
    points = [
        *((a, b, size.bumper_m) for a in (-half, half) for b in (-0.93 * side, 0.93 * side)),
        *((a, b, size.bumper_m + 0.2) for a in (-half + 0.3, half - 0.3) for b in (-side, side)),
        *((a, b, 0.0) for a in (size.overhang_m - half, half - size.overhang_m) for b in (-tyre, tyre)),
        *((a, b, size.tall_m) for a in roof[:2] for b in (-roof[2], roof[2])),
        *((a, b, 0.62 * size.tall_m) for a in (-half, half) for b in (-0.85 * side, 0.85 * side)),
        *((half - 1.2 * half / 2, b, 0.6 * size.tall_m) for b in (-side - size.mirror_m, side + size.mirror_m)),
    ]
    return np.array(points)


def shadow_m(size: Size, ahead: Array, right: Array, shadow: Shadow) -> Array:
    """Return the far points (F, 4, 3) of a shadow relative to the vehicle's middle, in road axes.

    ``ahead`` and ``right`` (F, 2) are the unit vectors of the vehicle at each moment.
    """
    half, side = size.length_m / 2, size.width_m / 2
    reach = shadow.share * size.tall_m * np.array(shadow.per_metre)
    corners = [a * half * ahead + b * side * right + reach for a in (-0.7, 0.7) for b in (-0.8, 0.8)]
    flat = np.stack(corners, axis=1)
    return np.concatenate([flat, np.zeros((*flat.shape[:2], 1))], axis=2)
