"""How much a hit is worth, 0 to 1, and why: a product of factors, each told with its facts.  Pure.

The score orders the wall and is told to the officer; it decides nothing.
"""

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from fines_api.hotlists.appearance import is_colour_conflict, is_make_conflict
from fines_api.hotlists.policy import is_class_conflict
from recognition.contracts import HotlistEntryRecord, MatchKind, ScoreReason, VehicleClass
from recognition.plates import ListMatch

_ONE_LOOK: Final = 0.8
_CLASS: Final = {"agrees": 1.0, "unknown": 0.85, "conflicts": 0.1}
_CARD: Final = {"agrees": 1.0, "unknown": 0.95, "conflicts": 0.2}
_OLDEST: Final = 0.5
_STALE: Final = 0.2


@dataclass(frozen=True)
class Looks:
    """What the camera made of the plate and the vehicle; make and colour are empty where nobody knows them."""

    plate: str
    confidence: float
    support: int
    looks: int
    vehicle_class: VehicleClass
    make: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Score:
    """The value and what made it."""

    value: float
    reasons: tuple[ScoreReason, ...]


def score_of(
    entry: HotlistEntryRecord, match: ListMatch, looks: Looks, age: timedelta, confirm_every: timedelta
) -> Score:
    """Judge a hit by its match, the read, the vehicle and the age of what the source said."""
    reasons = (
        _match(match, looks.plate),
        ScoreReason(code="read", factor=looks.confidence, facts={"confidence": round(looks.confidence, 4)}),
        _support(looks),
        _vehicle_class(entry.vehicle_class, looks.vehicle_class),
        _appearance(entry, looks),
        _age(age, confirm_every),
    )
    return Score(round(math.prod(reason.factor for reason in reasons), 4), reasons)


def _match(match: ListMatch, seen: str) -> ScoreReason:
    facts: dict[str, str | int | float] = {"kind": match.kind.value, "listed": match.listed, "seen": seen}
    if match.kind is MatchKind.EXACT:
        return ScoreReason(code="match", factor=1.0, facts=facts)
    facts["listed_at"] = ",".join(map(str, match.listed_at))
    facts["seen_at"] = ",".join(map(str, match.seen_at))
    if match.kind is MatchKind.PARTIAL:
        share = 1 - len(match.listed_at) / len(match.listed)
        return ScoreReason(code="match", factor=round(0.5 * share, 4), facts=facts)
    facts["cost"] = round(match.cost, 4)
    return ScoreReason(code="match", factor=round(0.5 * math.exp(-match.cost), 4), facts=facts)


def _support(looks: Looks) -> ScoreReason:
    factor = (0.5 + 0.5 * min(1.0, looks.support / looks.looks)) * (_ONE_LOOK if looks.looks == 1 else 1.0)
    return ScoreReason(code="looks", factor=round(factor, 4), facts={"support": looks.support, "looks": looks.looks})


def _vehicle_class(listed: VehicleClass, seen: VehicleClass) -> ScoreReason:
    if VehicleClass.UNKNOWN in {listed, seen}:
        answer = "unknown"
    else:
        answer = "conflicts" if is_class_conflict(listed, seen) else "agrees"
    facts: dict[str, str | int | float] = {"answer": answer, "listed": listed.value, "seen": seen.value}
    return ScoreReason(code="vehicle_class", factor=_CLASS[answer], facts=facts)


def _appearance(entry: HotlistEntryRecord, looks: Looks) -> ScoreReason:
    known = [pair for pair in ((entry.make, looks.make), (entry.colour, looks.colour)) if all(pair)]
    if is_make_conflict(entry.make, looks.make) or is_colour_conflict(entry.colour, looks.colour):
        answer = "conflicts"
    else:
        answer = "agrees" if known else "unknown"
    facts: dict[str, str | int | float] = {
        "answer": answer,
        "listed": " ".join(filter(None, (entry.make, entry.colour))),
        "seen": " ".join(filter(None, (looks.make, looks.colour))),
    }
    return ScoreReason(code="appearance", factor=_CARD[answer], facts=facts)


def _age(age: timedelta, confirm_every: timedelta) -> ScoreReason:
    share = max(0.0, age / confirm_every)
    factor = _STALE if share > 1 else 1 - (1 - _OLDEST) * share
    days = round(max(0.0, age / timedelta(days=1)), 2)
    return ScoreReason(code="age", factor=round(factor, 4), facts={"days": days, "of_days": confirm_every.days})
