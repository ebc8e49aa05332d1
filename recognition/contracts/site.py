"""The surveyed site: versioned geometry, limits and certificates, written by an installer, signed desired state later.

Every number carries its unit in its name; a key with another unit is an unknown key and is refused.
Road coordinates are metres on the road plane: X to the right, Y away from the camera along the road.
"""

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from recognition.contracts.base import BoxPx, Contract, Identifier, PointM, PointPx, RuleMode, UtcTime

SHORTEST_ZONE_M = 5


class LineKind(StrEnum):
    """Road marking kinds a rule can know."""

    SOLID = "solid"
    DASHED = "dashed"
    EDGE = "edge"
    STOP = "stop"


class Direction(StrEnum):
    """Which way traffic of a lane moves, seen from the camera."""

    APPROACHING = "approaching"
    RECEDING = "receding"


class ZoneKind(StrEnum):
    """What a zone of the road is for; each rule asks for its own kind."""

    SHOULDER = "shoulder"
    BUS_LANE = "bus_lane"
    TRAM_TRACKS = "tram_tracks"
    NO_STOPPING = "no_stopping"
    NO_PARKING = "no_parking"
    BOX_JUNCTION = "box_junction"
    PEDESTRIAN_CROSSING = "pedestrian_crossing"
    NO_LORRIES = "no_lorries"
    LOW_EMISSION = "low_emission"
    MANOEUVRE = "manoeuvre"


