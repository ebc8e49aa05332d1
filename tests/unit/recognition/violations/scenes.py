"""Scenes of the rules about lights, people, drivers, papers and sections: one that violates each rule, and its parts.

A junction lies 30 m before the camera.  Time is stream time; ways are given as knots (s, m) joined by straight lines.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from recognition.contracts import ClockQuality, ClockSource, Measurement, Site, VehicleClass
from recognition.geometry import RoadPlane, TrackSample
from recognition.signals import Aspect, Phase, SignalTimeline
from recognition.violations import RuleInput
from recognition.violations.case import AppearanceRead, Feature, RegisterFacts, SectionEntry, Seen

NOON = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
LINE_M = 30.0
FPS = 25.0
RULES = (
    "point_speed",
    "solid_line",
    "red_light",
    "stop_line",
    "pedestrian",
    "seat_belt",
    "phone",
    "lights_off",
    "insurance",
    "inspection",
    "section_speed",
)
Knots = Sequence[tuple[float, float]]
Build = Callable[..., RuleInput]


def travel(
    road: Any,
    along: Knots,
    *,
    x_m: float | Knots = 2.0,
    width_m: float = 1.8,
    tall_m: float = 1.45,
    bumper_m: float = 0.25,
    plate_m: float | None = None,
    seed: int | None = 5,
) -> tuple[TrackSample, ...]:
    """A vehicle whose end towards the camera goes along the knots (s, m); with its plate where a height is given."""
    at_s = _times(along)
    away = np.interp(at_s, *np.transpose(along))
    aside = np.full(len(at_s), x_m) if isinstance(x_m, float) else np.interp(at_s, *np.transpose(x_m))
    seen, level = road.camera.project, np.ones(len(at_s))
    left = seen(np.column_stack([aside - width_m / 2, away, bumper_m * level]))
    right = seen(np.column_stack([aside + width_m / 2, away, bumper_m * level]))
    tyre = seen(np.column_stack([aside, away + 0.75, 0 * level]))
    top = seen(np.column_stack([aside, away, tall_m * level]))
    boxes = np.column_stack([left[:, 0], top[:, 1], right[:, 0], np.maximum(left[:, 1], tyre[:, 1])])
    samples = _samples(at_s, boxes, seed)
    if plate_m is None:
        return samples
    around = ((-0.26, 0.056), (0.26, 0.056), (0.26, -0.056), (-0.26, -0.056))
    corners = [seen(np.column_stack([aside + a, away, (plate_m + b) * level])).tolist() for a, b in around]
    plates = [tuple(tuple(corner[i]) for corner in corners) for i in range(len(samples))]
    return tuple(replace(s, plate_corners_px=plate) for s, plate in zip(samples, plates, strict=True))  # type: ignore[arg-type]


def shaded(road: Any, samples: tuple[TrackSample, ...], reach_m: float) -> tuple[TrackSample, ...]:
    """The same vehicle with its box drawn down over a shadow that reaches so far towards the camera."""
    plane = RoadPlane.from_site(junction(road))
    lower = [plane.to_pixels(plane.to_road(np.array([[s.box_px[0], s.box_px[3]]])) - [0.0, reach_m]) for s in samples]
    boxes = [(*s.box_px[:3], float(low[0, 1])) for s, low in zip(samples, lower, strict=True)]
    return tuple(replace(s, box_px=box) for s, box in zip(samples, boxes, strict=True))


def walk(road: Any, aside: Knots, *, y_m: float = LINE_M, seed: int | None = 6) -> tuple[TrackSample, ...]:
    """A person who walks across the road along the knots (s, m), ``y_m`` away."""
    at_s = _times(aside)
    x, level = np.interp(at_s, *np.transpose(aside)), np.ones(len(at_s))
    feet = road.camera.project(np.column_stack([x, y_m * level, 0 * level]))
    head = road.camera.project(np.column_stack([x, y_m * level, 1.75 * level]))
    half = (feet[:, 1] - head[:, 1]) / 6
    return _samples(at_s, np.column_stack([feet[:, 0] - half, head[:, 1], feet[:, 0] + half, feet[:, 1]]), seed)


def shows(head_id: str, *changes: tuple[Aspect, float], bound_s: float = 0.04, until_s: float = 60.0) -> SignalTimeline:
    """A head that shows each aspect from a moment on; every change but the first is known to ``bound_s`` after it."""
    edges = [(s, s + bound_s if i else s) for i, (_, s) in enumerate(changes)] + [(until_s, until_s)]
    phases = [Phase(a, *one, *other) for (a, _), one, other in zip(changes, edges, edges[1:], strict=False)]
    return SignalTimeline(head_id, tuple(phases))


def red_from(at_s: float, *, head_id: str = "main", green_s: float | None = None) -> SignalTimeline:
    """Green, three seconds of amber, and red from a moment on, to the next green where one is given."""
    after = [(Aspect.GREEN, green_s)] if green_s is not None else []
    return shows(head_id, (Aspect.GREEN, -30.0), (Aspect.AMBER, at_s - 3), (Aspect.RED, at_s), *after)


def junction(road: Any, *, direction: str = "approaching", **changes: Any) -> Site:
    """Two lanes; the right one is held by the head ``main``, the left one by the arrow's."""
    lanes = [
        {"lane_id": "left", "direction": direction, "polygon_m": [(-4, 0), (0, 0), (0, 80), (-4, 80)]},
        {"lane_id": "right", "direction": direction, "polygon_m": [(0, 0), (4, 0), (4, 80), (0, 80)]},
    ]
    lines = [
        {"line_id": "right-line", "points_m": [(0, LINE_M), (4, LINE_M)], "lanes": ["right"], "head_id": "main"},
        {"line_id": "left-line", "points_m": [(-4, LINE_M), (0, LINE_M)], "lanes": ["left"], "head_id": "arrow"},
    ]
    given = {
        "lanes": lanes,
        "stop_lines": lines,
        "signals": [{"head_id": name, "feed": name} for name in ("main", "arrow")],
        "speed": None,
        "lines": [],
        "rules": {name: {"mode": "fine"} for name in RULES},
    }
    return Site.model_validate(road.content(**(given | changes)))


