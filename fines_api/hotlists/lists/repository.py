"""Lists in the database, and how many entries of each stand how."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, select

from fines_api.db import Session
from fines_api.hotlists.policy import AlertPolicy, Hotlist
from fines_api.hotlists.tables import HotlistEntryRow, HotlistRow
from recognition.contracts import HotlistReason, MatchPolicy


@dataclass(frozen=True)
class ListCount:
    """How the entries of one list stand: those within their term, of them the stale; when a source last spoke."""

    standing: int
    stale: int
    heard_at: datetime | None


class ListRepository:
    """The lists of this region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> dict[str, Hotlist]:
        """Return every list by its code, the most urgent first."""
        rows = self._session.scalars(select(HotlistRow).order_by(HotlistRow.priority, HotlistRow.code))
        return {row.code: _hotlist(row) for row in rows}

    def save(self, hotlist: Hotlist, actor: str, now: datetime) -> None:
        """Add a list, or put it in the place of the one with its code."""
        self._session.merge(
            HotlistRow(
                code=hotlist.code,
                title=hotlist.title,
                reason=hotlist.reason.value,
                authority=hotlist.authority,
                legal_basis=hotlist.legal_basis,
                priority=hotlist.priority,
                match_policy=hotlist.match_policy.value,
                widest_policy=hotlist.widest_policy.value,
                most_cost=hotlist.most_cost,
                alert_policy=hotlist.alert_policy.value,
                confirm_every_days=hotlist.confirm_every.days,
                longest_days=hotlist.longest_validity.days,
                is_urgent_allowed=hotlist.is_urgent_allowed,
                writers=list(hotlist.writers),
                changed_at=now,
                changed_by=actor,
            )
        )
        self._session.flush()

    def counts(self, lists: Mapping[str, Hotlist], now: datetime) -> dict[str, ListCount]:
        """Count the entries of each list that are within their term, and those whose source is silent too long."""
        row, every = HotlistEntryRow, func.make_interval(0, 0, 0, HotlistRow.confirm_every_days)
        stands = and_(row.is_withdrawn.is_(False), row.valid_until > now)
        query = (
            select(
                row.list_code,
                func.count().filter(stands),
                func.count().filter(stands, row.confirmed_at + every < now),
                func.max(row.confirmed_at),
            )
            .join(HotlistRow, HotlistRow.code == row.list_code)
            .where(row.list_code.in_(list(lists)))
            .group_by(row.list_code)
        )
        return {code: ListCount(standing, stale, at) for code, standing, stale, at in self._session.execute(query)}


def _hotlist(row: HotlistRow) -> Hotlist:
    return Hotlist(
        code=row.code,
        title=row.title,
        reason=HotlistReason(row.reason),
        authority=row.authority,
        legal_basis=row.legal_basis,
        priority=row.priority,
        match_policy=MatchPolicy(row.match_policy),
        widest_policy=MatchPolicy(row.widest_policy),
        most_cost=row.most_cost,
        alert_policy=AlertPolicy(row.alert_policy),
        confirm_every=timedelta(days=row.confirm_every_days),
        longest_validity=timedelta(days=row.longest_days),
        is_urgent_allowed=row.is_urgent_allowed,
        writers=tuple(row.writers),
    )
