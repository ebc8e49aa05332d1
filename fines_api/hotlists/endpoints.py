"""``/v1/hotlist-entries`` and ``/v1/hits``: for the police."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Header, Query, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from fines_api.hotlists.matching import MAX_LIST, HitService
from fines_api.hotlists.policy import HitState
from fines_api.hotlists.schemas import (
    Confirmation,
    EntryInfo,
    EntryList,
    HitInfo,
    HitList,
    NewEntry,
    VerdictGiven,
    Withdrawal,
)
from fines_api.hotlists.service import HotlistService
from fines_api.hotlists.stream import HitBroadcaster
from fines_api.identity.dependencies import NodeDep, PoliceUser, SessionDep
from fines_api.identity.schemas import Principal
from fines_api.identity.service import IdentityService
from fines_api.node import Node
from recognition.contracts import ImageRole

router = APIRouter(prefix="/v1", tags=["hotlists"])
HEARTBEAT_S = 15
_RETRY_MS = 2000


@router.post("/hotlist-entries", status_code=201)
def add_entry(body: NewEntry, session: SessionDep, node: NodeDep, user: PoliceUser) -> EntryInfo:
    """Put a vehicle on the list."""
    return HotlistService(session, node).add(body, actor=user.actor)


@router.get("/hotlist-entries")
def entries(session: SessionDep, node: NodeDep, user: PoliceUser, limit: int = 200) -> EntryList:  # noqa: ARG001
    """List entries, last changed first."""
    return EntryList(entries=HotlistService(session, node).entries(limit))


@router.post("/hotlist-entries/{entry_id}/withdrawal")
def withdraw_entry(
    entry_id: UUID, session: SessionDep, node: NodeDep, user: PoliceUser, body: Withdrawal | None = None
) -> EntryInfo:
    """Take a vehicle off the list."""
    return HotlistService(session, node).withdraw(entry_id, body.note if body else "", actor=user.actor)


@router.post("/hotlist-entries/{entry_id}/confirmation")
def confirm_entry(
    entry_id: UUID, body: Confirmation, session: SessionDep, node: NodeDep, user: PoliceUser
) -> EntryInfo:
    """Confirm an entry for a new term."""
    return HotlistService(session, node).confirm(entry_id, body.valid_until, actor=user.actor)


@router.get("/hits")
def hits(
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,  # noqa: ARG001 - lets police in
    limit: Annotated[int, Query(ge=1, le=MAX_LIST)] = 100,
    state: HitState | None = None,
) -> HitList:
    """List hits, newest first."""
    return HitList(hits=HitService(session, node).hits(limit, state))


@router.get("/hits/stream")
async def stream(
    request: Request,
    node: NodeDep,
    user: PoliceUser,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[int | None, Query(ge=0)] = None,
) -> EventSourceResponse:
    """Send hits as they are made; resumes after ``Last-Event-ID`` or ``?after=``, else starts with the next one."""
    broadcaster: HitBroadcaster = request.app.state.hit_broadcaster
    resumed = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
    events = _events(broadcaster, node, user, resumed)
    return EventSourceResponse(
        events, ping=HEARTBEAT_S, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )


@router.get("/hits/{number}")
def hit(number: int, session: SessionDep, node: NodeDep, user: PoliceUser) -> HitInfo:  # noqa: ARG001
    """Return one hit."""
    return HitService(session, node).hit(number)


@router.get("/hits/{number}/images/{role}")
def hit_image(
    number: int,
    role: ImageRole,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,  # noqa: ARG001 - lets police in
) -> Response:
    """Return one picture of a hit."""
    data, media_type = HitService(session, node).image(number, role)
    return Response(data, media_type=media_type, headers={"Cache-Control": "private, max-age=300"})


@router.post("/hits/{number}/verdict")
def judge(number: int, body: VerdictGiven, session: SessionDep, node: NodeDep, user: PoliceUser) -> HitInfo:
    """Say what the officer saw."""
    return HitService(session, node).judge(number, body.verdict, body.note, user)


def _start(node: Node) -> int:
    with node.database.begin() as session:
        return HitService(session, node).last_number()


def _fetch(node: Node, user: Principal, number: int) -> list[HitInfo] | None:
    """Return the hits after a number, or ``None`` when the session has ended."""
    with node.database.begin() as session:
        if not IdentityService(session, node).is_live(user):
            return None
        return HitService(session, node).alerts_after(number)


async def _events(
    broadcaster: HitBroadcaster, node: Node, user: Principal, resumed: int | None
) -> AsyncIterator[ServerSentEvent]:
    async with broadcaster.subscribe() as woken:
        number = resumed if resumed is not None else await anyio.to_thread.run_sync(_start, node)
        yield ServerSentEvent(comment="hits", retry=_RETRY_MS)
        while True:
            woken.clear()
            found = await anyio.to_thread.run_sync(_fetch, node, user, number)
            if found is None:
                return
            for each in found:
                number = each.id
                yield ServerSentEvent(data=each.model_dump_json(), event="hit", id=str(number))
            if not found:
                try:
                    await asyncio.wait_for(woken.wait(), HEARTBEAT_S)
                except TimeoutError:
                    continue  # look whether the session still stands
