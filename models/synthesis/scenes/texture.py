"""Seeded noise over the road plane, in metres: the same place looks the same in every frame."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
_TILE = 512


class GroundNoise:
    """Smooth periodic noise of zero mean; ``sample`` asks it at road points."""

    def __init__(self, seed: int) -> None:
        generator = np.random.default_rng(seed)
        rough = generator.standard_normal((_TILE, _TILE)).astype(np.float32)
        wrapped = np.pad(rough, 8, mode="wrap")
        smooth = cv2.GaussianBlur(wrapped, (0, 0), 1.1)[8:-8, 8:-8]
        self._tile = np.asarray(smooth / smooth.std(), dtype=np.float32)

    def sample(self, x_m: Floats, y_m: Floats, cell_m: float, turn: float = 0.0) -> Floats:
        """Noise at the points (H, W) with grains of about ``cell_m``; ``turn`` picks another pattern."""
        u = (x_m / cell_m + 37.3 * turn) % _TILE
        v = (y_m / cell_m + 91.7 * turn) % _TILE
        return np.asarray(
            cv2.remap(
                self._tile, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
            )
        )

    def layers(self, x_m: Floats, y_m: Floats, cells_m: tuple[float, ...], turn: float = 0.0) -> Floats:
        """Sum of several grain sizes, each weaker where a pixel covers many grains."""
        footprint = np.maximum(np.abs(np.gradient(y_m, axis=0)), 1e-6)
        total = np.zeros_like(x_m)
        for i, cell in enumerate(cells_m):
            fade = 1.0 / (1.0 + (footprint / cell) ** 2)
            total += self.sample(x_m, y_m, cell, turn + i) * fade
        return np.asarray(total / len(cells_m))
