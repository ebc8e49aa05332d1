"""Which glyphs a reader takes for which others, and what believing in the swap costs.

Costs are negative natural logarithms: 0.1 is "as good as the same glyph", 1.2 is "seen now and then".  They only
bridge a letter and a digit, or a letter the country does not use, where the plate's layout says which it must be;
two digits or two letters that may both stand in a place are told apart by the reader's own alternatives alone.
Sources: users' reports on D/0 and 1/I (CodeProject.AI-Server#336), O/0, B/8, T/7 on Russian plates.
"""

from typing import Final

_PAIRS: Final[dict[str, float]] = {
    "0O": 0.1,
    "0Q": 0.4,
    "0D": 0.4,
    "0U": 1.2,
    "0C": 1.0,
    "1I": 0.1,
    "1T": 0.9,
    "1L": 0.5,
    "1J": 0.7,
    "2Z": 0.3,
    "3E": 1.1,
    "3B": 1.2,
    "4A": 0.6,
    "5S": 0.3,
    "6G": 0.4,
    "6C": 1.2,
    "6B": 1.1,
    "7T": 0.6,
    "7Y": 1.0,
    "7Z": 0.9,
    "8B": 0.4,
    "8E": 1.2,
    "9P": 1.1,
    "9G": 1.0,
    "OD": 0.5,
    "OQ": 0.3,
    "OU": 1.0,
    "CG": 0.6,
    "HN": 0.4,
    "HW": 1.1,
    "MN": 0.9,
    "MW": 0.9,
    "PR": 0.7,
    "PF": 0.9,
    "KR": 1.0,
    "EF": 0.8,
    "TI": 0.8,
    "TL": 1.2,
    "YV": 0.6,
    "XV": 1.1,
    "BR": 1.0,
    "BS": 1.2,
    "CL": 1.2,
    "AR": 1.2,
}

_COST: Final[dict[tuple[str, str], float]] = {
    pair: cost for glyphs, cost in _PAIRS.items() for pair in ((glyphs[0], glyphs[1]), (glyphs[1], glyphs[0]))
}


def confusion_cost(seen: str, meant: str) -> float | None:
    """Return the cost of believing that a glyph read as ``seen`` is ``meant``; None: nobody takes one for the other."""
    return 0.0 if seen == meant else _COST.get((seen, meant))
