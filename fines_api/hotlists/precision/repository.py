"""Hits counted by list and by camera."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, func, literal, select

from fines_api.db import Session
from fines_api.hotlists.policy import HitState
from fines_api.hotlists.tables import HotlistHitRow

_HIDDEN = (HitState.WITHHELD.value, HitState.CLEARED.value)


@dataclass(frozen=True)
class HitCount:
    """What was counted under one name."""

    name: str
    place: str
    hits: int
    judged: int
    correct: int
    hidden: int
    median_s: float | None


class PrecisionRepository:
    """Counts hits."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_list(self, since: datetime) -> list[HitCount]:
        """Count hits captured since a moment, by list."""
        return self._counted(HotlistHitRow.list_code, literal(""), since)

    def by_camera(self, region: str, since: datetime) -> list[HitCount]:
        """Count hits of this region's own cameras captured since a moment."""
        row = HotlistHitRow
        name = row.site_id + " / " + func.coalesce(row.camera_id, "?")
        return self._counted(name, func.max(row.place), since, row.seen_region == region)

    def _counted(
        self, name: SQLColumnExpression[str], place: ColumnElement[str], since: datetime, *more: ColumnElement[bool]
    ) -> list[HitCount]:
        row, count = HotlistHitRow, func.count()
        took_s = func.extract("epoch", row.matched_at - row.captured_at)
        query = (
            select(
                name,
                place,
                count,
                count.filter(row.verdict_at.is_not(None)),
                count.filter(row.state == HitState.CORRECT.value),
                count.filter(row.state.in_(_HIDDEN)),
                func.percentile_cont(0.5).within_group(took_s).filter(row.is_searched_back.is_(False)),
            )
            .where(row.captured_at >= since, *more)
            .group_by(name)
            .order_by(count.desc(), name)
        )
        return [
            HitCount(key, where, hits, judged, correct, hidden, float(median) if median is not None else None)
            for key, where, hits, judged, correct, hidden, median in self._session.execute(query)
        ]
