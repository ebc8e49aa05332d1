"""What two persons agreed to and takes longer than a request; safe to run twice."""

from uuid import UUID

from fines_api.hotlists.back_search import BackSearch
from fines_api.hotlists.importing.service import apply_import
from fines_api.hotlists.service import HotlistService
from fines_api.kit.jobs import job
from fines_api.node import Node


@job("hotlists.apply_import")
def apply_approved_import(node: Node, import_id: str) -> None:
    """Apply a file chunk by chunk."""
    apply_import(node, UUID(import_id))


@job("hotlists.search_near")
def search_near(node: Node, entry_ids: list[str]) -> None:
    """Look back for entries that a misread or a part of a plate may be."""
    with node.database.begin() as session:
        entries = HotlistService(session, node).records(map(UUID, entry_ids))
        BackSearch(session, node).run_near(entries)
