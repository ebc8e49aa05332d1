"""Entries and proposals as people see them: who stands behind them, what waits, what officers cleared."""

from collections.abc import Sequence
from uuid import UUID

from fines_api.db import Session
from fines_api.hotlists.lists.service import ListService
from fines_api.hotlists.policy import UNKNOWN_MARK, Standing, may_write, standing
from fines_api.hotlists.proposals.service import ProposalService
from fines_api.hotlists.repository import EntryFilter, EntryRepository, HitRepository
from fines_api.hotlists.schemas import ClearanceInfo, EntryInfo, EntryState, ProposalInfo
from fines_api.hotlists.tables import HotlistClearanceRow, HotlistEntryRow, HotlistProposalRow
from fines_api.kit.errors import NotFoundError
from fines_api.node import Node
from fines_api.passages.service import display_plate
from recognition.contracts import HotlistEntryRecord, PlateKey

_SHOWN_CHANGES = (
    "plate", "plate_region", "plate_type", "list_code", "match_policy", "priority", "vehicle_class", "make", "colour",
    "description", "legal_basis", "valid_until",
)  # fmt: skip
_DECIDED = {"refused": EntryState.REFUSED, "lapsed": EntryState.LAPSED, "withdrawn": EntryState.WITHDRAWN}


def display_listed(key: PlateKey) -> str:
    """Return a listed plate as it is written in its country; unknown characters stay as they are."""
    return key.plate if UNKNOWN_MARK in key.plate else display_plate(key)


class EntryView:
    """Reads entries for people."""

    def __init__(self, session: Session, node: Node) -> None:
        self._node = node
        self._entries = EntryRepository(session)
        self._hits = HitRepository(session)
        self._lists = ListService(session, node)
        self._proposals = ProposalService(session, node)

    def of(self, entry_id: UUID) -> EntryInfo:
        """Return one entry, or the proposal of one.

        Raises:
            NotFoundError: no such entry.
        """
        row = self._entries.get(entry_id)
        if row is not None:
            return self._describe([row])[0]
        proposal = self._proposals.of(entry_id) or self._proposals.last(entry_id)
        if proposal is None:
            raise NotFoundError("no such entry")
        return self._proposed(proposal)

    def newest(self, limit: int, wanted: EntryFilter | None) -> list[EntryInfo]:
        """List entries, last changed first; new ones that wait for a second person before them."""
        if wanted is not None and wanted.standing is not None:
            return self._describe(self._entries.newest(limit, wanted))
        waiting = self._proposals.waiting(wanted.list_code if wanted else None, limit)
        plate = wanted.plate if wanted else None
        fresh = [row for row in waiting if row.action == "created" and not row.is_urgent and plate in {None, row.plate}]
        return [self._proposed(row) for row in reversed(fresh)] + self._describe(self._entries.newest(limit, wanted))

    def waiting_for(self, actor: str, limit: int) -> list[EntryInfo]:
        """List what this person may decide, oldest first."""
        lists = self._lists.all()
        return [
            self.of(row.entry_id)
            for row in self._proposals.waiting(None, limit)
            if row.proposed_by != actor and row.list_code in lists and may_write(lists[row.list_code], actor)
        ]

    def _describe(self, rows: Sequence[HotlistEntryRow]) -> list[EntryInfo]:
        ids = [row.entry_id for row in rows]
        versions, waiting = self._entries.versions_now(rows), self._proposals.waiting_of(ids)
        cleared = self._hits.clearances(ids)
        answer = []
        for row in rows:
            record, version = HotlistEntryRecord.model_validate(row.record), versions.get(row.entry_id)
            proposal = waiting.get(row.entry_id)
            mine = [
                each
                for each in cleared
                if each.entry_id == row.entry_id and each.content_version == record.content_version
            ]
            answer.append(
                self._info(
                    record,
                    self._state(record),
                    proposed_by=version.changed_by if version else row.created_by,
                    approved_by=version.approved_by if version else None,
                    waiting=_waiting(proposal, record) if proposal else None,
                    clearances=[_cleared(each) for each in mine],
                )
            )
        return answer

    def _proposed(self, row: HotlistProposalRow) -> EntryInfo:
        record = HotlistEntryRecord.model_validate(row.record)
        state = _DECIDED.get(row.state, EntryState.PROPOSED)
        waiting = _waiting(row, None) if row.state == "waiting" else None
        info = self._info(record, state, proposed_by=row.proposed_by, approved_by=None, waiting=waiting, clearances=[])
        return info.model_copy(update={"is_withdrawn": row.state == "withdrawn"})

    def _state(self, record: HotlistEntryRecord) -> EntryState:
        where = standing(record, self._lists.of(record).confirm_every, self._node.clock.now())
        is_urgent = where is Standing.IN_FORCE and record.is_urgent
        return EntryState.URGENT if is_urgent else EntryState(where.value)

    def _info(
        self,
        record: HotlistEntryRecord,
        state: EntryState,
        *,
        proposed_by: str,
        approved_by: str | None,
        waiting: ProposalInfo | None,
        clearances: list[ClearanceInfo],
    ) -> EntryInfo:
        return EntryInfo(
            **record.model_dump(),
            plate_display=display_listed(record),
            is_in_force=state in {EntryState.IN_FORCE, EntryState.URGENT},
            state=state,
            proposed_by=proposed_by,
            approved_by=approved_by,
            waiting=waiting,
            clearances=clearances,
        )


def _waiting(row: HotlistProposalRow, known: HotlistEntryRecord | None) -> ProposalInfo:
    proposed = HotlistEntryRecord.model_validate(row.record)
    changes = {
        name: (str(getattr(known, name)), str(getattr(proposed, name)))
        for name in (_SHOWN_CHANGES if known else ())
        if getattr(known, name) != getattr(proposed, name)
    }
    return ProposalInfo(
        action=row.action,
        is_urgent=row.is_urgent,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        valid_until=proposed.valid_until,
        changes=changes,
    )


def _cleared(row: HotlistClearanceRow) -> ClearanceInfo:
    return ClearanceInfo(
        verdict=row.verdict,
        vehicle_class=row.vehicle_class,
        plate=row.plate,
        cleared_by=row.cleared_by,
        cleared_at=row.cleared_at,
        said_by=row.said_by,
    )
