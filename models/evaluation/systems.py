"""What is measured: anything that reads the plates of a picture, and this project's own reader behind that port."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import BoxPx
from recognition.vision import PlateLook, StillReader, VisionModels

OWN_NAME = "rubezh"


@dataclass(frozen=True, slots=True)
class PlateAnswer:
    """One plate a system says it sees: upright box in pixels, text, and how sure it is of the text (0 to 1)."""

    box_px: BoxPx
    text: str
    confidence: float
    plate_region: str = ""
    plate_type: str = ""


@dataclass(frozen=True, slots=True)
class FoundBox:
    """One place where a system says a plate is: upright box in pixels, and its score (0 to 1)."""

    box_px: BoxPx
    score: float


class ReadingSystem(Protocol):
    """Reads the plates of a BGR picture ``(H, W, 3)`` uint8."""

    @property
    def name(self) -> str:
        """What tables call it."""

    def read(self, bgr: NDArray[np.uint8]) -> list[PlateAnswer]:
        """Return what it reads, in any order."""


@runtime_checkable
class FindingSystem(Protocol):
    """Says where plates are in a BGR picture ``(H, W, 3)`` uint8, read or not."""

    def find(self, bgr: NDArray[np.uint8]) -> list[FoundBox]:
        """Return the places, in any order."""


@dataclass(frozen=True, eq=False)
class OwnSystem:
    """The project's reader of photos.  ``digests``: model name and version → SHA-256."""

    reader: StillReader
    digests: dict[str, str] = field(default_factory=dict)
    name: str = OWN_NAME

    def read(self, bgr: NDArray[np.uint8]) -> list[PlateAnswer]:
        """Return the plates the reader is willing to give."""
        return self.answers(self.reader.read(bgr))

    @staticmethod
    def answers(looks: Iterable[PlateLook]) -> list[PlateAnswer]:
        """Return looks as answers, in their order."""
        return [
            PlateAnswer(
                box_of(plate.corners_px),
                plate.candidate.plate,
                plate.candidate.confidence,
                plate.candidate.plate_region,
                plate.candidate.plate_type,
            )
            for plate in looks
        ]

    def find(self, bgr: NDArray[np.uint8]) -> list[FoundBox]:
        """Return the places the finder gives to the reader."""
        return [FoundBox(box_of(place.corners_px), float(place.score)) for place in self.reader.find(bgr)]


def load_own(*, home: str | None = None) -> OwnSystem:
    """Return the reader with the installed networks.

    Raises:
        ModelError: a network is missing or altered.
    """
    models = VisionModels.load()
    return OwnSystem(StillReader(models, home=home), models.digests)


def box_of(corners_px: Iterable[Iterable[float]]) -> BoxPx:
    """Return the upright box around corners ``(N, 2)``."""
    corners = np.asarray(corners_px, dtype=np.float64)
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    return (float(x0), float(y0), float(x1), float(y1))
