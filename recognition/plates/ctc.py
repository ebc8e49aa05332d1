"""What a reader's steps say: glyphs, the likeliest texts, and how likely any text is (Graves et al., ICML 2006).

``steps`` are probabilities ``(T, 37)`` float64: column 0 is the blank, column i the i-th character of ``ALPHABET``.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SURELY_BLANK = 0.999
_LEAST = 1e-7
_WEAK_GLYPH = 0.02
_BRANCHES = 4
_WORTH_A_BRANCH = 0.004

Steps = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class Glyph:
    """One place where the reader saw ink: ``chances`` ``(36,)`` of each character, ``blank`` that it is none."""

    chances: NDArray[np.float64]
    blank: float


def squeeze(steps: Steps) -> Steps:
    """Merge runs of steps that are surely blank: they only part glyphs, and one does that as well as ten."""
    is_blank = steps[:, 0] > _SURELY_BLANK
    kept = ~is_blank | ~np.concatenate([[False], is_blank[:-1]])
    return np.asarray(np.maximum(steps[kept], _LEAST), np.float64)


def glyphs(steps: Steps) -> tuple[Glyph, ...]:
    """Return the places of ink in order, also faint ones: peaks of what is not blank, parted where the mark changes."""
    found: list[Glyph] = []
    best = steps[:, 1:].argmax(axis=1)
    ink = 1.0 - steps[:, 0]
    at = 0
    while at < len(steps):
        if ink[at] < _WEAK_GLYPH:
            at += 1
            continue
        end = at + 1
        while end < len(steps) and ink[end] >= _WEAK_GLYPH and best[end] == best[at]:
            end += 1
        peak = at + int(ink[at:end].argmax())
        found.append(Glyph(steps[peak, 1:], float(steps[peak, 0])))
        at = end
    return tuple(found)


def greedy(steps: Steps) -> str:
    """Return the text of the likeliest character of each step: what the reader says before any grammar."""
    best = steps.argmax(axis=1)
    kept = best[(best != 0) & (best != np.concatenate([[0], best[:-1]]))]
    return "".join(ALPHABET[place - 1] for place in kept)


def likeliest(steps: Steps, *, width: int = 10) -> list[str]:
    """Return up to ``width`` texts by prefix beam search, likeliest first."""
    beams: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}  # text: chance ending in blank, chance ending in its glyph
    for row in steps:
        order = np.argsort(-row[1:])[:_BRANCHES]
        marks = [(ALPHABET[place], float(row[place + 1])) for place in order if row[place + 1] > _WORTH_A_BRANCH]
        grown: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for text, (ends_blank, ends_glyph) in beams.items():
            total = ends_blank + ends_glyph
            grown[text][0] += total * float(row[0])
            if text:
                grown[text][1] += ends_glyph * float(row[1 + ALPHABET.index(text[-1])])
            for mark, chance in marks:
                before = ends_blank if text.endswith(mark) else total
                grown[text + mark][1] += before * chance
        best = sorted(grown.items(), key=lambda item: (-sum(item[1]), item[0]))[:width]
        scale = 1.0 / max(sum(best[0][1]), 1e-300)
        beams = {text: (ends[0] * scale, ends[1] * scale) for text, ends in best}
    return sorted(beams, key=lambda text: (-sum(beams[text]), text))


def log_likelihoods(steps: Steps, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the natural logarithm of each text's chance, summed over all its alignments, ``(len(texts),)``."""
    if not texts:
        return np.zeros(0)
    longest = max(len(text) for text in texts)
    places = np.zeros((len(texts), 2 * longest + 1), dtype=np.intp)
    is_used = np.zeros(places.shape, dtype=bool)
    for row, text in enumerate(texts):
        places[row, 1 : 2 * len(text) : 2] = [1 + ALPHABET.index(mark) for mark in text]
        is_used[row, : 2 * len(text) + 1] = True
    may_skip = np.zeros(places.shape, dtype=bool)
    may_skip[:, 2:] = (places[:, 2:] != 0) & (places[:, 2:] != places[:, :-2])
    forward = np.zeros(places.shape)
    forward[:, 0] = 1.0
    logs = np.zeros(len(texts))
    for number, row in enumerate(steps):
        moved = forward.copy()
        if number == 0:
            moved[:, 1:2] = 1.0 if longest else 0.0
        else:
            moved[:, 1:] += forward[:, :-1]
            moved[:, 2:] += np.where(may_skip[:, 2:], forward[:, :-2], 0.0)
        forward = np.where(is_used, moved * row[places], 0.0)
        scale = np.maximum(forward.max(axis=1), 1e-300)
        forward /= scale[:, None]
        logs += np.log(scale)
    ends = np.array([2 * len(text) for text in texts])
    rows = np.arange(len(texts))
    last = forward[rows, ends] + np.where(ends > 0, forward[rows, np.maximum(ends - 1, 0)], 0.0)
    return np.asarray(logs + np.log(np.maximum(last, 1e-300)), dtype=np.float64)
