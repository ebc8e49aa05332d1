"""Counted misreads made into what a misread costs a hotlist, with the table set by hand as what is believed before.

    python -m models.evaluation.misread_costs --counts FILE --out recognition/plates/match_costs.toml
        [--most-cost C] [--cheap-most C]

The chance that glyph m is given out as s, where s may stand, is estimated as for a Dirichlet prior of ``worth`` glyphs:

    p(s | m) = (n(m, s) + worth · prior(s | m)) / (N(m, s) + worth)

n is how often it happened, N how often m stood in places that may hold s, and the prior spreads the misread rate of
the whole run as the hand's table does: rate · exp(−hand's cost) / (its mean sum), with one cost, ``unlisted``, for all
pairs the hand left out.  So what was never seen keeps its prior, a little less the more often it might have happened.
``worth`` and ``unlisted`` are where the counts are likeliest (negative binomial: a Poisson count under a gamma prior).

A cost is −ln(p / the greatest p), at least ``_LEAST_COST``.  A sort of place in which misreads are rarer or commoner
than its glyphs let expect has a weight that moves the mean cost of its misreads by −ln of that ratio.

The shipped limit, 3, calls up as many innocent passages as the hand's table did at its own (``fines-api bench
misreads`` with the run the counts are of).  Pairs beyond it are left out.
"""

import argparse
import json
import math
import textwrap
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.evaluation.misread_counts import Counts, load_counts
from recognition.plates.match_costs import CodeCosts, Confusions, Limits, Weights, load_confusions

