"""Imports: a file is checked, proposed by one person, agreed to as a whole by another, and applied chunk by chunk."""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TypeVar
from uuid import UUID

from fines_api import audit
from fines_api.db import Session
from fines_api.hotlists.back_search import BackSearch
from fines_api.hotlists.importing.planning import (
    ImportCounts,
    Step,
    is_suspicious,
    step_of,
    step_of_gone,
)
from fines_api.hotlists.importing.reading import ImportFile, ImportLine, read_file
from fines_api.hotlists.importing.repository import ImportRepository
from fines_api.hotlists.importing.schemas import ImportInfo, ImportReport, ImportState, ImportTotals, RejectedInfo
from fines_api.hotlists.lists.service import ListService
from fines_api.hotlists.policy import Hotlist, may_write
from fines_api.hotlists.repository import EntryRepository
from fines_api.hotlists.tables import HotlistImportRow
from fines_api.kit.errors import ConflictError, ForbiddenError, NotFoundError
from fines_api.kit.ids import uuid7
from fines_api.kit.jobs import defer
from fines_api.node import Node
from recognition.evidence import sha256_hex

CHUNK = 1000
_SHOWN_REJECTED = 1000
_T = TypeVar("_T")


@dataclass(frozen=True)
class Checked:
    """What a file would do to its list as it stands."""

    file: ImportFile
    counts: ImportCounts
    standing: int

    @property
    def confirm(self) -> int | None:
        """The number of withdrawals somebody must say aloud; None: as many as are usual."""
        return self.counts.withdrawn if is_suspicious(self.counts.withdrawn, self.standing) else None


