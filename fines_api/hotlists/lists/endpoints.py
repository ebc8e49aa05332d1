"""``/v1/hotlists``: the lists, their rules and worth; police and administrators see them, administrators change."""

from typing import Annotated

from fastapi import APIRouter, Depends

from fines_api.hotlists.lists.schemas import HotlistBody, HotlistInfo, HotlistOverview
from fines_api.hotlists.lists.service import ListService
from fines_api.hotlists.precision.schemas import Days, PrecisionAnswer
from fines_api.hotlists.precision.service import PrecisionService
from fines_api.identity.dependencies import AdministratorUser, NodeDep, SessionDep, current_user
from fines_api.identity.schemas import Principal, Role
from recognition.contracts import Identifier

router = APIRouter(prefix="/v1", tags=["hotlists"])
ListReader = Annotated[Principal, Depends(current_user(Role.POLICE, Role.ADMINISTRATOR))]


@router.get("/hotlists")
def hotlists(session: SessionDep, node: NodeDep, user: ListReader) -> HotlistOverview:  # noqa: ARG001 - lets them in
    """Tell how every list stands."""
    return HotlistOverview(hotlists=ListService(session, node).overview())


@router.get("/hotlists/precision")
def precision(session: SessionDep, node: NodeDep, user: ListReader, days: Days = 30) -> PrecisionAnswer:  # noqa: ARG001
    """Tell how often hits were right, by list and by camera."""
    return PrecisionService(session, node).over(days)


@router.get("/hotlists/{code}")
def hotlist(code: Identifier, session: SessionDep, node: NodeDep, user: ListReader) -> HotlistInfo:  # noqa: ARG001
    """Tell how one list stands."""
    return ListService(session, node).overview_of(code)


@router.put("/hotlists/{code}")
def define_hotlist(
    code: Identifier, body: HotlistBody, session: SessionDep, node: NodeDep, user: AdministratorUser
) -> HotlistInfo:
    """Add a list, or change its rules."""
    return ListService(session, node).define(code, body, actor=user.actor)
