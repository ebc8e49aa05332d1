"""From what the reader saw to the plates it may have been: Bayes' rule over texts, countries and types.

The reader says how likely each glyph is and which kinds of plate the picture shows; a country's grammar says which
texts there are.  A text is believed by the product of the three, so a layout decides between a letter and a digit
without forbidding what no grammar knows: every country keeps a small share for texts outside its layouts.
"""

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
from numpy.typing import NDArray

from recognition.contracts import CharacterRead
from recognition.plates.align import Ink, characters, fill
from recognition.plates.calibration import Calibration, Evidence
from recognition.plates.ctc import ALPHABET, Glyph, Steps, glyphs, likeliest, log_likelihoods, squeeze
from recognition.plates.grammar import Grammar, Layout

NOTHING = "none/none"
"""The kind of what is no plate."""
OPEN_TYPE = "other"
"""The type of a text that no layout of its country fits."""
_PLAUSIBLE_KIND = 0.004
_HOME_ODDS = 3.0
_STRANGE_ODDS = 0.5
_GRAMMAR_WEIGHT = 0.3
"""The reader has learned some of the grammar from its examples; counting all of it again would be believing twice."""
_LEAST_COUNTRY = 1e-5
_MIN_GLYPHS = 3
_WORTH_TELLING = 0.01
_TEXTS_TOLD = 6
_LENGTHS = range(2, 11)
_TWINS = {"0": "O", "O": "0", "1": "I", "I": "1"}
_MOST_TWINS = 4
_TWIN_LOG = -3.0
"""On grey Brazilian, British and many American plates they are one glyph: only a layout can tell, and where none does,
the confidence must say so."""


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """What the reader gave for one straightened plate.

    Attributes:
        steps: ``(T, 37)`` probabilities, see ``recognition.plates.ctc``.
        kinds: ``country/type`` → probability; ``none/none`` is "this is no plate".
    """

    steps: Steps
    kinds: Mapping[str, float]


@dataclass(frozen=True)
class Hints:
    """What else is known where the glyphs were read: home country of the camera, vehicle class, height in pixels."""

    home: str | None = None
    vehicle: str | None = None
    height_px: float = 24.0


@dataclass(frozen=True)
class Candidate:
    """One plate the glyphs may mean.

    Attributes:
        plate_type: type of the plate that is seen; the type of its key is ``series``.
        belief: share of all belief in this (text, country, type), 0 to 1; candidates are ordered by it.
        confidence: calibrated chance that the text is right, 0 to 1; the same for all types of one text.
        evidence: what the confidence of the best was made of.
    """

    plate: str
    plate_region: str
    plate_type: str
    series: str
    belief: float
    confidence: float
    characters: tuple[CharacterRead, ...] = field(repr=False)
    evidence: Evidence = field(repr=False, hash=False)


@dataclass(frozen=True, slots=True)
class _Weights:
    """Belief in each (country, type) of one text."""

    text: str
    kinds: dict[tuple[str, str], float]

    @property
    def total(self) -> float:
        return sum(self.kinds.values())


