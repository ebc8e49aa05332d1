"""A person looks and decides.  The time between opening the file and approving it is on record; haste is flagged.

Where two must approve, the second sees nothing of the first's answer, not even that there is one, before deciding.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from fines_api.cases.service import CaseService
from fines_api.db import Session
from fines_api.identity.schemas import Principal, Role
from fines_api.kit.errors import ForbiddenError, InvalidError
from fines_api.kit.ids import uuid7
from fines_api.node import Node
from fines_api.registry.service import RegistryService
from fines_api.review.policy import check_may_decide, event_of, has_decided, visible
from fines_api.review.repository import ReviewRepository
from fines_api.review.schemas import CaseFile, Decision, Review
from fines_api.review.tables import ReviewOpeningRow, ReviewRow

HASTY = timedelta(seconds=1)


class ReviewService:
    """Reviews of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._reviews = ReviewRepository(session)
        self._cases = CaseService(session, node)

    def open_file(self, case_id: UUID, user: Principal) -> CaseFile:
        """Put the file on the officer's desk; the clock of the review starts.

        Raises:
            NotFoundError: no such case.
        """
        case, officer_id = self._cases.view(case_id), _officer(user)
        now = self._node.clock.now()
        self._reviews.add(
            ReviewOpeningRow(opening_id=uuid7(now), case_id=case_id, officer_id=officer_id, opened_at=now)
        )
        reviews = self._of_case(case_id)
        return CaseFile(
            case=case,
            vehicle=RegistryService(self._session, self._node).vehicle_of(case.plate),
            reviews=visible(reviews, officer_id, case.state),
            has_decided=has_decided(reviews, officer_id),
        )

    def decided_by(self, user: Principal, case_ids: Sequence[UUID]) -> frozenset[UUID]:
        """Return on which of these cases the officer has given an answer."""
        return self._reviews.decided_by(_officer(user), case_ids)

    def decide(self, case_id: UUID, decision: Decision, reason: str, user: Principal) -> Review:
        """Record the decision and move the case; it is approved only when so many officers as it needs have approved.

        Raises:
            ForbiddenError: not an officer with a name.
            InvalidError: a refusal without a reason (``review.reason``).
            NotFoundError: no such case.
            ConflictError: the case is not in a state to be decided, or this officer has decided already
                (``review.already_decided``).
        """
        reason = reason.strip()
        if decision is not Decision.APPROVED and not reason:
            raise InvalidError("a refusal needs a reason", hint="say what is wrong", code="review.reason")
        officer_id, now = _officer(user), self._node.clock.now()
        opened_at = self._reviews.last_opening(case_id, officer_id)
        spent = max(timedelta(), now - opened_at) if opened_at else timedelta()
        is_hasty = decision is Decision.APPROVED and spent < HASTY
        case = self._cases.lock(case_id)
        earlier = self._of_case(case_id)
        check_may_decide(earlier, officer_id, case.state)
        approvals = sum(review.decision is Decision.APPROVED for review in earlier)
        event = event_of(decision, approvals=approvals, reviewers=case.reviewers)
        row = ReviewRow(
            review_id=uuid7(now),
            case_id=case_id,
            officer_id=officer_id,
            officer_name=user.subject,
            decision=decision.value,
            reason=reason,
            decided_at=now,
            spent_ms=spent // timedelta(milliseconds=1),
            is_hasty=is_hasty,
            approval=approvals + 1 if decision is Decision.APPROVED else None,
        )
        details = {"reason": reason, "spent_ms": row.spent_ms, "is_hasty": is_hasty, "review_id": str(row.review_id)}
        self._cases.advance(case_id, event, actor=user.actor, details=details)
        self._reviews.add(row)
        return Review.model_validate(row)

    def _of_case(self, case_id: UUID) -> tuple[Review, ...]:
        return tuple(Review.model_validate(row) for row in self._reviews.of_case(case_id))


def _officer(user: Principal) -> UUID:
    if user.role is not Role.OFFICER or user.user_id is None:
        raise ForbiddenError("only an officer reviews a case", code="review.officer_needed")
    return user.user_id
