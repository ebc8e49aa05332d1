"""One look at a picture or a vehicle in it: find plates, straighten them, read them, ask the grammars."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import BoxPx
from recognition.plates import Calibration, Candidate, Grammar, Hints, decode
from recognition.plates.ctc import greedy
from recognition.plates.decode import NOTHING
from recognition.vision.find_plate import FoundPlate, PlateFinder
from recognition.vision.read_plate import PlateReader

_PICTURE_SIDE_PX = 640
_VEHICLE_SIDE_PX = 288
"""Longer side of what the finder sees: a plate is a quarter of a vehicle's width, and a small part of a picture's."""
_MIN_PLATE_HEIGHT_PX = 8.0
"""A digit of a Russian plate has two thirds of its height: on five pixels and less, eyes and networks only guess."""
_MIN_SIDE_PX = 6
_MAX_NOTHING = 0.6
_SURE = 0.97
_DOUBTFUL = 0.5
_LIKELY_PLATE = 0.5
"""Finder's score from which a doubtful place is cut again: below stand stickers and badges, on which time is lost."""
_LEANS = (-0.45, 0.45)
"""A finder sees a turned rectangle where a camera beside the road shows a sheared one."""
_FURTHER_CUTS = ((-0.02, -0.04), (0.04, 0.0))
"""How a doubtful plate is cut again, narrower and longer, in shares of its width and height."""
UNREADABLE_BELOW = 0.3
"""Calibrated confidence under which a plate is "unreadable": more likely wrong than right by far."""


@dataclass(frozen=True, eq=False, slots=True)
class PlateLook:
    """What one look gave: the plate the glyphs most likely mean, what else it may be, and where it was.

    Attributes:
        candidate: the best.
        alternatives: further (text, country, type), best first; the same text in another type is one of them.
        raw_text: what the reader said before the grammar.
        corners_px: ``(4, 2)`` of the whole picture, top left first, clockwise.
        score: how sure the finder is that this is a plate.
    """

    candidate: Candidate
    alternatives: tuple[Candidate, ...]
    raw_text: str
    corners_px: NDArray[np.float64]
    height_px: float
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class LookResult:
    """All plates of one look, best first, and why the other places were none (reason → count)."""

    plates: tuple[PlateLook, ...]
    rejections: tuple[tuple[str, int], ...]