def decode(
    reading: Reading,
    grammars: Iterable[Grammar],
    hints: Hints | None = None,
    *,
    further: Sequence[Reading] = (),
    calibration: Calibration | None = None,
    limit: int = 6,
) -> tuple[Candidate, ...]:
    """Return the plates the reading may mean, best first; empty when nothing that could be a plate was seen.

    Args:
        reading: what the reader saw.
        grammars: countries whose plates are known.
        hints: what else is known.
        further: other cuts of the same plate; every text is judged by the mean over all cuts.
        calibration: what belief is worth.
        limit: candidates at the most.
    """
    given, known = hints or Hints(), tuple(grammars)
    cuts = [squeeze(one.steps) for one in (reading, *further)]
    seen = glyphs(cuts[0])
    if sum(1.0 - one.blank for one in seen) < _MIN_GLYPHS - 0.5:
        return ()
    chances = _mean_kinds((reading, *further))
    kinds = _weighted(chances, known, given)
    likely = [likeliest(steps) for steps in cuts]
    found = {text for one in likely for text in one}
    found |= {text for steps in cuts for text in _grammatical(glyphs(steps), known, kinds)}
    found |= {twin for one in likely for text in one[:2] for twin, _ in _twins(text)}
    texts = sorted(text for text in found if len(text) >= _MIN_GLYPHS)
    logs = _alike(texts, np.mean([log_likelihoods(steps, texts) for steps in cuts], axis=0))
    weights = [
        _weigh(text, float(log), known, kinds) for text, log in zip(texts, logs, strict=True) if log > max(logs) - 18
    ]
    weights.sort(key=lambda one: (-one.total, one.text))
    whole = sum(one.total for one in weights)
    if not weights or whole <= 0:
        return ()
    best = weights[0]
    evidence = Evidence(
        margin=best.total / whole,
        likelihood=float(logs[texts.index(best.text)]) / len(best.text),
        nothing=chances.get(NOTHING, 0.0),
        height_px=given.height_px,
    )
    confidence = (calibration or Calibration()).confidence(**evidence)
    series = {(one.plate_region, layout.plate_type): layout.series for one in known for layout in one.layouts}
    return _candidates(weights, seen, series, evidence, confidence)[:limit]


def _twins(text: str) -> list[tuple[str, int]]:
    """Return the texts that differ only in characters many typefaces draw alike, and in how many."""
    places = [at for at, mark in enumerate(text) if mark in _TWINS][:_MOST_TWINS]
    found = []
    for count in range(1, len(places) + 1):
        for swapped in itertools.combinations(places, count):
            marks = [_TWINS[mark] if at in swapped else mark for at, mark in enumerate(text)]
            found.append(("".join(marks), count))
    return found


