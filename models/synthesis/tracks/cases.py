"""From a scene to what the product would be given of each vehicle, with the truth beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.synthesis.tracks.clock import Frames, frames_of, timeline
from models.synthesis.tracks.noise import DetectorNoise, blur_boxes, blur_plates
from models.synthesis.tracks.papers import earlier_passage, looks_of, plate_of
from models.synthesis.tracks.place import Surveyed, surveyed
from models.synthesis.tracks.scene import Scene, Vehicle
from models.synthesis.tracks.seen import Course, Sight, courses, hide_behind_nearer, sight_of, sight_of_person
from recognition.contracts import BoxPx, PointPx
from recognition.geometry import TrackSample, measure_speed
from recognition.signals import SignalTimeline
from recognition.violations.case import RuleInput

Array = NDArray[np.float64]
SURVEYS = 8
_SEEDS_PER_SURVEY = 50
_PLATE_FOUND = 0.85
_SHORTEST_TRACK = 5
_PERSON_SHORTEST = 3


@dataclass(frozen=True, eq=False, slots=True)
class TrackCase:
    """One vehicle to be judged: what the product sees of it, what it truly breaks, and what is not scored."""

    vehicle_id: str
    case: RuleInput
    truth: frozenset[str]
    may: frozenset[str]


@dataclass(frozen=True, eq=False, slots=True)
class _Stage:
    """What all vehicles of a scene share."""

    scene: Scene
    known: Surveyed
    frames: Frames
    courses: Mapping[str, Course]
    tracks: Mapping[str, tuple[TrackSample, ...]]
    people: tuple[tuple[TrackSample, ...], ...]
    signals: Mapping[str, SignalTimeline]


def cases_of(scene: Scene) -> tuple[TrackCase, ...]:
    """Return a case for every vehicle that was tracked for five frames or longer."""
    # Neighbouring seeds share a survey, so that a plane is adjusted seldom.
    survey_seed = (scene.seed // _SEEDS_PER_SURVEY) % SURVEYS
    known = surveyed(scene.place, survey_seed, is_certified=scene.circumstances.is_certified)
    rng = np.random.default_rng([scene.seed, 7])
    frames = frames_of(scene)
    where = courses(scene, frames.at_s)
    seen = {one.vehicle_id: sight_of(one, where[one.vehicle_id], scene.place.camera) for one in scene.vehicles}
    if len(seen) > 1:
        seen = hide_behind_nearer(seen)
    seen = {one.vehicle_id: _shown(one, seen[one.vehicle_id], frames) for one in scene.vehicles}
    tracks = {name: _samples(sight, frames, scene.noise, rng) for name, sight in _switched(scene, seen, frames).items()}
    people = tuple(
        _samples(
            sight_of_person(one, frames.at_s, where.get(one.rides or ""), scene.place.camera), frames, scene.noise, rng
        )
        for one in scene.people
    )
    signals = {plan.head_id: timeline(plan, frames) for plan in scene.signals}
    kept = tuple(track for track in people if len(track) >= _PERSON_SHORTEST)
    stage = _Stage(scene, known, frames, where, tracks, kept, signals)
    return tuple(_case(one, stage, rng) for one in scene.vehicles if len(tracks[one.vehicle_id]) >= _SHORTEST_TRACK)


def _case(vehicle: Vehicle, stage: _Stage, rng: np.random.Generator) -> TrackCase:
    samples, circumstances = stage.tracks[vehicle.vehicle_id], stage.scene.circumstances
    middle = samples[len(samples) // 2]
    papers = vehicle.papers
    heading = stage.courses[vehicle.vehicle_id].ahead[middle.frame_sequence]
    numbers = [sample.frame_sequence for sample in samples]
    case = RuleInput(
        samples=samples,
        plane=stage.known.plane,
        site=stage.known.site,
        speed=measure_speed(samples, stage.known.plane, stage.known.site),
        plate=plate_of(papers.plate, papers.plate_type, middle) if papers.plate else None,
        vehicle_class=papers.seen_as or vehicle.size.kind,
        clock=circumstances.clock,
        others=tuple(track for name, track in stage.tracks.items() if name != vehicle.vehicle_id and track),
        people=stage.people,
        signals=stage.signals,
        appearance=looks_of(vehicle.looks, numbers, rng, shows_front=float(heading[1]) < 0),
        register=papers.register,
        position=circumstances.position,
        view_shift_px=circumstances.view_shift_px,
        earlier=None if vehicle.earlier is None else earlier_passage(vehicle, stage.known.site, middle),
    )
    return TrackCase(vehicle.vehicle_id, case, vehicle.truth, vehicle.may)


def _shown(vehicle: Vehicle, sight: Sight, frames: Frames) -> Sight:
    """Leave out the frames in which something hides the vehicle, or it is not there yet or any more."""
    gone = (frames.at_s < vehicle.from_s) | (frames.at_s > vehicle.to_s)
    for begins_s, ends_s in vehicle.hidden_s:
        gone |= (frames.at_s >= begins_s) & (frames.at_s <= ends_s)
    boxes = sight.boxes_px.copy()
    boxes[gone] = np.nan
    return Sight(boxes, sight.plates_px)


def _switched(scene: Scene, seen: Mapping[str, Sight], frames: Frames) -> dict[str, Sight]:
    """Give two vehicles each other's looks from the moment of every switch on."""
    out = dict(seen)
    for switch in scene.switches:
        later = frames.at_s >= switch.at_s
        one, other = out[switch.one], out[switch.other]
        out[switch.one], out[switch.other] = _joined(one, other, later), _joined(other, one, later)
    return out


def _joined(before: Sight, after: Sight, later: NDArray[np.bool_]) -> Sight:
    assert before.plates_px is not None
    assert after.plates_px is not None
    return Sight(
        np.where(later[:, None], after.boxes_px, before.boxes_px),
        np.where(later[:, None, None], after.plates_px, before.plates_px),
    )


def _samples(sight: Sight, frames: Frames, noise: DetectorNoise, rng: np.random.Generator) -> tuple[TrackSample, ...]:
    boxes = blur_boxes(rng, sight.boxes_px, noise)
    is_there = ~np.isnan(boxes[:, 0]) & (rng.random(len(boxes)) >= noise.miss_rate)
    plates = None if sight.plates_px is None else blur_plates(rng, sight.plates_px, noise)
    has_plate = np.zeros(len(boxes), dtype=np.bool_)
    if plates is not None:
        has_plate = ~np.isnan(plates[:, 0, 0]) & (rng.random(len(boxes)) < _PLATE_FOUND)
    return tuple(
        TrackSample(
            frame_sequence=index,
            pts_s=float(frames.pts_s[index]),
            captured_at=frames.captured_at[index],
            box_px=_box(boxes[index]),
            confidence=0.9,
            plate_corners_px=_corners(plates[index]) if plates is not None and has_plate[index] else None,
        )
        for index in np.flatnonzero(is_there).tolist()
    )


def _box(edges: Array) -> BoxPx:
    left, top, right, bottom = edges.tolist()
    return left, top, right, bottom


def _corners(points: Array) -> tuple[PointPx, PointPx, PointPx, PointPx]:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = points.tolist()
    return (ax, ay), (bx, by), (cx, cy), (dx, dy)
