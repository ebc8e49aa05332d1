"""The lists: how each stands, what waits for a second person, entries, files of a source, and what hits are worth."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from fines_api.db import Session
from fines_api.hotlists.importing.schemas import ImportReport
from fines_api.hotlists.importing.service import ImportService
from fines_api.hotlists.lists.service import ListService
from fines_api.hotlists.policy import Standing
from fines_api.hotlists.precision.schemas import Days
from fines_api.hotlists.precision.service import PrecisionService
from fines_api.hotlists.repository import EntryFilter
from fines_api.hotlists.schemas import NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.identity.dependencies import NodeDep, PoliceUser, SessionDep
from fines_api.identity.schemas import Principal
from fines_api.kit.calendar import end_of, local_day
from fines_api.kit.errors import ConflictError, FinesError, ForbiddenError, InvalidError
from fines_api.node import Node
from fines_api.web.rendering import page
from recognition.contracts import Identifier, MatchPolicy, VehicleClass
from recognition.plates import load_grammars

router = APIRouter(prefix="/police")
Decision = Literal["approval", "refusal"]
_SHOWN = 100
_DEFAULT_TERM = timedelta(days=30)


@router.get("/hotlist")
def hotlists(
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    done: Annotated[str, Query(pattern="^[a-z]{0,16}$")] = "",
) -> Response:
    """Show how every list stands, what waits for the one who asks, and the newest entries."""
    return _overview(request, session, node, user, done=done)


@router.post("/hotlist")
def propose_form(
    *,
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    plate: Annotated[str, Form(max_length=32)] = "",
    plate_region: Annotated[str, Form(max_length=64)] = "ru",
    list_code: Annotated[str, Form(max_length=64)] = "stolen",
    match_policy: Annotated[MatchPolicy | Literal[""], Form()] = "",
    description: Annotated[str, Form(max_length=500)] = "",
    legal_basis: Annotated[str, Form(max_length=200)] = "",
    valid_until: Annotated[str, Form(max_length=10)] = "",
    vehicle_class: Annotated[VehicleClass, Form()] = VehicleClass.UNKNOWN,
    urgent: Annotated[bool, Form()] = False,
) -> Response:
    """Propose an entry, or show the form again with what is wrong."""
    try:
        new = NewEntry(
            plate=plate,
            plate_region=plate_region,
            list_code=list_code,
            match_policy=match_policy or None,
            description=description,
            legal_basis=legal_basis,
            valid_until=_last_moment(valid_until, node),
            vehicle_class=vehicle_class,
            urgent=urgent,
        )
        HotlistService(session, node).add(new, actor=user.actor)
    except ValidationError as error:
        wrong = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
        return _overview(request, session, node, user, problem=wrong, status=422)
    except (InvalidError, ConflictError, ForbiddenError) as error:
        return _overview(request, session, node, user, problem=_told(error), status=error.status)
    return RedirectResponse(f"/police/hotlist?done={'urgent' if urgent else 'proposed'}", 303)


@router.post("/hotlist/{entry_id}/withdrawal")
def withdraw_form(entry_id: UUID, session: SessionDep, node: NodeDep, user: PoliceUser) -> Response:
    """Take an entry off its list, or a proposal back."""
    HotlistService(session, node).withdraw(entry_id, "", actor=user.actor)
    return RedirectResponse("/police/hotlist?done=withdrawn", 303)


@router.post("/hotlist/{entry_id}/{decision}")
def decide_form(entry_id: UUID, decision: Decision, session: SessionDep, node: NodeDep, user: PoliceUser) -> Response:
    """Agree or disagree, as the second person, with what waits for an entry."""
    service = HotlistService(session, node)
    if decision == "approval":
        service.approve(entry_id, actor=user.actor)
    else:
        service.refuse(entry_id, actor=user.actor)
    return RedirectResponse(f"/police/hotlist?done={'approved' if decision == 'approval' else 'refused'}", 303)


@router.get("/precision")
def precision(request: Request, session: SessionDep, node: NodeDep, user: PoliceUser, days: Days = 30) -> Response:
    """Show how often hits were right, by list and by camera."""
    answer = PrecisionService(session, node).over(days)
    return page(request, node, "precision.html", user, answer=answer, periods=(7, 30, 90))


@router.get("/hotlists/{code}")
def one_list(
    *,
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    code: Identifier,
    standing: Annotated[Standing | None, Query()] = None,
) -> Response:
    """Show one list: its rules, how it stands, its entries."""
    hotlist = ListService(session, node).get(code)
    wanted = EntryFilter(code, None, standing, node.clock.now(), hotlist.confirm_every)
    return page(
        request,
        node,
        "list.html",
        user,
        info=ListService(session, node).overview_of(code),
        entries=HotlistService(session, node).entries(_SHOWN, wanted),
        standing=standing,
        standings=list(Standing),
        imports=ImportService(session, node).imports(code)[:5],
    )


@router.get("/hotlists/{code}/import")
def import_page(request: Request, session: SessionDep, node: NodeDep, user: PoliceUser, code: Identifier) -> Response:
    """Offer the form for a source's file."""
    return _import_page(request, session, node, user, code)