def _alike(texts: Sequence[str], logs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logs where no text is much less likely than its twins: shape alone does not part O from 0."""
    place = {text: number for number, text in enumerate(texts)}
    raised = logs.copy()
    for text, number in place.items():
        for twin, swaps in _twins(text):
            if twin in place:
                raised[number] = max(raised[number], logs[place[twin]] + swaps * _TWIN_LOG)
    return raised


def _mean_kinds(readings: Sequence[Reading]) -> dict[str, float]:
    return {kind: float(np.mean([one.kinds[kind] for one in readings])) for kind in readings[0].kinds}


def _weighted(kinds: Mapping[str, float], grammars: Sequence[Grammar], hints: Hints) -> dict[str, float]:
    """Return kind → belief before the text is looked at; countries the reader never learned keep a little."""
    learned = {kind.split("/")[0] for kind in kinds}
    beliefs = {kind: float(chance) for kind, chance in kinds.items() if kind != NOTHING}
    for grammar in grammars:
        if grammar.plate_region not in learned:
            types = {layout.plate_type for layout in grammar.layouts}
            beliefs.update({f"{grammar.plate_region}/{kind}": 0.05 / len(types) for kind in types})
    for grammar in grammars:
        _share_out(beliefs, grammar, grammars)
    strange = _strange_to(hints.vehicle, grammars)
    for kind in beliefs:
        beliefs[kind] *= _HOME_ODDS if kind.split("/")[0] == hints.home else 1.0
        beliefs[kind] *= _STRANGE_ODDS if kind in strange else 1.0
    whole = sum(beliefs.values()) or 1.0
    return {kind: chance / whole for kind, chance in beliefs.items()}


def _share_out(beliefs: dict[str, float], grammar: Grammar, grammars: Sequence[Grammar]) -> None:
    """Give half of the belief in "one of these countries" to the countries it stands for, evenly."""
    members = [one for one in grammars if one.plate_region in grammar.stands_for]
    for plate_type in grammar.plate_types if members else ():
        kind = f"{grammar.plate_region}/{plate_type}"
        half = beliefs.get(kind, 0.0) / 2
        beliefs[kind] = half
        for member in members:
            for its_type in member.plate_types:
                its_kind = f"{member.plate_region}/{its_type}"
                beliefs[its_kind] = beliefs.get(its_kind, 0.0) + half / len(members) / len(member.plate_types)


def _strange_to(vehicle: str | None, grammars: Sequence[Grammar]) -> set[str]:
    """Return the kinds that the vehicle's class does not carry; detectors take lorries for cars, so it only leans."""
    if vehicle is None:
        return set()
    return {
        f"{grammar.plate_region}/{layout.plate_type}"
        for grammar in grammars
        for layout in grammar.layouts
        if layout.vehicles and vehicle not in layout.vehicles
    }


def _grammatical(seen: Sequence[Glyph], grammars: Sequence[Grammar], kinds: Mapping[str, float]) -> set[str]:
    """Return the best text of each layout of each kind that the plate may be."""
    if not seen:
        return set()
    ink = Ink.of(seen)
    texts = set()
    for grammar in grammars:
        for layout in grammar.layouts:
            if kinds.get(f"{grammar.plate_region}/{layout.plate_type}", 0.0) < _PLAUSIBLE_KIND:
                continue
            text = fill(ink, layout)
            if text is not None:
                texts.add(text)
    return texts


def _weigh(text: str, log: float, grammars: Sequence[Grammar], kinds: Mapping[str, float]) -> _Weights:
    """Return the belief in the text for each country and type it may stand on."""
    found: dict[tuple[str, str], float] = {}
    outside = -len(text) * math.log(len(ALPHABET)) - math.log(len(_LENGTHS))
    for grammar in grammars:
        region = grammar.plate_region
        by_type = {one: kinds.get(f"{region}/{one}", 0.0) for one in grammar.plate_types}
        total = sum(by_type.values())
        if total < _LEAST_COUNTRY:
            continue
        options = {OPEN_TYPE: math.log(total * grammar.outside_share) + _GRAMMAR_WEIGHT * outside}
        for layout, share in _shares(grammar).get(len(text), ()):
            chance = by_type[layout.plate_type]
            if chance > 0 and layout.fits(text) and grammar.allows(text):
                value = math.log(chance) + _GRAMMAR_WEIGHT * (share - grammar.text_cost(text, layout))
                options[layout.plate_type] = max(options.get(layout.plate_type, -math.inf), value)
        for kind, value in options.items():
            found[region, kind] = math.exp(value + log)
    return _Weights(text, found)


@cache
def _shares(grammar: Grammar) -> dict[int, tuple[tuple[Layout, float], ...]]:
    """Return length → layouts of that length, each with the log of one text's share among all texts of its type."""
    counts = Counter(one.plate_type for one in grammar.layouts)
    found: dict[int, tuple[tuple[Layout, float], ...]] = {}
    for one in grammar.layouts:
        share = -sum(math.log(len(slot)) for slot in one.slots) - math.log(counts[one.plate_type])
        found[len(one.slots)] = (*found.get(len(one.slots), ()), (one, share))
    return found


def _candidates(
    weights: Sequence[_Weights],
    seen: Sequence[Glyph],
    series: Mapping[tuple[str, str], str],
    evidence: Evidence,
    confidence: float,
) -> tuple[Candidate, ...]:
    """Return (text, country, type) by belief; other texts share what confidence the best leaves."""
    ink = Ink.of(seen)
    whole = sum(one.total for one in weights)
    rest = max(whole - weights[0].total, 1e-300)
    found = []
    for number, one in enumerate(weights[:_TEXTS_TOLD]):
        share = confidence if number == 0 else (1.0 - confidence) * one.total / rest
        marks = characters(one.text, ink)
        for (region, kind), weight in one.kinds.items():
            if weight / whole >= _WORTH_TELLING * (one.total / whole):
                key_type = series.get((region, kind), kind)
                chance = min(share, confidence)
                found.append(Candidate(one.text, region, kind, key_type, weight / whole, chance, marks, evidence))
    return tuple(sorted(found, key=lambda one: (-one.confidence, -one.belief, one.plate_region, one.plate_type)))
