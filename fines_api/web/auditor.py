"""The auditor's page: who searched for what and why, and what is worth a question."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from fines_api.identity.dependencies import AuditorUser, NodeDep, SessionDep
from fines_api.kit.calendar import end_of, start_of
from fines_api.kit.errors import InvalidError
from fines_api.passages.schemas import SearchPurpose
from fines_api.search.auditing import AuditingService
from fines_api.search.schemas import BookQuery
from fines_api.web.rendering import page

router = APIRouter(prefix="/auditor")
_SHOWN = 200
_DEFAULT_WINDOW = timedelta(days=30)


@router.get("")
def book(
    *,
    request: Request,
    session: SessionDep,
    node: NodeDep,
    user: AuditorUser,
    officer: Annotated[str, Query(max_length=64)] = "",
    plate: Annotated[str, Query(max_length=32)] = "",
    purpose: Annotated[str, Query(max_length=32)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """List searches by officer, plate, purpose and time, under what is unusual."""
    timezone = node.settings.timezone
    chosen = next((each for each in SearchPurpose if each.value == purpose), None)
    query = BookQuery(
        officer=officer.strip() or None,
        plate=plate.strip() or None,
        purpose=chosen,
        since=start_of(day, timezone) if (day := _day(since)) else node.clock.now() - _DEFAULT_WINDOW,
        until=end_of(day, timezone) if (day := _day(until)) else None,
        limit=_SHOWN,
    )
    service = AuditingService(session, node)
    filters = {"officer": officer, "plate": plate, "purpose": purpose, "since": since, "until": until}
    return page(
        request, node, "auditor.html", user, searches=service.searches(query, user),
        anomalies=service.anomalies(user), purposes=[each.value for each in SearchPurpose], filters=filters,
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidError("not a day", hint="choose a day", code="search.window") from None
