"""``/v1/passages``: search and pictures, for the police."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from fines_api.identity.dependencies import NodeDep, PoliceUser, SessionDep
from fines_api.passages.schemas import PassageList, PassageQuery
from fines_api.passages.service import PassageService
from recognition.contracts import ImageRole

router = APIRouter(prefix="/v1/passages", tags=["passages"])


@router.get("")
def passages(
    session: SessionDep, node: NodeDep, user: PoliceUser, query: Annotated[PassageQuery, Query()]
) -> PassageList:
    """Search passages, newest first."""
    return PassageList(passages=PassageService(session, node).search(query, user))


@router.get("/{passage_id}/images/{role}")
def image(passage_id: UUID, role: ImageRole, session: SessionDep, node: NodeDep, user: PoliceUser) -> Response:
    """Return one picture of a passage."""
    data, media_type = PassageService(session, node).image(passage_id, role, user)
    return Response(data, media_type=media_type, headers={"Cache-Control": "private, max-age=300"})
