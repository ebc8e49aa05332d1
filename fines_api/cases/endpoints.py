"""``/v1/cases``: the officer's queue and the files of a case."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from fines_api.cases.policy import CaseState
from fines_api.cases.schemas import CaseSummary
from fines_api.cases.service import CaseService
from fines_api.identity.dependencies import NodeDep, OfficerUser, SessionDep
from fines_api.kit.delivery import deliver

router = APIRouter(tags=["cases"])


@router.get("/v1/cases")
def list_cases(
    session: SessionDep,
    node: NodeDep,
    user: OfficerUser,  # noqa: ARG001 - lets officers in
    state: Annotated[list[CaseState] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[CaseSummary]:
    """List cases, the one whose limitation ends first on top."""
    return CaseService(session, node).queue(state or [], limit)


@router.get("/v1/cases/{case_id}/evidence/{path:path}")
def case_evidence(
    *,
    case_id: UUID,
    path: str,
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: OfficerUser,  # noqa: ARG001
) -> Response:
    """Return one file of the sealed package, ``package.zip`` for the whole."""
    file = CaseService(session, node).evidence(case_id, path)
    return deliver(file.data, file.media_type, file_name=file.file_name, range_header=request.headers.get("range"))
