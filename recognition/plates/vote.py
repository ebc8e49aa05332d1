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
MIN_CONFIDENCE = 0.5
"""What is more likely wrong than right is no plate: looks that agree only weakly are lettering on a bus."""

_FULL_SIZE_PX = 24.0
"""Plate height from which more pixels add no more weight."""
_MAX_ALTERNATIVES = 5
_WORTH_OF_A_FURTHER_LOOK = 0.7
"""Looks at one plate share their light, dirt and angle: a further one takes away at most 70 % of the doubt left."""
_MOST = 0.999

Key = tuple[str, str, str]


@dataclass(frozen=True)
class _Tally:
    key: Key
    looks: tuple[PlateRead, ...]
    weight: float


def vote(reads: Iterable[PlateRead]) -> PlateConsensus | None:
    """Return the consensus of the looks, or None when they do not agree enough to name a plate.

    ``confidence`` is the chance that the winner is right: its looks against those of the strongest other text, each
    text's looks taken together as partly independent witnesses (see ``together``).
    """
    looks = _one_read_per_frame(reads)
    if not looks:
        return None
    tallies = _tally(looks)
    winner, total = tallies[0], sum(one.weight for one in tallies)
    share = winner.weight / total
    if not _is_enough(winner, share, looks=len(looks)):
        return None
    confidence = _confidence(winner, tallies[1:])
    if confidence < MIN_CONFIDENCE:
        return None
    best = max(winner.looks, key=lambda look: (look_weight(look), look.confidence, -look.frame_sequence))
    return PlateConsensus(
        plate=winner.key[2],
        plate_region=winner.key[0],
        plate_type=winner.key[1],
        confidence=confidence,
        support=len(winner.looks),
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


def together(confidences: Iterable[float]) -> float:
    """Return how sure looks that agree are together: the best one's doubt, lessened by each further one."""
    doubt = 1.0
    for place, confidence in enumerate(sorted(confidences, reverse=True)):
        doubt *= 1.0 - confidence * (_WORTH_OF_A_FURTHER_LOOK if place else 1.0)
    return 1.0 - doubt


def _confidence(winner: _Tally, others: Iterable[_Tally]) -> float:
    """Weigh "the winner is right" against "another text is" and "none is"; types of one text do not contradict it."""
    rivals: dict[str, list[float]] = defaultdict(list)
    for tally in others:
        rivals[tally.key[2]] += [look.confidence for look in tally.looks]
    same = rivals.pop(winner.key[2], [])
    sure = together([*(look.confidence for look in winner.looks), *same])
    rival = max((together(confidences) for confidences in rivals.values()), default=0.0)
    right, wrong, none = sure * (1 - rival), rival * (1 - sure), (1 - sure) * (1 - rival)
    return round(min(_MOST, right / max(right + wrong + none, 1e-9)), 6)


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
