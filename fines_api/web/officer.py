"""The officer's queue and the page of one case: the raw crop first, the machine's opinion after (HARMS D14)."""

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from fines_api.cases.policy import CaseState
from fines_api.cases.schemas import CaseView
from fines_api.cases.service import CaseService
from fines_api.db import Session
from fines_api.decrees.service import DecreeService
from fines_api.identity.dependencies import NodeDep, OfficerUser, SessionDep
from fines_api.identity.schemas import Principal
from fines_api.jurisdictions import Article, load_law
from fines_api.kit.calendar import local_day
from fines_api.kit.errors import InvalidError
from fines_api.node import Node
from fines_api.review.schemas import Decision
from fines_api.review.service import ReviewService
from fines_api.tariffs import article_for
from fines_api.web.rendering import page
from recognition.contracts import EvidenceRole

router = APIRouter(prefix="/officer")
TABS = {
    "under_review": (CaseState.UNDER_REVIEW, CaseState.APPROVED),
    "held": (CaseState.HELD,),
    "decided": (
        CaseState.DECREED,
        CaseState.PAID,
        CaseState.APPEALED,
        CaseState.CANCELLED,
        CaseState.REJECTED,
        CaseState.EVIDENCE_INSUFFICIENT,
    ),
    "counted": (CaseState.SHADOWED, CaseState.WARNED),
}
_MAX_TRACK_POINTS = 400


@router.get("")
def queue(
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: OfficerUser,
    tab: Annotated[str, Query(max_length=20)] = "under_review",
) -> Response:
    """Show the queue."""
    chosen = tab if tab in TABS else "under_review"
    service = CaseService(session, node)
    counts = service.counts()
    totals = {name: sum(counts.get(state.value, 0) for state in states) for name, states in TABS.items()}
    cases = service.queue(TABS[chosen])
    mine = ReviewService(session, node).decided_by(user, [case.case_id for case in cases])
    return page(request, node, "queue.html", user, cases=cases, tab=chosen, totals=totals, mine=mine)


@router.get("/cases/{case_id}")
def case_page(case_id: UUID, request: Request, session: SessionDep, node: NodeDep, user: OfficerUser) -> Response:
    """Show one case; the time spent on it counts from now."""
    return _case_page(case_id, request, session, node, user)


@router.post("/cases/{case_id}/approval")
def approve_form(case_id: UUID, session: SessionDep, node: NodeDep, user: OfficerUser) -> Response:
    """Approve; with the last approval that is needed the decree is issued."""
    DecreeService(session, node).approve(case_id, user)
    return RedirectResponse(f"/officer/cases/{case_id}", 303)


@router.post("/cases/{case_id}/rejection")
def reject_form(
    *,
    case_id: UUID,
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: OfficerUser,
    reason: Annotated[str, Form(max_length=500)] = "",
    decision: Annotated[Decision, Form()] = Decision.REJECTED,
) -> Response:
    """Refuse the case with a reason, or show it again when the reason is missing."""
    if decision is Decision.APPROVED:
        raise InvalidError("a refusal is not an approval", code="review.decision")
    try:
        ReviewService(session, node).decide(case_id, decision, reason, user)
    except InvalidError:
        return _case_page(case_id, request, session, node, user, is_reason_missing=True)
    return RedirectResponse("/officer", 303)


def _case_page(
    case_id: UUID,
    request: Request,
    session: Session,
    node: Node,
    user: Principal,
    *,
    is_reason_missing: bool = False,
) -> Response:
    file = ReviewService(session, node).open_file(case_id, user)
    case = file.case
    return page(
        request,
        node,
        "case.html",
        user,
        status=422 if is_reason_missing else 200,
        case=case,
        vehicle=file.vehicle,
        reviews=file.reviews,
        decree=DecreeService(session, node).of_case(case_id),
        law_article=_article(case, node),
        crop=case.item(EvidenceRole.PLATE_CROP),
        plate_frame=case.item(EvidenceRole.PLATE_FRAME),
        frames=case.items(EvidenceRole.FRAME),
        annotated=case.item(EvidenceRole.ANNOTATED),
        clip=case.item(EvidenceRole.CLIP),
        track=_track(case, session, node),
        evidence_url=f"/v1/cases/{case_id}/evidence/",
        is_open=case.state is CaseState.UNDER_REVIEW and not file.has_decided,
        is_refusable=case.state in {CaseState.UNDER_REVIEW, CaseState.HELD} and not file.has_decided,
        is_waiting=case.state is CaseState.UNDER_REVIEW and file.has_decided,
        is_reason_missing=is_reason_missing,
    )


def _article(case: CaseView, node: Node) -> Article | None:
    law = load_law(node.settings.jurisdiction)
    return article_for(law, case.rule, case.excess_kmh, local_day(case.occurred_at, case.timezone))


def _track(case: CaseView, session: Session, node: Node) -> dict[str, Any] | None:
    """Return the way of the wheels through the picture, px: points and the size of the picture around them."""
    item = case.item(EvidenceRole.TRACK)
    if item is None:
        return None
    try:
        samples = json.loads(CaseService(session, node).evidence(case.case_id, item.path).data)["samples"]
        boxes = [[float(number) for number in sample["box_px"]] for sample in samples[:_MAX_TRACK_POINTS]]
        points = [((left + right) / 2, bottom) for left, _top, right, bottom in boxes]
    except (ValueError, KeyError, TypeError):
        return None  # another producer's track: it stays in the package, it is not drawn
    width_px, height_px = case.picture_px or (0, 0)
    return {"points": points, "width": width_px, "height": height_px} if points and width_px else None
