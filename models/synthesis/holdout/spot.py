"""Speed over a short stretch: drivers too fast, and what only looks so."""

from typing import Any

from models.synthesis.holdout.ground import (
    APPROACHING,
    ELSEWHERE,
    EXPIRED,
    MOTORCYCLE,
    RECEDING,
    SHIFTED,
    TRUCK,
    in_lane,
    on_call,
    pair,
    seconds,
)
from models.synthesis.scenes import SceneCamera
from models.synthesis.tracks.body import Shadow
from models.synthesis.tracks.draw import Draw, Group, named
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import (
    Carried,
    DroppedFrames,
    IdSwitch,
    Scene,
    TimeJump,
    Vehicle,
)
from recognition.contracts import SpeedZone

FREE_KMH = 20.0
"""So much over the limit is not fined."""
_POINT = frozenset({"point_speed"})
_MAST = SceneCamera(height_m=11.0, pitch_deg=21.0, focal_px=3000.0)
_SPOTS = tuple(
    Place(
        f"holdout-speed-{way.value}-{limit}",
        _MAST,
        (21.5, 42.5),
        survey_x_m=(-3.25, 0.0, 3.25),
        lanes=pair(width, way),
        speed=SpeedZone(limit_kmh=limit, from_m=22.0, to_m=42.0),
    )
    for way, limit, width in (
        (RECEDING, 60, 3.25),
        (APPROACHING, 60, 3.75),
        (RECEDING, 90, 3.75),
        (APPROACHING, 40, 3.0),
    )
)


def _spot(draw: Draw) -> tuple[Place, float]:
    place = draw.one_of(_SPOTS)
    assert place.speed is not None
    return place, float(place.speed.limit_kmh)


def _passing(draw: Draw, place: Place, kmh: float, **more: Any) -> Vehicle:
    name = str(more.pop("lane", None) or draw.one_of(("left", "right")))
    begins_m = draw.between(16.0, 19.0) if place.lanes[0].direction is RECEDING else draw.between(46.0, 50.0)
    return in_lane(draw, place, name, kmh, begins_m=begins_m, **more)


def _alone(draw: Draw, over_kmh: float, *, truth: frozenset[str] = frozenset(), **more: Any) -> Scene:
    place, limit = _spot(draw)
    kmh = limit + over_kmh
    given = {key: more.pop(key) for key in ("faults", "circumstances") if key in more}
    return draw.scene(place, seconds(draw, kmh, 40.0), _passing(draw, place, kmh, truth=truth, **more), **given)


def far_over(draw: Draw) -> Scene:
    """A car drives 28 to 85 km/h over the limit."""
    return _alone(draw, draw.between(28.0, 85.0), truth=_POINT)


def barely_over(draw: Draw) -> Scene:
    """A car drives 24 to 28 km/h over, just beyond what goes unfined with the device's error taken off."""
    return _alone(draw, FREE_KMH + draw.between(4.0, 8.0), truth=_POINT)


def motorcycle_over(draw: Draw) -> Scene:
    """A motorcycle drives far over the limit."""
    return _alone(draw, draw.between(30.0, 70.0), size=draw.size(MOTORCYCLE), truth=_POINT)


def lorry_over(draw: Draw) -> Scene:
    """A lorry drives far over the limit."""
    return _alone(draw, draw.between(28.0, 50.0), size=draw.size(TRUCK), papers=draw.papers(TRUCK), truth=_POINT)


def one_of_two_over(draw: Draw) -> Scene:
    """A fast car passes a slow one in the other lane; only the fast one speeds."""
    place, limit = _spot(draw)
    fast = _passing(draw, place, limit + draw.between(28.0, 60.0), lane="left", truth=_POINT)
    slow = _passing(draw, place, limit - draw.between(0.0, 10.0), lane="right", vehicle_id="b")
    return draw.scene(place, seconds(draw, limit - 10.0, 40.0), fast, slow)


def at_tolerance(draw: Draw) -> Scene:
    """A car is up to 20 km/h too fast: it breaks the traffic rules, yet no article makes it an offence."""
    return _alone(draw, FREE_KMH - draw.between(0.0, 0.8), may=_POINT)


