"""Measure what the reader's belief is worth, and write it down as data.

    python -m models.evaluation.calibrate --data FOLDER --out recognition/plates/calibration.toml

Fitted on the held-out half of the real pictures: nothing that training has seen, and nothing that is kept apart.
"""

import argparse
import itertools
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from models.datasets import LabelledPicture, data_folder, load_pictures
from models.evaluation.matching import match
from models.evaluation.systems import OwnSystem
from recognition.plates import Calibration, canonical
from recognition.vision import StillReader, VisionModels, load_still

_SETS = ("us", "eu", "ru")
_NAMES = ("bias", "margin", "likelihood", "nothing", "height")
_SCALES = {1.0: 1.0, 0.6: 0.5, 0.4: 0.5}
"""Scale → weight.  Pictures are also shrunk: the sets hold few of the small plates a roadside camera sees most."""
_STEPS = 60
_SMALLEST_STEP = 1e-9
_RIDGE = 1.0
"""Strength of the pull towards the default weights: a few hundred plates must not make a bold map."""


def collect(
    pictures: Iterable[LabelledPicture], reader: StillReader
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return features ``(N, 5)`` of answered labelled plates, 1.0 where one was right ``(N,)``, weights ``(N,)``."""
    features: list[tuple[float, ...]] = []
    is_right: list[float] = []
    worth: list[float] = []
    plain = Calibration()
    for picture, scale in itertools.product(pictures, _SCALES):
        bgr = load_still(picture.path)
        small = bgr if scale == 1 else cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        looks = reader.read(np.asarray(small, np.uint8))
        answers = OwnSystem(reader).answers(looks)
        labels = [tuple(scale * side for side in plate.box_px) for plate in picture.plates]
        given = match(answers, [(x0, y0, x1, y1) for x0, y0, x1, y1 in labels])
        for plate, answer in zip(picture.plates, given, strict=True):
            if plate.text and answer is not None:
                look = looks[next(place for place, one in enumerate(answers) if one is answer)]
                features.append(plain.features(**look.candidate.evidence))
                is_right.append(float(canonical(plate.text) == answer.text))
                worth.append(_SCALES[scale])
    return np.array(features), np.array(is_right), np.array(worth)


def fit(
    features: NDArray[np.float64], is_right: NDArray[np.float64], worth: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weights ``(5,)`` of the logistic map by Newton's method, pulled towards the default map."""
    prior = np.array([getattr(Calibration(), name) for name in _NAMES])
    scale = np.maximum(features.std(axis=0), 0.25)
    pull = _RIDGE * np.diag(np.where(np.arange(len(prior)) == 0, 0.05, scale**2))

    def cost(weights: NDArray[np.float64]) -> float:
        odds = np.clip(features @ weights, -30, 30)
        away = weights - prior
        return float(worth @ (np.logaddexp(0, odds) - is_right * odds) + away @ pull @ away / 2)

    weights = prior.copy()
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        slope = features.T @ (worth * (is_right - chance)) - pull @ (weights - prior)
        bend = (features.T * (worth * chance * (1 - chance))) @ features + pull
        step = np.linalg.solve(bend, slope)
        while cost(weights + step) > cost(weights) and np.abs(step).max() > _SMALLEST_STEP:
            step /= 2  # a whole step overshoots where nearly all plates are right
        weights = weights + step
    return np.asarray(weights, np.float64)


def main() -> None:
    """Fit and write the file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--date", default="", help="day of the fit, kept in the file")
    given = arguments.parse_args()
    folder = data_folder(given.data)
    models = VisionModels.load()
    pictures = [one for name in _SETS for one in load_pictures(folder, name) if not one.is_training]
    features, is_right, worth = collect(pictures, StillReader(models))
    weights = fit(features, is_right, worth)
    lines = [
        "# What the reader's belief is worth: logit of the chance of being right = sum of weight × feature.",
        "# Written by models.evaluation.calibrate; see recognition/plates/calibration.py for the features.",
        f'fitted_at = "{given.date}"',
        f'fitted_on = "held-out part of {", ".join(_SETS)} at scales {", ".join(map(str, _SCALES))}"',
        f"plates = {len(is_right)}",
        f"right = {int(is_right.sum())}",
        "models = [" + ", ".join(f'"{name} {digest[:12]}"' for name, digest in sorted(models.digests.items())) + "]",
        "",
        "[weights]",
        *(f"{name} = {weight:.4f}" for name, weight in zip(_NAMES, weights, strict=True)),
    ]
    given.out.write_text("\n".join(lines) + "\n", "utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
