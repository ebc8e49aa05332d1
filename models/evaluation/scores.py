"""What readings are worth: pure figures over labelled plates and what a system said about each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from recognition.plates import canonical

_SURE = 0.9
_RIGHT_OF_SURE = 0.99
_BINS = 10
_Z_95 = 1.959964


@dataclass(frozen=True, slots=True)
class PlateOutcome:
    """One labelled plate and what a system said about it.

    Attributes:
        truth: the label; empty where nobody can read the plate, which then counts for finding only.
        text: the answer; empty where there was none.
        is_found: whether the finder had it; ``None`` where the system does not tell.
        height_px: of the labelled box in the picture.
        sharpness: variance of the Laplacian inside the labelled box.
    """

    truth: str
    text: str = ""
    confidence: float = 0.0
    is_found: bool | None = None
    height_px: float = 0.0
    sharpness: float = 0.0

    @property
    def is_readable(self) -> bool:
        """Tell whether the plate counts for reading."""
        return bool(canonical(self.truth))

    @property
    def is_answered(self) -> bool:
        """Tell whether the system gave a text."""
        return bool(canonical(self.text))

    @property
    def is_right(self) -> bool:
        """Tell whether the text is exactly the label, both in canonical form."""
        return self.is_answered and canonical(self.text) == canonical(self.truth)


@dataclass(frozen=True, slots=True)
class PictureOutcome:
    """One picture as one system saw it; ``scaled_ms`` is the time for it at no more than 1280 px."""

    dataset: str
    name: str
    is_training: bool
    brightness: float
    plates: tuple[PlateOutcome, ...]
    read_ms: float
    scaled_ms: float


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its Wilson 95 % interval; ``value`` is ``None`` of nothing."""

    count: int
    total: int
    value: float | None
    low: float
    high: float

    @classmethod
    def of(cls, count: int, total: int) -> "Share":
        """Return the share of ``count`` in ``total``."""
        low, high = wilson(count, total)
        return cls(count, total, count / total if total else None, low, high)


@dataclass(frozen=True, slots=True)
class Scores:
    """The figures of one system over some pictures; ``None`` where there is nothing to count."""

    plates: int
    exact: Share
    share_at_99: float | None
    share_at_90_confidence: float | None
    precision_at_90_confidence: Share
    ece: float | None
    character_error_rate: float | None
    finder_recall: float | None
    ms_median: float | None
    ms_p95: float | None
    ms_scaled_median: float | None


def score(pictures: Sequence[PictureOutcome]) -> Scores:
    """Return all figures over the pictures."""
    plates = [plate for picture in pictures for plate in picture.plates]
    readable = [plate for plate in plates if plate.is_readable]
    sure = [plate for plate in readable if plate.is_answered and plate.confidence >= _SURE]
    found = [plate.is_found for plate in plates if plate.is_found is not None]
    times = [picture.read_ms for picture in pictures]
    return Scores(
        plates=len(plates),
        exact=Share.of(sum(plate.is_right for plate in readable), len(readable)),
        share_at_99=share_at(readable, _RIGHT_OF_SURE),
        share_at_90_confidence=len(sure) / len(readable) if readable else None,
        precision_at_90_confidence=Share.of(sum(plate.is_right for plate in sure), len(sure)),
        ece=expected_calibration_error(readable),
        character_error_rate=character_error_rate(readable),
        finder_recall=sum(found) / len(found) if found else None,
        ms_median=_quantile(times, 0.5),
        ms_p95=_quantile(times, 0.95),
        ms_scaled_median=_quantile([picture.scaled_ms for picture in pictures], 0.5),
    )


def share_at(plates: Sequence[PlateOutcome], precision: float) -> float | None:
    """Return the largest share of plates given at one threshold such that ``precision`` of what is given is right.

    Plates of equal confidence are given together or not at all.
    """
    if not plates:
        return None
    answered = sorted((plate for plate in plates if plate.is_answered), key=lambda plate: -plate.confidence)
    given = right = best = 0
    for _, group in groupby(answered, key=lambda plate: plate.confidence):
        hits = [plate.is_right for plate in group]
        given += len(hits)
        right += sum(hits)
        if right / given >= precision:
            best = given
    return best / len(plates)


def expected_calibration_error(plates: Iterable[PlateOutcome]) -> float | None:
    """Return the mean gap between confidence and truth over ten equally filled bins of answered plates."""
    answered = sorted((plate.confidence, plate.is_right) for plate in plates if plate.is_answered)
    if not answered:
        return None
    bins = np.array_split(np.array(answered, dtype=np.float64), min(_BINS, len(answered)))
    gaps = [len(one) * abs(float(one[:, 0].mean() - one[:, 1].mean())) for one in bins]
    return sum(gaps) / len(answered)


def character_error_rate(plates: Iterable[PlateOutcome]) -> float | None:
    """Return edits per labelled character; a plate without an answer lost them all."""
    pairs = [(canonical(plate.truth), canonical(plate.text)) for plate in plates]
    characters = sum(len(truth) for truth, _ in pairs)
    return sum(edits(truth, text) for truth, text in pairs) / characters if characters else None


def edits(one: str, other: str) -> int:
    """Return the Levenshtein distance."""
    row = list(range(len(other) + 1))
    for number, mark in enumerate(one, start=1):
        previous, row[0] = row[0], number
        for place, counterpart in enumerate(other, start=1):
            previous, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, previous + (mark != counterpart))
    return row[-1]


def wilson(count: int, total: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927); of nothing, all is possible."""
    if not total:
        return (0.0, 1.0)
    share, z2 = count / total, _Z_95 * _Z_95
    centre = share + z2 / (2 * total)
    spread = _Z_95 * ((share * (1 - share) + z2 / (4 * total)) / total) ** 0.5
    bottom = 1 + z2 / total
    return (max(0.0, (centre - spread) / bottom), min(1.0, (centre + spread) / bottom))


def _quantile(values: Sequence[float], share: float) -> float | None:
    return float(np.quantile(values, share)) if values else None
