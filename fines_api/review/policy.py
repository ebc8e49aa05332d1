"""How many officers must approve, and what one of them may see of the other's answer.  Pure."""

from collections.abc import Sequence
from uuid import UUID

from fines_api.cases.policy import CaseEvent, CaseState
from fines_api.kit.errors import ConflictError
from fines_api.review.schemas import Decision, Review

_REFUSALS = {
    Decision.REJECTED: CaseEvent.REJECT,
    Decision.EVIDENCE_INSUFFICIENT: CaseEvent.FIND_INSUFFICIENT,
}


def event_of(decision: Decision, *, approvals: int, reviewers: int) -> CaseEvent:
    """Return what a decision does to a case that ``approvals`` officers have approved before.

    One refusal closes the case: nobody is fined for what two officers see differently.
    """
    if decision is not Decision.APPROVED:
        return _REFUSALS[decision]
    return CaseEvent.APPROVE if approvals + 1 >= reviewers else CaseEvent.APPROVE_FIRST


def has_decided(reviews: Sequence[Review], officer_id: UUID) -> bool:
    """Tell whether the officer has given an answer on the case."""
    return any(review.officer_id == officer_id for review in reviews)


def check_may_decide(reviews: Sequence[Review], officer_id: UUID, state: CaseState) -> None:
    """Refuse a second answer of the same officer on a case that is still open.

    Raises:
        ConflictError: ``review.already_decided``.
    """
    if state is CaseState.UNDER_REVIEW and has_decided(reviews, officer_id):
        raise ConflictError(
            "you have decided on this case already",
            hint="another officer must decide now, without seeing your answer",
            code="review.already_decided",
        )


def visible(reviews: Sequence[Review], officer_id: UUID, state: CaseState) -> tuple[Review, ...]:
    """Return the reviews an officer may see: all once the case is decided, before that only the own."""
    if state is not CaseState.UNDER_REVIEW:
        return tuple(reviews)
    return tuple(review for review in reviews if review.officer_id == officer_id)
