"""From what the reader saw to the plates it may have been: the cheapest way through each layout.

Every place of a layout must be filled by a glyph that was seen: a glyph is kept, swapped for one it is often taken
for, or skipped as dirt; nothing is invented.  Costs are negative natural logarithms and add up.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recognition.contracts import CharacterRead
from recognition.plates.confusion import confusion_cost
from recognition.plates.grammar import DIGITS, Grammar, Layout

_LEAST_PROBABILITY = 0.02
_SKIP_COST = 1.3
_INNER_SKIP_COST = 2.2
_MAX_SKIPPED = 3
_GLYPH_BONUS = 0.45
"""A glyph that was seen speaks for the longer text: without it, seven poor glyphs would beat eight."""
_FOREIGN_COST = 0.7
_BACKGROUND_COST = 0.9
_VEHICLE_COST = 0.3
_MAX_SINGLE_LOOK_CONFIDENCE = 0.97
"""The reader's softmax says 1.00 on motion blur; one look is never certain."""


@dataclass(frozen=True)
class Hints:
    """What else is known where the glyphs were read: home country of the camera, plate colour, vehicle class."""

    home: str | None = None
    background: str | None = None
    vehicle: str | None = None


@dataclass(frozen=True)
class Candidate:
    """One plate the glyphs may mean; ``cost`` ranks, ``confidence`` is about the glyphs (0 to 1)."""

    plate: str
    plate_region: str
    plate_type: str
    cost: float
    confidence: float
    characters: tuple[CharacterRead, ...]


def decode(
    characters: Sequence[CharacterRead],
    grammars: Iterable[Grammar],
    hints: Hints | None = None,
    *,
    limit: int = 5,
) -> tuple[Candidate, ...]:
    """Return the plates the glyphs may mean, cheapest first, one per (region, type, text); empty if none fits.

    The confidence of the first falls when another text is nearly as cheap.
    """
    given = hints or Hints()
    best: dict[tuple[str, str, str], Candidate] = {}
    for grammar in grammars:
        seen = _without_noise(characters, grammar.noise)
        for layout in grammar.layouts:
            candidate = _fit(seen, grammar, layout, given)
            if candidate is None:
                continue
            key = (candidate.plate_region, candidate.plate_type, candidate.plate)
            if key not in best or candidate.cost < best[key].cost:
                best[key] = candidate
    ordered = sorted(best.values(), key=lambda one: (one.cost, one.plate_region, one.plate_type, one.plate))
    return tuple(_with_margin(one, ordered) for one in ordered[:limit])


def characters_of(text: str, confidences: Sequence[float] | None = None) -> tuple[CharacterRead, ...]:
    """Make glyphs of a plain text, for readers that give no alternatives."""
    given = confidences if confidences is not None else [1.0] * len(text)
    return tuple(CharacterRead(character=mark, confidence=one) for mark, one in zip(text, given, strict=True))


def _without_noise(characters: Sequence[CharacterRead], noise: Iterable[str]) -> tuple[CharacterRead, ...]:
    """Drop words that are printed on the plate but are no part of its number (``RUS``)."""
    text = "".join(one.character for one in characters)
    for word in noise:
        at = text.rfind(word)
        if at >= 0 and len(text) - len(word) >= len(word):
            return tuple(characters[:at]) + tuple(characters[at + len(word) :])
    return tuple(characters)


def _fit(seen: Sequence[CharacterRead], grammar: Grammar, layout: Layout, hints: Hints) -> Candidate | None:
    if not 0 <= len(seen) - len(layout.slots) <= _MAX_SKIPPED:
        return None
    path = _cheapest_path(seen, layout.slots)
    if path is None:
        return None
    reading_cost, characters = path
    text = "".join(one.character for one in characters)
    # LOTOS on a boot lid is no LO705: some digit must have been seen as a digit.
    if not grammar.allows(text) or not any(one.character in DIGITS for one in seen):
        return None
    text_cost = grammar.text_cost(text, layout)
    confidence = math.exp(-(reading_cost + text_cost) / len(text))
    return Candidate(
        plate=text,
        plate_region=grammar.plate_region,
        plate_type=layout.plate_type,
        cost=reading_cost + text_cost + layout.cost + _hint_cost(grammar, layout, hints) - _GLYPH_BONUS * len(text),
        confidence=min(confidence, _MAX_SINGLE_LOOK_CONFIDENCE),
        characters=characters,
    )


def _hint_cost(grammar: Grammar, layout: Layout, hints: Hints) -> float:
    cost = _FOREIGN_COST if hints.home not in {None, grammar.plate_region} else 0.0
    if hints.background is not None and layout.background:
        cost += -_BACKGROUND_COST if hints.background in layout.background else _BACKGROUND_COST
    if hints.vehicle is not None and layout.vehicles and hints.vehicle not in layout.vehicles:
        cost += _VEHICLE_COST
    return cost


def _cheapest_path(
    seen: Sequence[CharacterRead], slots: Sequence[frozenset[str]]
) -> tuple[float, tuple[CharacterRead, ...]] | None:
    """Fill all slots in order from the glyphs, skipping some; the glyphs outside the first and last are edge dirt."""
    states: list[tuple[float, tuple[CharacterRead, ...]] | None] = [(0.0, ())] + [None] * len(slots)
    for glyph in seen:
        for filled in range(len(slots), -1, -1):
            state = states[filled]
            skip_cost = (_SKIP_COST if filled in {0, len(slots)} else _INNER_SKIP_COST) * (0.4 + 0.6 * glyph.confidence)
            options = [(state[0] + skip_cost, state[1])] if state is not None else []
            before = states[filled - 1] if filled else None
            match = _best_match(glyph, slots[filled - 1]) if before is not None else None
            if before is not None and match is not None:
                options.append((before[0] + match[0], (*before[1], match[1])))
            states[filled] = min(options, key=lambda option: option[0]) if options else None
    return states[len(slots)]


def _best_match(glyph: CharacterRead, slot: frozenset[str]) -> tuple[float, CharacterRead] | None:
    """Return the cheapest character of the slot that the glyph may be, with its cost."""
    options: dict[str, float] = {}
    for mark, probability in ((glyph.character, glyph.confidence), *glyph.alternatives):
        base = -math.log(max(probability, _LEAST_PROBABILITY))
        for meant in slot:
            swap = confusion_cost(mark, meant)
            if swap is not None:
                options[meant] = min(base + swap, options.get(meant, math.inf))
    if not options:
        return None
    meant = min(options, key=lambda mark: (options[mark], mark))
    if meant == glyph.character:
        return options[meant], glyph
    others = tuple(pair for pair in ((glyph.character, glyph.confidence), *glyph.alternatives) if pair[0] != meant)
    return options[meant], CharacterRead(
        character=meant, confidence=min(1.0, math.exp(-options[meant])), alternatives=others
    )


def _with_margin(candidate: Candidate, ordered: Sequence[Candidate]) -> Candidate:
    rivals = [one.cost for one in ordered if one.plate != candidate.plate]
    if not rivals:
        return candidate
    margin = min(rivals) - candidate.cost
    factor = 1.0 / (1.0 + math.exp(-2.0 * margin))
    return Candidate(
        plate=candidate.plate,
        plate_region=candidate.plate_region,
        plate_type=candidate.plate_type,
        cost=candidate.cost,
        confidence=candidate.confidence * factor,
        characters=candidate.characters,
    )
