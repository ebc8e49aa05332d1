"""One day in one transaction: who stays whole and why, what the others lose, and what is written about it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from fines_api import audit
from fines_api.cases.service import CaseService
from fines_api.db import Session
from fines_api.hotlists.matching import HitService
from fines_api.intake.leaving.service import LeavingPictures
from fines_api.intake.service import IntakeService
from fines_api.node import Node
from fines_api.passages.minimising.service import PassageDay, PassageDays, Place
from fines_api.privacy.holds import HoldService
from fines_api.privacy.keys import DayKeys
from fines_api.privacy.policy import SETTLED_AFTER, PassageClass, Retention, end_of, start_of
from fines_api.privacy.repository import RunRepository
from fines_api.privacy.tables import MinimisationRunRow

_AROUND = timedelta(days=1)
"""A case occurs within a day of its passage's capture, and its candidate comes no earlier."""


@dataclass(frozen=True)
class Done:
    """What was done to a day's passages or key, or to pictures: how many of each kind, with which key."""

    action: str
    place: Place | None
    day: date | None
    counts: dict[str, int]
    key_id: UUID | None = None


class DayWork:
    """The work on one day of passages."""

    def __init__(self, session: Session, node: Node, retention: Retention) -> None:
        self._session = session
        self._node = node
        self._retention = retention
        self._pictures = LeavingPictures(session, node)

    def pseudonymise(self, place: Place, day: date, *, is_rehearsal: bool = False) -> Done | None:
        """Take event and plate from those of a day who did nothing; ``None``: there are none any more."""
        PassageDays(self._session).take_turns()
        rows, settled = self._set_out(place, day), self._node.clock.now() - SETTLED_AFTER
        counts = rows.counts(settled)
        innocent = counts.pop(PassageClass.OTHER.value, 0)
        if not innocent:
            return None
        counts["pseudonymised"] = innocent
        if is_rehearsal:
            return Done("pseudonymised", place, day, counts)
        key = DayKeys(self._session, self._node).of(day)
        counts["pictures"] = self._pictures.let_go(rows.leaving_pictures(settled))
        rows.pseudonymise(key.key, settled)
        return Done("pseudonymised", place, day, counts, key.key_id)

    def drop(self, place: Place, day: date, *, is_rehearsal: bool = False) -> Done | None:
        """Let a day go, but for those kept for a reason; ``None``: somebody came in so lately that it waits a night."""
        PassageDays(self._session).take_turns()
        rows, settled = self._set_out(place, day), self._node.clock.now() - SETTLED_AFTER
        counts = rows.counts(settled)
        if counts.get("unsettled"):
            return None
        before = sum(counts.values())
        counts["dropped"] = counts.pop(PassageClass.OTHER.value, 0) + counts.pop("minimised", 0)
        if is_rehearsal:
            return Done("dropped", place, day, counts)
        counts["pictures"] = self._pictures.let_go(rows.leaving_pictures())
        rows.hold_still()
        if sum(rows.counts(settled).values()) != before:
            return None  # the pictures noted above are spared: their passages are still here
        counts["moved"] = rows.let_go(self._terms(day))
        return Done("dropped", place, day, counts)

    def review(self, day: date, *, is_rehearsal: bool = False) -> Done | None:
        """Look again at those kept of a day that is gone; ``None``: all of them stay."""
        PassageDays(self._session).take_turns()
        rows, settled = self._set_out(Place.KEPT, day), self._node.clock.now()
        counts = rows.counts(settled)
        over = counts.pop(PassageClass.OTHER.value, 0) + counts.pop("minimised", 0)
        if is_rehearsal:
            return Done("reviewed", Place.KEPT, day, counts | {"dropped": over}) if over else None
        pictures = self._pictures.let_go(rows.leaving_pictures())
        rows.review(self._terms(day))
        return Done("reviewed", Place.KEPT, day, counts | {"dropped": over, "pictures": pictures}) if over else None

    def forget_key(self, day: date) -> Done | None:
        """Destroy a day's key; ``None``: that was done before."""
        PassageDays(self._session).take_turns()
        HoldService(self._session, self._node).write_down(day)
        key_id = DayKeys(self._session, self._node).destroy(day)
        return None if key_id is None else Done("key_destroyed", None, day, {}, key_id)

    def _set_out(self, place: Place, day: date) -> PassageDay:
        """Open the day and leave alone those who are to stay, the strongest reason first."""
        first, past = start_of(day), end_of(day)
        rows = PassageDay(self._session, place, first)
        for scope in HoldService(self._session, self._node).scopes(day):
            rows.leave_scope_alone(scope, PassageClass.LEGAL_HOLD.value)
        cases = CaseService(self._session, self._node).passages_between(first - _AROUND, past + _AROUND)
        candidates = IntakeService(self._session, self._node).candidate_passages(first - _AROUND)
        rows.leave_alone([*cases, *candidates], PassageClass.CASE.value)
        if PassageClass.HIT.value in self._terms(day):
            hits = HitService(self._session, self._node).passages_between(first, past)
            rows.leave_alone(hits, PassageClass.HIT.value)
        return rows

    def _terms(self, day: date) -> dict[str, datetime | None]:
        """Return the reasons to stay that hold for a day, with their ends."""
        terms: dict[str, datetime | None] = {PassageClass.LEGAL_HOLD.value: None, PassageClass.CASE.value: None}
        hits_end = end_of(day) + self._retention.drop_hits_after
        return terms | ({PassageClass.HIT.value: hits_end} if hits_end > self._node.clock.now() else {})


def record(session: Session, node: Node, done: Done, actor: str) -> None:
    """Write what was done to a day: a row for administrators, and one in the audit chain."""
    place = done.place.value if done.place else None
    row = MinimisationRunRow(
        action=done.action,
        place=place,
        day=done.day,
        counts=dict(done.counts),
        key_id=done.key_id,
        ran_at=node.clock.now(),
        actor=actor,
    )
    RunRepository(session).add(row)
    details = {"place": place, "counts": done.counts, "key_id": str(done.key_id) if done.key_id else None}
    audit.record(session, node, actor, f"privacy:passages:{done.action}", str(done.day or ""), details)
