"""Misreads counted: each read laid along the truth, by glyph, place and kind of error.  Pure but for its files.

    python -m models.evaluation.misread_counts --reads FILE --out COUNTS.json [--misreads MISREADS.json] --about TEXT

A read counts where the product gives it out, from the confidence at which a look is readable.  Glyphs are counted
where country, type and length are right and no more than two of them differ: beyond, nothing says what was taken for
what.
"""

import argparse
import itertools
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from models.evaluation.confusions import CameraRead, load_reads
from models.evaluation.misread_alignment import Alignment, Error, align_read, code_place
from recognition.plates.match_costs import growing_code_at, sorts_of
from recognition.vision.look import UNREADABLE_BELOW

CONFIDENCES: Final = (0.3, 0.5, 0.7, 0.8, 0.88, 0.95, 1.0)


@dataclass(frozen=True)
class Exposure:
    """Places of one sort: their glyphs (``alphabet``), the weight's name, and what stood there and was misread.

    ``meant`` is glyph → times it stood there; ``misread`` meant and seen glyph → times.
    """

    alphabet: str
    weight_name: str
    is_edge: bool
    meant: dict[str, int]
    misread: dict[str, int]


@dataclass(frozen=True)
class Counts:
    """All that is counted: ``code`` is edit → (times, plates it might have happened to)."""

    plates: int
    given: int
    errors: dict[str, int]
    exposures: tuple[Exposure, ...]
    code: dict[str, tuple[int, int]]
    by_confidence: tuple[tuple[float, float, int, int, int], ...]
    by_place: dict[str, dict[str, Any]]


def count(reads: Iterable[CameraRead], least: float = UNREADABLE_BELOW) -> Counts:
    """Count the reads that are given out, of all that were made."""
    every = tuple(reads)
    given = [(one, align_read(one)) for one in every if one.confidence is not None and one.confidence >= least]
    errors = Counter(str(found.error) for _, found in given)
    return Counts(
        len(every), len(given), dict(errors), _exposures(given), _code(given), _confidences(every), _places(given)
    )


def load_counts(path: Path) -> Counts:
    """Read counts that ``main`` wrote; what else the file holds is about the run."""
    data = json.loads(path.read_text("utf-8"))["counts"]
    exposures = tuple(Exposure(**one) for one in data["exposures"])
    code = {edit: (times, of) for edit, (times, of) in data["code"].items()}
    return Counts(**(data | {"exposures": exposures, "code": code}))


def _exposures(given: list[tuple[CameraRead, Alignment]]) -> tuple[Exposure, ...]:
    meant: dict[tuple[str, str, bool], Counter[str]] = {}
    misread: dict[tuple[str, str, bool], Counter[str]] = {}
    for one, found in given:
        if found.error in {Error.NONE, Error.SWAP, Error.TWO_SWAPS}:
            swaps = {at: pair + seen for at, pair, seen in found.swaps}
            for at, sort in enumerate(sorts_of(one.plate_region, one.plate_type, len(one.true))):
                key = ("".join(sorted(sort.allowed or ())), sort.weight_name, sort.is_edge)
                meant.setdefault(key, Counter())[one.true[at]] += 1
                misread.setdefault(key, Counter()).update([swaps[at]] if at in swaps else [])
    return tuple(Exposure(*key, _sorted(meant[key]), _sorted(misread[key])) for key in sorted(meant))


def _code(given: list[tuple[CameraRead, Alignment]]) -> dict[str, tuple[int, int]]:
    times, of = Counter[str](), Counter[str]()
    for one, found in given:
        length = len(one.true)
        if growing_code_at(one.plate_region, one.plate_type, length) is not None:
            of.update(f"extra_{place}" for place in ("leading", "doubled", "other"))
        if (start := growing_code_at(one.plate_region, one.plate_type, length - 1)) is not None:
            of.update({f"lost_{code_place(one.true, at, start)}" for at in range(start, length)})
        if found.code_place:
            times[f"{found.error.removeprefix('code_')}_{found.code_place}"] += 1
    return {edit: (times[edit], of[edit]) for edit in sorted(of)}


def _confidences(every: tuple[CameraRead, ...]) -> tuple[tuple[float, float, int, int, int], ...]:
    """Return (from, below, reads, with another text, with the text but another country or type) by confidence."""
    rows = []
    for low, high in itertools.pairwise(CONFIDENCES):
        inside = [one for one in every if one.confidence is not None and low <= one.confidence < high]
        misread = sum(one.read != one.true for one in inside)
        rows.append((low, high, len(inside), misread, sum(align_read(one).error is Error.OTHER_KIND for one in inside)))
    return tuple(rows)


def _places(given: list[tuple[CameraRead, Alignment]]) -> dict[str, dict[str, Any]]:
    """Return country/type/length → plates, and in how many each place was misread."""
    plates, misread = Counter[str](), Counter[tuple[str, int]]()
    lengths: dict[str, int] = {}
    for one, found in given:
        kind = f"{one.plate_region}/{one.plate_type}/{len(one.true)}"
        plates[kind] += 1
        lengths[kind] = len(one.true)
        misread.update((kind, at) for at, _, _ in found.swaps if found.error in {Error.SWAP, Error.TWO_SWAPS})
    return {
        kind: {"plates": plates[kind], "misread": [misread[kind, at] for at in range(lengths[kind])]}
        for kind in sorted(plates)
    }


def _sorted(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items()))


def _misreads(reads: Iterable[CameraRead], least: float = UNREADABLE_BELOW) -> list[dict[str, Any]]:
    """Return the given reads whose key is wrong."""
    return [
        {name: value for name, value in asdict(one).items() if name not in {"number", "width_px"}}
        | {"error": str(found.error)}
        for one in reads
        if one.confidence is not None and one.confidence >= least and (found := align_read(one)).error is not Error.NONE
    ]


def main() -> None:
    """Count a run, and keep the counts and the misreads themselves."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--reads", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--misreads", type=Path)
    arguments.add_argument("--about", required=True, help="how, on what and when the plates were read")
    given = arguments.parse_args()
    reads = load_reads(given.reads)
    counts = asdict(count(reads))
    given.out.write_text(json.dumps({"about": given.about, "counts": counts}, indent=1) + "\n", "utf-8")
    if given.misreads is not None:
        rows = _misreads(reads)
        head = {name: counts[name] for name in ("plates", "given", "errors", "by_confidence")}
        lines = ",\n".join(json.dumps(row) for row in rows)
        text = json.dumps({"about": given.about} | head, indent=1)[:-2]
        given.misreads.write_text(f'{text},\n "misreads": [\n{lines}\n]}}\n', "utf-8")


if __name__ == "__main__":
    main()
