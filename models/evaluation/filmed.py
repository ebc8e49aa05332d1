"""Judge the rules on pixels: scenes of known truth drawn frame by frame, seen by the product's own networks.

From the picture come vehicles, tracks, plates, lamps, persons and speeds; from the scene what no picture shows (papers,
the other end of a section, classifiers' answers, the device's clock and place), and the plate where the camera of the
place is too wide for plates.
"""

import itertools
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from pydantic import TypeAdapter

from models.evaluation.matching import iou
from models.evaluation.rules import BOOKS, SEEDS_APART, SceneVerdict, VehicleVerdict, judge_vehicle
from models.synthesis.filmed import Film, Shot, is_filmable
from models.synthesis.scenes.weather import CLEAR, WEATHERS, Weather
from models.synthesis.tracks import Kind, Scene, TrackCase
from models.synthesis.tracks.papers import earlier_passage, looks_of, plate_of
from models.synthesis.tracks.scene import Vehicle
from models.synthesis.tracks.spared import SPARED
from recognition.contracts import BoxPx, Frame
from recognition.geometry import TrackSample, measure_speed
from recognition.signals import SiteSignals
from recognition.violations import CATALOGUE
from recognition.violations.case import AppearanceRead, RuleInput
from recognition.vision import AnalysisPolicy, SceneAnalyser, TrackedVehicle, VisionModels
from recognition.vision.video import Image

_SAME_VEHICLE = 0.3
_POLICY = AnalysisPolicy(min_height_share=0.08)
"""The product drops vehicles too far off for plates; here the place's plate camera names them."""
_NOTED = TypeAdapter(tuple[str, SceneVerdict])
"""A line of the file of verdicts: whose scene it was, and what was said."""
Tracks = tuple[tuple[TrackSample, ...], ...]


@dataclass(frozen=True, slots=True)
class FilmJob:
    """One scene of a book to film and judge."""

    book: str
    rule: str
    kind: Kind
    name: str
    seed: int

    def scene(self) -> Scene:
        """Tell the scene."""
        return BOOKS[self.book].scene_of(self.name, self.seed)


@dataclass(frozen=True, eq=False, slots=True)
class Watched:
    """What the product saw of a film: vehicles with the persons beside each, and the true boxes by frame number."""

    vehicles: tuple[TrackedVehicle, ...]
    people: tuple[Tracks, ...]
    signals: SiteSignals
    boxes_px: dict[int, dict[str, BoxPx]] = field(default_factory=dict)


def jobs_of(rule: str, *, violating: int, innocent: int, seed: int, book: str = "own") -> tuple[FilmJob, ...]:
    """Return so many scenes of a rule that can be filmed, each of its names in turn.

    Scenes that are innocent by their papers or the device's state alone look like the violation and are left to the
    scenes of numbers.
    """
    wanted: tuple[tuple[Kind, int], ...] = (("violating", violating), ("innocent", innocent))
    return tuple(job for kind, count in wanted for job in itertools.islice(_filmable(book, rule, kind, seed), count))


def _filmable(book: str, rule: str, kind: Kind, seed: int) -> Iterator[FilmJob]:
    names = [name for name in BOOKS[book].names_of(rule, kind) if name.partition(".")[2] not in SPARED]
    for number in itertools.count():
        job = FilmJob(book, rule, kind, names[number % len(names)], SEEDS_APART * seed + number)
        if is_filmable(job.scene()):
            yield job
        elif number > 20 * len(names):
            return


def run(
    rules: Sequence[str],
    *,
    violating: int,
    innocent: int,
    seed: int,
    processes: int,
    book: str = "own",
    keep: Path | None = None,
    tick: Callable[[SceneVerdict], None] = lambda _: None,
) -> tuple[SceneVerdict, ...]:
    """Film and judge scenes of some rules, each with its verdict passed to ``tick``.

    With ``keep`` verdicts are noted in that file, a line each, and those already there are not made again: a run that
    was stopped goes on.  The file is of one state of the code.
    """
    jobs = [
        job for rule in rules for job in jobs_of(rule, violating=violating, innocent=innocent, seed=seed, book=book)
    ]
    known = _kept(keep)
    missing = [job for job in jobs if (book, job.name, job.seed) not in known]
    for verdict in _judged(missing, processes):
        known[book, verdict.name, verdict.seed] = verdict
        if keep is not None:
            with keep.open("ab") as notes:
                notes.write(_NOTED.dump_json((book, verdict)) + b"\n")
        tick(verdict)
    return tuple(known[book, job.name, job.seed] for job in jobs)


def _kept(path: Path | None) -> dict[tuple[str, str, int], SceneVerdict]:
    if path is None or not path.exists():
        return {}
    noted = [_NOTED.validate_json(line) for line in path.read_bytes().splitlines() if line.strip()]
    return {(book, one.name, one.seed): one for book, one in noted}


