"""``/v1/searches``, ``/v1/searchers``: search on the record, decide, and look over it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from fines_api.identity.dependencies import AdministratorUser, AuditorUser, NodeDep, PoliceUser, SessionDep
from fines_api.search.auditing import AuditingService
from fines_api.search.clones.policy import SuspicionState
from fines_api.search.clones.schemas import SuspicionDecision, SuspicionInfo, SuspicionList
from fines_api.search.clones.service import CloneService
from fines_api.search.schemas import (
    Anomalies,
    Asked,
    BookQuery,
    Decision,
    RankSetting,
    SearchAnswer,
    SearchInfo,
    SearchList,
)
from fines_api.search.service import SearchService

_LIMIT = Query(ge=1, le=500)
router = APIRouter(tags=["search"])


@router.post("/v1/searches", status_code=201)
def search(body: Asked, session: SessionDep, node: NodeDep, user: PoliceUser) -> SearchAnswer:
    """Search; a trace, and what goes back more than 90 days, is answered after a second person's approval."""
    return SearchService(session, node).ask(body, user)


@router.get("/v1/searches")
def book(session: SessionDep, node: NodeDep, user: AuditorUser, query: Annotated[BookQuery, Query()]) -> SearchList:
    """List searches of everybody, newest first."""
    return SearchList(searches=AuditingService(session, node).searches(query, user))


@router.get("/v1/searches/anomalies")
def anomalies(session: SessionDep, node: NodeDep, user: AuditorUser) -> Anomalies:
    """List what is worth a question."""
    return AuditingService(session, node).anomalies(user)


@router.get("/v1/searches/mine")
def mine(session: SessionDep, node: NodeDep, user: PoliceUser) -> SearchList:
    """List one's own searches, newest first."""
    return SearchList(searches=SearchService(session, node).mine(user))


@router.get("/v1/searches/waiting")
def waiting(session: SessionDep, node: NodeDep, user: PoliceUser) -> SearchList:
    """List colleagues' searches that wait for a second person."""
    return SearchList(searches=SearchService(session, node).waiting(user))


@router.get("/v1/searches/{search_id}/results")
def results(
    search_id: UUID,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> SearchAnswer:
    """Return one's own search: the next page, or what was approved."""
    return SearchService(session, node).results(search_id, after, user)


@router.post("/v1/searches/{search_id}/approval")
def approval(search_id: UUID, body: Decision, session: SessionDep, node: NodeDep, user: PoliceUser) -> SearchInfo:
    """Agree to a colleague's search, or refuse it."""
    return SearchService(session, node).decide(search_id, body, user)


@router.put("/v1/searchers/{username}/rank", status_code=204)
def rank(username: str, body: RankSetting, session: SessionDep, node: NodeDep, user: AdministratorUser) -> None:
    """Set how far back a member of the police may look."""
    SearchService(session, node).set_rank(username, body.rank, user)


@router.get("/v1/clone-suspicions")
def suspicions(
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,  # noqa: ARG001 - lets the police in
    state: SuspicionState | None = None,
    limit: Annotated[int, _LIMIT] = 100,
) -> SuspicionList:
    """List plates seen at two places faster than any car drives, the newest on top."""
    return SuspicionList(suspicions=CloneService(session, node).suspicions(state, limit))


@router.post("/v1/clone-suspicions/{suspicion_id}/decision")
def decide_suspicion(
    suspicion_id: UUID, body: SuspicionDecision, session: SessionDep, node: NodeDep, user: PoliceUser
) -> SuspicionInfo:
    """Confirm or dismiss a suspicion, with the reason."""
    return CloneService(session, node).decide(suspicion_id, body, user)
