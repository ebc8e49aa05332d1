"""What reading costs on one core: time for a vehicle's crop, and the size of the networks that ship."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.datasets import LabelledPicture
from recognition.contracts import BoxPx
from recognition.plates import load_grammars
from recognition.vision import ModelRegistry, PlateLooker, VisionModels, load_still

_PICTURES = 40
_VEHICLE_WIDTHS = 3.6
"""A vehicle is about so many plates wide, and nearly as high as wide."""
_PLATE_ROLES = ("plate_finder", "plate_reader")


def vehicle_crop_ms(pictures: Sequence[LabelledPicture], models: VisionModels) -> float:
    """Return the median processor time to find and read the plate in a vehicle's crop, in milliseconds."""
    looker = PlateLooker(models.finder, models.reader, load_grammars(), calibration=models.calibration)
    took: list[float] = []
    for picture in pictures[:_PICTURES]:
        bgr = load_still(picture.path)
        box = _vehicle_around(picture.plates[0].box_px)
        started_s = time.process_time()
        looker.look(bgr, box, vehicle="car")
        took.append((time.process_time() - started_s) * 1000)
    return float(np.median(took))


def weights_mb() -> float:
    """Return the size of the project's own networks together, in megabytes."""
    registry = ModelRegistry.load()
    paths: list[Path] = [registry.locate(registry.artefact(role)) for role in _PLATE_ROLES]
    return sum(path.stat().st_size for path in paths) / 1e6


def _vehicle_around(plate_px: BoxPx) -> BoxPx:
    x0, _, x1, y1 = plate_px
    middle, width = (x0 + x1) / 2, _VEHICLE_WIDTHS * (x1 - x0)
    return (middle - width / 2, y1 - 0.65 * width, middle + width / 2, y1 + 0.15 * width)
