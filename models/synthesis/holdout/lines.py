"""Solid lines between lanes: who crosses one, and who only comes near."""

from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    BUS,
    GANTRY,
    MAST,
    MOTORCYCLE,
    RECEDING,
    SHIFTED,
    SURVEYED_M,
    TRUCK,
    across_m,
    edges_m,
    in_lane,
    on_call,
    pair,
    seconds,
    stripe,
)
from models.synthesis.tracks.body import Shadow
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.motion import Shift
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import DroppedFrames, IdSwitch, Scene, TimeJump
from recognition.contracts import LineKind

_LINE = frozenset({"solid_line"})
_WHOLE = tuple(
    Place(f"holdout-solid-{i}", camera, SURVEYED_M, lanes=pair(width_m, way), lines=(stripe("l", LineKind.SOLID, 0.0),))
    for i, (width_m, way, camera) in enumerate(
        ((3.0, RECEDING, GANTRY), (3.5, APPROACHING, MAST), (3.75, APPROACHING, GANTRY))
    )
)
_ENDING = tuple(
    Place(
        f"holdout-solid-ends-{way.value}",
        GANTRY,
        SURVEYED_M,
        lanes=pair(3.5, way),
        lines=(stripe("l", LineKind.SOLID, 0.0, *solid), stripe("d", LineKind.DASHED, 0.0, *dashed)),
    )
    for way, solid, dashed in ((RECEDING, (12.0, 28.0), (28.0, 85.0)), (APPROACHING, (12.0, 26.0), (26.0, 85.0)))
)


def _changes(draw: Draw, places: tuple[Place, ...], kmh: float, over_m: tuple[float, float], **more: Any) -> Scene:
    """Tell of a vehicle that moves over by a whole lane about the middle of the view."""
    place, name = draw.one_of(places), draw.one_of(("left", "right"))
    low_m, high_m = edges_m(place, name)
    is_to_right = (name == "left") == (place.lanes[0].direction is RECEDING)
    wide_m = (high_m - low_m) * (1.0 if is_to_right else -1.0)
    shift = Shift(wide_m, draw.between(14.0, 24.0), draw.between(*over_m))
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, name, kmh, shifts=(shift,), **more))


def changes_lane(draw: Draw) -> Scene:
    """A car changes lanes over the solid line."""
    return _changes(draw, _WHOLE, draw.between(30.0, 80.0), (15.0, 30.0), truth=_LINE)


def changes_abruptly(draw: Draw) -> Scene:
    """A car cuts over the solid line within 9 to 13 m, slowly."""
    return _changes(draw, _WHOLE, draw.between(20.0, 35.0), (9.0, 13.0), truth=_LINE)


def rider_changes(draw: Draw) -> Scene:
    """A motorcycle changes lanes over the solid line."""
    return _changes(draw, _WHOLE, draw.between(30.0, 60.0), (14.0, 28.0), size=draw.size(MOTORCYCLE), truth=_LINE)


def lorry_changes(draw: Draw) -> Scene:
    """A lorry changes lanes over the solid line."""
    more = {"size": draw.size(TRUCK), "papers": draw.papers(TRUCK)}
    return _changes(draw, _WHOLE, draw.between(30.0, 55.0), (20.0, 30.0), truth=_LINE, **more)


def there_and_back(draw: Draw) -> Scene:
    """A car crosses the solid line, passes somebody slow, and crosses it again."""
    place, kmh = draw.one_of(_WHOLE), draw.between(40.0, 60.0)
    shifts = (Shift(-3.3, 4.0, 14.0), Shift(3.3, 40.0, 14.0))
    name = "right" if place.lanes[0].direction is RECEDING else "left"
    return draw.scene(place, seconds(draw, kmh), in_lane(draw, place, name, kmh, shifts=shifts, truth=_LINE))


def _beside_line(draw: Draw, kind: Any, gap_m: float, **more: Any) -> Scene:
    place, name, size = draw.one_of(_WHOLE), draw.one_of(("left", "right")), draw.size(kind)
    kmh = draw.between(30.0, 75.0)
    aside_m = across_m(draw, place, name, size, gap_m, left=name == "right")
    one = in_lane(draw, place, name, kmh, aside_m=aside_m, size=size, papers=draw.papers(kind), **more)
    return draw.scene(place, seconds(draw, kmh, 90.0), one)


def beside_line(draw: Draw) -> Scene:
    """A vehicle drives with its flank 0.05 to 0.3 m from the line; mirrors may hang over."""
    return _beside_line(draw, draw.kind(), draw.between(0.05, 0.3))


def bus_beside_line(draw: Draw) -> Scene:
    """A bus drives with its flank 0.02 to 0.15 m from the line."""
    return _beside_line(draw, BUS, draw.between(0.02, 0.15))