def crosswalk(road: Any, **changes: Any) -> Site:
    """The same road with a crossing 28 to 32 m away instead of lights."""
    zone = {"zone_id": "zebra", "kind": "pedestrian_crossing", "polygon_m": [(-4, 28), (4, 28), (4, 32), (-4, 32)]}
    return junction(road, **({"stop_lines": [], "signals": [], "zones": [zone]} | changes))


def at_lights(
    road: Any, build: Build, drive: tuple[TrackSample, ...], *heads: SignalTimeline, **parts: Any
) -> RuleInput:
    """A vehicle at the junction, with what the heads showed."""
    given = {"site": junction(road), "speed": None, "signals": {head.head_id: head for head in heads}} | parts
    return build(road, drive, **given)


def at_crossing(
    road: Any, build: Build, drive: tuple[TrackSample, ...], *people: tuple[TrackSample, ...], **parts: Any
) -> RuleInput:
    """A vehicle at the crossing with people on it or beside it."""
    return build(road, drive, **({"site": crosswalk(road), "speed": None, "people": people} | parts))


def looked_at(case: RuleInput, feature: Feature, answers: dict[int, Seen], *, confidence: float = 0.95) -> RuleInput:
    """The case with a classifier's answers, by sample index."""
    frames = {i: case.samples[i].frame_sequence for i in answers}
    reads = [AppearanceRead(feature, seen, confidence, frames[i]) for i, seen in answers.items()]
    return replace(case, appearance=(*case.appearance, *reads))


def runs_red(road: Any, build: Build, **parts: Any) -> RuleInput:
    """A car comes at 45 km/h and crosses when red has shone for 1.3 s."""
    return at_lights(road, build, travel(road, [(0, 46), (2.3, 17.25)]), red_from(0.0), **parts)


def stops_late(road: Any, build: Build, **parts: Any) -> RuleInput:
    """A car comes on red, stops 2.5 m past the line and stands there for three seconds."""
    drive = travel(road, [(0, 46), (1.5, 27.5), (4.5, 27.5)])
    return at_lights(road, build, drive, red_from(-2.0), **parts)


