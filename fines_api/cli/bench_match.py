"""What matching against a hotlist costs and finds: time, memory, misreads found, innocent passages called up."""

import gc
import time
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fines_api.cli.bench_plates import Plates, draw, lose_digit, misread
from recognition.contracts import MatchKind, MatchPolicy, PlateKey
from recognition.plates.list_entry import ListEntry, ListMatch
from recognition.plates.list_index import ListIndex
from recognition.plates.match_costs import Confusions, load_confusions

BATCH: Final = 500
REPEATS: Final = 5
LIMITS: Final = (0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0)
"""Shares of the file's own limit at which finds and false calls are told too."""
_LISTED_SHARE: Final = 0.005
_PARTIAL: Final = 1000
_CHANGES: Final = 1000
_MISREADS: Final = 20_000
PER: Final = 100_000
"""Innocent passages are told of so many."""
_MB: Final = 1e6


@dataclass(frozen=True)
class LimitFigures:
    """What one limit finds and whom it calls up: shares of misreads, innocent passages of 100,000 with a match.

    ``false_per_1000_entries`` is the latter for every thousand entries that may be found by a misread.
    """

    most_cost: float
    misreads_found: float
    lost_digits_found: float
    false_per_100k: float
    false_per_1000_entries: float


@dataclass(frozen=True)
class MatchFigures:
    """One run.

    Times are the core's, for other programs share the machine: the best of several runs, with ``_median`` their median;
    with ``_wall`` the best by a clock on the wall.
    """

    entries: int
    passages: int
    figures: dict[str, float | None]
    by_limit: tuple[LimitFigures, ...] = field(default_factory=tuple)


def measure(
    entries: int, passages: int, seed: int, confusions: Confusions | None = None, repeats: int = REPEATS
) -> MatchFigures:
    """Draw a list and passages, and measure; the same seed draws the same plates."""
    costs = confusions or load_confusions()
    figures: dict[str, float | None] = dict(_memory(entries, seed, costs))
    listed = draw(np.random.default_rng(seed), entries)
    chance = np.random.default_rng(seed + 1)
    seen = _traffic(chance, listed, passages)
    columns = listed.columns(MatchPolicy.CONFUSABLE)
    index = ListIndex.from_columns(columns, costs)
    figures |= _paces("exact_us", index.exact, seen, repeats)
    figures |= _paces("confusable_us", index.match, seen, repeats)
    figures["change_ms"] = _change_ms(index, repeats)
    by_limit = _by_limit(index, listed, chance, passages)
    figures["misreads_found"] = by_limit[-1].misreads_found
    figures["lost_digits_found"] = by_limit[-1].lost_digits_found
    figures["false_per_100k"] = by_limit[-1].false_per_100k
    partial = ListIndex.from_columns(listed.columns(MatchPolicy.EXACT, partial=min(_PARTIAL, entries)), costs)
    figures |= _paces("partial_us", lambda keys: partial.match(keys, 0), seen, repeats)
    return MatchFigures(entries, passages, figures, by_limit)


