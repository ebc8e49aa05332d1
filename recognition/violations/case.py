"""What a rule is given, and what it answers: pure values, same in and same out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from recognition.contracts import ClockQuality, Measurement, PlateConsensus, RuleMode, Site, VehicleClass
from recognition.geometry import RoadPlane, TrackSample

FRAMES_KEPT_MAX = 5


@dataclass(frozen=True, eq=False)
class RuleInput:
    """One vehicle's transit, ready to be judged.

    ``others`` are the tracks of vehicles seen at the same time: where one hides or carries this one, no number may be
    laid at its door.
    """

    samples: tuple[TrackSample, ...]
    plane: RoadPlane
    site: Site
    speed: Measurement | None
    plate: PlateConsensus | None
    vehicle_class: VehicleClass
    clock: ClockQuality
    others: tuple[tuple[TrackSample, ...], ...] = ()


@dataclass(frozen=True)
class Finding:
    """What a rule found, with the frames (3-5, in order of time) that must be kept to prove it."""

    rule: str
    mode: RuleMode
    occurred_at: datetime
    frame_sequences: tuple[int, ...]
    measurement: Measurement | None
    limit_kmh: float | None = None
    excess_kmh: float | None = None
    facts: dict[str, str | float | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a rule that had something to say must not say it."""

    rule: str
    reason: str


@dataclass(frozen=True)
class Assessment:
    """All findings about one vehicle, and every refusal with its reason."""

    findings: tuple[Finding, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def reasons(self) -> Counter[str]:
        """Count the refusals as ``rule.reason``."""
        return Counter(f"{refusal.rule}.{refusal.reason}" for refusal in self.refusals)


def frames_to_keep(samples: Iterable[TrackSample], *, must: Iterable[int] = ()) -> tuple[int, ...]:
    """Choose at most five frames: those that must be kept, the first, the last, and between them evenly."""
    numbers = [sample.frame_sequence for sample in samples]
    chosen = {number for number in must if number in set(numbers)}
    wanted = (0, len(numbers) - 1, len(numbers) // 2, len(numbers) // 4, 3 * len(numbers) // 4)
    for index in wanted:
        if len(chosen) >= FRAMES_KEPT_MAX:
            break
        chosen.add(numbers[index])
    return tuple(sorted(chosen))