PRIOR: Final = Path(__file__).with_name("match_costs_by_hand.toml")
_UNLISTED: Final = (1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
_LEAST_COST: Final = 0.05
_WORTHS: Final = (50.0, 100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0)
_CALM: Final = 20.0
"""So many misreads as expected are added to both sides of a weight's ratio."""
_COMMENT: Final = 115
_DEAREST_PLACE: Final = 1.2
"""As the hand had it: drawn figures are plainer than stamped ones, and few misreads of the number were seen."""
_WEIGHTS: Final = ("letter", "digit", "either", "code")

Pair = tuple[str, str]


@dataclass(frozen=True)
class Pairs:
    """By (meant, seen): times it happened, times it might have, and the prior's chance."""

    times: dict[Pair, int]
    of: dict[Pair, int]
    prior: dict[Pair, float]
    scale: float
    """The chance of a misread whose cost by hand is 0."""


def gather(counts: Counts, hand: Confusions, unlisted: float) -> Pairs:
    """Sum the counts over all places, and spread the run's misread rate as the hand's table does."""
    times, of, stood = Counter[Pair](), Counter[Pair](), 0
    for place in counts.exposures:
        times.update({(pair[0], pair[1]): n for pair, n in place.misread.items()})
        stood += sum(place.meant.values())
        of.update({(m, s): n for m, n in place.meant.items() for s in place.alphabet if s != m})
    weight = {pair: math.exp(-hand.pairs.get(pair, unlisted)) for pair in of}
    scale = sum(times.values()) / max(sum(of[pair] * weight[pair] for pair in of), 1e-9) if stood else 0.0
    return Pairs(dict(times), dict(of), {pair: scale * weight[pair] for pair in of}, scale)


def prior_of(counts: Counts, hand: Confusions) -> tuple[float, float]:
    """Return what makes the counts likeliest: the cost of unlisted pairs, and how many glyphs the prior is worth."""
    found = {}
    for unlisted in _UNLISTED:
        pairs = gather(counts, hand, unlisted)
        for worth in _WORTHS:
            found[unlisted, worth] = sum(_log_chance(pairs, pair, worth) for pair in pairs.of)
    return max(found, key=lambda chosen: found[chosen])


def chances(pairs: Pairs, worth: float) -> dict[Pair, float]:
    """Return the chance of each pair, per glyph that might be misread so."""
    return {
        pair: (pairs.times.get(pair, 0) + worth * pairs.prior[pair]) / (of + worth) for pair, of in pairs.of.items()
    }


def weights_of(counts: Counts, chance: Mapping[Pair, float], top: float) -> Weights:
    """Return what costs are multiplied by in each sort of place; ``open`` ones, which nobody drew, as the dearest."""
    found = {name: _weight(counts, chance, top, name, is_edge=None) for name in _WEIGHTS}
    edge = _weight(counts, chance, top, None, is_edge=True) / _weight(counts, chance, top, None, is_edge=False)
    return Weights(**found, open=max(found.values()), edge=round(edge, 2))


def code_chances(counts: Counts, hand: CodeCosts, scale: float, worth: float) -> dict[str, float]:
    """Return the chance that a region's code loses a digit or gets one too many, per plate it might befall."""
    found = {}
    for edit, by_hand in hand.model_dump().items():
        times, of = counts.code.get(edit, (0, 0))
        found[edit] = (times + worth * scale * math.exp(-by_hand)) / (of + worth)
    return found


def measured(counts: Counts, hand: Confusions, limits: Limits | None = None) -> Confusions:
    """Return the table the counts make of the hand's; it holds no pair dearer than the limit."""
    unlisted, worth = prior_of(counts, hand)
    pairs = gather(counts, hand, unlisted)
    chance, edits = chances(pairs, worth), code_chances(counts, hand.code, pairs.scale, worth)
    top = max(*chance.values(), *edits.values())
    bounds = limits or hand.limits
    costs = {pair: cost for pair, p in sorted(chance.items()) if (cost := _cost(p, top)) <= bounds.most_cost}
    code = CodeCosts(**{edit: _cost(p, top) for edit, p in edits.items()})
    note = f"the prior: {worth:g} glyphs, {unlisted:g} for an unlisted pair"
    return Confusions(note, bounds, weights_of(counts, chance, top), code, costs)


def as_toml(table: Confusions, about: str, counts: Counts) -> str:
    """Write a table in the form of ``match_costs.toml``."""
    glyphs = sum(sum(one.misread.values()) for one in counts.exposures)
    lines = [
        "# What a reader takes for what, for finding listed plates that were misread.",
        "#",
        "# Measured from the project's own reader, written by models.evaluation.misread_costs (which tells how)",
        "# of models/evaluation/confusions.json; before, models/evaluation/match_costs_by_hand.toml was believed.",
        *(f"# {line}" for line in textwrap.wrap(about, _COMMENT)),
        f"# {counts.plates} plates, {counts.given} given out, {glyphs} glyphs misread; {table.provenance}.",
        "#",
        "# A cost is -ln of how often a misread happens beside the commonest one, each of the glyphs it might befall.",
        f"provenance = {json.dumps('measured: ' + about)}",
    ]
    for name, values in (("limits", table.limits), ("weights", table.weights), ("code", table.code)):
        lines += ["", f"[{name}]", *(f"{key} = {value:g}" for key, value in values.model_dump().items())]
    lines += ["", "# The glyph that was meant, then the one that was read.", "[one_way]"]
    lines += [f"{meant}{seen} = {cost:g}" for (meant, seen), cost in table.pairs.items()]
    return "\n".join(lines) + "\n"


def _cost(p: float, top: float) -> float:
    return round(max(_LEAST_COST, -math.log(p / top)), 2)


def _weight(
    counts: Counts, chance: Mapping[Pair, float], top: float, name: str | None, *, is_edge: bool | None
) -> float:
    """Return the weight of places of one name, or at the edge or not: 1 − ln(seen / expected) / mean cost."""
    seen = expected = cost = 0.0
    for place in counts.exposures:
        if name in {None, place.weight_name} and is_edge in {None, place.is_edge}:
            seen += sum(place.misread.values())
            for m, n in place.meant.items():
                for s in place.alphabet:
                    if s != m:
                        expected += n * chance[m, s]
                        cost -= n * chance[m, s] * math.log(chance[m, s] / top)
    if expected <= 0 or cost <= 0:
        return 1.0
    ratio = (seen + _CALM) / (expected + _CALM)
    return round(min(_DEAREST_PLACE, max(0.5, 1.0 - math.log(ratio) / (cost / expected))), 2)


def _log_chance(pairs: Pairs, pair: Pair, worth: float) -> float:
    """Return ln of the chance of the count: negative binomial with shape worth · prior and rate worth."""
    n, shape, of = pairs.times.get(pair, 0), worth * pairs.prior[pair], pairs.of[pair]
    odds = math.lgamma(n + shape) - math.lgamma(shape) - math.lgamma(n + 1)
    return odds + shape * math.log(worth / (worth + of)) + n * math.log(of / (worth + of))


def main() -> None:
    """Make the table of the counts and write it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--counts", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--most-cost", type=float)
    arguments.add_argument("--cheap-most", type=float)
    given = arguments.parse_args()
    hand, counts = load_confusions(PRIOR), load_counts(given.counts)
    limits = Limits(
        most_cost=given.most_cost or hand.limits.most_cost, cheap_most=given.cheap_most or hand.limits.cheap_most
    )
    about = json.loads(given.counts.read_text("utf-8"))["about"]
    given.out.write_text(as_toml(measured(counts, hand, limits), about, counts), "utf-8")


if __name__ == "__main__":
    main()
