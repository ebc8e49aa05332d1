from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fines_api.cases.policy import (
    TRANSITIONS,
    CaseEvent,
    CaseState,
    Facts,
    HoldReason,
    Look,
    effective_mode,
    is_same_look,
    next_state,
    opening_state,
    run_gates,
)
from fines_api.jurisdictions import LawStatus, load_law
from fines_api.kit.errors import ConflictError
from fines_api.tariffs import article_for
from recognition.contracts import Certificate, ClockQuality, ClockSource, Measurement, RuleMode, VehicleClass

LAW = load_law("ru")
AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ARTICLE = article_for(LAW, "point_speed", 34, date(2026, 3, 1))
CERTIFICATE = Certificate(
    device_model="Rubezh-1",
    type_approval="TA-1",
    verification="V-1",
    verified_at=AT - timedelta(days=100),
    valid_until=AT + timedelta(days=100),
)
SPEED = Measurement(
    quantity="speed",
    value=97.4,
    unit="km/h",
    expanded_uncertainty=1.9,
    is_valid=True,
    method="homography",
)
GOOD = Facts(
    rule="point_speed",
    occurred_at=AT,
    now=AT + timedelta(hours=1),
    is_in_time=True,
    clock=ClockQuality(source=ClockSource.RTCP, bound_ms=20),
    certificate=CERTIFICATE,
    measurement=SPEED,
    limit_kmh=60,
    excess_kmh=35,
    vehicle_class=VehicleClass.CAR,
    registered_class=VehicleClass.CAR,
    article=ARTICLE,
    is_duplicate=False,
)


def _stopped(facts: Facts) -> list[HoldReason]:
    return [result.gate for result in run_gates(facts, LAW) if not result.is_passed]


def test_a_good_candidate_passes_every_gate() -> None:
    assert _stopped(GOOD) == []
    assert _stopped(replace(GOOD, measurement=None, limit_kmh=None, excess_kmh=None)) == []
    assert _stopped(replace(GOOD, registered_class=None)) == []
    assert _stopped(replace(GOOD, vehicle_class=VehicleClass.UNKNOWN)) == []


INVALID = SPEED.model_copy(update={"is_valid": False, "invalid_reason": "too_few_samples"})


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(GOOD, certificate=None), HoldReason.CERTIFICATE_INVALID),
        (replace(GOOD, occurred_at=CERTIFICATE.valid_until + timedelta(microseconds=1), now=AT + timedelta(days=200)),
         HoldReason.CERTIFICATE_INVALID),
        (replace(GOOD, occurred_at=CERTIFICATE.verified_at - timedelta(microseconds=1)),
         HoldReason.CERTIFICATE_INVALID),
        (replace(GOOD, now=AT - timedelta(seconds=2)), HoldReason.CLOCK_UNCERTAIN),
        (replace(GOOD, clock=ClockQuality(source=ClockSource.HOST, bound_ms=1001)), HoldReason.CLOCK_UNCERTAIN),
        (replace(GOOD, clock=ClockQuality(source=ClockSource.FILE, bound_ms=None)), HoldReason.CLOCK_UNCERTAIN),
        (replace(GOOD, is_in_time=False), HoldReason.LIMITATION_PASSED),
        # D2, D13, D17: a motorcycle's speed, a truck under a car's plate.
        (replace(GOOD, registered_class=VehicleClass.TRUCK), HoldReason.CLASS_CONFLICT),
        (replace(GOOD, vehicle_class=VehicleClass.MOTORCYCLE), HoldReason.CLASS_CONFLICT),
        (replace(GOOD, is_duplicate=True), HoldReason.DUPLICATE_ACT),
        (replace(GOOD, measurement=INVALID), HoldReason.MEASUREMENT_INVALID),
        (replace(GOOD, measurement=None), HoldReason.MEASUREMENT_INVALID),
        (replace(GOOD, limit_kmh=None), HoldReason.MEASUREMENT_INVALID),
        (replace(GOOD, excess_kmh=36), HoldReason.MEASUREMENT_INVALID),  # 97.4 - 1.9 - 60 = 35.5, so 35 and no more
        (replace(GOOD, limit_kmh=None, excess_kmh=None, measurement=INVALID), HoldReason.MEASUREMENT_INVALID),
        (replace(GOOD, measurement=SPEED.model_copy(update={"value": 280.0})), HoldReason.IMPLAUSIBLE_SPEED),  # D13
        (replace(GOOD, article=None), HoldReason.NO_ARTICLE),
    ],
)  # fmt: skip
def test_each_gate_stops_for_its_own_reason(facts: Facts, reason: HoldReason) -> None:
    assert _stopped(facts) == [reason]
    assert opening_state(RuleMode.FINE, run_gates(facts, LAW)) is CaseState.HELD