class Lamp(StrEnum):
    """Colour of one lamp of a signal head."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


class Place(Contract):
    """Where the camera stands, for people and maps (WGS 84)."""

    address: str = Field(min_length=3, max_length=200)
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Camera(Contract):
    """The picture the survey was made on."""

    camera_id: Identifier
    width_px: int = Field(ge=64, le=16384)
    height_px: int = Field(ge=64, le=16384)


class SurveyPoint(Contract):
    """One point known both in the picture and on the road."""

    name: str
    pixel_px: PointPx
    road_m: PointM


class Lens(Contract):
    """Distortion of the lens (Brown and Conrady; the model of OpenCV's ``calibrateCamera``)."""

    focal_px: tuple[float, float]
    centre_px: PointPx
    radial: tuple[float, float, float] = (0.0, 0.0, 0.0)
    tangential: tuple[float, float] = (0.0, 0.0)
    sigma_px: float = Field(default=0.3, gt=0, le=5, description="residual of the lens calibration, px")


class Survey(Contract):
    """How the picture was tied to the road (at least four points, no three of the first four on a line)."""

    surveyed_at: UtcTime
    surveyor: str
    method: str
    sigma_px: float = Field(gt=0, le=20, description="standard uncertainty of a clicked point, px")
    sigma_m: float = Field(gt=0, le=2, description="standard uncertainty of a surveyed road point, m")
    scale_relative: float = Field(
        default=0.0,
        ge=0,
        le=0.2,
        description="relative standard uncertainty common to all lengths (the tape, the marking standard)",
    )
    points: tuple[SurveyPoint, ...] = Field(min_length=4)


class Lane(Contract):
    """A lane as a polygon on the road plane, m."""

    lane_id: Identifier
    direction: Direction
    polygon_m: tuple[PointM, ...] = Field(min_length=3)


class MarkedLine(Contract):
    """A painted line as a polyline on the road plane, m."""

    line_id: Identifier
    kind: LineKind
    points_m: tuple[PointM, ...] = Field(min_length=2)


class Zone(Contract):
    """An area of the road with a rule of its own, as a polygon on the road plane, m."""

    zone_id: Identifier
    kind: ZoneKind
    polygon_m: tuple[PointM, ...] = Field(min_length=3)
    stay_s: float | None = Field(default=None, gt=0, description="longest stay allowed; default the rule's")


class StopLine(Contract):
    """Where traffic of some lanes must wait, as a polyline on the road plane, m."""

    line_id: Identifier
    points_m: tuple[PointM, ...] = Field(min_length=2)
    lanes: tuple[Identifier, ...] = Field(min_length=1, description="lanes whose traffic it holds")
    head_id: Identifier = Field(description="the signal head that is meant for them")


class LampBox(Contract):
    """Where one lamp shines in the picture."""

    lamp: Lamp
    box_px: BoxPx


class SignalHead(Contract):
    """A signal head: seen by this camera (``lamps``), told by the controller (``feed``), or both."""

    head_id: Identifier
    lamps: tuple[LampBox, ...] = ()
    feed: Identifier | None = Field(default=None, description="name of the controller's signal group")
    grace_ms: int = Field(default=500, ge=0, le=5000, description="after red began, nobody is accused for so long")

    @model_validator(mode="after")
    def _is_observable(self) -> Self:
        lamps = [box.lamp for box in self.lamps]
        if len(set(lamps)) != len(lamps):
            msg = f"signal head {self.head_id!r} has two lamps of one colour; give an arrow a head of its own"
            raise ValueError(msg)
        if Lamp.RED not in lamps and self.feed is None:
            msg = f"signal head {self.head_id!r} needs the box of its red lamp or the name of its feed"
            raise ValueError(msg)
        return self


class BannedMove(Contract):
    """A turn nobody may make here: from one manoeuvre zone into another."""

    move_id: Identifier
    kind: Literal["turn", "u_turn"]
    from_zone: Identifier
    to_zone: Identifier


class Section(Contract):
    """A stretch between two cameras over which mean speed is measured; the same at both ends' sites."""

    section_id: Identifier
    from_site: Identifier
    to_site: Identifier
    length_m: float = Field(gt=100, le=100_000, description="shortest way a vehicle can take between both lines")
    length_sigma_m: float = Field(gt=0, description="standard uncertainty of that way, m")
    limit_kmh: int = Field(ge=5, le=200)


class SpeedZone(Contract):
    """Where along the road (Y, m) speed is measured, and the limit there."""

    limit_kmh: int = Field(ge=5, le=200)
    from_m: float
    to_m: float

    @model_validator(mode="after")
    def _zone_has_length(self) -> Self:
        if self.to_m - self.from_m < SHORTEST_ZONE_M:
            msg = f"the speed zone from_m={self.from_m} to_m={self.to_m} must be at least {SHORTEST_ZONE_M} m long"
            raise ValueError(msg)
        return self


class Certificate(Contract):
    """The legal standing of the device as a measuring instrument (type approval and verification)."""

    device_model: str
    type_approval: str
    verification: str
    verified_at: UtcTime
    valid_until: UtcTime


class RuleSetting(Contract):
    """What a rule may lead to here."""

    mode: RuleMode


class Site(Contract):
    """One version of one surveyed site."""

    schema_id: Literal["rubezh.site/1"] = Field(alias="schema")
    site_id: Identifier
    version: int = Field(ge=1)
    valid_from: UtcTime
    region: Identifier
    jurisdiction: Identifier
    timezone: str
    place: Place
    camera: Camera
    lens: Lens | None = None
    survey: Survey | None = None
    lanes: tuple[Lane, ...] = ()
    lines: tuple[MarkedLine, ...] = ()
    zones: tuple[Zone, ...] = ()
    stop_lines: tuple[StopLine, ...] = ()
    signals: tuple[SignalHead, ...] = ()
    banned_moves: tuple[BannedMove, ...] = ()
    is_one_way: bool = False
    speed: SpeedZone | None = None
    section: Section | None = None
    certificate: Certificate | None = None
    rules: dict[Identifier, RuleSetting] = Field(default_factory=dict)

    model_config = Contract.model_config | {"populate_by_name": True}

    @model_validator(mode="after")
    def _geometry_needs_survey(self) -> Self:
        if self.survey is None and (self.lanes or self.lines or self.speed or self.zones or self.stop_lines):
            msg = "lanes, lines, zones, stop lines and speed are road geometry: they need a [survey]"
            raise ValueError(msg)
        return self
