"""The surface of a vehicle as pixels: where each one is, and its colour, gloss and glow; common materials."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
GLASS = (0.020, 0.018, 0.016)
DARK = (0.012, 0.012, 0.012)
PLASTIC = (0.028, 0.028, 0.028)
CHROME = (0.50, 0.50, 0.50)
RUBBER = (0.022, 0.022, 0.022)
LAMP = (0.62, 0.62, 0.60)
RED = (0.02, 0.02, 0.35)


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Pixels of one vehicle: ``place_m`` (N, 3) in vehicle coordinates, ``normal`` (N, 3), ``part`` (N,)."""

    place_m: Floats
    normal: Floats
    part: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Coat:
    """Surface of the same pixels: ``albedo`` (N, 3) linear BGR, ``gloss`` (N,), ``glow`` (N,)."""

    albedo: Floats
    gloss: Floats
    glow: Floats

    def lay(self, where: Mask, colour: tuple[float, float, float], gloss: float = 0.0, glow: float = 0.0) -> None:
        """Paint the pixels ``where``."""
        self.albedo[where] = colour
        self.gloss[where] = gloss
        self.glow[where] = glow
