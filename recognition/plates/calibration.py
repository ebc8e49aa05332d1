"""From a reader's own belief to the chance of being right: a logistic map fitted on pictures it never learned from.

A softmax says 1.00 on motion blur; what it is worth is measured (Guo et al., ICML 2017) and kept as data in
``calibration.toml`` beside the grammars, with the pictures it was fitted on.
"""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TypedDict

_MOST = 0.999


class Evidence(TypedDict):
    """What a confidence is made of.

    ``margin``: share of belief in the best text (0 to 1).  ``likelihood``: natural log of the text's chance per
    character (at most 0).  ``nothing``: the reader's chance that this is no plate.  ``height_px``: of the plate.
    """

    margin: float
    likelihood: float
    nothing: float
    height_px: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the logistic map; the default trusts the margin alone, for readers nobody measured."""

    bias: float = 0.0
    margin: float = 1.0
    likelihood: float = 0.0
    nothing: float = 0.0
    height: float = 0.0

    def features(self, *, margin: float, likelihood: float, nothing: float, height_px: float) -> tuple[float, ...]:
        """Return what the map weighs; for the arguments see ``Evidence``."""
        return (
            1.0,
            _log_odds(margin),
            max(-4.0, math.log10(max(1e-6, -likelihood))) * -1.0,
            _log_odds(nothing),
            math.log2(max(4.0, min(height_px, 48.0)) / 24.0),
        )

    def confidence(self, *, margin: float, likelihood: float, nothing: float, height_px: float) -> float:
        """Return the chance that the best text is right, below 0.999: no single look is certain."""
        weights = (self.bias, self.margin, self.likelihood, self.nothing, self.height)
        values = self.features(margin=margin, likelihood=likelihood, nothing=nothing, height_px=height_px)
        total = sum(weight * value for weight, value in zip(weights, values, strict=True))
        return _MOST / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def load_calibration() -> Calibration:
    """Return the map measured for the reader that comes with the program."""
    text = (resources.files("recognition.plates") / "calibration.toml").read_text("utf-8")
    return Calibration(**{key: float(value) for key, value in tomllib.loads(text)["weights"].items()})


def _log_odds(chance: float) -> float:
    inside = min(max(chance, 1e-4), 1 - 1e-4)
    return math.log(inside / (1 - inside))
