"""``/v1/cases/{id}``: open the file, refuse it.  Approval issues the decree and lives with decrees."""

from uuid import UUID

from fastapi import APIRouter

from fines_api.identity.dependencies import NodeDep, OfficerUser, SessionDep
from fines_api.review.schemas import CaseFile, Decision, Rejection, Review
from fines_api.review.service import ReviewService

router = APIRouter(tags=["review"])


@router.get("/v1/cases/{case_id}")
def open_case_file(case_id: UUID, session: SessionDep, node: NodeDep, user: OfficerUser) -> CaseFile:
    """Open a case; the time spent on it counts from now."""
    return ReviewService(session, node).open_file(case_id, user)


@router.post("/v1/cases/{case_id}/rejection", status_code=201)
def reject_case(case_id: UUID, body: Rejection, session: SessionDep, node: NodeDep, user: OfficerUser) -> Review:
    """Close a case without a decree."""
    decision = Decision.EVIDENCE_INSUFFICIENT if body.is_evidence_insufficient else Decision.REJECTED
    return ReviewService(session, node).decide(case_id, decision, body.reason, user)
