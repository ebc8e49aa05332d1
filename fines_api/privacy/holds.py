"""Legal holds: one administrator proposes, another approves; while one is in force its passages stay as they are."""

from datetime import date, timedelta
from uuid import UUID

from fines_api import audit
from fines_api.db import Session
from fines_api.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from fines_api.kit.ids import uuid7
from fines_api.node import Node
from fines_api.passages.minimising.service import PassageDay, PassageDays, Scope
from fines_api.privacy.keys import DayKeys
from fines_api.privacy.policy import HoldState, start_of
from fines_api.privacy.repository import HoldRepository
from fines_api.privacy.schemas import MAX_LIST, HoldInfo, NewHold
from fines_api.privacy.tables import LegalHoldRow

_LONGEST = timedelta(days=3660)
_COPIED = ("site_id", "passage_id", "captured_since", "captured_until", "reason", "legal_basis", "ordered_by", "until")


class HoldService:
    """Legal holds of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._holds = HoldRepository(session)

    def propose(self, new: NewHold, *, actor: str) -> HoldInfo:
        """Ask for a hold; it keeps nothing before another administrator approves.

        Raises:
            InvalidError: its end lies in the past or too far away (``hold.term``).
        """
        now = self._node.clock.now()
        if not now < new.until <= now + _LONGEST:
            raise InvalidError("the hold ends in the past or too late", hint="name its true end", code="hold.term")
        plate = new.plate.model_dump() if new.plate else dict.fromkeys(("plate", "plate_region", "plate_type"))
        row = LegalHoldRow(
            hold_id=uuid7(now),
            state=HoldState.PROPOSED.value,
            **plate,
            **{name: getattr(new, name) for name in _COPIED},
            proposed_by=actor,
            proposed_at=now,
        )
        self._holds.add(row)
        return self._told(row, "proposed", actor)

    def approve(self, hold_id: UUID, *, actor: str) -> HoldInfo:
        """Agree as the second person: the hold is in force from now on.

        Raises:
            NotFoundError: no such hold.
            ForbiddenError: the same person proposed it (``hold.same_person``).
            ConflictError: it does not wait any more, or its term is over (``hold.state``).
        """
        row = self._waiting(hold_id, actor)
        if row.until <= self._node.clock.now():
            raise ConflictError("its term is over", hint="propose it anew", code="hold.state")
        return self._decide(row, HoldState.IN_FORCE, actor)

    def refuse(self, hold_id: UUID, *, actor: str) -> HoldInfo:
        """Disagree as the second person.

        Raises:
            As ``approve``.
        """
        return self._decide(self._waiting(hold_id, actor), HoldState.REFUSED, actor)

    def release(self, hold_id: UUID, *, actor: str) -> HoldInfo:
        """End a hold: what only it kept goes with the next run.

        Raises:
            NotFoundError: no such hold.
            ConflictError: it is not in force (``hold.state``).
        """
        row = self._found(hold_id)
        if row.state != HoldState.IN_FORCE:
            raise ConflictError(f"the hold is {row.state}", hint="only one in force is released", code="hold.state")
        row.state, row.released_by, row.released_at = HoldState.RELEASED.value, actor, self._node.clock.now()
        return self._told(row, "released", actor)

    def holds(self, limit: int = MAX_LIST) -> list[HoldInfo]:
        """List holds, last proposed first."""
        return [HoldInfo.model_validate(row) for row in self._holds.newest(limit)]

    def scopes(self, day: date) -> list[Scope]:
        """Return what the holds in force are about, of passages of one day: a plate by its pseudonym too."""
        keys, rows = DayKeys(self._session, self._node), self._holds.in_force(self._node.clock.now())
        scopes = [_scope(row, keys, day) for row in rows]
        written = self._holds.written_down([row.hold_id for row in rows], day)
        return [*scopes, Scope(passage_ids=tuple(written))] if written else scopes

    def write_down(self, day: date) -> None:
        """Note by id what holds on plates find by pseudonyms of a day: its key is about to be destroyed."""
        keys = DayKeys(self._session, self._node)
        held = [row for row in self._holds.in_force(self._node.clock.now()) if row.plate]
        for place in PassageDays(self._session).places_of(day) if held else ():
            rows = PassageDay(self._session, place, start_of(day))
            for row in held:
                self._holds.write_down(row.hold_id, day, rows.ids_of(_scope(row, keys, day)))

    def _waiting(self, hold_id: UUID, actor: str) -> LegalHoldRow:
        row = self._found(hold_id)
        if row.state != HoldState.PROPOSED:
            raise ConflictError(f"the hold is {row.state}", hint="load it again", code="hold.state")
        if row.proposed_by == actor:
            raise ForbiddenError(
                "who proposed a hold does not decide on it", hint="ask another administrator", code="hold.same_person"
            )
        return row

    def _found(self, hold_id: UUID) -> LegalHoldRow:
        row = self._holds.lock(hold_id)
        if row is None:
            raise NotFoundError("no such hold", code="hold.not_found")
        return row

    def _decide(self, row: LegalHoldRow, state: HoldState, actor: str) -> HoldInfo:
        row.state, row.decided_by, row.decided_at = state.value, actor, self._node.clock.now()
        return self._told(row, "approved" if state is HoldState.IN_FORCE else "refused", actor)

    def _told(self, row: LegalHoldRow, verb: str, actor: str) -> HoldInfo:
        self._session.flush()
        info = HoldInfo.model_validate(row)
        details = info.model_dump(mode="json", exclude_none=True)
        audit.record(self._session, self._node, actor, f"privacy:hold:{verb}", str(row.hold_id), details)
        return info


def _scope(row: LegalHoldRow, keys: DayKeys, day: date) -> Scope:
    plates = (row.plate, *keys.pseudonyms_of(row.plate, [day]).values()) if row.plate else ()
    return Scope(
        passage_ids=(row.passage_id,) if row.passage_id else (),
        plates=plates,
        plate_region=row.plate_region,
        plate_type=row.plate_type,
        site_id=row.site_id,
        since=row.captured_since,
        until=row.captured_until,
    )
