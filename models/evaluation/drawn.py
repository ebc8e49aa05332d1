"""How the reader does on drawn plates of every type, seen by a roadside camera: truth is exact, so corners are given.

    python -m models.evaluation.drawn [--count N] [--types ru/1a,ru/4]

Real pictures of most types are not to be had; this table says where the reader is weak, not how it does on a road.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.evaluation.scores import Share
from models.synthesis.plates import View, draw_plate, photograph
from recognition.plates import Hints, decode, load_calibration, load_grammars
from recognition.vision import VisionModels

_LOW_PX = 80.0
_SEED = 77
_SURE = 0.9


@dataclass(frozen=True, slots=True)
class TypeScore:
    """One type of plate: texts read exactly, texts read with country and type, and those given at confidence ≥ 0.9."""

    kind: str
    exact: Share
    typed: Share
    sure: Share
    sure_right: Share


def score_types(
    models: VisionModels, count: int, kinds: tuple[str, ...] = (), *, is_mild: bool = False
) -> Iterator[TypeScore]:
    """Yield the scores of each country and type, ``count`` plates each, always the same ones."""
    grammars, calibration = load_grammars(), load_calibration()
    for kind in kinds or sorted(
        {f"{one.plate_region}/{layout.plate_type}" for one in grammars for layout in one.layouts}
    ):
        country, plate_type = kind.split("/")
        rng = np.random.default_rng([_SEED, *kind.encode()])
        exact = typed = sure = sure_right = 0
        for _ in range(count):
            plate = draw_plate(rng, country=country, plate_type=plate_type)
            view = View.choose(rng, plate.picture.shape[1] / plate.picture.shape[0], _LOW_PX)
            photo = photograph(rng, plate.picture, view, is_mild=is_mild)
            shaken = photo.corners_px + rng.normal(0, 0.012, (4, 2)) * np.ptp(photo.corners_px, axis=0)
            reading = models.reader.read(photo.picture, shaken.astype(np.float64))
            found = decode(reading, grammars, Hints(height_px=view.height_px), calibration=calibration)
            if not found:
                continue
            best = found[0]
            is_right = best.plate == plate.text
            exact += is_right
            typed += is_right and (best.plate_region, best.plate_type) == (country, plate_type)
            sure += best.confidence >= _SURE
            sure_right += best.confidence >= _SURE and is_right
        shares = (Share.of(exact, count), Share.of(typed, count), Share.of(sure, count), Share.of(sure_right, sure))
        yield TypeScore(kind, *shares)


def main() -> None:
    """Print the table as Markdown."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--count", type=int, default=200)
    arguments.add_argument("--types", default="")
    arguments.add_argument("--mild", action="store_true")
    given = arguments.parse_args()
    kinds = tuple(kind for kind in given.types.split(",") if kind)
    print("| type | read exactly | with country and type | given at ≥ 0.9 | right of those |\n|---|---|---|---|---|")
    for row in score_types(VisionModels.load(), given.count, kinds, is_mild=given.mild):
        shares = (row.exact, row.typed, row.sure, row.sure_right)
        print(
            f"| {row.kind} | "
            + " | ".join("–" if one.value is None else f"{100 * one.value:.1f} %" for one in shares)
            + " |",
            flush=True,
        )


if __name__ == "__main__":
    main()
