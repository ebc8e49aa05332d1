"""States of a case as one table, and the gates a candidate must pass again at the centre.  Pure.

A candidate whose rule only warns or counts never reaches a state from which a decree can be issued (HARMS D23).
The first of two approvals leaves the state as it was: whoever has not decided yet cannot tell that somebody has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import floor
from typing import Final

from fines_api.jurisdictions import Article, Law, LawStatus
from fines_api.kit.errors import ConflictError
from recognition.contracts import Certificate, ClockQuality, Measurement, RuleMode, VehicleClass


class CaseState(StrEnum):
    """Where a case stands."""

    HELD = "held"
    SHADOWED = "shadowed"
    WARNED = "warned"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    EVIDENCE_INSUFFICIENT = "evidence_insufficient"
    DECREED = "decreed"
    PAID = "paid"
    APPEALED = "appealed"
    CANCELLED = "cancelled"


class CaseEvent(StrEnum):
    """What moves a case."""

    APPROVE_FIRST = "approve_first"
    APPROVE = "approve"
    REJECT = "reject"
    FIND_INSUFFICIENT = "find_insufficient"
    ISSUE_DECREE = "issue_decree"
    SETTLE = "settle"
    APPEAL = "appeal"
    UPHOLD = "uphold"
    CANCEL = "cancel"


TRANSITIONS: Final[dict[tuple[CaseState, CaseEvent], CaseState]] = {
    (CaseState.HELD, CaseEvent.REJECT): CaseState.REJECTED,
    (CaseState.HELD, CaseEvent.FIND_INSUFFICIENT): CaseState.EVIDENCE_INSUFFICIENT,
    (CaseState.UNDER_REVIEW, CaseEvent.APPROVE_FIRST): CaseState.UNDER_REVIEW,
    (CaseState.UNDER_REVIEW, CaseEvent.APPROVE): CaseState.APPROVED,
    (CaseState.UNDER_REVIEW, CaseEvent.REJECT): CaseState.REJECTED,
    (CaseState.UNDER_REVIEW, CaseEvent.FIND_INSUFFICIENT): CaseState.EVIDENCE_INSUFFICIENT,
    (CaseState.APPROVED, CaseEvent.ISSUE_DECREE): CaseState.DECREED,
    (CaseState.DECREED, CaseEvent.SETTLE): CaseState.PAID,
    (CaseState.DECREED, CaseEvent.APPEAL): CaseState.APPEALED,
    (CaseState.DECREED, CaseEvent.CANCEL): CaseState.CANCELLED,
    (CaseState.APPEALED, CaseEvent.UPHOLD): CaseState.DECREED,
    (CaseState.APPEALED, CaseEvent.CANCEL): CaseState.CANCELLED,
    (CaseState.PAID, CaseEvent.APPEAL): CaseState.APPEALED,
    (CaseState.PAID, CaseEvent.CANCEL): CaseState.CANCELLED,
}


def next_state(state: CaseState, event: CaseEvent) -> CaseState:
    """Return the state after the event.

    Raises:
        ConflictError: the table does not allow it (``case.transition_refused``).
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise ConflictError(
            f"a case that is {state.value} cannot {event.value}",
            code="case.transition_refused",
            hint="load the case again: somebody may have decided it meanwhile",
        ) from None


class HoldReason(StrEnum):
    """Why a candidate stops at the centre; a person sees it, nobody is fined."""

    CERTIFICATE_INVALID = "certificate_invalid"
    CLOCK_UNCERTAIN = "clock_uncertain"
    LIMITATION_PASSED = "limitation_passed"
    CLASS_CONFLICT = "class_conflict"
    CLONE_SUSPECTED = "clone_suspected"
    DUPLICATE_ACT = "duplicate_act"
    MEASUREMENT_INVALID = "measurement_invalid"
    IMPLAUSIBLE_SPEED = "implausible_speed"
    NO_ARTICLE = "no_article"


@dataclass(frozen=True, slots=True)
class Look:
    """What a vehicle looks like, as far as it is known."""

    vehicle_class: VehicleClass | None
    make: str | None = None
    colour: str | None = None


