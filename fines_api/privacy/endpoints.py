"""``/v1/legal-holds`` and ``/v1/minimisation-runs``: for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from fines_api.identity.dependencies import AdministratorUser, NodeDep, SessionDep
from fines_api.privacy.holds import HoldService
from fines_api.privacy.schemas import MAX_LIST, HoldInfo, HoldList, NewHold, RunList
from fines_api.privacy.service import PrivacyService

router = APIRouter(prefix="/v1", tags=["privacy"])
_Limit = Annotated[int, Query(ge=1, le=MAX_LIST)]


@router.get("/legal-holds")
def holds(session: SessionDep, node: NodeDep, user: AdministratorUser, limit: _Limit = 100) -> HoldList:  # noqa: ARG001
    """List holds, last proposed first."""
    return HoldList(legal_holds=HoldService(session, node).holds(limit))


@router.post("/legal-holds", status_code=201)
def propose(body: NewHold, session: SessionDep, node: NodeDep, user: AdministratorUser) -> HoldInfo:
    """Ask for a hold."""
    return HoldService(session, node).propose(body, actor=user.actor)


@router.post("/legal-holds/{hold_id}/approval")
def approve(hold_id: UUID, session: SessionDep, node: NodeDep, user: AdministratorUser) -> HoldInfo:
    """Agree as the second person."""
    return HoldService(session, node).approve(hold_id, actor=user.actor)


@router.post("/legal-holds/{hold_id}/refusal")
def refuse(hold_id: UUID, session: SessionDep, node: NodeDep, user: AdministratorUser) -> HoldInfo:
    """Disagree as the second person."""
    return HoldService(session, node).refuse(hold_id, actor=user.actor)


@router.post("/legal-holds/{hold_id}/release")
def release(hold_id: UUID, session: SessionDep, node: NodeDep, user: AdministratorUser) -> HoldInfo:
    """End a hold."""
    return HoldService(session, node).release(hold_id, actor=user.actor)


@router.get("/minimisation-runs")
def runs(session: SessionDep, node: NodeDep, user: AdministratorUser, limit: _Limit = 100) -> RunList:  # noqa: ARG001
    """List what the runs did, newest first."""
    return RunList(minimisation_runs=PrivacyService(session, node).runs(limit))
