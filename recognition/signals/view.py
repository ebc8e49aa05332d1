"""Is the head still to be seen when no lamp shines: an unlit head, or a lorry before it?

The reader remembers how the housing looks while a lamp shines.  A frame without light counts as an unlit head only
where the same housing is there; at night, and before the first lit lamp, nobody can tell and the lamps are unknown.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import BoxPx, SignalHead
from recognition.signals.areas import Picture, around, grown, mask_outside, pixels_outside
from recognition.signals.lamps import HeadReading, LampState, read_lamps
from recognition.signals.timeline import Aspect

Brightness = NDArray[np.float32]
_RING = 0.5
_LEARNT_SHARE = np.float32(0.05)  # of a new look in the memory: it follows daylight within a second
_LEAST_TEXTURE = 6.0  # levels; below it the housing does not stand out from noise
_MOST_MISFIT = 0.6  # around any one lamp, in units of the housing's own contrast
_FEWEST_PIXELS = 12


@dataclass(frozen=True, slots=True)
class _Ring:
    """Where the surroundings of one lamp lie within the remembered brightness (N,)."""

    chosen: NDArray[np.bool_]


class HeadReader:
    """Reads one head frame by frame; memory is one small picture of its housing."""

    def __init__(self, head: SignalHead) -> None:
        self._head = head
        self._boxes = tuple(lamp.box_px for lamp in head.lamps)
        self._housing: Brightness | None = None

    def read(self, bgr: Picture) -> HeadReading:
        """Read a frame (H, W, 3) uint8, blue first; frames come in the order of time.

        Raises:
            RecognitionError: as ``read_lamps``.
        """
        reading = read_lamps(bgr, self._head)
        if LampState.LIT not in reading.states.values():
            return reading if self._is_in_view(bgr) else _unknown(reading)
        if reading.aspect is not Aspect.UNKNOWN:
            self._learn(bgr)
        return reading

    def _learn(self, bgr: Picture) -> None:
        now = _brightness(bgr, self._boxes)
        if self._housing is None or len(self._housing) != len(now):
            self._housing = now
        else:
            self._housing = (1 - _LEARNT_SHARE) * self._housing + _LEARNT_SHARE * now

    def _is_in_view(self, bgr: Picture) -> bool:
        now, known = _brightness(bgr, self._boxes), self._housing
        if known is None or len(known) != len(now) or len(now) < _FEWEST_PIXELS:
            return False
        contrast = float(known.std())
        if contrast < _LEAST_TEXTURE or float(now.std()) < _LEAST_TEXTURE:
            return False
        # Daylight may have changed as a whole; what is left after that must be small around every lamp.
        gain, offset = np.polyfit(now, known, 1)
        if gain <= 0:
            return False
        misfit = np.abs(gain * now + offset - known) / contrast
        return all(float(misfit[ring.chosen].mean()) <= _MOST_MISFIT for ring in _rings(bgr, self._boxes))


def _area(boxes: tuple[BoxPx, ...]) -> BoxPx:
    return grown(around(boxes), _RING)


def _brightness(bgr: Picture, boxes: tuple[BoxPx, ...]) -> Brightness:
    """Return (N,) the brightness of the housing outside of the lamps."""
    return np.asarray(pixels_outside(bgr, _area(boxes), boxes).mean(axis=1), dtype=np.float32)


def _rings(bgr: Picture, boxes: tuple[BoxPx, ...]) -> list[_Ring]:
    area = _area(boxes)
    kept = mask_outside(bgr, area, boxes)
    rings = [_Ring(~mask_outside(bgr, area, (grown(box, _RING),))[kept]) for box in boxes]
    return [ring for ring in rings if ring.chosen.any()]


def _unknown(reading: HeadReading) -> HeadReading:
    lamps = tuple(replace(lamp, state=LampState.UNKNOWN) for lamp in reading.lamps)
    return HeadReading(reading.head_id, lamps)
