"""Evidence in: taken under its digest only, read back before the answer."""

from fines_api.db import Session
from fines_api.intake.policy import evidence_fault
from fines_api.intake.repository import EvidenceRepository
from fines_api.kit.errors import InvalidError, NotFoundError, UnavailableError
from fines_api.kit.evidence import EvidenceDamagedError, evidence_key, read_evidence
from fines_api.node import Node
from recognition.evidence import sha256_hex


def check_evidence(data: bytes, sha256: str, media_type: str) -> None:
    """Check bytes as they came against the digest and type they were sent under.

    Raises:
        InvalidError: ``evidence.digest_mismatch``, ``evidence.empty`` or ``evidence.media_type``.
    """
    if not data:
        raise InvalidError("no bytes came", hint="send the object as the body", code="evidence.empty")
    actual = sha256_hex(data)
    if actual != sha256:
        raise InvalidError(
            f"the bytes have digest {actual}", hint="read the object again and resend", code="evidence.digest_mismatch"
        )
    if fault := evidence_fault(data, media_type):
        raise InvalidError(fault, code="evidence.media_type")


class EvidenceService:
    """Evidence objects of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node
        self._objects = EvidenceRepository(session)

    def is_here(self, sha256: str) -> bool:
        """Tell whether the object is stored and still has its digest."""
        if self._objects.get(sha256) is None:
            return False
        try:
            read_evidence(self._node.storage, sha256)
        except (NotFoundError, EvidenceDamagedError):
            return False
        return True

    def store(self, sha256: str, media_type: str, data: bytes, device_id: str) -> bool:
        """Store checked bytes and read them back; false when they were here already, whole.

        Raises:
            UnavailableError: storage refused, or gave back other bytes (``storage.unreliable``).
        """
        self._objects.want_back(sha256)
        if self.is_here(sha256):
            return False
        self._node.storage.put(evidence_key(sha256), data, media_type)
        try:
            read_evidence(self._node.storage, sha256)
        except (NotFoundError, EvidenceDamagedError) as error:
            raise UnavailableError(
                f"storage did not keep {sha256}", hint="examine the storage", code="storage.unreliable"
            ) from error
        self._objects.add(
            {
                "sha256": sha256,
                "media_type": media_type,
                "size_bytes": len(data),
                "device_id": device_id,
                "stored_at": self._node.clock.now(),
            }
        )
        return True
