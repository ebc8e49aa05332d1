"""The auditor's view of the book of searches: who searched for what, and what is unusual.  Looking is recorded too."""

from datetime import timedelta

from fines_api import audit
from fines_api.db import Session
from fines_api.identity.schemas import Principal
from fines_api.node import Node
from fines_api.search.policy import ANOMALY_DAYS, SHIFT_HOURS
from fines_api.search.repository import SearchRepository
from fines_api.search.schemas import Anomalies, BookQuery, Repetition, SearchInfo
from recognition.plates import canonical

_LOOKED_BACK = timedelta(days=90)
_MAX_SHOWN = 200


class AuditingService:
    """Searches of one region, read by somebody who makes none."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._book = SearchRepository(session)

    def searches(self, query: BookQuery, user: Principal) -> list[SearchInfo]:
        """List searches, newest first."""
        plate = "".join(mark if mark in "?*" else canonical(mark) for mark in query.plate) if query.plate else None
        rows = self._book.listed(
            officer=query.officer, plate=plate, purpose=query.purpose, since=query.since, until=query.until,
            limit=query.limit,
        )  # fmt: skip
        details = query.model_dump(mode="json") | {"shown": len(rows)}
        audit.record(self._session, self._node, user.actor, "searches:book:read", query.officer or "*", details)
        return [SearchInfo.model_validate(row) for row in rows]

    def anomalies(self, user: Principal) -> Anomalies:
        """Return what of the last ninety days is worth a question."""
        since, timezone = self._node.clock.now() - _LOOKED_BACK, self._node.settings.timezone
        repeated = [
            Repetition(officer=officer, plate=plate, days=days, searches=count)
            for officer, plate, days, count in self._book.repeated(since, timezone, ANOMALY_DAYS)
        ]
        off = [SearchInfo.model_validate(row) for row in self._book.off_hours(since, timezone, SHIFT_HOURS, _MAX_SHOWN)]
        audit.record(
            self._session, self._node, user.actor, "searches:book:read", "anomalies", {"repeated": len(repeated)}
        )
        return Anomalies(repeated=repeated, off_hours=off)
