"""Imports in the database, and the entries that came from them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, String, bindparam, func, select

from fines_api.db import Session
from fines_api.hotlists.tables import HotlistEntryRow, HotlistImportRow
from recognition.contracts import HotlistEntryRecord

_SHOWN = 50


class ImportRepository:
    """Imports of this region."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: HotlistImportRow) -> None:
        """Keep an import."""
        self._session.add(row)
        self._session.flush()

    def lock(self, import_id: UUID) -> HotlistImportRow | None:
        """Find an import and hold it."""
        query = select(HotlistImportRow).where(HotlistImportRow.import_id == import_id)
        return self._session.scalar(query.with_for_update())

    def get(self, import_id: UUID) -> HotlistImportRow | None:
        """Find an import."""
        return self._session.get(HotlistImportRow, import_id)

    def newest(self, list_code: str) -> list[HotlistImportRow]:
        """Return the last imports of a list, newest first."""
        query = select(HotlistImportRow).where(HotlistImportRow.list_code == list_code)
        return list(self._session.scalars(query.order_by(HotlistImportRow.proposed_at.desc()).limit(_SHOWN)))

    def waiting(self) -> list[HotlistImportRow]:
        """Return imports that wait for a second person, oldest first."""
        query = select(HotlistImportRow).where(HotlistImportRow.state == "waiting")
        return list(self._session.scalars(query.order_by(HotlistImportRow.proposed_at)))

    def heard_at(self) -> dict[str, datetime]:
        """Return when a file last arrived on each list."""
        query = select(HotlistImportRow.list_code, func.max(HotlistImportRow.proposed_at)).where(
            HotlistImportRow.state == "done"
        )
        return {code: at for code, at in self._session.execute(query.group_by(HotlistImportRow.list_code)) if at}

    def sourced(self, owner_region: str, list_code: str) -> dict[str, HotlistEntryRecord]:
        """Return every entry of a list that came from a source, by its number there."""
        row = HotlistEntryRow
        query = select(row.source_id, row.record).where(
            row.list_code == list_code, row.owner_region == owner_region, row.source_id.is_not(None)
        )
        found = self._session.execute(query.order_by(row.version))
        return {source: HotlistEntryRecord.model_validate(record) for source, record in found if source}

    def lock_sourced(self, owner_region: str, list_code: str, sources: Sequence[str]) -> dict[str, HotlistEntryRecord]:
        """Return the entries with these numbers at the source, held until the transaction ends."""
        row = HotlistEntryRow
        query = select(row.source_id, row.record).where(
            row.list_code == list_code,
            row.owner_region == owner_region,
            row.source_id == func.any(bindparam("sources", list(sources), ARRAY(String))),
        )
        found = self._session.execute(query.order_by(row.entry_id).with_for_update())
        return {source: HotlistEntryRecord.model_validate(record) for source, record in found if source}
