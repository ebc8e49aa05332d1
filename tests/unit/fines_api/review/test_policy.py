"""How many must approve, and what the second may see of the first's answer."""

from datetime import UTC, datetime
from itertools import product
from uuid import UUID

import pytest

from fines_api.cases.policy import CaseEvent, CaseState, next_state
from fines_api.kit.errors import ConflictError
from fines_api.review.policy import check_may_decide, event_of, visible
from fines_api.review.schemas import Decision, Review

FIRST, SECOND = UUID(int=1), UUID(int=2)


def review(officer_id: UUID, decision: Decision = Decision.APPROVED) -> Review:
    return Review(
        review_id=UUID(int=9),
        case_id=UUID(int=7),
        officer_id=officer_id,
        officer_name="petrova",
        decision=decision,
        reason="",
        decided_at=datetime(2026, 3, 1, tzinfo=UTC),
        spent_ms=4000,
        is_hasty=False,
        approval=1,
    )


@pytest.mark.parametrize(
    ("approvals", "reviewers", "event"),
    [(0, 1, CaseEvent.APPROVE), (0, 2, CaseEvent.APPROVE_FIRST), (1, 2, CaseEvent.APPROVE)],
)
def test_only_the_last_approval_that_is_needed_approves_the_case(
    approvals: int, reviewers: int, event: CaseEvent
) -> None:
    assert event_of(Decision.APPROVED, approvals=approvals, reviewers=reviewers) is event


@pytest.mark.parametrize(("approvals", "reviewers"), [(0, 1), (0, 2), (1, 2)])
def test_one_refusal_closes_the_case_however_many_were_asked(approvals: int, reviewers: int) -> None:
    for decision, closed in (
        (Decision.REJECTED, CaseState.REJECTED),
        (Decision.EVIDENCE_INSUFFICIENT, CaseState.EVIDENCE_INSUFFICIENT),
    ):
        event = event_of(decision, approvals=approvals, reviewers=reviewers)
        assert next_state(CaseState.UNDER_REVIEW, event) is closed


def test_the_first_of_two_approvals_does_not_show_in_the_state() -> None:
    event = event_of(Decision.APPROVED, approvals=0, reviewers=2)
    assert next_state(CaseState.UNDER_REVIEW, event) is CaseState.UNDER_REVIEW


def test_the_second_sees_nothing_of_the_first_before_the_case_is_decided() -> None:
    given = (review(FIRST),)
    assert visible(given, SECOND, CaseState.UNDER_REVIEW) == ()
    assert visible(given, FIRST, CaseState.UNDER_REVIEW) == given
    for state in set(CaseState) - {CaseState.UNDER_REVIEW}:
        assert visible(given, SECOND, state) == given


@pytest.mark.parametrize(("decision", "state"), list(product(Decision, CaseState)))
def test_nobody_decides_twice_on_an_open_case(decision: Decision, state: CaseState) -> None:
    given = (review(FIRST, decision),)
    check_may_decide(given, SECOND, state)
    if state is not CaseState.UNDER_REVIEW:
        check_may_decide(given, FIRST, state)  # the table of states refuses it, with its own words
        return
    with pytest.raises(ConflictError) as caught:
        check_may_decide(given, FIRST, state)
    assert caught.value.code == "review.already_decided"
    assert "another officer" in caught.value.hint
