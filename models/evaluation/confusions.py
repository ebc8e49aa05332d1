"""What the reader takes for what: drawn plates at the sizes of an overview camera, read as the product reads a vehicle.

    python -m models.evaluation.confusions --plates N --seed S --out FILE [--low 60] [--high 120]

Each plate is spoiled as a roadside camera spoils it, set into a crop as wide as a vehicle and looked at once: finder,
reader, further cuts, grammars, calibration.  A line of the file is one plate; plate ``n`` of a seed is always the same
one, so a run that was cut off goes on where the file ends.  ``misread_counts`` counts, ``misread_costs`` makes costs.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from models.synthesis.plates import Photo, View, draw_plate, photograph
from models.synthesis.plates.damage import grain
from recognition.contracts import BoxPx
from recognition.plates import load_grammars
from recognition.vision import VisionModels
from recognition.vision.look import PlateLook, PlateLooker

HOME: Final = "ru"
LOW_PX: Final = 60.0
HIGH_PX: Final = 120.0
"""Widths of plates in the picture of an overview camera."""
_MIX: Final = (
    ("ru", "1", "car", 0.50), ("ru", "1b", "car", 0.05), ("ru", "2", "truck", 0.06), ("ru", "4", "motorcycle", 0.04),
    ("kz", "standard", "car", 0.07), ("by", "standard", "car", 0.07), ("de", "standard", "car", 0.06),
    ("pl", "standard", "car", 0.05), ("gb", "standard", "car", 0.05), ("fr", "standard", "car", 0.05),
)  # fmt: skip
"""Country, type, class of the vehicle that carries it, and share."""
_SHARES: Final = tuple(share for _, _, _, share in _MIX)
_CROP_WIDTHS: Final = 4.0
"""A plate is a quarter of a vehicle's width."""
_CROP_ASPECT: Final = 0.75
_PLATE_LOW: Final = 0.6
"""Where the plate's middle lies in the crop, in shares of its height."""
_LINES_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class CameraRead:
    """One drawn plate and what one look gave: ``read`` is None where the product gives nothing out.

    ``plate_region`` and ``plate_type`` are those of the key (type 1A carries the numbers of type 1); ``width_px`` is
    the plate's, seen from the front.
    """

    number: int
    true: str
    plate_region: str
    plate_type: str
    width_px: float
    read: str | None = None
    read_region: str | None = None
    read_type: str | None = None
    confidence: float | None = None


def read_plates(
    looker: PlateLooker, seed: int, numbers: range, low_px: float = LOW_PX, high_px: float = HIGH_PX
) -> Iterator[CameraRead]:
    """Draw and read the plates of these numbers of a seed."""
    series = {(one.plate_region, layout.plate_type): layout.series for one in load_grammars() for layout in one.layouts}
    for number in numbers:
        rng = np.random.default_rng([seed, number])
        region, plate_type, vehicle, _ = _MIX[int(rng.choice(len(_MIX), p=_SHARES))]
        plate = draw_plate(rng, country=region, plate_type=plate_type)
        aspect = plate.picture.shape[1] / plate.picture.shape[0]
        view = View.choose(rng, aspect, low_px, high_px)
        crop = _vehicle(rng, photograph(rng, plate.picture, view), view.height_px * aspect)
        box: BoxPx = (0.0, 0.0, float(crop.shape[1]), float(crop.shape[0]))
        looks = looker.look(crop, box, vehicle=vehicle).plates
        key_type = series[region, plate_type] or plate_type
        truth = CameraRead(number, plate.text, region, key_type, round(view.height_px * aspect, 1))
        yield _answered(truth, looks[0]) if looks else truth


def load_reads(path: Path) -> tuple[CameraRead, ...]:
    """Read the lines of a run."""
    return tuple(CameraRead(**json.loads(line)) for line in path.read_text("utf-8").splitlines())


def _answered(truth: CameraRead, look: PlateLook) -> CameraRead:
    best = look.candidate
    answer = {
        "read": best.plate,
        "read_region": best.plate_region,
        "read_type": best.series,
        "confidence": round(best.confidence, 4),
    }
    return CameraRead(**(asdict(truth) | answer))


def _vehicle(rng: np.random.Generator, photo: Photo, width_px: float) -> NDArray[np.uint8]:
    """Set a photo of a plate into a crop ``(H, W, 3)`` with the shading of a car's body and a bumper's edge."""
    height, width = photo.picture.shape[:2]
    wide = max(round(_CROP_WIDTHS * width_px), width + 2)
    high = max(round(_CROP_ASPECT * wide), height + 2)
    colours = photo.picture[[0, -1]].mean(axis=1)[:, None] + rng.normal(0, 12, (2, 3, 3))
    body = cv2.resize(np.clip(colours, 0, 255).astype(np.float32), (wide, high), interpolation=cv2.INTER_LINEAR)
    crop = np.asarray(np.clip(body + 3 * grain(rng, body.shape), 0, 255), np.uint8)
    crop[round(rng.uniform(0.75, 0.95) * high) :] = rng.integers(5, 60)
    left = int(np.clip(round(rng.uniform(0.4, 0.6) * wide - width / 2), 0, wide - width))
    top = int(np.clip(round(_PLATE_LOW * high - height / 2), 0, high - height))
    crop[top : top + height, left : left + width] = photo.picture
    return crop


def _done(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines()) if path.is_file() else 0


def main() -> None:
    """Read plates up to the number asked for, and append them to the file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--plates", type=int, required=True)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--low", type=float, default=LOW_PX)
    arguments.add_argument("--high", type=float, default=HIGH_PX)
    given = arguments.parse_args()
    cv2.setNumThreads(1)
    models = VisionModels.load()
    looker = PlateLooker(models.finder, models.reader, load_grammars(), home=HOME, calibration=models.calibration)
    with given.out.open("a", encoding="utf-8") as file:
        for read in read_plates(looker, given.seed, range(_done(given.out), given.plates), given.low, given.high):
            file.write(json.dumps(asdict(read)) + "\n")
            if read.number % _LINES_AT_ONCE == 0:
                file.flush()


if __name__ == "__main__":
    main()
