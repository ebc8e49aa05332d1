"""Register sites: place, limit, certificate and rule modes, version by version."""

from datetime import datetime

from fines_api import audit
from fines_api.db import Session
from fines_api.kit.errors import ConflictError, InvalidError, NotFoundError
from fines_api.node import Node
from fines_api.sites.repository import SiteRepository
from fines_api.sites.tables import SiteVersionRow
from recognition.contracts import Place, Site
from recognition.evidence import canonical_bytes, sha256_hex

_MOST_KNOWN = 5000


class _KnownVersions(dict[tuple[str, int], Site]):
    """Site versions this process has read."""


class SiteService:
    """Sites of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._sites = SiteRepository(session)

    def register(self, site: Site, *, actor: str) -> None:
        """Keep a site version; the same version with the same content is no news.

        Raises:
            ConflictError: that version is registered with other content (``site.version_taken``).
            InvalidError: the site belongs to another region (``site.other_region``).
        """
        if site.region != self._node.settings.region:
            raise InvalidError(
                f"site {site.site_id} belongs to region {site.region}, this is {self._node.settings.region}",
                hint="register it at its own region or correct `region` in the site file",
                code="site.other_region",
            )
        digest = sha256_hex(canonical_bytes(site))
        known = self._sites.get(site.site_id, site.version)
        if known is not None:
            if known.sha256 != digest:
                raise ConflictError(
                    f"version {site.version} of {site.site_id} is registered with other content",
                    hint="raise `version` in the site file: a registered version never changes",
                    code="site.version_taken",
                )
            return
        self._sites.add(
            SiteVersionRow(
                site_id=site.site_id,
                version=site.version,
                valid_from=site.valid_from,
                document=site.model_dump(mode="json", by_alias=True),
                sha256=digest,
                registered_at=self._node.clock.now(),
                registered_by=actor,
            )
        )
        audit.record(
            self._session, self._node, actor, "sites:version:registered", f"{site.site_id}/{site.version}",
            {"sha256": digest},
        )  # fmt: skip

    def version(self, site_id: str, version: int) -> Site | None:
        """Return one version, or ``None`` when it was never registered.  A registered one never changes."""
        known = self._node.memory.of(_KnownVersions, _KnownVersions)
        if (site_id, version) in known:
            return known[site_id, version]
        row = self._sites.get(site_id, version)
        if row is None:
            return None
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[site_id, version] = _site_of(row)
        return known[site_id, version]

    def current(self, site_id: str, at: datetime | None = None) -> Site:
        """Return the newest version, or the newest valid at a moment.

        Raises:
            NotFoundError: there is none.
        """
        row = self._sites.newest(site_id, valid_at=at)
        if row is None:
            raise NotFoundError(f"no site {site_id}", hint="register it: fines-api import-site SITE.toml")
        return _site_of(row)

    def sites(self) -> list[Site]:
        """Return the newest version of every site."""
        return [_site_of(row) for row in self._sites.all_newest()]

    def places(self) -> dict[str, Place]:
        """Return where every site is, by its newest version."""
        return {site_id: Place.model_validate(place) for site_id, place in self._sites.places().items()}


def _site_of(row: SiteVersionRow) -> Site:
    return Site.model_validate(row.document)
