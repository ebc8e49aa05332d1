"""Roads and cameras that no other scenes use, and shorthand for putting vehicles on them."""

from dataclasses import replace
from typing import Any

from models.synthesis.scenes import SceneCamera
from models.synthesis.tracks.body import Size
from models.synthesis.tracks.draw import AWAY, TOWARDS, Draw
from models.synthesis.tracks.motion import Go, Pace, Timetable
from models.synthesis.tracks.place import Place, oblong
from models.synthesis.tracks.scene import Circumstances, Looks, Vehicle
from recognition.contracts import ClockQuality, ClockSource, Direction, Lane, LineKind, MarkedLine, VehicleClass
from recognition.violations.case import PositionFix, Seen

CAR, TRUCK, BUS, MOTORCYCLE = VehicleClass.CAR, VehicleClass.TRUCK, VehicleClass.BUS, VehicleClass.MOTORCYCLE
RECEDING, APPROACHING = Direction.RECEDING, Direction.APPROACHING
MAST = SceneCamera(height_m=8.0, pitch_deg=15.5, focal_px=1450.0)
GANTRY = SceneCamera(height_m=6.5, pitch_deg=13.0, focal_px=1750.0)
ROOF = SceneCamera(height_m=10.0, pitch_deg=26.0, focal_px=1000.0)
SURVEYED_M = (17.0, 56.0)
WIDTHS_M = (3.0, 3.25, 3.75)
_BEGINS_M, _ENDS_M = 9.0, 85.0
SHIFTED = Circumstances(view_shift_px=30.0)
"""The camera was knocked: what the picture shows does not lie where the site says."""
EXPIRED = Circumstances(is_certified=False)
ELSEWHERE = Circumstances(position=PositionFix(latitude=55.83, longitude=37.42, sigma_m=4.0))
CLOCK_LOST = Circumstances(clock=ClockQuality(source=ClockSource.HOST, bound_ms=None))


def strip(name: str, left_m: float, right_m: float, direction: Direction) -> Lane:
    """Return a straight lane between two X."""
    return Lane(lane_id=name, direction=direction, polygon_m=oblong(left_m, right_m, _BEGINS_M, _ENDS_M))


def pair(width_m: float, direction: Direction) -> tuple[Lane, Lane]:
    """Return two lanes one way, on both sides of X = 0."""
    return strip("left", -width_m, 0.0, direction), strip("right", 0.0, width_m, direction)


def opposed(width_m: float) -> tuple[Lane, Lane]:
    """Return the coming lane to the left of X = 0 and the leaving lane to its right."""
    return strip("coming", -width_m, 0.0, APPROACHING), strip("leaving", 0.0, width_m, RECEDING)


def stripe(name: str, kind: LineKind, x_m: float, from_m: float = 12.0, to_m: float = 80.0) -> MarkedLine:
    """Return a straight line along the road."""
    return MarkedLine(line_id=name, kind=kind, points_m=((x_m, from_m), (x_m, to_m)))


def lane_of(place: Place, name: str) -> Lane:
    """Return a place's lane by its name."""
    return next(one for one in place.lanes if one.lane_id == name)


def edges_m(place: Place, name: str) -> tuple[float, float]:
    """Return a lane's left and right edge as the camera sees it, X in m."""
    across = [x for x, _ in lane_of(place, name).polygon_m]
    return min(across), max(across)


def centre_m(place: Place, name: str) -> float:
    """Return the X of a lane's middle."""
    return sum(edges_m(place, name)) / 2


def heading_deg(place: Place, name: str) -> float:
    """Return where traffic of a lane heads."""
    return AWAY if lane_of(place, name).direction is RECEDING else TOWARDS


def seconds(draw: Draw, kmh: float, way_m: float = 80.0) -> float:
    """Return how long a vehicle is followed over a way, s."""
    return way_m / (kmh / 3.6) + draw.between(0.2, 0.8)


def in_lane(
    draw: Draw, place: Place, name: str, pace: Pace | float, *, vehicle_id: str = "a", aside_m: float = 0.0, **more: Any
) -> Vehicle:
    """Return a vehicle that comes along its lane, or ``against`` it, from the near or far end of the view."""
    begins_m = more.pop("begins_m", None)
    heading = (heading_deg(place, name) + (180.0 if more.pop("against", False) else 0.0)) % 360.0
    if begins_m is None:
        begins_m = draw.between(8.0, 12.0) if heading == AWAY else draw.between(68.0, 76.0)
    x_m = centre_m(place, name) + (aside_m or draw.near(0.0, 0.08))
    return draw.vehicle(vehicle_id, (x_m, begins_m), heading, pace, **more)


def reach_s(pace: Pace | float, way_m: float) -> float:
    """Return when the front has gone so far."""
    return Timetable.of(pace if isinstance(pace, tuple) else (Go(pace),)).moment_s(way_m)


def on_call(draw: Draw, kind: VehicleClass = CAR) -> dict[str, Any]:
    """Return looks and papers of an emergency vehicle at work: its blue light is on."""
    return {
        "looks": replace(draw.looks(), beacon=Seen.YES, count=9, confidence=0.96),
        "papers": draw.papers(kind, is_emergency=True),
        "size": draw.size(kind),
    }


def plain_looks(draw: Draw, **said: Any) -> Looks:
    """Return looks of a well-seen driver, but for what is said."""
    given: dict[str, Any] = {"count": int(draw.rng.integers(6, 10)), "confidence": draw.between(0.88, 0.97)}
    return Looks(**(given | said))


def across_m(draw: Draw, place: Place, name: str, size: Size, gap_m: float, *, left: bool) -> float:
    """Return how far aside of a lane's middle a vehicle keeps whose flank is ``gap_m`` inside its left or right edge.

    Left and right are the camera's.
    """
    low_m, high_m = edges_m(place, name)
    rest_m = (high_m - low_m - size.width_m) / 2 - gap_m
    return (-rest_m if left else rest_m) + draw.near(0.0, 0.01)
