"""Plates for the bench: drawn from the grammars of several countries, and misread as the table of costs says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import MatchPolicy, PlateKey
from recognition.plates import Grammar, Layout, load_grammars
from recognition.plates.list_columns import EntryColumns
from recognition.plates.list_entry import MIN_KNOWN, POLICIES, ListEntry
from recognition.plates.list_hash import UNKNOWN, WIDTH, Texts, text_bytes
from recognition.plates.match_costs import Confusions, Place, growing_code_at, places_of

SHARES: Final = {
    ("ru", "1"): 0.60, ("ru", "1b"): 0.03, ("ru", "2"): 0.04, ("ru", "4"): 0.03, ("kz", "standard"): 0.06,
    ("by", "standard"): 0.05, ("de", "standard"): 0.06, ("pl", "standard"): 0.04, ("gb", "standard"): 0.05,
    ("fr", "standard"): 0.04,
}  # fmt: skip
"""What the road carries: country and type of plate, and their share."""
KINDS: Final = tuple(SHARES)


@dataclass(frozen=True, eq=False, slots=True)
class Plates:
    """Drawn plates: ``texts`` ``(n, 12) uint8``, ``kinds`` ``(n,)`` into ``KINDS``."""

    texts: Texts
    kinds: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.kinds)

    def columns(self, policy: MatchPolicy, *, partial: int = 0) -> EntryColumns:
        """Return the plates as entries 0, 1, …; so many of them lack two characters, in many different places."""
        policies, texts = np.full(len(self), POLICIES.index(policy), np.uint8), self.texts.copy()
        lengths = np.count_nonzero(texts, axis=1)
        rows = np.flatnonzero(lengths >= MIN_KNOWN + 2)[:partial]
        policies[rows] = POLICIES.index(MatchPolicy.PARTIAL)
        for places in (np.arange(len(rows)), np.arange(len(rows)) // 5 + 3):
            texts[rows, places % lengths[rows]] = ord(UNKNOWN)
        return EntryColumns(np.arange(len(self), dtype=np.int64), texts, self.kinds, policies, KINDS)

    def as_keys(self) -> list[PlateKey]:
        """Return the plates as keys."""
        return [
            PlateKey(plate=text, plate_region=region, plate_type=plate_type)
            for text, (region, plate_type) in self._plain()
        ]

    def as_entries(self, policy: MatchPolicy) -> Iterator[ListEntry]:
        """Yield the plates as entries 0, 1, … of one policy."""
        for number, (text, kind) in enumerate(self._plain()):
            yield ListEntry(number, text, *kind, policy)

    def _plain(self) -> Iterator[tuple[str, tuple[str, str]]]:
        for row, kind in zip(self.texts, self.kinds.tolist(), strict=True):
            yield row.tobytes().rstrip(b"\0").decode("ascii"), KINDS[kind]


def draw(chance: np.random.Generator, count: int) -> Plates:
    """Draw plates of all kinds by their shares, in random order."""
    counts = chance.multinomial(count, tuple(SHARES.values()))
    kinds = np.repeat(np.arange(len(KINDS), dtype=np.uint16), counts)
    texts = np.concatenate([_texts(chance, kind, int(n)) for kind, n in zip(KINDS, counts, strict=True)])
    order = chance.permutation(count)
    return Plates(texts[order], kinds[order])


def _texts(chance: np.random.Generator, kind: tuple[str, str], count: int) -> Texts:
    (grammar,) = load_grammars((kind[0],))
    layouts = [layout for layout in grammar.layouts if layout.plate_type == kind[1]]
    parts = chance.multinomial(count, [1 / len(layouts)] * len(layouts))
    drawn = [_of_layout(chance, grammar, each, int(n)) for each, n in zip(layouts, parts, strict=True)]
    return np.concatenate(drawn)


def _of_layout(chance: np.random.Generator, grammar: Grammar, layout: Layout, count: int) -> Texts:
    texts = np.zeros((count, WIDTH), np.uint8)
    for place, slot in enumerate(layout.slots):
        texts[:, place] = chance.choice(np.frombuffer("".join(sorted(slot)).encode(), np.uint8), count)
    if layout.code_at is not None:
        start, end = layout.code_at
        if codes := sorted(code for code in grammar.codes if len(code) == end - start):
            texts[:, start:end] = text_bytes(codes)[chance.integers(len(codes), size=count), : end - start]
    return texts


def misread(chance: np.random.Generator, plates: Plates, confusions: Confusions) -> tuple[Plates, NDArray[np.int64]]:
    """Misread one character of each plate, in any place, as often as the table says it is taken for another there.

    Returns the plates and the rows they were drawn from: those of which no glyph is ever mistaken are left out.
    """
    groups, often = _chances(plates, confusions)
    places = _picked(chance, often.sum(axis=2)[groups, plates.texts])
    rows = np.flatnonzero(places >= 0)
    texts, places, each = plates.texts[rows], places[rows], np.arange(len(rows))
    texts[each, places] = _picked(chance, often[groups[rows, places], texts[each, places]])
    return Plates(texts, plates.kinds[rows]), rows


def _chances(plates: Plates, confusions: Confusions) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the sort of every place ``(n, 12)``, and how often which is taken for which ``(s, 128, 128)``."""
    known: dict[Place, int] = {Place(frozenset(), 1.0): 0}
    groups, lengths = np.zeros(plates.texts.shape, np.int64), np.count_nonzero(plates.texts, axis=1)
    for number, kind in enumerate(KINDS):
        for length in range(1, WIDTH + 1):
            places = places_of(*kind, length, confusions.weights)
            is_such = (plates.kinds == number) & (lengths == length)
            groups[is_such, :length] = [known.setdefault(place, len(known)) for place in places]
    often = np.zeros((len(known), 128, 128))
    for place, group in known.items():
        for (meant, seen), cost in confusions.pairs.items():
            if place.allowed is None or seen in place.allowed:
                often[group, ord(meant), ord(seen)] = np.exp(-cost * place.weight)
    return groups, often


def lose_digit(plates: Plates) -> tuple[Plates, NDArray[np.int64]]:
    """Lose the leading digit of every region's code of three; returns plates and rows, the others left out."""
    lengths = np.count_nonzero(plates.texts, axis=1)
    starts = np.full(len(plates), -1)
    for number, kind in enumerate(KINDS):
        for length in range(2, WIDTH):
            if (start := growing_code_at(*kind, length)) is not None:
                starts[(plates.kinds == number) & (lengths == length + 1)] = start
    rows = np.flatnonzero(starts >= 0)
    padded = np.hstack((plates.texts[rows], np.zeros((len(rows), 1), np.uint8)))
    at = np.arange(WIDTH)
    return Plates(np.take_along_axis(padded, at + (at >= starts[rows, None]), axis=1), plates.kinds[rows]), rows


def _picked(chance: np.random.Generator, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Pick one column of each row by its weight; -1 where all are 0."""
    sums = np.cumsum(weights, axis=1)
    picked: NDArray[np.int64] = (sums <= chance.random((len(weights), 1)) * sums[:, -1:]).sum(axis=1)
    return np.where(sums[:, -1] > 0, picked, -1)
