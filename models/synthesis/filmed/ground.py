"""The road of a place as paint on asphalt, and the heads of its signals as lamps in the picture."""

from functools import lru_cache

from models.synthesis.scenes import Road, RoadLane, RoadLine, SceneSignal
from models.synthesis.scenes.scenario import RoadMark, Setting
from models.synthesis.tracks.place import Place
from models.synthesis.tracks.scene import SignalPlan
from recognition.contracts import Lamp, LampBox, SignalHead, Site, StopLine, Zone, ZoneKind
from recognition.signals import Aspect

_SEED = 3
_MARGIN_M = 1.6
_STOP_LINE_M = 0.4
_STRIPE_M, _STRIPES_APART_M = 0.4, 1.0
_HATCH_M, _HATCH_APART_M = 0.2, 2.0
_YELLOW = (0.05, 0.42, 0.60)
_RAIL = (0.34, 0.32, 0.30)
_RAIL_M, _GAUGE_M = 0.07, 1.52
_LAMP_PX = 22.0
_LIT = {
    Aspect.RED: (Lamp.RED,),
    Aspect.RED_AMBER: (Lamp.RED, Lamp.AMBER),
    Aspect.AMBER: (Lamp.AMBER,),
    Aspect.GREEN: (Lamp.GREEN,),
    Aspect.DARK: (),
    Aspect.UNKNOWN: (),
}


@lru_cache(maxsize=64)
def setting_of(place: Place) -> Setting:
    """Return the setting that an installer would have found at a place."""
    lanes = tuple(
        RoadLane(one.lane_id, min(x for x, _ in one.polygon_m), max(x for x, _ in one.polygon_m), one.direction)
        for one in place.lanes
    )
    lines = tuple(
        RoadLine(one.line_id, one.kind, one.points_m[0][0], one.points_m[0][1], one.points_m[-1][1])
        for one in place.lines
    )
    marks = [_stop_line(one) for one in place.stop_lines]
    for zone in place.zones:
        marks += _PAINTED.get(zone.kind, _nothing)(zone)
    x_m = [x for lane in place.lanes for x, _ in lane.polygon_m]
    x_m += [x for zone in place.zones for x, _ in zone.polygon_m]
    road = Road(lanes, lines, min(x_m, default=-9.0) - _MARGIN_M, max(x_m, default=9.0) + _MARGIN_M, tuple(marks))
    limit_kmh = place.speed.limit_kmh if place.speed is not None else None
    return Setting(place.camera, road, _SEED, limit_kmh)


def signals_of(place: Place, plans: tuple[SignalPlan, ...]) -> tuple[SceneSignal, ...]:
    """Return the heads in the picture: at its right edge, one beside the other, each by its plan."""
    return tuple(
        SceneSignal(plan.head_id, (place.camera.width_px - 70.0 - 60.0 * number, 60.0), _LAMP_PX, _steps(plan))
        for number, plan in enumerate(plans)
    )


def with_lamps(site: Site, signals: tuple[SceneSignal, ...]) -> Site:
    """Return the site with the lamps of its heads surveyed where they are drawn."""
    boxes = {one.head_id: tuple(LampBox(lamp=lamp, box_px=one.box_px(lamp)) for lamp in Lamp) for one in signals}
    heads = tuple(
        SignalHead(head_id=head.head_id, lamps=boxes[head.head_id]) if head.head_id in boxes else head
        for head in site.signals
    )
    return site.model_copy(update={"signals": heads})


def _steps(plan: SignalPlan) -> tuple[tuple[float, tuple[Lamp, ...]], ...]:
    moment_s, steps = 0.0, []
    for aspect, lasts_s in plan.aspects:
        steps.append((moment_s, _LIT[aspect]))
        moment_s += lasts_s
    return (*steps, (moment_s, ()))


def _stop_line(line: StopLine) -> RoadMark:
    (left, y), (right, _) = line.points_m[0], line.points_m[-1]
    return RoadMark(((left, y), (right, y), (right, y + _STOP_LINE_M), (left, y + _STOP_LINE_M)))


def _bounds(zone: Zone) -> tuple[float, float, float, float]:
    x_m, y_m = [x for x, _ in zone.polygon_m], [y for _, y in zone.polygon_m]
    return min(x_m), max(x_m), min(y_m), max(y_m)


def _strip(x_m: float, near_m: float, far_m: float, width_m: float) -> RoadMark:
    half = width_m / 2
    corners = ((x_m - half, near_m), (x_m + half, near_m), (x_m + half, far_m), (x_m - half, far_m))
    return RoadMark(corners)


def _nothing(_: Zone) -> list[RoadMark]:
    return []


def _stripes(zone: Zone) -> list[RoadMark]:
    """The stripes of a crossing, along the traffic."""
    left, right, near, far = _bounds(zone)
    count = int((right - left) / _STRIPES_APART_M)
    return [_strip(left + (n + 0.5) * _STRIPES_APART_M, near, far, _STRIPE_M) for n in range(count)]


def _hatch(zone: Zone) -> list[RoadMark]:
    """The yellow diagonals of a box junction."""
    left, right, near, far = _bounds(zone)
    wide, marks = right - left, []
    for n in range(int((wide + far - near) / _HATCH_APART_M)):
        low, lower = (n + 0.5) * _HATCH_APART_M, (n + 0.5) * _HATCH_APART_M + _HATCH_M
        corners = [_on_diagonal(run, left, near, (wide, far - near)) for run in (low, lower)]
        (a, b), (c, d) = corners
        marks.append(RoadMark((a, b, d, c), _YELLOW))
    return marks


def _on_diagonal(
    run_m: float, left: float, near: float, size_m: tuple[float, float]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where x + y = ``run_m`` (from the near left corner) enters and leaves the box."""
    wide, deep = size_m
    enters = (min(run_m, wide), max(0.0, run_m - wide))
    leaves = (max(0.0, run_m - deep), min(run_m, deep))
    return (left + enters[0], near + enters[1]), (left + leaves[0], near + leaves[1])


def _rails(zone: Zone) -> list[RoadMark]:
    left, right, near, far = _bounds(zone)
    middle = (left + right) / 2
    rails = [_strip(middle + side * _GAUGE_M / 2, near, far, _RAIL_M) for side in (-1, 1)]
    return [RoadMark(rail.corners_m, _RAIL) for rail in rails]


_PAINTED = {
    ZoneKind.PEDESTRIAN_CROSSING: _stripes,
    ZoneKind.BOX_JUNCTION: _hatch,
    ZoneKind.TRAM_TRACKS: _rails,
}
