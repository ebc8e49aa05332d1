"""What stands on a plate: a text of a country's grammar, cut into the groups the eye sees."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from recognition.plates import Grammar, Layout, load_grammars

COUNTRY_WEIGHTS = {
    "ru": 0.33, "us": 0.24, "br": 0.12, "eu": 0.06, "de": 0.035, "pl": 0.03, "gb": 0.03, "it": 0.02, "fr": 0.02,
    "es": 0.02, "ro": 0.02, "sk": 0.02, "cz": 0.02, "nl": 0.015, "be": 0.01, "hu": 0.01, "ua": 0.02, "by": 0.015,
    "kz": 0.015,
}  # fmt: skip
"""How often each country is drawn; a country without an entry, as one added later, gets ``_OTHER_WEIGHT``."""
_OTHER_WEIGHT = 0.01
_KNOWN_CODE = 0.85
_TYPE_WEIGHTS = {
    ("ru", "1"): 10.0, ("ru", "1a"): 2.5, ("ru", "1b"): 1.5, ("ru", "4"): 2.0, ("ru", "10"): 0.3,
    ("br", "grey"): 5.0, ("br", "mercosur"): 3.0, ("us", "general"): 5.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlateText:
    """A text, what plate it stands on, and its groups; ``rows`` holds the groups of each row from top to bottom."""

    text: str
    country: str
    layout: Layout
    rows: tuple[tuple[str, ...], ...]


def choose_text(rng: np.random.Generator, country: str | None = None, plate_type: str | None = None) -> PlateText:
    """Make up a plate that the grammars allow.

    Args:
        rng: where chance comes from.
        country: only this country (``ru``).
        plate_type: only this type of it.

    Raises:
        KeyError: no such country, or it has no such type.
    """
    grammars = _grammars()
    if country is None:
        names = tuple(grammars)
        weights = np.array([COUNTRY_WEIGHTS.get(name, _OTHER_WEIGHT) for name in names])
        country = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    grammar = grammars[country]
    layouts = [one for one in grammar.layouts if plate_type in {None, one.plate_type}]
    if not layouts:
        raise KeyError(f"{country} has no plates of type {plate_type}")
    kinds = sorted({one.plate_type for one in layouts})
    weights = np.array([_TYPE_WEIGHTS.get((country, kind), 1.0) for kind in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
    fitting = [one for one in layouts if one.plate_type == kind]
    layout = fitting[int(rng.integers(len(fitting)))]
    text = _fill(rng, grammar, layout)
    return PlateText(text, country, layout, _rows(rng, text, layout))


@cache
def _grammars() -> dict[str, Grammar]:
    return {one.plate_region: one for one in load_grammars()}


def _fill(rng: np.random.Generator, grammar: Grammar, layout: Layout) -> str:
    while True:
        marks = [sorted(slot)[int(rng.integers(len(slot)))] for slot in layout.slots]
        if layout.code_at is not None and rng.random() < _KNOWN_CODE:
            size = layout.code_at[1] - layout.code_at[0]
            codes = sorted(code for code in grammar.codes if len(code) == size)
            if codes:
                marks[slice(*layout.code_at)] = codes[int(rng.integers(len(codes)))]
        if rng.random() < 0.04:  # plates people pay for: one digit again and again
            digit = str(rng.integers(10))
            end = layout.code_at[0] if layout.code_at and layout.code_at[0] else len(marks)
            marks = [digit if mark.isdigit() and place < end and digit in layout.slots[place] else mark
                     for place, mark in enumerate(marks)]  # fmt: skip
        text = "".join(marks)
        if grammar.allows(text):
            return text


def _rows(rng: np.random.Generator, text: str, layout: Layout) -> tuple[tuple[str, ...], ...]:
    gaps = sorted(layout.gaps - {0})
    if layout.plate_type == "general" and len(text) > 4:
        gaps = sorted({int(rng.integers(1, len(text) - 1)) for _ in range(int(rng.integers(0, 3)))})
    groups = [text[start:end] for start, end in zip([0, *gaps], [*gaps, len(text)], strict=True)]
    if layout.row_at is None:
        return (tuple(groups),)
    first = gaps.index(layout.row_at) + 1
    return (tuple(groups[:first]), tuple(groups[first:]))
