"""The police wall: live possible matches with a verdict on each, and one hit with all that speaks for it."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from fines_api.db import Session
from fines_api.hotlists.matching import HitService
from fines_api.hotlists.policy import FollowUp, HitState, Verdict
from fines_api.hotlists.schemas import HitInfo
from fines_api.identity.dependencies import NodeDep, PoliceUser, SessionDep
from fines_api.node import Node
from fines_api.regions.service import RegionService
from fines_api.registry.service import RegistryService
from fines_api.web.rendering import page
from recognition.contracts import PlateKey

router = APIRouter(prefix="/police")
_SHOWN = 60
_DONE = (
    HitState.NOTIFIED, HitState.WITHHELD, HitState.CLEARED, HitState.CORRECT, HitState.WRONG_PLATE,
    HitState.WRONG_REGION_OR_TYPE, HitState.WRONG_VEHICLE, HitState.STALE,
)  # fmt: skip
"""What the wall keeps in its table; what is only recorded is asked for by its number."""


def _card(hit: HitInfo, session: Session, node: Node) -> dict[str, object]:
    key = PlateKey(plate=hit.plate, plate_region=hit.plate_region, plate_type=hit.plate_type)
    return {"hit": hit, "key": key, "vehicle": RegistryService(session, node).vehicle_of(key)}


@router.get("")
def wall(request: Request, session: SessionDep, node: NodeDep, user: PoliceUser) -> Response:
    """Show hits that call an officer, possible ones apart, then what needs no officer or had one."""
    hits = HitService(session, node)
    after = hits.last_number()
    new, possible = (hits.hits(_SHOWN, state) for state in (HitState.NEW, HitState.POSSIBLE))
    return page(
        request,
        node,
        "police.html",
        user,
        cards=[_card(hit, session, node) for hit in new],
        possible=[_card(hit, session, node) for hit in possible],
        judged=[_card(hit, session, node) for hit in hits.hits(_SHOWN, *_DONE)],
        peers=RegionService(session, node).freshness(),
        after=after,
        verdicts=list(Verdict),
    )


@router.get("/hits/{number}")
def hit_page(number: int, request: Request, session: SessionDep, node: NodeDep, user: PoliceUser) -> Response:
    """Show one hit: seen, listed and registered side by side, and what the score is made of."""
    card = _card(HitService(session, node).hit(number), session, node)
    return page(request, node, "hit_page.html", user, card=card, verdicts=list(Verdict), actions=list(FollowUp))


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


@router.post("/hits/{number}/action")
def action_form(
    *, number: int, session: SessionDep, node: NodeDep, user: PoliceUser, action: Annotated[FollowUp, Form()]
) -> Response:
    """Note what was done about a hit."""
    HitService(session, node).follow_up(number, action, user)
    return RedirectResponse(f"/police/hits/{number}", 303)
