"""How uncertain a speed may be before nobody may be fined for it."""

from recognition.contracts import Measurement

LEGAL_LIMIT_KMH = 3.0
LEGAL_LIMIT_RELATIVE = 0.03
LEGAL_LIMIT_BREAK_KMH = 100.0
"""Error limits of speed meters in use: 3 km/h up to 100 km/h, 3 % above (PTB-A 18.11 and national likes)."""
TOO_UNCERTAIN = "uncertainty_over_half_limit"


def uncertainty_limit_kmh(value_kmh: float) -> float:
    """Return the largest expanded uncertainty of an enforceable speed: half the legal error limit."""
    if value_kmh <= LEGAL_LIMIT_BREAK_KMH:
        return LEGAL_LIMIT_KMH / 2
    return value_kmh * LEGAL_LIMIT_RELATIVE / 2


def is_too_uncertain(speed: Measurement) -> bool:
    """Tell whether a speed may be counted but not fined."""
    return speed.expanded_uncertainty > uncertainty_limit_kmh(speed.value)
