"""How often the hits of each list and camera were right, as officers found."""

from dataclasses import asdict
from datetime import timedelta

from fines_api.db import Session
from fines_api.hotlists.precision.policy import wilson
from fines_api.hotlists.precision.repository import HitCount, PrecisionRepository
from fines_api.hotlists.precision.schemas import PrecisionAnswer, PrecisionLine, ShareInfo
from fines_api.node import Node


class PrecisionService:
    """The predicted value of a hit in one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._node = node
        self._counts = PrecisionRepository(session)

    def over(self, days: int) -> PrecisionAnswer:
        """Tell it for the hits captured in the last days."""
        since = self._node.clock.now() - timedelta(days=days)
        return PrecisionAnswer(
            days=days,
            lists=[_line(one) for one in self._counts.by_list(since)],
            cameras=[_line(one) for one in self._counts.by_camera(self._node.settings.region, since)],
        )


def _line(count: HitCount) -> PrecisionLine:
    share = wilson(count.correct, count.judged)
    return PrecisionLine(
        name=count.name,
        place=count.place,
        hits=count.hits,
        judged=count.judged,
        correct=count.correct,
        share_correct=ShareInfo(**asdict(share)) if share else None,
        share_withheld=count.hidden / count.hits if count.hits else None,
        median_s=count.median_s,
    )
