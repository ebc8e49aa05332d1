"""Refused things are kept with their reason; the room they may take is bounded."""

from fines_api.db import Session
from fines_api.intake.policy import KEPT_RAW_BYTES
from fines_api.intake.repository import QuarantineRepository
from fines_api.intake.schemas import QuarantineItem, QuarantineList, RefusedKind
from fines_api.kit.evidence import quarantine_key
from fines_api.kit.ids import uuid7
from fines_api.node import Node
from recognition.evidence import sha256_hex

MAX_LIST = 1000
MAX_PER_DEVICE = 10_000
_MAX_WHOLE_PER_DEVICE = 1000
_FULL = "0" * 64
_MAX_DETAIL = 1000


class QuarantineService:
    """The shelf of refused things."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._items = QuarantineRepository(session)

    def keep(self, device_id: str, kind: RefusedKind, code: str, detail: str, raw: bytes) -> None:
        """Keep raw bytes with the reason; a device that fills the shelf is only counted from then on."""
        now, digest, size = self._node.clock.now(), sha256_hex(raw), len(raw)
        kept, key = self._items.count(device_id), None
        if kept >= MAX_PER_DEVICE:
            raw, digest, detail = b"", _FULL, f"the shelf of this device is full; the last one: {detail}"
        if len(raw) > KEPT_RAW_BYTES and kept < _MAX_WHOLE_PER_DEVICE:
            key = quarantine_key(digest)
            self._node.storage.put(key, raw, "application/octet-stream")
        self._items.keep(
            {
                "id": uuid7(now),
                "device_id": device_id,
                "kind": kind.value,
                "code": code,
                "detail": _plain(detail),
                "raw_sha256": digest,
                "size_bytes": size,
                "raw": raw[:KEPT_RAW_BYTES],
                "storage_key": key,
                "first_at": now,
                "last_at": now,
                "times": 1,
            }
        )

    def items(self, limit: int) -> QuarantineList:
        """List what was refused, newest first."""
        rows = self._items.newest(min(max(limit, 1), MAX_LIST))
        return QuarantineList(
            total=self._items.count(),
            items=[QuarantineItem.model_validate(row, from_attributes=True) for row in rows],
        )


def _plain(detail: str) -> str:
    """Cut a reason to what a text column can hold."""
    return detail.encode("utf-8", "replace").decode().replace("\x00", "�")[:_MAX_DETAIL]
