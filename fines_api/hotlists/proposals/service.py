"""Two persons for one entry: one asks, another agrees; an urgent word holds for an hour on one person's account.

Only what is agreed, or urgent, is an entry; what waits is nothing to whoever matches and to the other regions.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fines_api import audit
from fines_api.db import Session
from fines_api.hotlists.lists.service import ListService
from fines_api.hotlists.policy import URGENT_LASTS, Hotlist
from fines_api.hotlists.proposals.repository import APPROVED, WAITING, ProposalRepository
from fines_api.hotlists.repository import EntryRepository
from fines_api.hotlists.tables import HotlistProposalRow
from fines_api.kit.errors import ConflictError, ForbiddenError, NotFoundError
from fines_api.kit.ids import uuid7
from fines_api.node import Node
from recognition.contracts import HotlistEntryRecord

CREATED, CORRECTED, CONFIRMED = "created", "corrected", "confirmed"


@dataclass(frozen=True)
class Agreed:
    """A version two persons stand behind, ready to be the entry's."""

    record: HotlistEntryRecord
    proposed_by: str
    action: str


class ProposalService:
    """What waits for a second person in one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._lists = ListService(session, node)
        self._entries = EntryRepository(session)
        self._proposals = ProposalRepository(session)

    def propose(self, record: HotlistEntryRecord, hotlist: Hotlist, action: str, *, actor: str) -> HotlistProposalRow:
        """Put a version before a second person.

        Raises:
            ForbiddenError: the actor may not write on the list (``hotlist.writer``).
            ConflictError: another change of the entry waits already (``hotlist.waiting``).
        """
        self._lists.check_writer(hotlist, actor)
        self._lapse()
        if self._proposals.waiting(record.entry_id) is not None:
            raise ConflictError(
                "another change of this entry waits", hint="approve or refuse it first", code="hotlist.waiting"
            )
        return self._keep(record, action, actor=actor, is_urgent=False)

    def propose_urgent(self, record: HotlistEntryRecord, hotlist: Hotlist, *, actor: str) -> HotlistEntryRecord:
        """Put a version before a second person, and return the one that holds for an hour meanwhile.

        Raises:
            ForbiddenError: the actor may not write on the list (``hotlist.writer``).
            ConflictError: the list takes no urgent word (``hotlist.not_urgent``), or the same person's last one for
                this plate has found nobody to agree (``hotlist.urgent_again``).
        """
        self._lists.check_writer(hotlist, actor)
        if not hotlist.is_urgent_allowed:
            raise ConflictError(
                f"the list {hotlist.code} takes no urgent entries", hint="propose it", code="hotlist.not_urgent"
            )
        if self._proposals.was_urgent_alone(actor, record):
            raise ConflictError(
                "your urgent entry for this plate was not approved by anybody",
                hint="propose it, or let a colleague judge whether it is urgent",
                code="hotlist.urgent_again",
            )
        self._keep(record.model_copy(update={"version": 2}), CREATED, actor=actor, is_urgent=True)
        until = min(record.valid_until, self._node.clock.now() + URGENT_LASTS)
        return record.model_copy(update={"valid_until": until, "is_urgent": True})

    def approve(self, entry_id: UUID, note: str, *, actor: str) -> Agreed:
        """Agree to what waits for an entry.

        Raises:
            NotFoundError: nobody ever proposed such an entry.
            ForbiddenError: the same person proposed it (``hotlist.same_person``), or the actor may not write on the
                list (``hotlist.writer``).
            ConflictError: nothing waits (``hotlist.nothing_waiting``), or its term is over (``hotlist.term_over``).
        """
        entry = self._entries.lock(entry_id)
        row = self._decidable(entry_id, actor)
        now = self._node.clock.now()
        record = HotlistEntryRecord.model_validate(row.record)
        if record.valid_until <= now:
            raise ConflictError("its term is over", hint="propose it with another term", code="hotlist.term_over")
        version = entry.version + 1 if entry else 1
        content = record.content_version if row.is_urgent else version
        self._close(row, APPROVED, actor, note)
        return Agreed(
            record.model_copy(update={"version": version, "content_version": content}), row.proposed_by, row.action
        )

    def refuse(self, entry_id: UUID, note: str, *, actor: str) -> HotlistProposalRow:
        """Disagree with what waits for an entry.

        Raises:
            NotFoundError, ForbiddenError, ConflictError: as for ``approve``.
        """
        self._entries.lock(entry_id)
        row = self._decidable(entry_id, actor)
        self._close(row, "refused", actor, note)
        details = {"action": row.action, "proposed_by": row.proposed_by, "plate": row.plate, "note": note}
        audit.record(self._session, self._node, actor, "hotlists:entry:refused", str(entry_id), details)
        return row

    def withdraw(self, entry_id: UUID, note: str, *, actor: str) -> HotlistProposalRow | None:
        """Close what waits for an entry that is being withdrawn; hold the entry itself first."""
        row = self._proposals.lock_waiting(entry_id)
        if row is not None:
            self._close(row, "withdrawn", actor, note)
        return row

    def waiting(self, list_code: str | None, limit: int) -> list[HotlistProposalRow]:
        """Return what waits, oldest first."""
        self._lapse()
        return self._proposals.all_waiting(list_code, limit)

    def of(self, entry_id: UUID) -> HotlistProposalRow | None:
        """Return what waits for an entry."""
        self._lapse()
        return self._proposals.waiting(entry_id)

    def waiting_of(self, entries: Iterable[UUID]) -> dict[UUID, HotlistProposalRow]:
        """Return what waits for entries."""
        self._lapse()
        return self._proposals.waiting_of(entries)

    def last(self, entry_id: UUID) -> HotlistProposalRow | None:
        """Return the newest proposal for an entry, decided or not."""
        return self._proposals.last(entry_id)

    def _decidable(self, entry_id: UUID, actor: str) -> HotlistProposalRow:
        self._lapse()
        row = self._proposals.lock_waiting(entry_id)
        if row is None:
            if self._proposals.last(entry_id) is None and self._entries.get(entry_id) is None:
                raise NotFoundError("no such entry")
            raise ConflictError("nothing waits for a second person", code="hotlist.nothing_waiting")
        self._lists.check_writer(self._lists.get(row.list_code), actor)
        if row.proposed_by == actor:
            raise ForbiddenError(
                "who proposes an entry does not decide about it",
                hint="another police user decides; you may withdraw it",
                code="hotlist.same_person",
            )
        return row

    def _keep(self, record: HotlistEntryRecord, action: str, *, actor: str, is_urgent: bool) -> HotlistProposalRow:
        now = self._node.clock.now()
        row = HotlistProposalRow(
            proposal_id=uuid7(now),
            entry_id=record.entry_id,
            list_code=record.list_code,
            plate=record.plate,
            plate_region=record.plate_region,
            plate_type=record.plate_type,
            record=record.model_dump(mode="json"),
            action=action,
            state=WAITING,
            is_urgent=is_urgent,
            proposed_by=actor,
            proposed_at=now,
            note="",
        )
        self._proposals.add(row)
        details = {"action": action, "plate": record.plate, "list": record.list_code, "basis": record.legal_basis}
        audit.record(
            self._session, self._node, actor, "hotlists:entry:proposed", str(record.entry_id),
            details | {"is_urgent": is_urgent},
        )  # fmt: skip
        return row

    def _close(self, row: HotlistProposalRow, state: str, actor: str, note: str) -> None:
        row.state, row.decided_by, row.decided_at, row.note = state, actor, self._node.clock.now(), note

    def _lapse(self) -> None:
        now: datetime = self._node.clock.now()
        self._proposals.lapse_urgent(now - URGENT_LASTS, now)
