"""What a hotlist finds of the reader's own misreads, and whom it calls up: a file of reads beside their truth.

The file comes from drawn plates that no cost was measured on (``models.evaluation.confusions``).
"""

import json
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from fines_api.cli.bench_match import BATCH, PER, costs_of_innocent
from fines_api.cli.bench_plates import draw
from recognition.contracts import Contract, MatchPolicy, PlateKey
from recognition.plates.list_entry import ListEntry
from recognition.plates.list_index import ListIndex
from recognition.plates.match_costs import ConfusionError, Confusions

_SURE: Final = 0.5
"""A track's vote names no plate below."""
_ONE: Final = "swap"
_SAME_TEXT: Final = "other_kind"


class Misread(Contract):
    """A plate, what a look gave out instead, how sure it was; ``error`` names what happened (``swap``: one glyph)."""

    true: str
    read: str
    plate_region: str
    plate_type: str
    read_region: str
    read_type: str
    confidence: float
    error: str


class MisreadFile(Contract):
    """A run: plates drawn, looks given out, how they erred, and the misreads.

    ``by_confidence`` rows are from, below, looks, with another text, with the text but another country or type.
    """

    about: str
    plates: int
    given: int
    errors: dict[str, int]
    by_confidence: tuple[tuple[float, float, int, int, int], ...]
    misreads: tuple[Misread, ...]


@dataclass(frozen=True)
class MisreadFigures:
    """What one limit finds: shares of misreads of one glyph, of all, of those at 0.5 and surer; and innocent passages.

    ``false_per_100k`` of 100,000 innocent passages match somebody; beside it the same per 1,000 confusable entries.
    """

    most_cost: float
    single_found: float
    all_found: float
    sure_found: float
    false_per_100k: float
    false_per_1000_entries: float


def load_misreads(path: Path | None = None) -> MisreadFile:
    """Read a file of misreads, by default the one that comes with the program.

    Raises:
        ConfusionError: unreadable, or not what it must be.
    """
    source = path or resources.files("fines_api.cli") / "bench_misreads.json"
    try:
        return MisreadFile.model_validate(json.loads(source.read_text("utf-8")))
    except (OSError, ValueError, ValidationError) as error:
        raise ConfusionError(f"{source}: {error}", hint="take bench_misreads.json as the pattern") from error


def measure_misreads(
    file: MisreadFile, costs: Confusions, limits: tuple[float, ...], *, entries: int, passages: int, seed: int
) -> tuple[MisreadFigures, ...]:
    """List every misread plate among drawn ones, match the reads and as many innocent passages, and tell by limit."""
    misreads = tuple(one for one in file.misreads if one.error != _SAME_TEXT)
    index = _listed(misreads, costs, entries, seed)
    found = _costs_of_true(index, misreads, max(limits))
    chance = np.random.default_rng(seed + 1)
    false, innocent = costs_of_innocent(index, draw(chance, passages).as_keys(), max(limits))
    is_single = np.array([one.error == _ONE for one in misreads])
    is_sure = np.array([one.confidence >= _SURE for one in misreads])
    return tuple(
        MisreadFigures(
            limit,
            single_found=float((found[is_single] <= limit).mean()),
            all_found=float((found <= limit).mean()),
            sure_found=float((found[is_sure] <= limit).mean()),
            false_per_100k=(per := float((false <= limit).sum()) / max(innocent, 1) * PER),
            false_per_1000_entries=per * 1000 / len(index),
        )
        for limit in limits
    )


def _listed(misreads: tuple[Misread, ...], costs: Confusions, entries: int, seed: int) -> ListIndex:
    """List the true plates as entries 0, 1, … and drawn ones behind them."""
    true = [
        ListEntry(number, one.true, one.plate_region, one.plate_type, MatchPolicy.CONFUSABLE)
        for number, one in enumerate(misreads)
    ]
    others = draw(np.random.default_rng(seed), max(0, entries - len(true))).as_entries(MatchPolicy.CONFUSABLE)
    moved = [
        ListEntry(len(true) + one.number, one.plate, one.plate_region, one.plate_type, one.policy) for one in others
    ]
    return ListIndex.of([*true, *moved], costs)


def _costs_of_true(index: ListIndex, misreads: tuple[Misread, ...], most_cost: float) -> NDArray[np.float64]:
    """Return what each misread plate was found at ``(n,)``; infinite: it was not."""
    costs = np.full(len(misreads), np.inf)
    keys = [PlateKey(plate=one.read, plate_region=one.read_region, plate_type=one.read_type) for one in misreads]
    for start in range(0, len(keys), BATCH):
        for match in index.match(keys[start : start + BATCH], most_cost):
            if match.entry == start + match.seen:
                costs[match.entry] = match.cost
    return costs
