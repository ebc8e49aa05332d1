"""Junctions with a head of its own for each lane, and vehicles that come to their lines at told moments."""

from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    GANTRY,
    MAST,
    RECEDING,
    SURVEYED_M,
    in_lane,
    pair,
    reach_s,
)
from models.synthesis.tracks.draw import Draw
from models.synthesis.tracks.motion import Go, Pace, Stand, StopWithin
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import Scene, SignalPlan, Vehicle
from recognition.contracts import SignalHead, StopLine
from recognition.signals import Aspect

RED, RED_AMBER, AMBER, GREEN, DARK = Aspect.RED, Aspect.RED_AMBER, Aspect.AMBER, Aspect.GREEN, Aspect.DARK
RAN, STOPPED = frozenset({"red_light"}), frozenset({"stop_line"})
GRACE_S = 0.5


def _junction(name: str, camera: Any, way: Any, width_m: float, y_m: float) -> Place:
    """Return a junction whose left lane has a head of its own, an arrow."""
    stops = (("line-left", -width_m, 0.0, "left", "arrow"), ("line-right", 0.0, width_m, "right", "round"))
    return Place(
        name,
        camera,
        SURVEYED_M,
        lanes=pair(width_m, way),
        stop_lines=tuple(
            StopLine(line_id=line, points_m=((x0, y_m), (x1, y_m)), lanes=(lane,), head_id=head)
            for line, x0, x1, lane, head in stops
        ),
        signals=(SignalHead(head_id="round", feed="g1"), SignalHead(head_id="arrow", feed="g2")),
    )


LEAVING = (
    _junction("holdout-lights-a", MAST, RECEDING, 3.25, 25.0),
    _junction("holdout-lights-b", GANTRY, RECEDING, 3.75, 29.0),
)
COMING = (
    _junction("holdout-lights-c", MAST, APPROACHING, 3.75, 31.0),
    _junction("holdout-lights-d", GANTRY, APPROACHING, 3.0, 34.0),
)
JUNCTIONS = LEAVING + COMING


def line_y_m(place: Place) -> float:
    """Return the Y of a place's stop lines."""
    return place.stop_lines[0].points_m[0][1]


def way_m(place: Place, begins_m: float) -> float:
    """Return how far it is from a Y to the stop lines."""
    return abs(line_y_m(place) - begins_m)


def begins_at_m(draw: Draw, place: Place) -> float:
    """Draw the Y at which a vehicle begins, well before the line."""
    return draw.between(3.0, 7.0) if place.lanes[0].direction is RECEDING else draw.between(66.0, 74.0)


def both(*aspects: tuple[Aspect, float]) -> tuple[SignalPlan, ...]:
    """Return the plans of two heads that show the same."""
    return SignalPlan("round", aspects), SignalPlan("arrow", aspects)


def red_from(moment_s: float, amber_s: float = 3.0) -> tuple[SignalPlan, ...]:
    """Return both heads red from a moment on, after green (where there is time for it) and amber."""
    green_s = moment_s - amber_s
    if green_s > 0.2:
        return both((GREEN, green_s), (AMBER, amber_s), (RED, 90.0))
    return both((AMBER, max(moment_s, 0.01)), (RED, 90.0))


def drives(draw: Draw, places: tuple[Place, ...], pace: Pace, after_red_s: float, **more: Any) -> Scene:
    """Tell of one vehicle whose front comes to the line so long after red began (negative: before)."""
    place = draw.one_of(places)
    begins_m = begins_at_m(draw, place)
    over_s = reach_s(pace, way_m(place, begins_m))
    lasts_s = over_s + more.pop("rest_s", 3.5)
    others = more.pop("others", ())
    car = in_lane(draw, place, draw.one_of(("left", "right")), pace, begins_m=begins_m, **more)
    return draw.scene(place, lasts_s, car, *others, signals=red_from(over_s - after_red_s))


def waits(draw: Draw, place: Place, short_m: float, *legs: Any, **more: Any) -> Vehicle:
    """Return a vehicle that stops with its front so far before the line (negative: beyond it)."""
    begins_m = begins_at_m(draw, place)
    stop_m = way_m(place, begins_m) - short_m
    kmh = draw.between(28.0, 45.0)
    pace = (Go(kmh, for_m=1.0), StopWithin(stop_m - 1.0), *(legs or (Stand(),)))
    return in_lane(
        draw, place, more.pop("lane", None) or draw.one_of(("left", "right")), pace, begins_m=begins_m, **more
    )