class PlateLooker:
    """Looks for plates in a picture or a part of it.

    Args:
        finder: where plates are.
        reader: what they say.
        grammars: countries whose plates are known.
        home: country of the camera, whose plates are expected.
        calibration: what the reader's belief is worth.
        min_confidence: plates below are unreadable.
    """

    def __init__(
        self,
        finder: PlateFinder,
        reader: PlateReader,
        grammars: Sequence[Grammar],
        *,
        home: str | None = None,
        calibration: Calibration | None = None,
        min_confidence: float = UNREADABLE_BELOW,
    ) -> None:
        self._finder = finder
        self._reader = reader
        self._grammars = tuple(grammars)
        self._home = home
        self._calibration = calibration
        self._min_confidence = min_confidence

    def find(self, bgr: NDArray[np.uint8], box_px: BoxPx | None = None) -> list[FoundPlate]:
        """Return the plates of the picture ``(H, W, 3)`` or of a box of it, unread; corners in the whole picture."""
        height, width = bgr.shape[:2]
        x0, y0, x1, y1 = box_px or (0.0, 0.0, float(width), float(height))
        left, top = max(0, int(x0)), max(0, int(y0))
        right, bottom = min(width, int(np.ceil(x1))), min(height, int(np.ceil(y1)))
        if right - left < _MIN_SIDE_PX or bottom - top < _MIN_SIDE_PX:
            return []
        low = np.array([left, top], dtype=np.float64)
        side_px = _PICTURE_SIDE_PX if box_px is None else _VEHICLE_SIDE_PX
        found = self._finder.find(bgr[top:bottom, left:right], side_px=side_px)
        return [FoundPlate(plate.corners_px + low, plate.score) for plate in found]

    def look(self, bgr: NDArray[np.uint8], box_px: BoxPx | None = None, *, vehicle: str | None = None) -> LookResult:
        """Read the plates of the picture or of a box of it, normally one vehicle."""
        rejections: Counter[str] = Counter()
        found = self.find(bgr, box_px)
        if not found:
            rejections["no_plate_found"] += 1
        plates = [look for plate in found if (look := self._read(bgr, plate, vehicle, rejections)) is not None]
        plates.sort(key=lambda one: (-one.candidate.confidence * one.score, one.candidate.plate))
        return LookResult(tuple(plates), tuple(sorted(rejections.items())))

    def _read(
        self, bgr: NDArray[np.uint8], plate: FoundPlate, vehicle: str | None, rejections: Counter[str]
    ) -> PlateLook | None:
        if plate.height_px < _MIN_PLATE_HEIGHT_PX:
            rejections["too_small"] += 1
            return None
        reading = self._reader.read(bgr, plate.corners_px)
        if reading.kinds.get(NOTHING, 0.0) > _MAX_NOTHING:
            rejections["not_a_plate"] += 1
            return None
        hints = Hints(home=self._home, vehicle=vehicle, height_px=plate.height_px)
        candidates = decode(reading, self._grammars, hints, calibration=self._calibration)
        is_worth_more = plate.score >= _LIKELY_PLATE
        if candidates and candidates[0].confidence < _SURE and is_worth_more:
            further = [self._reader.read(bgr, grown(plate.corners_px, *shares)) for shares in _FURTHER_CUTS]
            candidates = decode(reading, self._grammars, hints, further=further, calibration=self._calibration)
        if (not candidates or candidates[0].confidence < _DOUBTFUL) and is_worth_more:
            candidates = self._sheared(bgr, plate, hints, candidates)
        if not candidates or candidates[0].confidence < self._min_confidence:
            rejections["unreadable"] += 1
            return None
        return PlateLook(
            candidates[0], candidates[1:], greedy(reading.steps), plate.corners_px, plate.height_px, plate.score
        )

    def _sheared(
        self, bgr: NDArray[np.uint8], plate: FoundPlate, hints: Hints, candidates: tuple[Candidate, ...]
    ) -> tuple[Candidate, ...]:
        """Return the surest of the candidates so far and those of cuts that lean to either side."""
        options = [candidates] if candidates else []
        for lean in _LEANS:
            reading = self._reader.read(bgr, sheared(plate.corners_px, lean))
            found = decode(reading, self._grammars, hints, calibration=self._calibration)
            options += [found] if found else []
        return max(options, key=lambda one: one[0].confidence, default=())


def sheared(corners_px: NDArray[np.float64], lean: float) -> NDArray[np.float64]:
    """Move the upper edge of the corners ``(4, 2)`` to the right against the lower one, by shares of the height."""
    right = corners_px[1] - corners_px[0]
    height = np.linalg.norm(corners_px[3] - corners_px[0] + corners_px[2] - corners_px[1]) / 2
    shift = lean * height * right / max(float(np.linalg.norm(right)), 1e-6)
    return np.asarray(corners_px + np.array([[0.5], [0.5], [-0.5], [-0.5]]) * shift, np.float64)


def grown(corners_px: NDArray[np.float64], across: float, down: float) -> NDArray[np.float64]:
    """Move the corners ``(4, 2)`` outwards by shares of the plate's width and height in all."""
    top_left, top_right, bottom_right, bottom_left = corners_px
    right = (top_right - top_left + bottom_right - bottom_left) / 4
    below = (bottom_left - top_left + bottom_right - top_right) / 4
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    return np.asarray(corners_px + signs[:, :1] * across * right + signs[:, 1:] * down * below, np.float64)
