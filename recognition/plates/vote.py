"""One vehicle, one plate: all looks of a track vote, weighted by how good each look was.

Never the first read, never the most confident one alone: a text wins by the looks that agree on it.  A single look
wins only when it is very sure and nothing speaks against it, and is marked by ``support = 1``.  The key is (region,
type, text), so the same text in two types stays two keys.  Two reads of one frame are one look.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from recognition.contracts import PlateConsensus, PlateRead

MIN_SUPPORT = 2
SURE_SINGLE_LOOK = 0.88
MIN_SHARE = 0.34
"""A winner with less than a third of the weight is noise, not a plate."""
MIN_CONFIDENCE = 0.3
"""Looks that agree only weakly are lettering on a bus, not a plate."""

_FULL_SIZE_PX = 24.0
"""Plate height from which more pixels add no more weight."""
_MAX_ALTERNATIVES = 5
_DOUBT_OF_ONE_LOOK = 0.35

Key = tuple[str, str, str]


@dataclass(frozen=True)
class _Tally:
    key: Key
    looks: tuple[PlateRead, ...]
    weight: float


def vote(reads: Iterable[PlateRead]) -> PlateConsensus | None:
    """Return the consensus of the looks, or None when they do not agree enough to name a plate.

    ``confidence`` is share of the weight × mean confidence of the agreeing looks × a factor that grows with
    their number: it is an ordering by strength, not yet a calibrated probability.
    """
    looks = _one_read_per_frame(reads)
    if not looks:
        return None
    tallies = _tally(looks)
    winner, total = tallies[0], sum(one.weight for one in tallies)
    share = winner.weight / total
    if not _is_enough(winner, share, looks=len(looks)):
        return None
    support = len(winner.looks)
    mean = sum(look.confidence for look in winner.looks) / support
    confidence = round(share * mean * (1.0 - _DOUBT_OF_ONE_LOOK / support), 6)
    if confidence < MIN_CONFIDENCE:
        return None
    best = max(winner.looks, key=lambda look: (look_weight(look), look.confidence, -look.frame_sequence))
    return PlateConsensus(
        plate=winner.key[2],
        plate_region=winner.key[0],
        plate_type=winner.key[1],
        confidence=confidence,
        support=support,
        looks=len(looks),
        alternatives=_alternatives(tallies[1:], total),
        best=best,
    )


def _one_read_per_frame(reads: Iterable[PlateRead]) -> list[PlateRead]:
    kept: dict[int, PlateRead] = {}
    for read in reads:
        other = kept.get(read.frame_sequence)
        if other is None or (read.confidence, read.plate) > (other.confidence, other.plate):
            kept[read.frame_sequence] = read
    return [kept[sequence] for sequence in sorted(kept)]


def _tally(looks: Iterable[PlateRead]) -> list[_Tally]:
    groups: dict[Key, list[PlateRead]] = defaultdict(list)
    for look in looks:
        groups[look.plate_region, look.plate_type, look.plate].append(look)
    tallies = [_Tally(key, tuple(group), sum(look_weight(look) for look in group)) for key, group in groups.items()]
    return sorted(tallies, key=lambda one: (-one.weight, -len(one.looks), one.key))


def look_weight(look: PlateRead) -> float:
    """Weight of one look: squared confidence times the area of a glyph.

    So many poor looks do not beat a few good ones: a reader is as sure of a small digit as of a large one, and wrong.
    """
    return look.confidence**2 * min(1.0, look.height_px / _FULL_SIZE_PX) ** 2


def _is_enough(winner: _Tally, share: float, *, looks: int) -> bool:
    if len(winner.looks) >= MIN_SUPPORT:
        return share >= MIN_SHARE
    return looks == 1 and winner.looks[0].confidence >= SURE_SINGLE_LOOK


def _alternatives(tallies: Iterable[_Tally], total: float) -> tuple[tuple[str, float], ...]:
    """Other texts and their share of the weight; a text in two types is counted once."""
    shares: dict[str, float] = defaultdict(float)
    for tally in tallies:
        shares[tally.key[2]] += tally.weight / total
    ordered = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((text, round(share, 6)) for text, share in ordered[:_MAX_ALTERNATIVES])