def shadow_over_line(draw: Draw) -> Scene:
    """A vehicle's shadow lies over the line all the time."""
    aside = draw.one_of((-1.0, 1.0)) * draw.between(1.0, 2.2)
    return _beside_line(draw, draw.kind(), draw.between(0.3, 0.8), shadow=Shadow((aside, draw.near(0.0, 0.5))))


def swerves_to_line(draw: Draw) -> Scene:
    """A car swerves for a pothole towards the line, never over it, and back."""
    place, kmh, size = draw.one_of(_WHOLE), draw.between(35.0, 60.0), draw.size()
    is_away = place.lanes[0].direction is RECEDING
    low_m, high_m = edges_m(place, "right")
    room_m = (high_m - low_m - size.width_m) / 2 - draw.between(0.1, 0.25)
    shifts = (Shift(-room_m, 12.0, 12.0), Shift(room_m, 28.0, 12.0))
    return draw.scene(
        place, seconds(draw, kmh), in_lane(draw, place, "right" if is_away else "left", kmh, size=size, shifts=shifts)
    )


def after_line_ends(draw: Draw) -> Scene:
    """A car changes lanes where the line is dashed, before the solid one begins or after it ended."""
    place, kmh = draw.one_of(_ENDING), draw.between(35.0, 65.0)
    is_away = place.lanes[0].direction is RECEDING
    name = "right" if is_away else "left"
    # Away: from 31 m on.  Towards: done when the whole car is beyond 28 m.
    begins_m = 10.0 if is_away else 72.0
    at_m = draw.between(22.0, 30.0) if is_away else draw.between(8.0, 16.0)
    over_m = draw.between(15.0, 25.0) if is_away else draw.between(14.0, 22.0)
    car = in_lane(draw, place, name, kmh, begins_m=begins_m, shifts=(Shift(-3.5, at_m, over_m),))
    return draw.scene(place, seconds(draw, kmh), car)


def swapped_side_by_side(draw: Draw) -> Scene:
    """Two cars drive side by side, the line between them, and the tracker swaps them."""
    place, kmh = draw.one_of(_WHOLE), draw.between(35.0, 65.0)
    one = in_lane(draw, place, "left", kmh)
    other = in_lane(draw, place, "right", kmh, begins_m=one.start_m[1] + draw.near(0.0, 2.0), vehicle_id="b")
    times = [draw.between(1.5, 2.6)] + ([draw.between(2.7, 3.4)] if draw.chance(0.4) else [])
    return draw.scene(place, seconds(draw, kmh), one, other, switches=tuple(IdSwitch("a", "b", at_s) for at_s in times))


def blue_light_over(draw: Draw) -> Scene:
    """An ambulance with its blue light on changes lanes over the line."""
    return _changes(draw, _WHOLE, draw.between(40.0, 70.0), (15.0, 30.0), **on_call(draw))


def view_knocked(draw: Draw) -> Scene:
    """A car crosses a line before a camera that was knocked."""
    scene = _changes(draw, _WHOLE, draw.between(40.0, 70.0), (15.0, 30.0))
    return draw.scene(scene.place, scene.duration_s, *scene.vehicles, circumstances=SHIFTED)


def half_hidden(draw: Draw) -> Scene:
    """A car follows a bus in its own lane, close behind it or before it, and is half hidden; frames are lost."""
    place, kmh, name = draw.one_of(_WHOLE), draw.between(30.0, 50.0), draw.one_of(("left", "right"))
    bus = in_lane(draw, place, name, kmh, size=draw.size(BUS), papers=draw.papers(BUS), vehicle_id="b")
    sign = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    car = in_lane(draw, place, name, kmh, begins_m=bus.start_m[1] + sign * draw.between(6.0, 8.0))
    return draw.scene(place, seconds(draw, kmh, 95.0), car, bus, faults=(DroppedFrames(1.0, 0.4),))


def clock_leaps(draw: Draw) -> Scene:
    """The stream's time leaps while a car drives straight on beside the line."""
    scene = _beside_line(draw, draw.kind(), draw.between(0.2, 0.5))
    return draw.scene(scene.place, scene.duration_s, *scene.vehicles, faults=(TimeJump(2.0, draw.between(-3.0, 3.0)),))


GROUPS = (
    Group(
        "solid_line",
        violating=named(changes_lane, changes_abruptly, rider_changes, lorry_changes, there_and_back),
        innocent=named(
            beside_line,
            bus_beside_line,
            shadow_over_line,
            swerves_to_line,
            after_line_ends,
            swapped_side_by_side,
            blue_light_over,
            view_knocked,
            half_hidden,
            clock_leaps,
        ),
    ),
)