def _judged(jobs: Sequence[FilmJob], processes: int) -> Iterator[SceneVerdict]:
    if processes == 1:
        yield from map(judge_film, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(judge_film, jobs)


def judge_film(job: FilmJob) -> SceneVerdict:
    """Film one scene in a weather of its own, let the product watch it, and judge every vehicle in it."""
    cv2.setNumThreads(1)
    started_s = time.process_time()
    film = Film(job.scene(), weather=weather_of(job))
    watched = watch(film, _models())
    made_s = time.process_time()
    cases = cases_of(film, watched)
    merged = _merged([judge_vehicle(case, CATALOGUE) for case in cases])
    return SceneVerdict(
        job.rule, job.kind, job.name, job.seed, merged, made_s - started_s, time.process_time() - made_s
    )


def weather_of(job: FilmJob) -> Weather:
    """Return the weather of a film: every fourth is of a clear day, the others of the other weathers in turn."""
    others = [weather for name, weather in sorted(WEATHERS.items()) if weather is not CLEAR]
    number = job.seed % SEEDS_APART
    return CLEAR if number % 4 == 0 else others[(number - number // 4 - 1) % len(others)]


@cache
def _models() -> VisionModels:
    return VisionModels.load()


def watch(film: Film, models: VisionModels) -> Watched:
    """Let the product watch a film as one camera's stream."""
    camera_id = film.site.camera.camera_id
    fps, has_people = film.scene.fps, bool(film.scene.people)
    analyser = SceneAnalyser(
        models, camera_id=camera_id, home="ru", policy=_POLICY, rate_hz=fps, watch_people=has_people
    )
    signals, boxes = SiteSignals(film.site, frame_s=1 / fps), {}
    vehicles: list[TrackedVehicle] = []
    people: list[Tracks] = []

    def take(gone: list[TrackedVehicle]) -> None:
        vehicles.extend(gone)
        people.extend(analyser.people(one.samples[0].pts_s, one.samples[-1].pts_s) for one in gone)

    for shot in film.shots():
        boxes[shot.sequence] = shot.boxes_px
        signals.see(shot.at_s, shot.bgr)
        take(analyser.feed(_image(shot, film)))
    take(analyser.finish())
    return Watched(tuple(vehicles), tuple(people), signals, boxes)


def _image(shot: Shot, film: Film) -> Image:
    circumstances = film.scene.circumstances
    height_px, width_px = shot.bgr.shape[:2]
    meta = Frame(
        camera_id=film.site.camera.camera_id,
        sequence=shot.sequence,
        pts_s=shot.at_s,
        captured_at=circumstances.begins_at + timedelta(seconds=shot.at_s),
        clock=circumstances.clock,
        width_px=width_px,
        height_px=height_px,
    )
    return Image(meta=meta, bgr=shot.bgr)


def cases_of(film: Film, watched: Watched) -> tuple[TrackCase, ...]:
    """Return a case for every track; one that lies on no true vehicle goes under its own number, and is innocent."""
    return tuple(_case(film, watched, number) for number in range(len(watched.vehicles)))


def _whose(vehicle: TrackedVehicle, boxes_px: dict[int, dict[str, BoxPx]]) -> str | None:
    """Return the true vehicle on which most samples of a track lie."""
    votes: Counter[str] = Counter()
    for sample in vehicle.samples:
        shares = {name: iou(sample.box_px, box) for name, box in boxes_px[sample.frame_sequence].items()}
        best = max(shares, key=lambda name: shares[name], default=None)
        if best is not None and shares[best] > _SAME_VEHICLE:
            votes[best] += 1
    return votes.most_common(1)[0][0] if votes else None


def _case(film: Film, watched: Watched, number: int) -> TrackCase:
    tracked = watched.vehicles[number]
    name = _whose(tracked, watched.boxes_px)
    truth = film.scene.vehicle(name) if name is not None else None
    samples, circumstances = tracked.samples, film.scene.circumstances
    middle = samples[len(samples) // 2]
    plate = tracked.consensus
    if plate is None and truth is not None and truth.papers.plate:
        plate = plate_of(truth.papers.plate, truth.papers.plate_type, middle)
    has_entry = truth is not None and truth.earlier is not None
    case = RuleInput(
        samples=samples,
        plane=film.plane,
        site=film.site,
        speed=measure_speed(samples, film.plane, film.site),
        plate=plate,
        vehicle_class=tracked.vehicle_class,
        clock=circumstances.clock,
        others=tuple(one.samples for one in watched.vehicles if one is not tracked),
        people=watched.people[number],
        signals=watched.signals.timelines(),
        appearance=_looks(film, truth, samples) if truth is not None else (),
        register=truth.papers.register if truth is not None else None,
        position=circumstances.position,
        view_shift_px=circumstances.view_shift_px,
        earlier=earlier_passage(truth, film.site, middle) if truth is not None and has_entry else None,
    )
    if truth is None:
        return TrackCase(f"track {tracked.track_id}", case, frozenset(), frozenset())
    return TrackCase(truth.vehicle_id, case, truth.truth, truth.may)


def _looks(film: Film, vehicle: Vehicle, samples: Sequence[TrackSample]) -> tuple[AppearanceRead, ...]:
    numbers = [sample.frame_sequence for sample in samples]
    rng = np.random.default_rng([film.scene.seed, 9])
    return looks_of(
        vehicle.looks, numbers, rng, shows_front=film.shows_front(vehicle.vehicle_id, numbers[len(numbers) // 2])
    )


def _merged(judged: Sequence[VehicleVerdict]) -> tuple[VehicleVerdict, ...]:
    """Join the verdicts on all tracks of one vehicle: it is accused where any of its tracks is."""
    merged: dict[str, VehicleVerdict] = {}
    for verdict in judged:
        known = merged.get(verdict.vehicle_id)
        merged[verdict.vehicle_id] = verdict if known is None else _joined(known, verdict)
    return tuple(merged.values())


def _joined(one: VehicleVerdict, other: VehicleVerdict) -> VehicleVerdict:
    return VehicleVerdict(
        one.vehicle_id,
        one.truth,
        one.may,
        accused=tuple(dict.fromkeys(one.accused + other.accused)),
        shadowed=tuple(dict.fromkeys(one.shadowed + other.shadowed)),
        refused=one.refused + other.refused,
        raised=one.raised + other.raised,
    )