def resident_mb() -> float | None:
    """Return the memory of this process, MB; None where the system does not say."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return None
    fields = dict(line.split(":", 1) for line in status.read_text("utf-8").splitlines() if ":" in line)
    return int(fields["VmRSS"].split()[0]) * 1024 / _MB


def _memory(entries: int, seed: int, costs: Confusions) -> dict[str, float | None]:
    """Build the list alone: what it takes, and how long."""
    ListIndex.from_columns(draw(np.random.default_rng(seed), 1000).columns(MatchPolicy.CONFUSABLE), costs)
    gc.collect()
    before = resident_mb()
    index, build_s = _built(entries, seed, costs)
    gc.collect()
    after = resident_mb()
    size = index.nbytes / _MB
    del index
    tracemalloc.start()
    try:
        kept = _built(entries, seed, costs)
        gc.collect()
        traced, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del kept
    plates = draw(np.random.default_rng(seed), entries)
    start = time.process_time()
    ListIndex.of(plates.as_entries(MatchPolicy.CONFUSABLE), costs)
    return {
        "memory_mb": after - before if before is not None and after is not None else None,
        "traced_mb": traced / _MB,
        "traced_peak_mb": peak / _MB,
        "arrays_mb": size,
        "build_s": build_s,
        "build_from_entries_s": time.process_time() - start,
    }


def _built(entries: int, seed: int, costs: Confusions) -> tuple[ListIndex, float]:
    columns = draw(np.random.default_rng(seed), entries).columns(MatchPolicy.CONFUSABLE)
    start = time.process_time()
    return ListIndex.from_columns(columns, costs), time.process_time() - start


def _traffic(chance: np.random.Generator, listed: Plates, passages: int) -> list[PlateKey]:
    """Draw passages: a few of listed plates among those of everybody."""
    keys = draw(chance, passages).as_keys()
    for place in np.flatnonzero(chance.random(passages) < _LISTED_SHARE).tolist():
        row = int(chance.integers(len(listed)))
        keys[place] = Plates(listed.texts[row : row + 1], listed.kinds[row : row + 1]).as_keys()[0]
    return keys


def _paces(
    name: str, match: Callable[[Sequence[PlateKey]], tuple[ListMatch, ...]], keys: list[PlateKey], repeats: int
) -> dict[str, float]:
    """Return microseconds per passage, in batches: of the core's time the best run and the median, and the wall's."""
    batches = [keys[start : start + BATCH] for start in range(0, len(keys), BATCH)]
    cpu, wall = [], []
    for _ in range(repeats):
        before, began = time.process_time(), time.perf_counter()
        for batch in batches:
            match(batch)
        cpu.append((time.process_time() - before) / len(keys) * 1e6)
        wall.append((time.perf_counter() - began) / len(keys) * 1e6)
    return {name: min(cpu), f"{name}_median": float(np.median(cpu)), f"{name}_wall": min(wall)}


def _change_ms(index: ListIndex, repeats: int) -> float:
    fresh = [ListEntry(len(index) + number, "A123BC77", "ru", "1") for number in range(_CHANGES // 2)]
    paces = []
    for _ in range(repeats):
        start = time.process_time()
        index.with_changes(fresh, range(_CHANGES // 2))
        paces.append(1e3 * (time.process_time() - start))
    return min(paces)


def _by_limit(index: ListIndex, listed: Plates, chance: np.random.Generator, passages: int) -> tuple[LimitFigures, ...]:
    rows = chance.integers(len(listed), size=min(_MISREADS, passages))
    true = Plates(listed.texts[rows], listed.kinds[rows])
    costs = index.neighbours.confusions
    swapped = _costs_of_true(index, *misread(chance, true, costs), rows)
    lost = _costs_of_true(index, *lose_digit(true), rows)
    false, innocent = costs_of_innocent(index, draw(chance, passages).as_keys())
    limits = [share * costs.limits.most_cost for share in LIMITS]
    return tuple(
        LimitFigures(
            limit,
            misreads_found=float((swapped <= limit).mean()),
            lost_digits_found=float((lost <= limit).mean()),
            false_per_100k=(per := float((false <= limit).sum()) / max(innocent, 1) * PER),
            false_per_1000_entries=per * 1000 / len(index),
        )
        for limit in limits
    )


def _costs_of_true(
    index: ListIndex, plates: Plates, chosen: NDArray[np.int64], rows: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return what each true entry was found at; infinite: it was not."""
    costs, keys, meant = np.full(len(plates), np.inf), plates.as_keys(), rows[chosen]
    for start in range(0, len(keys), BATCH):
        for match in index.match(keys[start : start + BATCH]):
            if match.entry == meant[start + match.seen]:
                costs[start + match.seen] = match.cost
    return costs


def costs_of_innocent(
    index: ListIndex, keys: list[PlateKey], most_cost: float | None = None
) -> tuple[NDArray[np.float64], int]:
    """Return the least cost at which each innocent passage matches somebody, and how many passages are innocent.

    ``most_cost`` is how far is looked; without it the limit of the file of costs holds.
    """
    costs, is_innocent = np.full(len(keys), np.inf), np.ones(len(keys), np.bool_)
    for start in range(0, len(keys), BATCH):
        for match in index.match(keys[start : start + BATCH], most_cost):
            at = start + match.seen
            costs[at] = min(costs[at], match.cost)
            is_innocent[at] &= match.kind is not MatchKind.EXACT
    return costs[is_innocent], int(is_innocent.sum())
