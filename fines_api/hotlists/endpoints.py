"""``/v1/hotlists``, ``/v1/hotlist-entries`` and ``/v1/hits``: for the police; administrators define the lists."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import anyio.to_thread
from fastapi import APIRouter, Header, Query, Request, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from fines_api.hotlists.matching import MAX_LIST, HitService
from fines_api.hotlists.policy import HitState
from fines_api.hotlists.repository import EntryFilter
from fines_api.hotlists.schemas import (
    ActionTaken,
    Confirmation,
    Decision,
    EntryInfo,
    EntryList,
    HitInfo,
    HitList,
    NewEntry,
    VerdictGiven,
    Withdrawal,
)
from fines_api.hotlists.service import MAX_LIST as MAX_ENTRIES
from fines_api.hotlists.service import HotlistService
from fines_api.hotlists.stream import HitBroadcaster
from fines_api.identity.dependencies import NodeDep, PoliceUser, SessionDep
from fines_api.identity.schemas import Principal
from fines_api.identity.service import IdentityService
from fines_api.node import Node
from recognition.contracts import Identifier, ImageRole

router = APIRouter(prefix="/v1", tags=["hotlists"])
HEARTBEAT_S = 15
_RETRY_MS = 2000


@router.post("/hotlist-entries", status_code=201)
def add_entry(body: NewEntry, session: SessionDep, node: NodeDep, user: PoliceUser) -> EntryInfo:
    """Propose a vehicle for a list; an urgent one is in force for an hour."""
    return HotlistService(session, node).add(body, actor=user.actor)


@router.get("/hotlist-entries")
def entries(
    *,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    limit: int = 200,
    list_code: Identifier | None = None,
    waiting_for_me: bool = False,
) -> EntryList:
    """List entries, last changed first, or those that wait for the one who asks."""
    service = HotlistService(session, node)
    if waiting_for_me:
        return EntryList(entries=service.waiting_for(user.actor, min(max(limit, 1), MAX_ENTRIES)))
    return EntryList(entries=service.entries(limit, EntryFilter(list_code=list_code)))


@router.get("/hotlist-entries/{entry_id}")
def entry(entry_id: UUID, session: SessionDep, node: NodeDep, user: PoliceUser) -> EntryInfo:  # noqa: ARG001
    """Return one entry with what waits for it and what officers cleared about it."""
    return HotlistService(session, node).entry(entry_id)


@router.post("/hotlist-entries/{entry_id}/approval")
def approve_entry(
    entry_id: UUID, session: SessionDep, node: NodeDep, user: PoliceUser, body: Decision | None = None
) -> EntryInfo:
    """Agree, as the second person, to what waits for an entry."""
    return HotlistService(session, node).approve(entry_id, body.note if body else "", actor=user.actor)


@router.post("/hotlist-entries/{entry_id}/refusal")
def refuse_entry(
    entry_id: UUID, session: SessionDep, node: NodeDep, user: PoliceUser, body: Decision | None = None
) -> EntryInfo:
    """Disagree, as the second person, with what waits for an entry."""
    return HotlistService(session, node).refuse(entry_id, body.note if body else "", actor=user.actor)


@router.post("/hotlist-entries/{entry_id}/correction")
def correct_entry(entry_id: UUID, body: NewEntry, session: SessionDep, node: NodeDep, user: PoliceUser) -> EntryInfo:
    """Propose other content for an entry."""
    return HotlistService(session, node).correct(entry_id, body, actor=user.actor)


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
    """Propose a new term for an entry."""
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
    *,
    request: Request,
    node: NodeDep,
    user: PoliceUser,
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[int | None, Query(ge=0)] = None,
    with_possible: bool = False,
) -> EventSourceResponse:
    """Send hits that call an officer as they are made, and possible ones where asked for.

    Resumes after ``Last-Event-ID`` or ``?after=``, else starts with the next one.
    """
    broadcaster: HitBroadcaster = request.app.state.hit_broadcaster
    resumed = int(last_event_id) if last_event_id and last_event_id.isdecimal() else after
    source = _Source(node, user, with_possible)
    events = _events(broadcaster, source, resumed)
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
    return HitService(session, node).judge(number, body.verdict, body.note, user, action=body.action)


@router.post("/hits/{number}/action")
def follow_up(number: int, body: ActionTaken, session: SessionDep, node: NodeDep, user: PoliceUser) -> HitInfo:
    """Note what was done about a hit."""
    return HitService(session, node).follow_up(number, body.action, user)


@dataclass(frozen=True)
class _Source:
    """Reads hits for one stream, each time in a transaction of its own."""

    node: Node
    user: Principal
    with_possible: bool

    def start(self) -> int:
        with self.node.database.begin() as session:
            return HitService(session, self.node).last_number()

    def fetch(self, number: int) -> list[HitInfo] | None:
        """Return the hits after a number, or ``None`` when the session has ended."""
        with self.node.database.begin() as session:
            if not IdentityService(session, self.node).is_live(self.user):
                return None
            return HitService(session, self.node).alerts_after(number, with_possible=self.with_possible)


async def _events(broadcaster: HitBroadcaster, source: _Source, resumed: int | None) -> AsyncIterator[ServerSentEvent]:
    async with broadcaster.subscribe() as woken:
        number = resumed if resumed is not None else await anyio.to_thread.run_sync(source.start)
        yield ServerSentEvent(comment="hits", retry=_RETRY_MS)
        while True:
            woken.clear()
            found = await anyio.to_thread.run_sync(source.fetch, number)
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
