"""Signs that a camera no longer sees the road: the same picture again and again, or nothing but one colour."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FROZEN_AFTER_S = 10.0
COVERED_AFTER_S = 5.0
_STRIDE_PX = 16
_SAME_LEVELS = 0.02
_FLAT_LEVELS = 3.0


@dataclass(frozen=True)
class PictureHealth:
    """Since when, in seconds of the stream, something is wrong with the picture; None = nothing is."""

    frozen_since_s: float | None = None
    covered_since_s: float | None = None


class TamperWatch:
    """Looks at every picture of one camera, at a 256th of its pixels.

    A real sensor has noise, so a repeated picture differs from a quiet street; a covered lens has no contrast
    (standard deviation of the grey levels under 3 of 255).
    """

    def __init__(self) -> None:
        self._previous: NDArray[np.float32] | None = None
        self._same_since_s: float | None = None
        self._flat_since_s: float | None = None

    def look(self, bgr: NDArray[np.uint8], pts_s: float) -> PictureHealth:
        """Take in one picture ``(H, W, 3)`` and say what is wrong, once it has been wrong for long enough."""
        grey = bgr[::_STRIDE_PX, ::_STRIDE_PX].mean(axis=2, dtype=np.float32)
        previous, self._previous = self._previous, grey
        is_same = previous is not None and previous.shape == grey.shape and _difference(previous, grey) < _SAME_LEVELS
        self._same_since_s = _since(self._same_since_s, pts_s, is_wrong=is_same)
        self._flat_since_s = _since(self._flat_since_s, pts_s, is_wrong=float(grey.std()) < _FLAT_LEVELS)
        return PictureHealth(
            frozen_since_s=_if_long(self._same_since_s, pts_s, FROZEN_AFTER_S),
            covered_since_s=_if_long(self._flat_since_s, pts_s, COVERED_AFTER_S),
        )


def _difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).mean())


def _since(since_s: float | None, pts_s: float, *, is_wrong: bool) -> float | None:
    if not is_wrong:
        return None
    return pts_s if since_s is None or since_s > pts_s else since_s


def _if_long(since_s: float | None, pts_s: float, limit_s: float) -> float | None:
    return since_s if since_s is not None and pts_s - since_s >= limit_s else None
