"""Run reading systems over sets of labelled pictures, every system on the very same pixels."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from models.datasets import LabelledPicture, load_pictures
from models.evaluation.bars import POOLED, Figures, Part
from models.evaluation.conditions import ConditionScore, brightness, by_condition, sharpness
from models.evaluation.matching import is_found, match
from models.evaluation.scores import PictureOutcome, PlateOutcome, Scores, Share, score
from models.evaluation.systems import FindingSystem, ReadingSystem
from recognition.vision import load_still

Value = TypeVar("Value")

MAX_SIDE_PX = 1280
"""Side of a camera's picture, at which the time per picture is compared."""

Outcomes = Mapping[str, Mapping[str, tuple[PictureOutcome, ...]]]
"""System → set → what it did with each picture."""


@dataclass(frozen=True)
class SetResult:
    """One system on one set: scores of each part that has pictures, and the share read in each condition."""

    system: str
    dataset: str
    parts: dict[Part, Scores]
    conditions: tuple[ConditionScore, ...]


def readable_sets(folder: Path) -> tuple[str, ...]:
    """Return the sets of the data folder in which any plate has a text."""
    names = sorted(path.stem for path in (folder / "plates").glob("*.csv"))
    return tuple(name for name in names if any(one.text for two in load_pictures(folder, name) for one in two.plates))


def run(
    systems: Sequence[ReadingSystem],
    sets: Mapping[str, Sequence[LabelledPicture]],
    advance: Callable[[], None] = lambda: None,
) -> Outcomes:
    """Let every system read every picture; ``advance`` is called after each picture.

    Raises:
        VideoError: a picture is missing or cannot be decoded.
    """
    outcomes: dict[str, dict[str, list[PictureOutcome]]] = {
        system.name: {dataset: [] for dataset in sets} for system in systems
    }
    for dataset, pictures in sets.items():
        for picture in pictures:
            bgr = load_still(picture.path)
            small = scaled(bgr)
            blanks = _unanswered(picture, bgr)
            for system in systems:
                outcomes[system.name][dataset].append(_observe(system, picture, (bgr, small), blanks))
            advance()
    return {name: {dataset: tuple(done) for dataset, done in ran.items()} for name, ran in outcomes.items()}


def results(outcomes: Outcomes) -> tuple[SetResult, ...]:
    """Return the scores of every system on every set and on all of them together."""
    return tuple(
        SetResult(system, dataset, _parts(pictures), by_condition(pictures))
        for system, ran in outcomes.items()
        for dataset, pictures in _with_pool(ran)
    )


def figures(done: Iterable[SetResult], system: str) -> Figures:
    """Return a system's scores as plain figures, for the bars."""
    return {
        (one.dataset, part): _plain(scores)
        for one in done
        if one.system == system
        for part, scores in one.parts.items()
    }


def scaled(bgr: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the picture ``(H, W, 3)`` with its longer side at most ``MAX_SIDE_PX``, unchanged where it is."""
    zoom = MAX_SIDE_PX / max(bgr.shape[:2])
    if zoom >= 1:
        return bgr
    return np.asarray(cv2.resize(bgr, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _observe(
    system: ReadingSystem,
    picture: LabelledPicture,
    views: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    blanks: Sequence[PlateOutcome],
) -> PictureOutcome:
    bgr, small = views
    # A system may draw into what it is given; the next one must not see that.
    answers, read_ms = _timed(lambda: system.read(bgr.copy()))
    scaled_ms = read_ms if small is bgr else _timed(lambda: system.read(small.copy()))[1]
    boxes = system.find(bgr.copy()) if isinstance(system, FindingSystem) else None
    matched = match(answers, [plate.box_px for plate in picture.plates])
    plates = tuple(
        PlateOutcome(
            truth=blank.truth,
            text="" if answer is None else answer.text,
            confidence=0.0 if answer is None else answer.confidence,
            is_found=None if boxes is None else is_found(boxes, plate.box_px),
            height_px=blank.height_px,
            sharpness=blank.sharpness,
        )
        for plate, blank, answer in zip(picture.plates, blanks, matched, strict=True)
    )
    return PictureOutcome(
        picture.dataset, picture.path.name, picture.is_training, brightness(bgr), plates, read_ms, scaled_ms
    )


def _timed(work: Callable[[], Value]) -> tuple[Value, float]:
    started_s = time.process_time()
    value = work()
    return value, (time.process_time() - started_s) * 1000


def _unanswered(picture: LabelledPicture, bgr: NDArray[np.uint8]) -> tuple[PlateOutcome, ...]:
    return tuple(
        PlateOutcome(
            plate.text,
            height_px=plate.box_px[3] - plate.box_px[1],
            sharpness=sharpness(bgr, plate.box_px),
        )
        for plate in picture.plates
    )


def _with_pool(
    ran: Mapping[str, tuple[PictureOutcome, ...]],
) -> Iterator[tuple[str, tuple[PictureOutcome, ...]]]:
    yield from ran.items()
    yield POOLED, tuple(picture for pictures in ran.values() for picture in pictures)


def _parts(pictures: Sequence[PictureOutcome]) -> dict[Part, Scores]:
    parts: dict[Part, list[PictureOutcome]] = {
        "all": list(pictures),
        "seen": [picture for picture in pictures if picture.is_training],
        "held-out": [picture for picture in pictures if not picture.is_training],
    }
    return {part: score(chosen) for part, chosen in parts.items() if chosen}


def _plain(scores: Scores) -> dict[str, float | None]:
    fields = {name: getattr(scores, name) for name in Scores.__dataclass_fields__}
    return {name: field.value if isinstance(field, Share) else field for name, field in fields.items()}
