"""The police wall: live possible matches with a verdict on each; and the hotlist."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from fines_api.db import Session
from fines_api.hotlists.matching import HitService
from fines_api.hotlists.policy import HitState, Verdict
from fines_api.hotlists.schemas import HitInfo, NewEntry
from fines_api.hotlists.service import HotlistService
from fines_api.identity.dependencies import NodeDep, PoliceUser, SessionDep
from fines_api.identity.schemas import Principal
from fines_api.kit.calendar import end_of, local_day
from fines_api.kit.errors import InvalidError
from fines_api.node import Node
from fines_api.regions.service import RegionService
from fines_api.registry.service import RegistryService
from fines_api.web.rendering import page
from recognition.contracts import HotlistReason, PlateKey, VehicleClass
from recognition.plates import load_grammars

router = APIRouter(prefix="/police")
_SHOWN = 60
_DEFAULT_TERM = timedelta(days=30)


def _card(hit: HitInfo, session: Session, node: Node) -> dict[str, object]:
    key = PlateKey(plate=hit.plate, plate_region=hit.plate_region, plate_type=hit.plate_type)
    return {"hit": hit, "key": key, "vehicle": RegistryService(session, node).vehicle_of(key)}


@router.get("")
def wall(request: Request, session: SessionDep, node: NodeDep, user: PoliceUser) -> Response:
    """Show hits, those that wait for a verdict first."""
    hits = HitService(session, node)
    after = hits.last_number()
    found = [_card(hit, session, node) for hit in hits.hits(_SHOWN, HitState.NEW)]
    judged = [hit for hit in hits.hits(_SHOWN, None) if hit.state is not HitState.NEW]
    done = [_card(hit, session, node) for hit in judged]
    peers = RegionService(session, node).freshness()
    return page(
        request, node, "police.html", user, cards=found, judged=done, peers=peers, after=after, verdicts=list(Verdict)
    )


@router.get("/hits/{number}/card")
def hit_card(number: int, request: Request, session: SessionDep, node: NodeDep, user: PoliceUser) -> Response:
    """Render one hit's card, for the live wall."""
    card = _card(HitService(session, node).hit(number), session, node)
    return page(request, node, "hit.html", user, card=card, verdicts=list(Verdict))


@router.post("/hits/{number}/verdict")
def verdict_form(
    *,
    number: int,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    verdict: Annotated[Verdict, Form()],
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Take a verdict."""
    HitService(session, node).judge(number, verdict, note, user)
    return RedirectResponse("/police", 303)


@router.get("/hotlist")
def hotlist(
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    added: Annotated[bool, Query()] = False,
) -> Response:
    """List entries and offer the form for a new one."""
    return _hotlist_page(request, session, node, user, is_added=added)


@router.post("/hotlist")
def add_entry_form(
    *,
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: PoliceUser,
    plate: Annotated[str, Form(max_length=32)] = "",
    plate_region: Annotated[str, Form(max_length=64)] = "ru",
    reason: Annotated[HotlistReason, Form()] = HotlistReason.STOLEN,
    priority: Annotated[int, Form()] = 2,
    description: Annotated[str, Form(max_length=500)] = "",
    legal_basis: Annotated[str, Form(max_length=200)] = "",
    valid_until: Annotated[str, Form(max_length=10)] = "",
    vehicle_class: Annotated[VehicleClass, Form()] = VehicleClass.UNKNOWN,
) -> Response:
    """Add an entry, or show the form again with what is wrong."""
    try:
        entry = NewEntry(
            plate=plate,
            plate_region=plate_region,
            reason=reason,
            priority=priority,
            description=description,
            legal_basis=legal_basis,
            valid_until=_last_moment(valid_until, node),
            vehicle_class=vehicle_class,
        )
        HotlistService(session, node).add(entry, actor=user.actor)
    except ValidationError as error:
        wrong = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
        return _hotlist_page(request, session, node, user, problem=wrong, status=422)
    except InvalidError as error:
        wrong = ". ".join(part for part in (error.message, error.hint) if part)
        return _hotlist_page(request, session, node, user, problem=wrong, status=422)
    return RedirectResponse("/police/hotlist?added=1", 303)


@router.post("/hotlist/{entry_id}/withdrawal")
def withdraw_form(entry_id: UUID, session: SessionDep, node: NodeDep, user: PoliceUser) -> Response:
    """Take an entry off the list."""
    HotlistService(session, node).withdraw(entry_id, "", actor=user.actor)
    return RedirectResponse("/police/hotlist", 303)


def _hotlist_page(
    request: Request,
    session: Session,
    node: Node,
    user: Principal,
    *,
    problem: str = "",
    is_added: bool = False,
    status: int = 200,
) -> Response:
    today = local_day(node.clock.now(), node.settings.timezone)
    regions = sorted((grammar.plate_region for grammar in load_grammars()), key=lambda code: (code != "ru", code))
    return page(
        request,
        node,
        "hotlist.html",
        user,
        status=status,
        entries=HotlistService(session, node).entries(_SHOWN),
        problem=problem,
        is_added=is_added,
        default_term=(today + _DEFAULT_TERM).isoformat(),
        countries=regions,
        reasons=list(HotlistReason),
        classes=list(VehicleClass),
    )


def _last_moment(day: str, node: Node) -> datetime:
    try:
        return end_of(date.fromisoformat(day), node.settings.timezone)
    except ValueError:
        raise InvalidError("the term is not a date", hint="choose a day", code="hotlist.term") from None
