"""A signal head in the picture: housing, three lamps, and what shines by its plan."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import Lamp

_LIT_BGR = {Lamp.RED: (70, 60, 255), Lamp.AMBER: (60, 190, 255), Lamp.GREEN: (170, 255, 90)}
_CORE_BGR = {Lamp.RED: (190, 180, 255), Lamp.AMBER: (200, 240, 255), Lamp.GREEN: (235, 255, 220)}
_UNLIT_BGR = {Lamp.RED: (22, 20, 52), Lamp.AMBER: (20, 40, 52), Lamp.GREEN: (28, 44, 20)}
_HOUSING_BGR = (26, 26, 24)
_POST_BGR = (110, 110, 108)
_ORDER = (Lamp.RED, Lamp.AMBER, Lamp.GREEN)
_GAP = 1.25
_SHIFT = 4
_UNIT = 1 << _SHIFT
Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SceneSignal:
    """A head whose red lamp stands at ``red_px`` with so many pixels of diameter; the others hang below it.

    ``plan`` is when which lamps begin to shine, in order of time.
    """

    head_id: str
    red_px: tuple[float, float]
    lamp_px: float
    plan: tuple[tuple[float, tuple[Lamp, ...]], ...]

    def lit(self, moment_s: float) -> tuple[Lamp, ...]:
        """Return the lamps that shine at a moment."""
        lit: tuple[Lamp, ...] = ()
        for from_s, lamps in self.plan:
            if from_s <= moment_s:
                lit = lamps
        return lit

    def box_px(self, lamp: Lamp) -> tuple[float, float, float, float]:
        """Return the box around a lamp, px."""
        x, y = self._middle(lamp)
        half = self.lamp_px / 2
        return x - half, y - half, x + half, y + half

    def _middle(self, lamp: Lamp) -> tuple[float, float]:
        return self.red_px[0], self.red_px[1] + _ORDER.index(lamp) * _GAP * self.lamp_px


def draw_signal(picture: Picture, signal: SceneSignal, moment_s: float) -> None:
    """Draw a head on its post into ``picture`` (H, W, 3) BGR."""
    x, y = signal.red_px
    size, tall = signal.lamp_px, picture.shape[0]
    _rectangle(picture, (x - 0.08 * size, y, x + 0.08 * size, float(tall)), _POST_BGR)
    _rectangle(picture, (x - 0.8 * size, y - 0.8 * size, x + 0.8 * size, y + (2 * _GAP + 0.8) * size), _HOUSING_BGR)
    lit = signal.lit(moment_s)
    for lamp in _ORDER:
        left, top, right, bottom = signal.box_px(lamp)
        middle = (left + right) / 2, (top + bottom) / 2
        _disc(picture, middle, size / 2, _LIT_BGR[lamp] if lamp in lit else _UNLIT_BGR[lamp])
        if lamp in lit:
            _disc(picture, middle, size / 4, _CORE_BGR[lamp])


def _rectangle(picture: Picture, box_px: tuple[float, ...], colour: Any) -> None:
    left, top, right, bottom = (round(value) for value in box_px)
    cv2.rectangle(picture, (left, top), (right, bottom), colour, cv2.FILLED, cv2.LINE_AA)


def _disc(picture: Picture, middle_px: tuple[float, float], radius_px: float, colour: Any) -> None:
    centre = round(middle_px[0] * _UNIT), round(middle_px[1] * _UNIT)
    cv2.circle(picture, centre, round(radius_px * _UNIT), colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)
