"""The audit chain: append in the deed's own transaction, verify from the first row to the last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fines_api.audit.repository import AuditRepository
from fines_api.audit.tables import AuditRow
from fines_api.db import Session
from fines_api.node import Node
from recognition.contracts import GENESIS_HASH, isoformat_utc
from recognition.evidence import canonical_bytes, sha256_hex


@dataclass(frozen=True)
class AuditFault:
    """The first row that is not as it was written."""

    position: int
    reason: str


@dataclass(frozen=True)
class AuditHead:
    """Where the chain ends: keep it elsewhere to prove later that nothing was cut off."""

    position: int
    row_hash: str


def record(  # noqa: PLR0917 - who, what, to which, in whose transaction: an audit row has no fewer parts
    session: Session, node: Node, actor: str, tag: str, object_id: str, details: Mapping[str, Any] | None = None
) -> None:
    """Append one row to the chain, in the caller's transaction.

    Call it late: it serialises writers of the chain until the transaction ends.

    Args:
        session: the transaction of the deed itself.
        node: gives the time.
        actor: who did it, e.g. ``police:ivanova``, ``device:cam-7``, ``system``.
        tag: ``subject:object:action``, e.g. ``hotlists:entry:withdrawn``.
        object_id: id of the record it was done to.
        details: JSON values; no secrets.
    """
    repository = AuditRepository(session)
    position, previous_hash = repository.lock_head() or (0, GENESIS_HASH)
    text = canonical_bytes(dict(details or {})).decode()
    row = AuditRow(
        position=position + 1,
        at=node.clock.now(),
        actor=actor,
        tag=tag,
        object_id=object_id,
        details=text,
        previous_hash=previous_hash,
        row_hash="",
    )
    row.row_hash = _hash_of(row)
    repository.append(row)


def verify_chain(session: Session, anchor: AuditHead | None = None) -> tuple[AuditHead, AuditFault | None]:
    """Walk the whole chain.

    Args:
        session: any transaction.
        anchor: a head kept from an earlier day; the row there must still have that hash.

    Returns:
        The last good head, and the first fault or ``None``.
    """
    head = AuditHead(0, GENESIS_HASH)
    for row in AuditRepository(session).walk():
        reason = _fault_of(row, head, anchor)
        if reason:
            return head, AuditFault(row.position, reason)
        head = AuditHead(row.position, row.row_hash)
    if anchor is not None and anchor.position > head.position:
        return head, AuditFault(head.position + 1, f"rows up to {anchor.position} were cut off")
    return head, None


def _fault_of(row: AuditRow, head: AuditHead, anchor: AuditHead | None) -> str | None:
    if row.position != head.position + 1:
        return f"row {head.position + 1} is missing"
    if row.previous_hash != head.row_hash:
        return "does not continue the row before it"
    if row.row_hash != _hash_of(row):
        return "was changed after it was written"
    if anchor is not None and anchor.position == row.position and anchor.row_hash != row.row_hash:
        return "is not the row the anchor was taken from"
    return None


def _hash_of(row: AuditRow) -> str:
    at: datetime = row.at
    return sha256_hex(
        canonical_bytes(
            {
                "position": row.position,
                "at": isoformat_utc(at),
                "actor": row.actor,
                "tag": row.tag,
                "object_id": row.object_id,
                "details": row.details,
                "previous_hash": row.previous_hash,
            }
        )
    )
