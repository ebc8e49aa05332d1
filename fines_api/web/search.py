"""Searching on the record, for the police: forms, results, a plan of a vehicle's way, and suspicions of clones."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, TypeAdapter, ValidationError

from fines_api.db import Session
from fines_api.decrees.service import DecreeService
from fines_api.identity.dependencies import NodeDep, PoliceUser, SessionDep
from fines_api.identity.schemas import Principal
from fines_api.kit.calendar import zone
from fines_api.kit.errors import ConflictError, FinesError, ForbiddenError, InvalidError, TooManyError
from fines_api.node import Node
from fines_api.passages.schemas import SearchPurpose
from fines_api.search.clones.policy import SuspicionState
from fines_api.search.clones.schemas import SuspicionDecision
from fines_api.search.clones.service import CloneService
from fines_api.search.policy import WINDOWS, SearchKind, SearchState
from fines_api.search.schemas import Asked, Decision, NewConvoy, NewSearch, NewStakeOut, NewTrace, SearchMode
from fines_api.search.service import SearchService
from fines_api.sites.service import SiteService
from fines_api.web.map_drawing import draw
from fines_api.web.rendering import language_of, page, words
from recognition.contracts import VehicleClass

router = APIRouter(prefix="/police")
_MINUTE: Final = timedelta(minutes=1)
"""Forms know no seconds: this minute's passages are not to be missed."""
_DEFAULT_WINDOW: Final = timedelta(days=1)
_STAKE_OUT_ROWS: Final = 5
_SHOWN: Final = 100
_PLAIN: Final = ("purpose", "case_number", "legal_basis", "mode", "plate", "direction", "vehicle_class")
_NUMBERS: Final = ("within_s", "common_sites", "at_least", "limit")
_ASKED: TypeAdapter[NewSearch | NewTrace | NewConvoy | NewStakeOut] = TypeAdapter(Asked)


async def _sent(request: Request) -> dict[str, list[str]]:
    """Return the fields of the form that were filled in; a list of sites has several values."""
    form = await request.form()
    fields = {name: [value.strip() for value in form.getlist(name) if isinstance(value, str)] for name in form}
    return {name: filled for name, values in fields.items() if (filled := [value for value in values if value])}


_SentForm = Annotated[dict[str, list[str]], Depends(_sent)]


@router.get("/search")
def search_form(
    request: Request, session: SessionDep, node: NodeDep, user: PoliceUser, kind: SearchKind = SearchKind.PLATE
) -> Response:
    """Offer the form of one kind of search, one's own searches, and those that wait for a second person."""
    return _form_page(request, session, node, user, kind, {})


@router.post("/search")
def search(request: Request, session: SessionDep, node: NodeDep, user: PoliceUser, sent: _SentForm) -> Response:
    """Search, or show the form again with what is wrong."""
    kind = next((each for each in SearchKind if sent.get("kind") == [each.value]), SearchKind.PLATE)
    try:
        asked = _ASKED.validate_python(_body(kind, sent, node))
        answer = SearchService(session, node).ask(asked, user)
    except ValidationError as error:
        wrong = "; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors()[:5])
        return _form_page(request, session, node, user, kind, sent, problem=wrong, status=422)
    except (InvalidError, ForbiddenError, TooManyError) as error:
        problem = _explained(request, error)
        return _form_page(request, session, node, user, kind, sent, problem=problem, status=error.status)
    return RedirectResponse(f"/police/search/{answer.search.search_id}", 303)