@router.post("/hotlists/{code}/import")
def import_form(
    *,
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    code: Identifier,
    file: UploadFile,
    step: Annotated[Literal["check", "propose"], Form()] = "check",
    full: Annotated[bool, Form()] = False,
    confirm: Annotated[str, Form(pattern="^[0-9]{0,9}$")] = "",
) -> Response:
    """Check a file, or put it before a second person; show the report either way."""
    service, data = ImportService(session, node), file.file.read()
    try:
        if step == "check":
            report = service.check(code, data, is_full=full, actor=user.actor)
        else:
            number = int(confirm) if confirm else None
            report = service.propose(code, data, is_full=full, confirm=number, actor=user.actor)
    except (InvalidError, ConflictError, ForbiddenError) as error:
        return _import_page(request, session, node, user, code, problem=_told(error), status=error.status)
    if report.import_id is not None:
        return RedirectResponse(f"/police/imports/{report.import_id}", 303)
    return _import_page(request, session, node, user, code, report=report)


@router.get("/imports/{import_id}")
def import_report(request: Request, session: SessionDep, node: NodeDep, user: PoliceUser, import_id: UUID) -> Response:
    """Show one import with its report, and to a second person the decision."""
    report = ImportService(session, node).report(import_id)
    return _import_page(request, session, node, user, report.list_code, report=report)


@router.post("/imports/{import_id}/{decision}")
def decide_import_form(
    import_id: UUID, decision: Decision, session: SessionDep, node: NodeDep, user: PoliceUser
) -> Response:
    """Agree or disagree, as the second person, with all of a file."""
    service = ImportService(session, node)
    if decision == "approval":
        service.approve(import_id, actor=user.actor)
    else:
        service.refuse(import_id, actor=user.actor)
    return RedirectResponse(f"/police/imports/{import_id}", 303)


def _overview(
    request: Request,
    session: Session,
    node: Node,
    user: Principal,
    *,
    problem: str = "",
    done: str = "",
    status: int = 200,
) -> Response:
    service, lists = HotlistService(session, node), ListService(session, node)
    today = local_day(node.clock.now(), node.settings.timezone)
    countries = sorted((grammar.plate_region for grammar in load_grammars()), key=lambda code: (code != "ru", code))
    return page(
        request,
        node,
        "hotlist.html",
        user,
        status=status,
        lists=lists.overview(),
        waiting=service.waiting_for(user.actor),
        waiting_imports=ImportService(session, node).waiting_for(user.actor),
        entries=service.entries(_SHOWN),
        problem=problem,
        done=done,
        default_term=(today + _DEFAULT_TERM).isoformat(),
        countries=countries,
        policies=list(MatchPolicy),
        classes=list(VehicleClass),
    )


def _import_page(
    request: Request,
    session: Session,
    node: Node,
    user: Principal,
    code: str,
    *,
    report: ImportReport | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    is_mine = report is not None and report.proposed_by == user.actor
    info = ListService(session, node).overview_of(code)
    return page(
        request, node, "import.html", user, status=status, info=info, report=report, problem=problem, is_mine=is_mine
    )


def _told(error: FinesError) -> str:
    return ". ".join(part for part in (error.message, error.hint) if part)


def _last_moment(day: str, node: Node) -> datetime:
    try:
        return end_of(date.fromisoformat(day), node.settings.timezone)
    except ValueError:
        raise InvalidError("the term is not a date", hint="choose a day", code="hotlist.term") from None