def just_at_limit(draw: Draw) -> Scene:
    """A car drives at the limit or at most 0.8 km/h below it."""
    return _alone(draw, -draw.between(0.0, 0.8))


def at_limit(draw: Draw) -> Scene:
    """A vehicle of any kind drives at the limit or a little slower."""
    kind = draw.kind()
    return _alone(draw, -draw.between(0.0, 6.0), size=draw.size(kind), papers=draw.papers(kind))


def ambulance(draw: Draw) -> Scene:
    """An ambulance with its blue light on drives fast."""
    return _alone(draw, draw.between(30.0, 60.0), **on_call(draw))


def clock_stumbles(draw: Draw) -> Scene:
    """The stream's time leaps, back or ahead, while a car passes within the limit."""
    by_s = draw.one_of((-1.0, 1.0)) * draw.between(0.08, 0.6)
    jump = TimeJump(draw.between(0.4, 1.2), by_s, wall_too=draw.chance(0.5))
    return _alone(draw, -draw.between(0.0, 10.0), faults=(jump,))


def frames_lost(draw: Draw) -> Scene:
    """Some frames are lost while a car passes just below the limit."""
    return _alone(
        draw, -draw.between(0.0, 5.0), faults=(DroppedFrames(draw.between(0.4, 1.0), draw.between(0.1, 0.5)),)
    )


def numbers_swapped(draw: Draw) -> Scene:
    """Two cars follow each other within the limit, and the tracker swaps them: one leaps ahead."""
    place, limit = _spot(draw)
    kmh = limit - draw.between(0.0, 8.0)
    one = _passing(draw, place, kmh, lane="right")
    away = 1.0 if place.lanes[0].direction is RECEDING else -1.0
    begins_m = one.start_m[1] - away * draw.between(8.0, 13.0)
    other = in_lane(draw, place, "right", kmh, begins_m=begins_m, vehicle_id="b")
    return draw.scene(
        place, seconds(draw, kmh, 50.0), one, other, switches=(IdSwitch("a", "b", draw.between(0.7, 1.4)),)
    )


def car_on_deck(draw: Draw) -> Scene:
    """A tow truck within the limit carries a car, whose plate is nearer to the camera than if it stood on the road."""
    place, limit = _spot(draw)
    kmh = limit - draw.between(0.0, 8.0)
    truck = _passing(draw, place, kmh, lane="right", size=draw.size(TRUCK), papers=draw.papers(TRUCK))
    cargo = draw.vehicle(
        "b", (0.0, 0.0), 0.0, kmh, carried=Carried("a", draw.between(-1.6, -0.4), draw.between(0.8, 1.2))
    )
    return draw.scene(place, seconds(draw, kmh, 50.0), truck, cargo)


def long_shadow(draw: Draw) -> Scene:
    """A car just below the limit drags a long shadow along the road."""
    return _alone(draw, -draw.between(0.0, 6.0), shadow=Shadow((draw.near(0, 0.5), draw.one_of((-1.5, 1.5)))))


def device_not_verified(draw: Draw) -> Scene:
    """A car drives fast past a device whose verification ran out: nothing it measures is proof."""
    return _alone(draw, draw.between(30.0, 60.0), circumstances=EXPIRED)


def view_knocked(draw: Draw) -> Scene:
    """A car drives fast past a camera that no longer looks where it was surveyed."""
    return _alone(draw, draw.between(30.0, 60.0), circumstances=SHIFTED)


def device_elsewhere(draw: Draw) -> Scene:
    """The device stands kilometres from where its site says: the limit there is not known."""
    return _alone(draw, draw.between(30.0, 60.0), circumstances=ELSEWHERE)


GROUPS = (
    Group(
        "point_speed",
        violating=named(far_over, barely_over, motorcycle_over, lorry_over, one_of_two_over),
        innocent=named(
            at_tolerance,
            just_at_limit,
            at_limit,
            ambulance,
            clock_stumbles,
            frames_lost,
            numbers_swapped,
            car_on_deck,
            long_shadow,
            device_not_verified,
            view_knocked,
            device_elsewhere,
        ),
    ),
)