@pytest.mark.parametrize(
    ("mode", "state"),
    [
        (RuleMode.FINE, CaseState.UNDER_REVIEW),
        (RuleMode.WARN, CaseState.WARNED),
        (RuleMode.SHADOW, CaseState.SHADOWED),
        (RuleMode.OFF, CaseState.SHADOWED),
    ],
)
def test_the_mode_decides_where_a_case_begins(mode: RuleMode, state: CaseState) -> None:
    assert opening_state(mode, run_gates(GOOD, LAW)) is state


@given(st.lists(st.sampled_from(RuleMode), min_size=1, max_size=3))
def test_the_mildest_mode_wins(modes: list[RuleMode]) -> None:
    order = [RuleMode.OFF, RuleMode.SHADOW, RuleMode.WARN, RuleMode.FINE]
    assert effective_mode(modes, ARTICLE) is min(modes, key=order.index)


def test_unverified_law_only_counts() -> None:
    assert ARTICLE is not None
    unverified = ARTICLE.model_copy(update={"status": LawStatus.UNVERIFIED})
    assert effective_mode([RuleMode.FINE], unverified) is RuleMode.SHADOW


def _reachable(start: CaseState) -> set[CaseState]:
    seen, queue = {start}, [start]
    while queue:
        state = queue.pop()
        fresh = {to for (source, _), to in TRANSITIONS.items() if source is state} - seen
        seen |= fresh
        queue += fresh
    return seen


@pytest.mark.parametrize("start", [CaseState.SHADOWED, CaseState.WARNED])
def test_a_shadow_or_warn_case_can_never_become_a_fine(start: CaseState) -> None:
    assert _reachable(start) == {start}


def test_only_an_approved_case_gets_a_decree_and_only_review_approves() -> None:
    assert [pair for pair, to in TRANSITIONS.items() if to is CaseState.APPROVED] == [
        (CaseState.UNDER_REVIEW, CaseEvent.APPROVE)
    ]
    assert [pair[0] for pair in TRANSITIONS if pair[1] is CaseEvent.ISSUE_DECREE] == [CaseState.APPROVED]
    assert CaseState.DECREED not in _reachable(CaseState.HELD)


@pytest.mark.parametrize(("state", "event"), list(product(CaseState, CaseEvent)))
def test_the_table_is_the_whole_truth(state: CaseState, event: CaseEvent) -> None:
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(ConflictError, match=state.value):
            next_state(state, event)


@pytest.mark.parametrize(
    ("shown", "registered", "is_same"),
    [
        (Look(VehicleClass.CAR, "Lada", "white"), Look(VehicleClass.CAR, "LADA", "White "), True),
        (Look(VehicleClass.CAR, None, "white"), Look(VehicleClass.CAR, "Lada", "white"), True),
        (Look(VehicleClass.CAR, "Lada", "black"), Look(VehicleClass.CAR, "Lada", "white"), False),
        (Look(VehicleClass.CAR, "Kia", "white"), Look(VehicleClass.CAR, "Lada", "white"), False),
        (Look(VehicleClass.CAR), Look(VehicleClass.CAR, "Lada", "white"), False),
        (Look(VehicleClass.CAR, "Lada", "white"), Look(VehicleClass.CAR, "", ""), False),
        (Look(VehicleClass.TRUCK, "Lada", "white"), Look(VehicleClass.CAR, "Lada", "white"), False),
        (Look(VehicleClass.UNKNOWN, "Lada", "white"), Look(VehicleClass.UNKNOWN, "Lada", "white"), False),
        (Look(VehicleClass.CAR, "Lada", "white"), None, False),
    ],
)
def test_the_class_alone_clears_no_clone(shown: Look, registered: Look | None, is_same: bool) -> None:
    assert is_same_look(shown, registered) is is_same
