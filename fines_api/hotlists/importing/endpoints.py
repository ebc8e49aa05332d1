"""``/v1/hotlists/{code}/import`` and ``/v1/hotlist-imports``: files of a list's source, for the police."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from fines_api.hotlists.importing.schemas import ImportInfo, ImportList, ImportReport
from fines_api.hotlists.importing.service import ImportService
from fines_api.identity.dependencies import NodeDep, PoliceUser, SessionDep
from recognition.contracts import Identifier

router = APIRouter(prefix="/v1", tags=["hotlists"])


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/hotlists/{code}/import")
def import_file(
    *,
    code: Identifier,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    data: Annotated[bytes, Depends(_body)],
    full: Annotated[bool, Query(description="the file is the whole list: what it lacks is withdrawn")] = False,
    dry_run: Annotated[bool, Query(description="only tell what it would do")] = False,
    confirm: Annotated[int | None, Query(description="withdrawals of a suspicious file, as its report says")] = None,
) -> ImportReport:
    """Check a file (CSV), or put it before a second person."""
    service = ImportService(session, node)
    if dry_run:
        return service.check(code, data, is_full=full, actor=user.actor)
    return service.propose(code, data, is_full=full, confirm=confirm, actor=user.actor)


@router.get("/hotlists/{code}/imports")
def imports(code: Identifier, session: SessionDep, node: NodeDep, user: PoliceUser) -> ImportList:  # noqa: ARG001
    """List the imports of a list, newest first."""
    return ImportList(imports=ImportService(session, node).imports(code))


@router.get("/hotlist-imports/{import_id}")
def import_report(import_id: UUID, session: SessionDep, node: NodeDep, user: PoliceUser) -> ImportReport:  # noqa: ARG001
    """Return one import with the lines it rejects."""
    return ImportService(session, node).report(import_id)


@router.post("/hotlist-imports/{import_id}/approval")
def approve_import(import_id: UUID, session: SessionDep, node: NodeDep, user: PoliceUser) -> ImportInfo:
    """Agree, as the second person, to all of a file."""
    return ImportService(session, node).approve(import_id, actor=user.actor)


@router.post("/hotlist-imports/{import_id}/refusal")
def refuse_import(import_id: UUID, session: SessionDep, node: NodeDep, user: PoliceUser) -> ImportInfo:
    """Disagree, as the second person, with all of a file."""
    return ImportService(session, node).refuse(import_id, actor=user.actor)
