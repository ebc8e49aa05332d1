"""What was seen, on the disk for good: evidence by digest, events in a signed chain, delivery, receipts, quota."""

from camera_agent.outbox.evidence_folder import Blob, EvidenceFolder
from camera_agent.outbox.journal import EventDraft, EventStatus, Journal, Priority

__all__ = ["Blob", "EventDraft", "EventStatus", "EvidenceFolder", "Journal", "Priority"]