def hinders(road: Any, build: Build, **parts: Any) -> RuleInput:
    """A car drives at 40 km/h over the crossing; a person walks from its left into its lane."""
    drive = travel(road, [(0, 46), (2.5, 18.2)])
    return at_crossing(road, build, drive, walk(road, [(0, -1.8), (2.5, 1.7)]), **parts)


def passes(road: Any, build: Build, **parts: Any) -> RuleInput:
    """A car comes past with nothing wrong."""
    drive = travel(road, [(0, 46), (2.4, 17.0)])
    return build(road, drive, **({"site": junction(road), "speed": None} | parts))


def papers(until: date, kind: VehicleClass = VehicleClass.CAR) -> RegisterFacts:
    """A register that knows the vehicle and until when its papers were valid."""
    return RegisterFacts(vehicle_class=kind, insured_until=until, inspected_until=until)


def through_section(
    road: Any, build: Build, *, took_s: float = 180.0, bound_ms: float = 50.0, **parts: Any
) -> RuleInput:
    """A car that drove five kilometres with a limit of 80 km/h in three minutes, 100 km/h."""
    section = {
        "section_id": "m1",
        "from_site": "far-end",
        "to_site": "test-road",
        "length_m": 5000.0,
        "length_sigma_m": 2.0,
        "limit_kmh": 80,
    }
    case = passes(road, build, **({"site": junction(road, section=section)} | parts))
    entry = SectionEntry(
        site_id="far-end",
        first_seen_at=case.samples[-1].captured_at - timedelta(seconds=took_s),
        clock=ClockQuality(source=ClockSource.RTCP, bound_ms=bound_ms),
        plate=case.plate or passes(road, build).plate,  # type: ignore[arg-type]
        vehicle_class=VehicleClass.CAR,
    )
    return case if case.earlier else replace(case, earlier=entry)


def violating(rule: str, road: Any, high_road: Any, build: Build) -> RuleInput:
    """The case that violates a rule and nothing else stands against."""
    if rule == "point_speed":
        speed = Measurement(
            quantity="speed", value=85, unit="km/h", expanded_uncertainty=1.2, is_valid=True, method="plate"
        )
        return build(high_road, high_road.drive(85.0), speed=speed)
    if rule == "solid_line":
        way = [(0.0, 2.0), (0.7, 2.0), (1.7, -2.0), (2.4, -2.0)]
        return build(road, travel(road, [(0, 17), (2.4, 45)], x_m=way), speed=None)
    if rule in _DRIVES:
        return _DRIVES[rule](road, build)
    if rule in _LOOKS:
        feature, seen = _LOOKS[rule]
        return looked_at(passes(road, build), feature, dict.fromkeys(range(5, 40, 3), seen))
    kind = VehicleClass.TRUCK if rule == "inspection" else VehicleClass.CAR
    return passes(road, build, register=papers(date(2026, 5, 31), kind), vehicle_class=kind)


_DRIVES = {"red_light": runs_red, "stop_line": stops_late, "pedestrian": hinders, "section_speed": through_section}
_LOOKS = {
    "seat_belt": (Feature.SEAT_BELT, Seen.NO),
    "phone": (Feature.PHONE, Seen.YES),
    "lights_off": (Feature.HEADLIGHTS, Seen.NO),
}


def _times(knots: Knots) -> Any:
    first, last = knots[0][0], knots[-1][0]
    numbers = np.arange(round(first * FPS), round(last * FPS) + 1)
    return numbers / FPS


def _samples(at_s: Any, boxes: Any, seed: int | None) -> tuple[TrackSample, ...]:
    noise = np.random.default_rng(seed).normal(0, 0.8, boxes.shape) if seed is not None else np.zeros(boxes.shape)
    return tuple(
        TrackSample(
            frame_sequence=1000 + round(at * FPS),
            pts_s=float(at),
            captured_at=NOON + timedelta(seconds=float(at)),
            box_px=tuple(box),
            confidence=0.9,
        )
        for at, box in zip(at_s.tolist(), (boxes + noise).tolist(), strict=True)
    )
