"""Where readings fail: the same plates parted by size, sharpness and light."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from models.evaluation.scores import PictureOutcome, PlateOutcome, Share
from recognition.contracts import BoxPx

_HEIGHTS_PX = (16.0, 24.0, 40.0)
_NIGHT = 60.0
_TERCILES = (1 / 3, 2 / 3)


@dataclass(frozen=True, slots=True)
class ConditionScore:
    """How well the plates of one condition were read."""

    condition: str
    exact: Share


def by_condition(pictures: Sequence[PictureOutcome]) -> tuple[ConditionScore, ...]:
    """Return the share read exactly in each condition that any readable plate has."""
    counts: dict[str, list[bool]] = {}
    cuts = _sharpness_cuts(pictures)
    for picture in pictures:
        for plate in picture.plates:
            if plate.is_readable:
                for name in _conditions(picture, plate, cuts):
                    counts.setdefault(name, []).append(plate.is_right)
    return tuple(ConditionScore(name, Share.of(sum(hits), len(hits))) for name, hits in sorted(counts.items()))


def brightness(bgr: NDArray[np.uint8]) -> float:
    """Return the mean grey value of a picture ``(H, W, 3)`` (0 to 255)."""
    return float(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY).mean())


def sharpness(bgr: NDArray[np.uint8], box_px: BoxPx) -> float:
    """Return the variance of the Laplacian inside a box of the picture, 0 where the box is outside of it."""
    x0, y0 = max(0, int(box_px[0])), max(0, int(box_px[1]))
    crop = bgr[y0 : int(np.ceil(box_px[3])), x0 : int(np.ceil(box_px[2]))]
    if crop.size == 0:
        return 0.0
    return float(cv2.Laplacian(cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())


def _sharpness_cuts(pictures: Sequence[PictureOutcome]) -> tuple[float, float]:
    values = [plate.sharpness for picture in pictures for plate in picture.plates if plate.is_readable]
    if not values:
        return (0.0, 0.0)
    low, high = np.quantile(values, _TERCILES)
    return (float(low), float(high))


def _conditions(picture: PictureOutcome, plate: PlateOutcome, cuts: tuple[float, float]) -> Iterator[str]:
    edges = ("<16", "16-24", "24-40", ">=40")
    yield f"height {edges[sum(plate.height_px >= edge for edge in _HEIGHTS_PX)]} px"
    yield ("blur strong", "blur medium", "blur slight")[sum(plate.sharpness >= cut for cut in cuts)]
    yield "night" if picture.brightness < _NIGHT else "day"
