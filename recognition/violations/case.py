"""What a rule is given, and what it answers: pure values, same in and same out."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from recognition.contracts import ClockQuality, Measurement, PlateConsensus, RuleMode, Site, VehicleClass
from recognition.geometry import RoadPlane, TrackSample
from recognition.signals import SignalTimeline
from recognition.violations.path import RoadPath

FRAMES_KEPT_MAX = 5


class Feature(StrEnum):
    """What a classifier is asked about a vehicle or its driver."""

    SEAT_BELT = "seat_belt"
    PHONE = "phone"
    HEADLIGHTS = "headlights"
    BEACON = "beacon"


class Seen(StrEnum):
    """A classifier's answer; ``not_visible`` is one, and then nothing is alleged."""

    YES = "yes"
    NO = "no"
    NOT_VISIBLE = "not_visible"


@dataclass(frozen=True, slots=True)
class AppearanceRead:
    """One look of a classifier at one frame."""

    feature: Feature
    seen: Seen
    confidence: float
    frame_sequence: int


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """What the vehicle register answered for this plate; None where it did not say."""

    vehicle_class: VehicleClass | None = None
    eco_class: int | None = None
    insured_until: date | None = None
    inspected_until: date | None = None
    laden_mass_kg: int | None = None
    is_emergency: bool | None = None


@dataclass(frozen=True, slots=True)
class PositionFix:
    """Where the device's own receiver says it stands (WGS 84)."""

    latitude: float
    longitude: float
    sigma_m: float


@dataclass(frozen=True, slots=True)
class SectionEntry:
    """The same plate at the other end of the section: when, how well its clock was known, and what was seen.

    ``first_seen_at`` is the first sight of the vehicle there, not the frame its plate was read from: a later moment
    would make the mean speed too high.
    """

    site_id: str
    first_seen_at: datetime
    clock: ClockQuality
    plate: PlateConsensus
    vehicle_class: VehicleClass


@dataclass(frozen=True, eq=False)
class RuleInput:
    """One vehicle's transit, ready to be judged; what is not known is left out, and the rules that need it are silent.

    ``others`` are the tracks of vehicles seen at the same time: where one hides or carries this one, no number may be
    laid at its door.  ``people`` are the tracks of persons, ``signals`` the timelines by signal head, ``view_shift_px``
    how far the picture was found shifted from the surveyed one, ``earlier`` the passage at the section's other end.
    """

    samples: tuple[TrackSample, ...]
    plane: RoadPlane
    site: Site
    speed: Measurement | None
    plate: PlateConsensus | None
    vehicle_class: VehicleClass
    clock: ClockQuality
    others: tuple[tuple[TrackSample, ...], ...] = ()
    people: tuple[tuple[TrackSample, ...], ...] = ()
    signals: Mapping[str, SignalTimeline] = field(default_factory=dict)
    appearance: tuple[AppearanceRead, ...] = ()
    register: RegisterFacts | None = None
    position: PositionFix | None = None
    view_shift_px: float | None = None
    earlier: SectionEntry | None = None

    @cached_property
    def path(self) -> RoadPath:
        """Where the near end was in every sample that stands whole on the road; found once for all rules."""
        return RoadPath.of(self.samples, self.plane)


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
