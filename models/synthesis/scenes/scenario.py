"""The language of scenes: a camera, a road, and vehicles whose place is a function of time.

A scene fits in ten lines::

    Scenario(
        name="two_cars", seed=1, duration_s=6.0,
        camera=SceneCamera(height_m=5.0, pitch_deg=13.0, focal_px=2000.0),
        road=Road(
            lanes=(RoadLane("right", -3.5, 0.0), RoadLane("left", 0.0, 3.5)),
            lines=(RoadLine("divider", LineKind.SOLID, 0.0, 6.0, 45.0),),
        ),
        vehicles=(
            Vehicle("a", "sedan", "white", "A123BC77", lane="right", passes_s=3.0, speed_kmh=52.0),
            Vehicle("b", "suv", "black", "K456MH50", lane="left", passes_s=5.0, speed_kmh=95.0),
        ),
    )
"""

from dataclasses import dataclass

from models.synthesis.scenes.camera import SceneCamera
from models.synthesis.scenes.signal import SceneSignal
from recognition.contracts import Direction, LineKind

PASS_LINE_M = 14.0
"""Where a vehicle's near end is at its ``passes_s``: about where plates are read."""


@dataclass(frozen=True, slots=True)
class RoadLane:
    """A lane between two lines of constant X; ``approaching`` traffic shows its front."""

    lane_id: str
    left_m: float
    right_m: float
    direction: Direction = Direction.APPROACHING

    @property
    def middle_m(self) -> float:
        """X of the lane's middle, m."""
        return (self.left_m + self.right_m) / 2


@dataclass(frozen=True, slots=True)
class RoadLine:
    """A painted line at constant X from ``from_m`` to ``to_m`` along the road."""

    line_id: str
    kind: LineKind
    x_m: float
    from_m: float
    to_m: float
    width_m: float = 0.15


@dataclass(frozen=True, slots=True)
class RoadMark:
    """A painted area: its corners in road metres, and its paint (linear blue, green, red)."""

    corners_m: tuple[tuple[float, float], ...]
    paint: tuple[float, float, float] = (0.62, 0.62, 0.62)


@dataclass(frozen=True, slots=True)
class Road:
    """The road: lanes, paint, and how far the asphalt reaches to each side."""

    lanes: tuple[RoadLane, ...]
    lines: tuple[RoadLine, ...]
    asphalt_left_m: float = -4.6
    asphalt_right_m: float = 4.3
    marks: tuple[RoadMark, ...] = ()

    def lane(self, lane_id: str) -> RoadLane:
        """The lane of that name.

        Raises:
            KeyError: no lane has that name.
        """
        for lane in self.lanes:
            if lane.lane_id == lane_id:
                return lane
        raise KeyError(lane_id)


@dataclass(frozen=True, slots=True)
class LaneChange:
    """A smooth move to another lane between two distances along the road (nearer end of the vehicle)."""

    to_lane: str
    starts_m: float
    ends_m: float


@dataclass(frozen=True, slots=True)
class Vehicle:
    """One vehicle: what it is, and when its near end passes ``PASS_LINE_M`` at which constant speed.

    ``speed_kmh`` is along the road; ``offset_m`` moves it off the lane's middle.  Without a ``plate`` it is dirty.
    """

    vehicle_id: str
    model: str
    colour: str
    plate: str
    lane: str
    passes_s: float
    speed_kmh: float
    change: LaneChange | None = None
    offset_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What does not move: the camera, the road under it, and what chance puts beside the road."""

    camera: SceneCamera
    road: Road
    seed: int
    limit_kmh: int | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scene; the same scenario gives the same pixels."""

    name: str
    seed: int
    duration_s: float
    camera: SceneCamera
    road: Road
    vehicles: tuple[Vehicle, ...]
    signals: tuple[SceneSignal, ...] = ()
    fps: int = 25
    limit_kmh: int | None = None

    @property
    def frame_count(self) -> int:
        """Number of frames of the clip."""
        return round(self.duration_s * self.fps)

    @property
    def setting(self) -> Setting:
        """What of the scene does not move."""
        return Setting(self.camera, self.road, self.seed, self.limit_kmh)
