"""Approval, which issues the decree; and the citizen's decrees."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from fines_api.decrees.schemas import Decree, FirstApproval, Issued
from fines_api.decrees.service import DecreeService
from fines_api.identity.dependencies import CitizenUser, NodeDep, OfficerUser, SessionDep
from fines_api.kit.delivery import deliver

router = APIRouter(tags=["decrees"])


@router.post("/v1/cases/{case_id}/approval", status_code=201, responses={202: {"model": FirstApproval}})
def approve_case(
    case_id: UUID, session: SessionDep, node: NodeDep, user: OfficerUser, response: Response
) -> Issued | FirstApproval:
    """Approve the case: the decree is issued in the transaction of the last approval it needs; 202 before that."""
    answer = DecreeService(session, node).approve(case_id, user)
    if isinstance(answer, FirstApproval):
        response.status_code = 202
    return answer


@router.get("/v1/citizen/decrees")
def list_decrees(session: SessionDep, node: NodeDep, user: CitizenUser) -> list[Decree]:
    """List the decrees of the citizen's vehicle."""
    return DecreeService(session, node).of_citizen(user)


@router.get("/v1/citizen/decrees/{decree_id}")
def show_decree(decree_id: UUID, session: SessionDep, node: NodeDep, user: CitizenUser) -> Decree:
    """Show one decree."""
    return DecreeService(session, node).citizens_decree(decree_id, user)


@router.get("/v1/citizen/decrees/{decree_id}/evidence/{path:path}")
def decree_evidence(
    *, decree_id: UUID, path: str, request: Request, session: SessionDep, node: NodeDep, user: CitizenUser
) -> Response:
    """Return one file of the evidence, ``package.zip`` for the sealed whole."""
    file = DecreeService(session, node).citizens_evidence(decree_id, path, user)
    return deliver(file.data, file.media_type, file_name=file.file_name, range_header=request.headers.get("range"))


@router.get("/v1/citizen/decrees/{decree_id}/document")
def decree_document(decree_id: UUID, session: SessionDep, node: NodeDep, user: CitizenUser) -> Response:
    """Return the decree as PDF/A."""
    file = DecreeService(session, node).citizens_document(decree_id, user)
    return deliver(file.data, file.media_type, file_name=file.file_name)