class ImportService:
    """Imports of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._lists = ListService(session, node)
        self._imports = ImportRepository(session)

    def check(self, code: str, data: bytes, *, is_full: bool, actor: str) -> ImportReport:
        """Tell what a file would do; nothing is kept.

        Raises:
            NotFoundError: no such list.
            InvalidError: the file cannot be read at all.
        """
        checked = self._check(self._lists.get(code), data, is_full=is_full)
        return _report(self._row(code, data, checked, is_full=is_full, actor=actor), checked, is_kept=False)

    def propose(self, code: str, data: bytes, *, is_full: bool, confirm: int | None, actor: str) -> ImportReport:
        """Put a file before a second person.

        Raises:
            NotFoundError, InvalidError: as for ``check``.
            ForbiddenError: the actor may not write on the list (``hotlist.writer``).
            ConflictError: the list would lose suspiciously many entries (``hotlist.import_suspicious``).
        """
        hotlist = self._lists.get(code)
        self._lists.check_writer(hotlist, actor)
        checked = self._check(hotlist, data, is_full=is_full)
        if checked.confirm is not None and confirm != checked.confirm:
            raise ConflictError(
                f"{checked.confirm} of {checked.standing} entries would be withdrawn",
                hint=f"see that the file is whole; if it is, repeat with confirm={checked.confirm}",
                code="hotlist.import_suspicious",
            )
        row = self._row(code, data, checked, is_full=is_full, actor=actor)
        self._imports.add(row)
        self._audit(row, actor, "proposed")
        return _report(row, checked, is_kept=True)

    def approve(self, import_id: UUID, *, actor: str) -> ImportInfo:
        """Agree, as the second person, to all of a file; it is applied in the background.

        Raises:
            NotFoundError: no such import.
            ForbiddenError: the same person proposed it (``hotlist.same_person``), or may not write on the list.
            ConflictError: it was decided before (``hotlist.nothing_waiting``), or the list has changed and the file
                would no longer do what was reported (``hotlist.import_outdated``).
        """
        row = self._decidable(import_id, actor)
        checked = self._check(self._lists.get(row.list_code), zlib.decompress(row.file), is_full=row.is_full)
        if asdict(checked.counts) != row.counts:
            raise ConflictError(
                "the list has changed since the file was checked",
                hint="refuse it and import the file again",
                code="hotlist.import_outdated",
            )
        self._close(row, ImportState.APPROVED, actor)
        defer(self._session, "hotlists.apply_import", import_id=str(import_id))
        self._audit(row, actor, "approved")
        return _info(row)

    def refuse(self, import_id: UUID, *, actor: str) -> ImportInfo:
        """Disagree, as the second person, with all of a file.

        Raises:
            NotFoundError, ForbiddenError, ConflictError: as for ``approve``.
        """
        row = self._decidable(import_id, actor)
        self._close(row, ImportState.REFUSED, actor)
        self._audit(row, actor, "refused")
        return _info(row)

    def imports(self, code: str) -> list[ImportInfo]:
        """List the imports of a list, newest first."""
        return [_info(row) for row in self._imports.newest(self._lists.get(code).code)]

    def report(self, import_id: UUID) -> ImportReport:
        """Return one import with the lines it rejects, as they read now.

        Raises:
            NotFoundError: no such import.
        """
        row = self._imports.get(import_id)
        if row is None:
            raise NotFoundError("no such import")
        checked = self._check(self._lists.get(row.list_code), zlib.decompress(row.file), is_full=row.is_full)
        return _report(row, checked, is_kept=True)

    def waiting_for(self, actor: str) -> list[ImportInfo]:
        """List the imports this person may decide."""
        lists = self._lists.all()
        return [
            _info(row)
            for row in self._imports.waiting()
            if row.proposed_by != actor and row.list_code in lists and may_write(lists[row.list_code], actor)
        ]

    def _check(self, hotlist: Hotlist, data: bytes, *, is_full: bool) -> Checked:
        now, settings = self._node.clock.now(), self._node.settings
        file = read_file(data, hotlist, now, settings.timezone)
        known = self._imports.sourced(settings.region, hotlist.code)
        counts = step_of(file.lines, known, hotlist, settings.region, now).counts
        if is_full:
            sources = file.sources
            counts = counts.plus(step_of_gone(one for name, one in known.items() if name not in sources).counts)
        counts = counts.plus(ImportCounts(rejected=len(file.rejected)))
        return Checked(file, counts, sum(not one.is_withdrawn for one in known.values()))

    def _row(self, code: str, data: bytes, checked: Checked, *, is_full: bool, actor: str) -> HotlistImportRow:
        now = self._node.clock.now()
        return HotlistImportRow(
            import_id=uuid7(now),
            list_code=code,
            file_sha256=sha256_hex(data),
            file=zlib.compress(data),
            is_full=is_full,
            state=ImportState.WAITING.value,
            counts=asdict(checked.counts),
            proposed_by=actor,
            proposed_at=now,
            note="",
        )

    def _decidable(self, import_id: UUID, actor: str) -> HotlistImportRow:
        row = self._imports.lock(import_id)
        if row is None:
            raise NotFoundError("no such import")
        self._lists.check_writer(self._lists.get(row.list_code), actor)
        if row.proposed_by == actor:
            raise ForbiddenError(
                "who proposes a file does not decide about it",
                hint="another police user decides",
                code="hotlist.same_person",
            )
        if row.state != ImportState.WAITING:
            raise ConflictError(f"this import is {row.state}", code="hotlist.nothing_waiting")
        return row

    def _close(self, row: HotlistImportRow, state: ImportState, actor: str) -> None:
        row.state, row.decided_by, row.decided_at = state.value, actor, self._node.clock.now()

    def _audit(self, row: HotlistImportRow, actor: str, action: str) -> None:
        details = {"list": row.list_code, "sha256": row.file_sha256, "is_full": row.is_full, "counts": row.counts}
        audit.record(
            self._session, self._node, actor, f"hotlists:import:{action}", str(row.import_id),
            details | {"proposed_by": row.proposed_by},
        )  # fmt: skip


def apply_import(node: Node, import_id: UUID) -> None:
    """Apply an approved import, each chunk in a transaction of its own; what an earlier try did is found done."""
    with node.database.begin() as session:
        row = ImportRepository(session).get(import_id)
        if row is None or row.state != ImportState.APPROVED:
            return
        hotlist = ListService(session, node).get(row.list_code)
        file = read_file(zlib.decompress(row.file), hotlist, row.proposed_at, node.settings.timezone)
        known = ImportRepository(session).sourced(node.settings.region, row.list_code) if row.is_full else {}
    for lines in _chunks(file.lines):
        with node.database.begin() as session:
            _Chunk(session, node, hotlist, row).apply(lines)
    gone = sorted(name for name, one in known.items() if not one.is_withdrawn and name not in file.sources)
    for sources in _chunks(gone):
        with node.database.begin() as session:
            _Chunk(session, node, hotlist, row).withdraw(sources)
    with node.database.begin() as session:
        done = ImportRepository(session).lock(import_id)
        if done is not None:
            done.state, done.finished_at = ImportState.DONE.value, node.clock.now()


class _Chunk:
    """One transaction: entries held, then the list taken, as whoever changes one entry does."""

    def __init__(self, session: Session, node: Node, hotlist: Hotlist, row: HotlistImportRow) -> None:
        self._session = session
        self._node = node
        self._hotlist = hotlist
        self._row = row
        self._entries = EntryRepository(session)

    def apply(self, lines: Sequence[ImportLine]) -> None:
        region, now = self._node.settings.region, self._node.clock.now()
        known = ImportRepository(self._session).lock_sourced(
            region, self._hotlist.code, [line.source_id for line in lines]
        )
        self._keep(step_of(lines, known, self._hotlist, region, now))

    def withdraw(self, sources: Sequence[str]) -> None:
        region = self._node.settings.region
        known = ImportRepository(self._session).lock_sourced(region, self._hotlist.code, sources)
        self._keep(step_of_gone(known.values()))

    def _keep(self, step: Step) -> None:
        if not step.records:
            return
        self._entries.take_list()
        self._entries.save_many(
            step.records, self._row.proposed_by, self._node.clock.now(), approved_by=self._row.decided_by
        )
        BackSearch(self._session, self._node).run(step.searched)
        defer(self._session, "regions.publish_entries", entry_ids=[str(one.entry_id) for one in step.records])


def _chunks(items: Iterable[_T]) -> Iterator[list[_T]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def _info(row: HotlistImportRow) -> ImportInfo:
    return ImportInfo(
        import_id=row.import_id,
        list_code=row.list_code,
        file_sha256=row.file_sha256,
        is_full=row.is_full,
        state=ImportState(row.state),
        counts=ImportTotals(**row.counts),
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        finished_at=row.finished_at,
    )


def _report(row: HotlistImportRow, checked: Checked, *, is_kept: bool) -> ImportReport:
    plain = _info(row).model_dump() | ({} if is_kept else {"import_id": None, "state": ImportState.CHECKED})
    rejected = [
        RejectedInfo(line=one.line, source_id=one.source_id, code=one.code, reason=one.reason)
        for one in checked.file.rejected[:_SHOWN_REJECTED]
    ]
    return ImportReport(**plain, rejected=rejected, confirm=checked.confirm)