def is_same_look(shown: Look, registered: Look | None) -> bool:
    """Tell whether the vehicle shown is the registered one rather than a clone of it.

    The class must agree and so must make and colour where both sides know them, and one of these must be known at all:
    a clone is nearly always of the same class, so the class alone clears nobody (HARMS D17).
    """
    if registered is None or shown.vehicle_class in {None, VehicleClass.UNKNOWN}:
        return False
    pairs = ((shown.make, registered.make), (shown.colour, registered.colour))
    known = [(seen.casefold().strip(), listed.casefold().strip()) for seen, listed in pairs if seen and listed]
    is_alike = bool(known) and all(seen == listed for seen, listed in known)
    return is_alike and shown.vehicle_class is registered.vehicle_class


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gates look at."""

    rule: str
    occurred_at: datetime
    now: datetime
    is_in_time: bool
    clock: ClockQuality
    certificate: Certificate | None
    measurement: Measurement | None
    limit_kmh: float | None
    excess_kmh: float | None
    vehicle_class: VehicleClass
    registered_class: VehicleClass | None
    article: Article | None
    is_duplicate: bool
    is_clone_suspected: bool = False
    is_same_look: bool = False


@dataclass(frozen=True, slots=True)
class GateResult:
    """One check: passed, or the reason it stopped the candidate."""

    gate: HoldReason
    is_passed: bool

    def as_json(self) -> dict[str, object]:
        """Return it as it is kept in the case."""
        return {"gate": self.gate.value, "is_passed": self.is_passed}


_ORDER: Final = (RuleMode.OFF, RuleMode.SHADOW, RuleMode.WARN, RuleMode.FINE)


def effective_mode(modes: Sequence[RuleMode], article: Article | None) -> RuleMode:
    """Return the mildest of the modes; law that nobody verified only counts."""
    is_unverified = article is not None and article.status is not LawStatus.VERIFIED
    ceiling = RuleMode.SHADOW if is_unverified else RuleMode.FINE
    return min((*modes, ceiling), key=_ORDER.index)


def run_gates(facts: Facts, law: Law) -> tuple[GateResult, ...]:
    """Check everything, stop at nothing: the officer sees all reasons at once."""
    checks = {
        HoldReason.CERTIFICATE_INVALID: _is_certified(facts),
        HoldReason.CLOCK_UNCERTAIN: _is_clock_good(facts, law),
        HoldReason.LIMITATION_PASSED: facts.is_in_time,
        HoldReason.CLASS_CONFLICT: _is_class_agreed(facts),
        HoldReason.CLONE_SUSPECTED: not facts.is_clone_suspected or facts.is_same_look,
        HoldReason.DUPLICATE_ACT: not facts.is_duplicate,
        HoldReason.MEASUREMENT_INVALID: _is_measured(facts),
        HoldReason.IMPLAUSIBLE_SPEED: _is_plausible(facts, law),
        HoldReason.NO_ARTICLE: facts.article is not None,
    }
    return tuple(GateResult(gate, is_passed) for gate, is_passed in checks.items())


def opening_state(mode: RuleMode, gates: Sequence[GateResult]) -> CaseState:
    """Return the state in which a case begins."""
    if mode in {RuleMode.OFF, RuleMode.SHADOW}:
        return CaseState.SHADOWED
    if not all(gate.is_passed for gate in gates):
        return CaseState.HELD
    return CaseState.UNDER_REVIEW if mode is RuleMode.FINE else CaseState.WARNED


def _is_certified(facts: Facts) -> bool:
    certificate = facts.certificate
    return certificate is not None and certificate.verified_at <= facts.occurred_at <= certificate.valid_until


def _is_clock_good(facts: Facts, law: Law) -> bool:
    bound_ms = facts.clock.bound_ms
    is_future = facts.occurred_at > facts.now + timedelta(milliseconds=law.limits.clock_bound_ms)
    return not is_future and bound_ms is not None and bound_ms <= law.limits.clock_bound_ms


def _is_class_agreed(facts: Facts) -> bool:
    unknown = {None, VehicleClass.UNKNOWN}
    if facts.vehicle_class in unknown or facts.registered_class in unknown:
        return True
    return facts.vehicle_class is facts.registered_class


def _is_measured(facts: Facts) -> bool:
    measurement = facts.measurement
    if facts.limit_kmh is None and facts.excess_kmh is None:
        return measurement is None or measurement.is_valid
    if measurement is None or not measurement.is_valid or facts.limit_kmh is None or facts.excess_kmh is None:
        return False
    # One part in a million of slack: the device subtracts in its own order, and floor() has no mercy.
    return facts.excess_kmh <= floor(measurement.value - measurement.expanded_uncertainty - facts.limit_kmh + 1e-6)


def _is_plausible(facts: Facts, law: Law) -> bool:
    if facts.limit_kmh is None or facts.measurement is None:
        return True
    return facts.measurement.value <= law.limits.plausible_speed_kmh
