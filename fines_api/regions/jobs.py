"""News of the hotlists that other regions must hear; deferred in the transaction that made it, safe to run twice."""

from typing import Any
from uuid import UUID

from fines_api.hotlists.service import HotlistService
from fines_api.kit.jobs import job
from fines_api.node import Node
from fines_api.regions.service import RegionService
from recognition.contracts import HotlistEntryRecord, RegionClearanceRecord, RegionHitRecord


@job("regions.publish_entry")
def publish_entry(node: Node, record: dict[str, Any]) -> None:
    """Tell every region one version of an own entry."""
    with node.database.begin() as session:
        RegionService(session, node).tell_entry(HotlistEntryRecord.model_validate(record))


@job("regions.publish_entries")
def publish_entries(node: Node, entry_ids: list[str]) -> None:
    """Tell every region own entries as they stand now, many at a time."""
    with node.database.begin() as session:
        service = RegionService(session, node)
        for record in HotlistService(session, node).records(UUID(each) for each in entry_ids):
            service.tell_entry(record)


@job("regions.send_hit")
def send_hit(node: Node, record: dict[str, Any]) -> None:
    """Tell the owner of an entry that its vehicle was seen here."""
    with node.database.begin() as session:
        RegionService(session, node).tell_hit(RegionHitRecord.model_validate(record))


@job("regions.publish_clearance")
def publish_clearance(node: Node, record: dict[str, Any]) -> None:
    """Tell every region that a match on an own entry was found wrong."""
    with node.database.begin() as session:
        RegionService(session, node).tell_clearance(RegionClearanceRecord.model_validate(record))


@job("regions.send_clearance")
def send_clearance(node: Node, hit: dict[str, Any], record: dict[str, Any]) -> None:
    """Tell the owner of an entry that its match here was found wrong, after the hit itself."""
    with node.database.begin() as session:
        service = RegionService(session, node)
        service.tell_hit(RegionHitRecord.model_validate(hit))
        service.tell_clearance(RegionClearanceRecord.model_validate(record))
