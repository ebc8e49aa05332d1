"""What classifiers saw of a vehicle and its driver, and when that is enough to ask two officers.

A classifier errs in ways nobody foresees (HARMS D14, D15): one look proves nothing, ``not_visible`` is never an answer
against the driver, and a contrary look is his.  Looks whose frame the track does not have cannot be shown to anybody
and do not count; two looks at one frame are one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import RuleMode
from recognition.geometry import TrackSample
from recognition.violations.case import AppearanceRead, Feature, Finding, RuleInput, Seen, frames_to_keep

CONFIDENCE_MIN = 0.9
"""Mean confidence below which looks that agree still prove nothing."""


@dataclass(frozen=True, slots=True)
class AppearanceAnswer:
    """A classifier's answer to one crop; who asked adds the feature and the frame to make an ``AppearanceRead``."""

    seen: Seen
    confidence: float


class AppearanceClassifier(Protocol):
    """The seam behind which any classifier of vehicles and drivers fits; no rule knows which one looked."""

    def look(self, feature: Feature, crop: NDArray[np.uint8]) -> AppearanceAnswer:
        """Answer what is asked of one vehicle.

        Args:
            feature: what is asked.
            crop: the vehicle's box cut from the frame, (H, W, 3) uint8 BGR.

        Returns:
            The answer with a calibrated chance that it is right; ``not_visible`` wherever the crop does not show it
            (reflections, night, too few pixels), never a guess.
        """
        ...


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks for one answer, one a frame, with their samples in order of time; ``against`` counts the contrary."""

    samples: tuple[TrackSample, ...]
    confidence: float
    against: int

    @property
    def span_s(self) -> float:
        """Stream time from the first to the last of them, to the microsecond: whole seconds are whole."""
        return round(self.samples[-1].pts_s - self.samples[0].pts_s, 6) if self.samples else 0.0

    def is_enough(self, frames: int, *, span_s: float = 0.0) -> bool:
        """Tell whether so many frames over so long a time agree, surely enough."""
        return len(self.samples) >= frames and self.confidence >= CONFIDENCE_MIN and self.span_s >= span_s


def looks_that_say(case: RuleInput, feature: Feature, seen: Seen) -> Looks:
    """Gather the looks at a feature that gave one answer; ``not_visible`` counts neither way."""
    by_frame = {sample.frame_sequence: sample for sample in case.samples}
    reads = [read for read in case.appearance if read.feature is feature and read.frame_sequence in by_frame]
    agreeing = _weakest_by_frame(read for read in reads if read.seen is seen)
    contrary = _weakest_by_frame(read for read in reads if read.seen not in (seen, Seen.NOT_VISIBLE))
    frames = sorted(agreeing.keys() - contrary.keys(), key=lambda number: by_frame[number].pts_s)
    return Looks(
        samples=tuple(by_frame[number] for number in frames),
        confidence=sum(agreeing[number] for number in frames) / len(frames) if frames else 0.0,
        against=len(contrary),
    )


def finding_of(case: RuleInput, rule: str, mode: RuleMode, looks: Looks) -> Finding:
    """Build the finding that shows the frames that were looked at."""
    plate_frame = (case.plate.best.frame_sequence,) if case.plate else ()
    return Finding(
        rule=rule,
        mode=mode,
        occurred_at=looks.samples[len(looks.samples) // 2].captured_at,
        frame_sequences=frames_to_keep(looks.samples, must=plate_frame),
        measurement=None,
        facts={
            "frames_seen": len(looks.samples),
            "span_s": round(looks.span_s, 2),
            "confidence": round(looks.confidence, 3),
        },
    )


def _weakest_by_frame(reads: Iterable[AppearanceRead]) -> dict[int, float]:
    weakest: dict[int, float] = {}
    for read in reads:
        weakest[read.frame_sequence] = min(read.confidence, weakest.get(read.frame_sequence, 1.0))
    return weakest
