"""Plates in a single photo: vehicles first, then the whole picture, for close-ups without a whole vehicle in them."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.contracts import VideoError
from recognition.plates import load_grammars
from recognition.vision.look import PlateLook, PlateLooker
from recognition.vision.models import VisionModels

_MIN_VEHICLE_CONFIDENCE = 0.3
_MIN_VEHICLE_WIDTH_PX = 60.0
_ENOUGH_VEHICLES = 8


class StillReader:
    """Reads every plate of a photo; ``home`` is the country whose plates are expected, if any is."""

    def __init__(self, models: VisionModels, *, home: str | None = None) -> None:
        self._detector = models.detector
        self._looker = PlateLooker(models.finder, models.reader, load_grammars(), home=home)

    def read(self, bgr: NDArray[np.uint8]) -> list[PlateLook]:
        """Return the plates of the picture ``(H, W, 3)``, surest first, each place once."""
        vehicles = [
            box
            for box in self._detector.detect(bgr)
            if box.confidence >= _MIN_VEHICLE_CONFIDENCE and box.box_px[2] - box.box_px[0] >= _MIN_VEHICLE_WIDTH_PX
        ]
        found: list[PlateLook] = []
        for box in vehicles[:_ENOUGH_VEHICLES]:
            found += self._looker.look(bgr, box.box_px, vehicle=box.vehicle_class.value).plates
        if not found:
            whole = (0.0, 0.0, float(bgr.shape[1]), float(bgr.shape[0]))
            found += self._looker.look(bgr, whole).plates
        return _each_place_once(found)


def load_still(path: Path) -> NDArray[np.uint8]:
    """Read a photo as BGR.

    Raises:
        VideoError: no such file (``image.missing``) or not a picture (``image.unreadable``).
    """
    if not path.is_file():
        raise VideoError(f"there is no picture {path}", hint="check the path", code="image.missing")
    picture = cv2.imdecode(np.frombuffer(path.read_bytes() or b"\0", dtype=np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise VideoError(f"{path} is not a picture that can be read", hint="use JPEG or PNG", code="image.unreadable")
    return np.asarray(picture, dtype=np.uint8)


def _each_place_once(found: list[PlateLook]) -> list[PlateLook]:
    kept: list[PlateLook] = []
    for plate in sorted(found, key=lambda one: (one.candidate.cost, one.candidate.plate)):
        centre = plate.corners_px.mean(axis=0)
        if all(np.linalg.norm(centre - other.corners_px.mean(axis=0)) > 2 * other.height_px for other in kept):
            kept.append(plate)
    return kept
