"""Entries: propose, approve, withdraw, take over from other regions.  Only the owner region changes an entry."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from fines_api import audit
from fines_api.db import Session
from fines_api.hotlists.back_search import BackSearch
from fines_api.hotlists.clearing import ClearingService
from fines_api.hotlists.entry_form import check_term, list_code_of, record_of
from fines_api.hotlists.entry_view import EntryView
from fines_api.hotlists.lists.service import ListService
from fines_api.hotlists.live_list import live_list
from fines_api.hotlists.matching import HitService
from fines_api.hotlists.policy import is_within
from fines_api.hotlists.proposals.service import CONFIRMED, CORRECTED, CREATED, ProposalService
from fines_api.hotlists.repository import EntryFilter, EntryRepository
from fines_api.hotlists.schemas import EntryInfo, NewEntry
from fines_api.hotlists.tables import HotlistEntryRow
from fines_api.kit.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from fines_api.kit.ids import uuid7
from fines_api.kit.jobs import defer
from fines_api.node import Node
from recognition.contracts import (
    HotlistEntryRecord,
    MatchPolicy,
    Passage,
    RegionClearanceRecord,
    RegionHitRecord,
    Site,
)

MAX_LIST = 1000


class HotlistService:
    """The hotlist of one region: its own entries and its copies of the others'."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._entries = EntryRepository(session)
        self._hits = HitService(session, node)
        self._lists = ListService(session, node)
        self._proposals = ProposalService(session, node)
        self._view = EntryView(session, node)

    def add(self, new: NewEntry, *, actor: str) -> EntryInfo:
        """Propose a vehicle for a list; an urgent one is in force at once, for an hour.

        Raises:
            InvalidError: wildcard, no such plate, doubtful type, a policy the list does not allow, or a wrong term.
            ForbiddenError: the actor may not write on the list.
            ConflictError: an urgent word the list or the actor's last one forbids.
            NotFoundError: no such list.
        """
        now, hotlist = self._node.clock.now(), self._lists.get(list_code_of(new))
        record = record_of(new, hotlist, uuid7(now), self._node.settings.region, now)
        if not new.urgent:
            self._proposals.propose(record, hotlist, CREATED, actor=actor)
        else:
            record = self._proposals.propose_urgent(record, hotlist, actor=actor)
            self._put_in_force(record, actor, None, "urgent")
        return self._view.of(record.entry_id)

    def correct(self, entry_id: UUID, new: NewEntry, *, actor: str) -> EntryInfo:
        """Propose other content for an entry; what officers cleared about the old content lapses with it.

        Raises:
            As ``add`` and ``confirm``.
        """
        known = self._standing_own(entry_id)
        now, hotlist = self._node.clock.now(), self._lists.get(list_code_of(new))
        record = record_of(new, hotlist, entry_id, known.owner_region, now)
        kept = {"valid_from": known.valid_from, "source_id": new.source_id or known.source_id}
        record = record.model_copy(update=kept | {"version": known.version + 1})
        self._proposals.propose(record, hotlist, CORRECTED, actor=actor)
        return self._view.of(entry_id)

    def confirm(self, entry_id: UUID, valid_until: datetime, *, actor: str) -> EntryInfo:
        """Propose a new term: the source still stands behind the entry, and earlier clearances lapse.

        Raises:
            NotFoundError: no such entry.
            ForbiddenError: the entry belongs to another region.
            ConflictError: it was withdrawn, or another change of it waits.
            InvalidError: a term in the past or too long.
        """
        record, now = self._standing_own(entry_id), self._node.clock.now()
        hotlist = self._lists.of(record)
        check_term(valid_until, now, hotlist)
        changes = {"version": record.version + 1, "valid_until": valid_until, "confirmed_at": now, "is_urgent": False}
        self._proposals.propose(record.model_copy(update=changes), hotlist, CONFIRMED, actor=actor)
        return self._view.of(entry_id)

    def approve(self, entry_id: UUID, note: str = "", *, actor: str) -> EntryInfo:
        """Agree, as the second person, to what waits; passages of the last three days are searched at once.

        Raises:
            NotFoundError: nobody proposed such an entry.
            ForbiddenError: the same person proposed it (``hotlist.same_person``).
            ConflictError: nothing waits, or its term is over.
        """
        agreed = self._proposals.approve(entry_id, note, actor=actor)
        self._put_in_force(agreed.record, agreed.proposed_by, actor, agreed.action)
        return self._view.of(entry_id)

    def refuse(self, entry_id: UUID, note: str = "", *, actor: str) -> EntryInfo:
        """Disagree, as the second person; an urgent entry ends at once.

        Raises:
            As ``approve``.
        """
        row = self._proposals.refuse(entry_id, note, actor=actor)
        if row.is_urgent:
            self._end(self._own(entry_id), actor, note)
        return self._view.of(entry_id)

    def withdraw(self, entry_id: UUID, note: str, *, actor: str) -> EntryInfo:
        """Take a vehicle off the list, or a proposal back: one person is enough; repeating it changes nothing.

        Raises:
            NotFoundError: no such entry.
            ForbiddenError: the entry belongs to another region (``hotlist.not_owner``).
        """
        known = self._entries.lock(entry_id)
        if known is not None:
            self._check_own(known)
        waited = self._proposals.withdraw(entry_id, note, actor=actor)
        if known is not None:
            record = HotlistEntryRecord.model_validate(known.record)
            if not record.is_withdrawn:
                self._end(record, actor, note)
        elif waited is not None:
            details = {"note": note, "plate": waited.plate, "proposed_by": waited.proposed_by}
            audit.record(self._session, self._node, actor, "hotlists:entry:withdrawn", str(entry_id), details)
        return self._view.of(entry_id)

    def apply_remote(self, record: HotlistEntryRecord) -> bool:
        """Take over another region's entry; false when this or a newer version is here already.

        Raises:
            ForbiddenError: it claims to be this region's own, or its owner changed (``hotlist.not_owner``).
            InvalidError: a partial plate on a list that takes none here (``hotlist.partial``).
        """
        if record.owner_region == self._node.settings.region:
            raise ForbiddenError("another region cannot write our entries", code="hotlist.not_owner")
        known = self._entries.lock(record.entry_id)
        if known is not None and known.owner_region != record.owner_region:
            raise ForbiddenError("only the owner region writes an entry", code="hotlist.not_owner")
        if record.match_policy is MatchPolicy.PARTIAL and not is_within(
            record.match_policy, self._lists.of(record).widest_policy
        ):
            raise InvalidError("this list takes no partial plates here", code="hotlist.partial")
        if not self._entries.save(record, f"region:{record.owner_region}", self._node.clock.now()):
            return False
        BackSearch(self._session, self._node).run([record])
        return True

    def record_remote_hit(self, record: RegionHitRecord) -> bool:
        """Keep a hit another region made on our entry; false when it is here already."""
        row = self._entries.get(record.entry_id)
        entry = HotlistEntryRecord.model_validate(row.record) if row else None
        if entry is None or entry.owner_region != self._node.settings.region:
            raise NotFoundError(f"no own entry {record.entry_id}")
        return self._hits.record_remote(record, entry)

    def apply_clearance(self, record: RegionClearanceRecord) -> bool:
        """Believe another region's officer that a pair is no match; false when it is known already."""
        return ClearingService(self._session, self._node).hear(record)

    def match_passages(self, seen: Sequence[tuple[Passage, Site]]) -> None:
        """Match passages against the list in memory, in the transaction that stores them."""
        plated = [(passage.plate, passage, site) for passage, site in seen if passage.plate is not None]
        if not plated:
            return
        matches = live_list(self._node).match(self._session, [plate for plate, _, _ in plated])
        rows = self._entries.of_numbers({match.entry for match in matches}) if matches else {}
        for match in matches:
            if (row := rows.get(match.entry)) is not None:
                _, passage, site = plated[match.seen]
                self._hits.record(HotlistEntryRecord.model_validate(row.record), match, passage, site)

    def entries(self, limit: int, wanted: EntryFilter | None = None) -> list[EntryInfo]:
        """List entries, last changed first; new ones that wait for a second person before them."""
        return self._view.newest(min(max(limit, 1), MAX_LIST), wanted)

    def records(self, entry_ids: Iterable[UUID]) -> list[HotlistEntryRecord]:
        """Return entries as other regions are told them."""
        return [HotlistEntryRecord.model_validate(row.record) for row in self._entries.of_ids(entry_ids)]

    def entry(self, entry_id: UUID) -> EntryInfo:
        """Return one entry, or the proposal of one.

        Raises:
            NotFoundError: no such entry.
        """
        return self._view.of(entry_id)

    def waiting_for(self, actor: str, limit: int = 200) -> list[EntryInfo]:
        """List what waits for this person: proposed by others, on lists the person may write."""
        return self._view.waiting_for(actor, limit)

    def _standing_own(self, entry_id: UUID) -> HotlistEntryRecord:
        record = self._own(entry_id)
        if record.is_withdrawn:
            raise ConflictError("the entry was withdrawn", hint="make a new entry", code="hotlist.withdrawn")
        return record

    def _own(self, entry_id: UUID) -> HotlistEntryRecord:
        row = self._entries.lock(entry_id)
        if row is None:
            raise NotFoundError("no such entry")
        self._check_own(row)
        return HotlistEntryRecord.model_validate(row.record)

    def _check_own(self, row: HotlistEntryRow) -> None:
        if row.owner_region != self._node.settings.region:
            raise ForbiddenError(
                f"the entry belongs to region {row.owner_region}",
                hint="ask that region to change it",
                code="hotlist.not_owner",
            )

    def _end(self, record: HotlistEntryRecord, actor: str, note: str) -> None:
        ended = record.model_copy(update={"version": record.version + 1, "is_withdrawn": True})
        self._entries.save(ended, actor, self._node.clock.now())
        self._tell(ended, actor, "withdrawn", {"note": note})

    def _put_in_force(self, record: HotlistEntryRecord, proposed_by: str, approved_by: str | None, action: str) -> None:
        self._entries.save(record, proposed_by, self._node.clock.now(), approved_by=approved_by)
        BackSearch(self._session, self._node).run([record])
        details = {"action": action, "proposed_by": proposed_by, "reason": record.reason.value}
        verb = "approved" if approved_by else "put_in_force"
        self._tell(record, approved_by or proposed_by, verb, details)

    def _tell(self, record: HotlistEntryRecord, actor: str, action: str, details: dict[str, str]) -> None:
        defer(self._session, "regions.publish_entry", record=record.model_dump(mode="json"))
        audit.record(
            self._session, self._node, actor, f"hotlists:entry:{action}", str(record.entry_id),
            details | {"plate": record.plate, "version": str(record.version)},
        )  # fmt: skip
