"""The language of scenes without pixels: a place, a signal plan, persons, and vehicles with a plan of motion each.

A scene fits in ten lines::

    Scene(
        name="runs_red", seed=1, place=CROSSING_AWAY, duration_s=7.0,
        signals=(SignalPlan("main", ((Aspect.GREEN, 2.0), (Aspect.AMBER, 3.0), (Aspect.RED, 30.0))),),
        vehicles=(
            Vehicle("a", draw_size(rng), (1.75, 8.0), 0.0, (Go(40.0),), truth=frozenset({"red_light"})),
            Vehicle("b", draw_size(rng), (-1.75, 8.0), 0.0, (Go(40.0, for_m=2.0), StopWithin(9.0), Stand())),
        ),
    )

``truth`` is what a vehicle breaks and can be proved to break by what the scene gives, said by the author of the scene
from its geometry and times.  ``may`` are rules of which the scene does not decide whether they are broken: not scored.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from models.synthesis.tracks.body import Shadow, Size
from models.synthesis.tracks.motion import Pace, Path, Shift
from models.synthesis.tracks.noise import DetectorNoise
from models.synthesis.tracks.place import Place
from recognition.contracts import ClockQuality, ClockSource, VehicleClass
from recognition.signals import Aspect
from recognition.violations.case import Feature, PositionFix, RegisterFacts, Seen

NOON = datetime(2026, 6, 1, 9, 0, 0, tzinfo=UTC)
"""Noon in Moscow: the moment at which a scene begins, unless it says otherwise."""
GOOD_CLOCK = ClockQuality(source=ClockSource.RTCP, bound_ms=20.0)


@dataclass(frozen=True, slots=True)
class Follow:
    """Go where another vehicle went, ``after_s`` later and ``gap_m`` behind its end."""

    leader: str
    gap_m: float
    after_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Carried:
    """Ride on a tow truck: ``forward_m`` of its middle, ``deck_m`` above the road."""

    carrier: str
    forward_m: float = -1.0
    deck_m: float = 1.0


@dataclass(frozen=True, slots=True)
class Looks:
    """What classifiers say of vehicle and driver on ``count`` frames; ``wrong_once`` is answered falsely on one."""

    belt: Seen = Seen.YES
    phone: Seen = Seen.NO
    headlights: Seen = Seen.YES
    beacon: Seen = Seen.NO
    count: int = 7
    confidence: float = 0.95
    wrong_once: Feature | None = None


@dataclass(frozen=True, slots=True)
class Papers:
    """The plate that the vote settled on (None: never read), the register's answer, and the class in the picture."""

    plate: str | None = "A123BC77"
    plate_type: str = "1"
    register: RegisterFacts | None = None
    seen_as: VehicleClass | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same plate at the section's other end: how long before this track's middle, as that camera's clock said."""

    before_s: float
    plate: str | None = None
    plate_type: str = "1"
    vehicle_class: VehicleClass | None = None
    bound_ms: float = 20.0


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle: its front is at ``start_m`` when the scene begins and goes on by its pace along its path.

    ``hidden_s`` are spans in which something else stands before it; it is seen from ``from_s`` to ``to_s`` only.
    """

    vehicle_id: str
    size: Size
    start_m: tuple[float, float]
    heading_deg: float
    pace: Pace
    path: Path = ()
    shifts: tuple[Shift, ...] = ()
    follow: Follow | None = None
    carried: Carried | None = None
    shadow: Shadow | None = None
    hidden_s: tuple[tuple[float, float], ...] = ()
    from_s: float = 0.0
    to_s: float = 1e9
    papers: Papers = field(default_factory=Papers)
    looks: Looks = field(default_factory=Looks)
    earlier: Earlier | None = None
    truth: frozenset[str] = frozenset()
    may: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """A person who walks evenly, stands still from one moment to another (``halts_s``), or rides on a vehicle."""

    person_id: str
    start_m: tuple[float, float] = (0.0, 0.0)
    velocity_ms: tuple[float, float] = (0.0, 0.0)
    rides: str | None = None
    halts_s: tuple[float, float] | None = None
    tall_m: float = 1.72


@dataclass(frozen=True, slots=True)
class SignalPlan:
    """What a head shows, from the scene's beginning on: aspects and how long each lasts, s."""

    head_id: str
    aspects: tuple[tuple[Aspect, float], ...]


@dataclass(frozen=True, slots=True)
class TimeJump:
    """From a moment on the camera's stream time is off by ``by_s``, the wall clock too unless ``wall_too`` is false."""

    at_s: float
    by_s: float
    wall_too: bool = True


@dataclass(frozen=True, slots=True)
class DroppedFrames:
    """For a while no frame was decoded; the numbers of frames go on without a gap."""

    at_s: float
    for_s: float


@dataclass(frozen=True, slots=True)
class IdSwitch:
    """From a moment on the tracker gives each of two vehicles the other's number."""

    one: str
    other: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What holds for the whole device: its clock, its own receiver, how far its view has shifted, its certificate."""

    begins_at: datetime = NOON
    clock: ClockQuality = GOOD_CLOCK
    position: PositionFix | None = None
    view_shift_px: float | None = 0.4
    is_certified: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole scene; the same scene gives the same numbers."""

    name: str
    seed: int
    place: Place
    duration_s: float
    vehicles: tuple[Vehicle, ...]
    people: tuple[Person, ...] = ()
    signals: tuple[SignalPlan, ...] = ()
    faults: tuple[TimeJump | DroppedFrames, ...] = ()
    switches: tuple[IdSwitch, ...] = ()
    circumstances: Circumstances = field(default_factory=Circumstances)
    fps: float = 12.5
    noise: DetectorNoise = field(default_factory=DetectorNoise)

    def vehicle(self, vehicle_id: str) -> Vehicle:
        """Return the vehicle of that name.

        Raises:
            KeyError: no vehicle has it.
        """
        for one in self.vehicles:
            if one.vehicle_id == vehicle_id:
                return one
        raise KeyError(vehicle_id)
