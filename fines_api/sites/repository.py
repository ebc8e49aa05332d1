"""Site versions in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from fines_api.db import Session
from fines_api.sites.tables import SiteVersionRow


class SiteRepository:
    """Versions of every site."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, site_id: str, version: int) -> SiteVersionRow | None:
        """Find one version."""
        return self._session.get(SiteVersionRow, (site_id, version))

    def newest(self, site_id: str, *, valid_at: datetime | None = None) -> SiteVersionRow | None:
        """Find the highest version, or the highest already valid at a moment."""
        query = select(SiteVersionRow).where(SiteVersionRow.site_id == site_id)
        if valid_at is not None:
            query = query.where(SiteVersionRow.valid_from <= valid_at)
        return self._session.scalar(query.order_by(SiteVersionRow.version.desc()).limit(1))

    def all_newest(self) -> list[SiteVersionRow]:
        """Return the highest version of every site."""
        return list(
            self._session.scalars(
                select(SiteVersionRow)
                .ext(distinct_on(SiteVersionRow.site_id))
                .order_by(SiteVersionRow.site_id, SiteVersionRow.version.desc())
            )
        )

    def places(self) -> dict[str, dict[str, Any]]:
        """Return where every site is by its highest version, without reading the rest of its document."""
        rows = self._session.execute(
            select(SiteVersionRow.site_id, SiteVersionRow.document["place"])
            .ext(distinct_on(SiteVersionRow.site_id))
            .order_by(SiteVersionRow.site_id, SiteVersionRow.version.desc())
        )
        return {row[0]: row[1] for row in rows}

    def add(self, row: SiteVersionRow) -> None:
        """Add a version."""
        self._session.add(row)
        self._session.flush()
