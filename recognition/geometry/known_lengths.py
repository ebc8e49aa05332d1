"""Known lengths on the road against what the calibration makes of them: a tape's word against the survey's.

Measured length L = |p1 - p0|; its uncertainty after JCGM 100 from the survey (propagated, both ends together), from
where each end was clicked, and from what is common to all lengths.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recognition.contracts import PointPx
from recognition.geometry.plane import Points, RoadPlane

COVERAGE = 2.0


@dataclass(frozen=True, slots=True)
class KnownLength:
    """A length on the road, m, and where its ends are in the picture."""

    name: str
    from_px: PointPx
    to_px: PointPx
    length_m: float


@dataclass(frozen=True, slots=True)
class LengthCheck:
    """What the calibration makes of a known length, with the expanded uncertainty (k = 2) of the difference, m."""

    known: KnownLength
    measured_m: float
    expanded_m: float

    @property
    def difference_m(self) -> float:
        """Measured less known."""
        return self.measured_m - self.known.length_m

    @property
    def agrees(self) -> bool:
        """The difference is within its interval."""
        return abs(self.difference_m) <= self.expanded_m


@dataclass(frozen=True, slots=True)
class ScaleCheck:
    """Measured over known, all lengths together, with its expanded uncertainty (k = 2)."""

    ratio: float
    expanded: float

    @property
    def agrees(self) -> bool:
        """One is within the interval."""
        return abs(self.ratio - 1) <= self.expanded


def check_lengths(
    plane: RoadPlane, lengths: Sequence[KnownLength], *, length_sigma_m: float
) -> tuple[LengthCheck, ...]:
    """Measure each known length.

    Raises:
        RecognitionError: an end lies above the horizon (``geometry.above_horizon``).
    """
    measured, spreads, own = _measured(plane, lengths)
    variance = (spreads**2).sum(axis=0) + own**2 + (plane.survey.scale_relative * measured) ** 2 + length_sigma_m**2
    return tuple(
        LengthCheck(known, float(value), float(COVERAGE * np.sqrt(square)))
        for known, value, square in zip(lengths, measured, variance, strict=True)
    )


def check_scale(
    plane: RoadPlane, lengths: Sequence[KnownLength], *, length_sigma_m: float, length_scale_relative: float = 0.0
) -> ScaleCheck:
    """Compare the calibration's scale with that of known lengths, each counted by its length.

    ``length_scale_relative`` is what the known lengths may err by together, as a template of arrows does.
    """
    measured, spreads, own = _measured(plane, lengths)
    total_m = float(sum(known.length_m for known in lengths))
    ratio = float(measured.sum()) / total_m
    variance = float((spreads.sum(axis=1) ** 2).sum() + (own**2).sum() + len(lengths) * length_sigma_m**2) / total_m**2
    variance += ratio**2 * (plane.survey.scale_relative**2 + length_scale_relative**2)
    return ScaleCheck(ratio, COVERAGE * float(np.sqrt(variance)))


def _measured(plane: RoadPlane, lengths: Sequence[KnownLength]) -> tuple[Points, Points, Points]:
    """Return the lengths, m (N,), what each calibration error does to them (8, N), and what the clicks do (N,)."""
    ends_px = [np.array([getattr(one, end) for one in lengths], dtype=np.float64) for end in ("from_px", "to_px")]
    offsets = plane.to_road(ends_px[1]) - plane.to_road(ends_px[0])
    measured = np.linalg.norm(offsets, axis=1)
    ways = offsets / np.maximum(measured, 1e-9)[:, None]
    spreads = plane.calibration_spread_m(ends_px[1]) - plane.calibration_spread_m(ends_px[0])
    clicks = [np.einsum("nij,ni->nj", plane.metres_per_pixel(end_px), ways) for end_px in ends_px]
    own = plane.survey.sigma_px * np.sqrt(sum((click**2).sum(axis=1) for click in clicks))
    return measured, np.einsum("pni,ni->pn", spreads, ways), np.asarray(own)
