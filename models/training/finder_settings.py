"""What the training of the plate finder is told: one TOML file, one frozen value for each of its tables."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from models.datasets import DataError


@dataclass(frozen=True, slots=True)
class Paths:
    """Weights of others, relative to the data folder."""

    coco: str
    teacher: str


@dataclass(frozen=True, slots=True)
class Training:
    """Length, pace and rhythm of the loop."""

    seed: int
    steps: int
    batch: int
    learning_rate: float
    final_share: float
    warm_up_steps: int
    weight_decay: float
    max_gradient: float
    average_decay: float
    average_ramp_steps: int
    calibration_pictures: int
    checkpoint_steps: int
    validation_steps: int
    report_steps: int


@dataclass(frozen=True, slots=True)
class Gains:
    """Weight of each part of the loss; the names are those the loss of ultralytics asks for."""

    box: float
    cls: float
    dfl: float
    pose: float
    kobj: float


@dataclass(frozen=True, slots=True)
class Validation:
    """How held-out pictures judge."""

    pictures: int
    side_px: int
    min_score: float
    stray_score: float


@dataclass(frozen=True, slots=True)
class Canvas:
    """The network's input and how pictures are laid on it."""

    short_px: int
    long_px: int
    portrait_share: float
    plate_min_px: float
    plate_max_px: float
    label_min_px: float
    max_enlarged: float
    min_covered: float
    max_turn_deg: float
    flipped_share: float
    min_visible: float
    empty_share: float


@dataclass(frozen=True, slots=True)
class Teacher:
    """Which finds of the teacher count as plates and which are blurred away."""

    min_score: float
    doubtful_score: float


@dataclass(frozen=True, slots=True)
class Pasting:
    """How much is drawn onto real pictures."""

    covered_share: float
    scattered: float
    lettering: float
    smeared: float
    pool: int
    pool_start: int
    pool_renewed: int
    max_yaw_deg: float
    max_roll_deg: float


@dataclass(frozen=True, slots=True)
class FinderSettings:
    """All tables of the file; ``mix`` is the share of each set of pictures."""

    paths: Paths
    training: Training
    gains: Gains
    validation: Validation
    canvas: Canvas
    mix: dict[str, float]
    teacher: Teacher
    pasting: Pasting


_TABLES: dict[str, Any] = {
    "paths": Paths,
    "training": Training,
    "gains": Gains,
    "validation": Validation,
    "canvas": Canvas,
    "mix": dict,
    "teacher": Teacher,
    "pasting": Pasting,
}


def load_settings(path: Path) -> FinderSettings:
    """Read the settings.

    Raises:
        DataError: a table or one of its keys is missing or unknown.
    """
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(_TABLES) == {field.name for field in fields(FinderSettings)}
    try:
        return FinderSettings(**{name: kind(**tables.pop(name)) for name, kind in _TABLES.items()}, **tables)
    except (KeyError, TypeError) as error:
        raise DataError(f"{path.name}: {error}", hint="compare with models/training/finder.toml") from error
