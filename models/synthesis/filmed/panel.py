"""What stands between the camera and a vehicle for a while: a dull board over its place in the picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.synthesis.scenes import SceneCamera
from models.synthesis.scenes.light import Daylight
from recognition.contracts import BoxPx

_MARGIN = 0.12
_GREY = 0.22


@dataclass(frozen=True, slots=True)
class Panel:
    """Covers a box of the picture with a margin; nothing where the box is out of the picture."""

    box_px: BoxPx | None

    def cast(self, linear_bgr: NDArray[np.float32], camera: SceneCamera, light: Daylight) -> None:
        """Throw no shadow: it is near the camera."""

    def draw(self, linear_bgr: NDArray[np.float32], camera: SceneCamera, light: Daylight) -> None:  # noqa: ARG002
        """Cover the box."""
        if self.box_px is None:
            return
        left, top, right, bottom = self.box_px
        aside, above = _MARGIN * (right - left), _MARGIN * (bottom - top)
        rows = slice(max(0, round(top - above)), max(0, round(bottom + above)))
        columns = slice(max(0, round(left - aside)), max(0, round(right + aside)))
        linear_bgr[rows, columns] = _GREY
