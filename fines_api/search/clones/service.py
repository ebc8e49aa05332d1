"""Find suspicions among new passages, list them, take what a person decided, and say whether one stands."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from fines_api import audit
from fines_api.db import Session
from fines_api.identity.schemas import Principal
from fines_api.kit.errors import NotFoundError
from fines_api.node import Node
from fines_api.passages.service import PassageService, clock_bound_s
from fines_api.search.clones.policy import (
    Impossible,
    Pair,
    SuspicionState,
    check_decision,
    holds,
    impossible,
    is_worth_a_look,
    pair_of,
    worst_by_plate,
)
from fines_api.search.clones.repository import CloneRepository, FreshPair
from fines_api.search.clones.schemas import SuspicionDecision, SuspicionInfo
from fines_api.search.dictionary.keeping import safe_mark
from fines_api.search.geography import Point
from fines_api.search.repository import MarkRepository
from fines_api.search.sightings.trace import Seen
from fines_api.search.tables import CloneSuspicionRow
from fines_api.sites.service import SiteService
from recognition.contracts import Place, PlateKey

READER: Final = "clones"
_FIRST_LOOK: Final = timedelta(days=1)
_FINDER: Final = "system:clones"


class CloneService:
    """Suspicions of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._clones = CloneRepository(session)
        self._marks = MarkRepository(session)

    def look(self) -> int:
        """Look at passages received since the last look; return how many suspicions are new.  Bears repetition."""
        mark = safe_mark(self._session, self._node)  # before reading, as the dictionary does
        since = self._marks.get(READER) or self._node.clock.now() - _FIRST_LOOK
        points = {name: (at.longitude, at.latitude) for name, at in self._places().items()}
        pairs = {_pair(fresh, points) for fresh in self._clones.fresh_pairs(since)}
        found = (impossible(pair) for pair in self._with_clocks([pair for pair in pairs if is_worth_a_look(pair)]))
        added = sum(self._suspect(one) for one in worst_by_plate(one for one in found if one is not None))
        self._marks.put(READER, mark)
        return added

    def suspicions(self, state: SuspicionState | None, limit: int) -> list[SuspicionInfo]:
        """List suspicions, the newest on top."""
        places = self._places()
        return [_info(row, places) for row in self._clones.listed(state and state.value, limit)]

    def decide(self, suspicion_id: UUID, decision: SuspicionDecision, user: Principal) -> SuspicionInfo:
        """Take what a person decided, with the reason.

        Raises:
            NotFoundError: no such suspicion.
            ConflictError: it was decided before (``clone.decided``).
        """
        row = self._clones.lock(suspicion_id)
        if row is None:
            raise NotFoundError("no such suspicion")
        check_decision(SuspicionState(row.state), decision.state)
        row.state, row.decided_by, row.reason = decision.state.value, user.subject, decision.reason
        row.decided_at = self._node.clock.now()
        self._session.flush()
        details = {"state": row.state, "reason": row.reason, "plate": row.plate}
        audit.record(self._session, self._node, user.actor, "clones:suspicion:decided", str(suspicion_id), details)
        return _info(row, self._places())

    def is_cloned_at(self, key: PlateKey, moment: datetime) -> bool:
        """Tell whether a suspicion that is open or confirmed reaches back to the moment."""
        row = self._clones.standing(key)
        return row is not None and holds(row.first_at, moment)

    def _with_clocks(self, pairs: list[Pair]) -> list[Pair]:
        """Read how far the clocks of the few pairs that matter may have been off."""
        if not pairs:
            return []
        seen = [one for pair in pairs for one in (pair.first, pair.second)]
        events = PassageService(self._session, self._node).events_of(
            {one.passage_id for one in seen}, min(one.at for one in seen), max(one.at for one in seen)
        )
        bounds = {passage_id: clock_bound_s(event) for passage_id, event in events.items()}
        return [
            Pair(pair.key, *(Seen(s.passage_id, s.at, s.site_id, s.point, bounds.get(s.passage_id)) for s in both))
            for pair in pairs
            for both in [(pair.first, pair.second)]
        ]

    def _suspect(self, found: Impossible) -> bool:
        first, second, key = found.pair.first, found.pair.second, found.pair.key
        row = CloneSuspicionRow(
            suspicion_id=uuid4(), plate=key.plate, plate_region=key.plate_region, plate_type=key.plate_type,
            first_passage_id=first.passage_id, first_at=first.at, first_site_id=first.site_id,
            second_passage_id=second.passage_id, second_at=second.at, second_site_id=second.site_id,
            distance_m=found.distance_m, needed_kmh=found.needed_kmh, found_at=self._node.clock.now(),
            state=SuspicionState.OPEN.value, decided_by=None, decided_at=None, reason=None,
        )  # fmt: skip
        if not self._clones.add(row):
            return False
        details = {"plate": key.plate, "needed_kmh": round(found.needed_kmh)}
        audit.record(self._session, self._node, _FINDER, "clones:suspicion:opened", str(row.suspicion_id), details)
        return True

    def _places(self) -> dict[str, Place]:
        return SiteService(self._session, self._node).places()


def _pair(fresh: FreshPair, points: dict[str, Point]) -> Pair:
    key = PlateKey(plate=fresh.plate, plate_region=fresh.plate_region, plate_type=fresh.plate_type)
    one = Seen(fresh.passage_id, fresh.captured_at, fresh.site_id, points.get(fresh.site_id), None)
    other = Seen(fresh.other_id, fresh.other_at, fresh.other_site, points.get(fresh.other_site), None)
    return pair_of(key, one, other)


def _info(row: CloneSuspicionRow, places: dict[str, Place]) -> SuspicionInfo:
    def name(site_id: str) -> str:
        return places[site_id].address if site_id in places else site_id

    copied = (
        "suspicion_id", "state", "first_passage_id", "first_at", "second_passage_id", "second_at", "distance_m",
        "needed_kmh", "found_at", "decided_by", "decided_at", "reason",
    )  # fmt: skip
    return SuspicionInfo(
        key=PlateKey(plate=row.plate, plate_region=row.plate_region, plate_type=row.plate_type),
        first_place=name(row.first_site_id),
        second_place=name(row.second_site_id),
        **{each: getattr(row, each) for each in copied},
    )
