"""Real pictures with known plates in a data folder that is never part of the project, and their fixed split.

The folder is named by ``RUBEZH_DATA``; without it ``../shared/data`` beside the checkout is tried.  Layout:
``plates/<set>.csv`` (``image,xmin,ymin,xmax,ymax,text``) with pictures in ``plates/<set>/``, and ``crops/<set>.csv``
(``image,…,text``) with rectified plates in ``crops/<set>/``.
"""

import csv
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from recognition.contracts import BoxPx, RecognitionError

DATA_VARIABLE = "RUBEZH_DATA"
_TRAINING_SHARE = {"us": 0.5, "eu": 0.5, "ru": 0.5, "ro": 0.9}
"""Share of each set that training may look at; the rest judges."""


class DataError(RecognitionError):
    """A folder of real pictures is missing or does not hold what its index says."""

    code = "data.invalid"


@dataclass(frozen=True, slots=True)
class LabelledPlate:
    """One plate of a picture: its upright box in pixels and its canonical text (empty: nobody can read it)."""

    box_px: BoxPx
    text: str


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """One picture and those of its plates that somebody labelled; others may stand in it unlabelled."""

    path: Path
    dataset: str
    plates: tuple[LabelledPlate, ...]

    @property
    def is_training(self) -> bool:
        """Tell whether training may look at the picture: decided by its name for ever."""
        return is_training(self.dataset, self.path.name)


@dataclass(frozen=True, slots=True)
class LabelledCrop:
    """One plate cut out upright, and its text."""

    path: Path
    text: str


def is_training(dataset: str, name: str) -> bool:
    """Tell whether a picture belongs to the part of its set that training may look at."""
    place = hashlib.sha256(f"{dataset}/{name}".encode()).digest()[0] / 256
    return place < _TRAINING_SHARE.get(dataset, 0.0)


def data_folder(given: Path | None = None) -> Path:
    """Return the data folder.

    Raises:
        DataError: it is nowhere (``data.missing``).
    """
    candidates = [given, os.environ.get(DATA_VARIABLE), Path(__file__).parents[1] / ".." / "shared" / "data"]
    for candidate in candidates:
        if candidate and (Path(candidate) / "plates").is_dir():
            return Path(candidate).resolve()
        if candidate is given and given is not None:
            break
    raise DataError(
        f"no data folder{f' at {given}' if given else ''}",
        hint=f"set {DATA_VARIABLE} to a folder with plates/<set>.csv",
        code="data.missing",
    )


def load_pictures(folder: Path, dataset: str) -> tuple[LabelledPicture, ...]:
    """Return the pictures of ``plates/<dataset>.csv`` in the order of their names.

    Raises:
        DataError: there is no such set, or its index names a box that is no box.
    """
    plates: dict[str, list[LabelledPlate]] = {}
    for row in _rows(folder / "plates" / f"{dataset}.csv"):
        try:
            x0, y0, x1, y1 = (float(row[key]) for key in ("xmin", "ymin", "xmax", "ymax"))
        except ValueError as error:
            raise DataError(f"{dataset}.csv: {row['image']} has no box", hint="mend the index") from error
        plates.setdefault(row["image"], []).append(LabelledPlate((x0, y0, x1, y1), row["text"]))
    return tuple(
        LabelledPicture(folder / "plates" / name, dataset, tuple(found)) for name, found in sorted(plates.items())
    )


def load_crops(folder: Path, dataset: str) -> tuple[LabelledCrop, ...]:
    """Return the plates of ``crops/<dataset>.csv``."""
    return tuple(
        LabelledCrop(folder / "crops" / row["image"], row["text"]) for row in _rows(folder / "crops" / f"{dataset}.csv")
    )


def _rows(path: Path) -> Iterable[dict[str, str]]:
    if not path.is_file():
        raise DataError(f"there is no {path}", hint="choose a set the data folder has", code="data.missing")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