@router.get("/search/{search_id}")
def found(
    *,
    search_id: UUID,
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Show what came of one's own search, or why nothing is shown."""
    service = SearchService(session, node)
    places = SiteService(session, node).places()
    try:
        answer = service.results(search_id, after, user)
    except ConflictError as error:
        return page(
            request, node, "found.html", user, search=service.own(search_id, user), answer=None, drawing=None,
            problem=_explained(request, error), places=places,
        )  # fmt: skip
    drawing = draw(places, answer.trace) if answer.trace else None
    return page(
        request, node, "found.html", user, search=answer.search, answer=answer, drawing=drawing, problem="",
        places=places,
    )  # fmt: skip


@router.post("/search/{search_id}/approval")
def approval_form(
    *,
    search_id: UUID,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    is_approved: Annotated[bool, Form()],
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Take a second person's decision."""
    SearchService(session, node).decide(search_id, Decision(is_approved=is_approved, note=note), user)
    return RedirectResponse("/police/search", 303)


@router.get("/clones")
def clones(request: Request, session: SessionDep, node: NodeDep, user: PoliceUser) -> Response:
    """List suspicions of cloned plates, those that wait for a decision on top."""
    found_ones = CloneService(session, node).suspicions(None, _SHOWN)
    found_ones.sort(key=lambda one: one.state is not SuspicionState.OPEN)
    decrees = DecreeService(session, node)
    issued = {one.suspicion_id: decrees.of_plate(one.key) for one in found_ones}
    return page(request, node, "clones.html", user, suspicions=found_ones, issued=issued)


@router.post("/clones/{suspicion_id}/decision")
def clone_form(
    *,
    suspicion_id: UUID,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    state: Annotated[SuspicionState, Form()],
    reason: Annotated[str, Form(min_length=3, max_length=1000)],
) -> Response:
    """Take what a person decided about a suspicion."""
    try:
        decision = SuspicionDecision.model_validate({"state": state, "reason": reason})
    except ValidationError as error:
        raise InvalidError("a suspicion is confirmed or dismissed", code="clone.decision") from error
    CloneService(session, node).decide(suspicion_id, decision, user)
    return RedirectResponse("/police/clones", 303)


def _body(kind: SearchKind, sent: dict[str, list[str]], node: Node) -> dict[str, Any]:
    """Return the form as the body of a search; times are local to the region."""
    one = {name: values[0] for name, values in sent.items()}
    body: dict[str, Any] = {"kind": kind.value}
    body |= {name: one[name] for name in (*_PLAIN, *_NUMBERS) if name in one and name in _fields_of(kind)}
    body["legal_basis"] = one.get("legal_basis", "")
    if kind is SearchKind.STAKE_OUT:
        rows = zip(*(_padded(sent, name) for name in ("site_id", "place_since", "place_until")), strict=True)
        body["places"] = [
            {"site_id": site_id, "since": _moment(since, node), "until": _moment(until, node)}
            for site_id, since, until in rows
            if site_id
        ]
        return body
    if kind is SearchKind.PLATE and "sites" in sent:
        body["sites"] = sent["sites"]
    return body | {name: _moment(one.get(name, ""), node) for name in ("since", "until")}


def _fields_of(kind: SearchKind) -> set[str]:
    models: dict[SearchKind, type[BaseModel]] = {
        SearchKind.PLATE: NewSearch,
        SearchKind.TRACE: NewTrace,
        SearchKind.CONVOY: NewConvoy,
        SearchKind.STAKE_OUT: NewStakeOut,
    }
    return set(models[kind].model_fields)


def _padded(sent: dict[str, list[str]], name: str) -> list[str]:
    """Return a column of the rows of places: each field has the number of its row in its name."""
    return [sent.get(f"{name}_{number}", [""])[0] for number in range(_STAKE_OUT_ROWS)]


def _moment(local: str, node: Node) -> datetime:
    try:
        return datetime.fromisoformat(local).replace(tzinfo=zone(node.settings.timezone))
    except ValueError:
        raise InvalidError("a time is missing", hint="choose day and minute", code="search.window") from None


def _explained(request: Request, error: FinesError) -> str:
    """Say what is wrong in the reader's language where there are words for it."""
    texts, key = words(language_of(request)), f"search_error.{error.code}"
    if texts.has(key):
        return texts.text(key)
    return ". ".join(part for part in (error.message, error.hint) if part)


def _form_page(  # noqa: PLR0917 - as every page, and which form with what in it
    request: Request,
    session: Session,
    node: Node,
    user: Principal,
    kind: SearchKind,
    sent: dict[str, list[str]],
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    service, now = SearchService(session, node), node.clock.now().astimezone(zone(node.settings.timezone))
    searcher = service.searcher(user)
    return page(
        request,
        node,
        "search.html",
        user,
        status=status,
        kind=kind.value,
        kinds=[each.value for each in SearchKind],
        sent=sent,
        problem=problem,
        rank=searcher.rank.value,
        rank_days=WINDOWS[searcher.rank].days,
        since=(now - _DEFAULT_WINDOW).strftime("%Y-%m-%dT%H:%M"),
        until=(now + _MINUTE).strftime("%Y-%m-%dT%H:%M"),
        purposes=[each.value for each in SearchPurpose],
        modes=[each.value for each in SearchMode],
        directions=("approaching", "receding", "stationary"),
        classes=[each.value for each in VehicleClass],
        places=SiteService(session, node).places(),
        rows=range(_STAKE_OUT_ROWS),
        mine=service.mine(user),
        waiting=service.waiting(user),
        is_open=lambda state: state in {SearchState.DONE, SearchState.APPROVED},
    )
