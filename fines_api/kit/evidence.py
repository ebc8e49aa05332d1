"""Evidence in storage: the key is the digest, and nothing is served whose bytes no longer have it."""

import hashlib

from fines_api.kit.errors import FinesError
from fines_api.kit.storage import Storage


class EvidenceDamagedError(FinesError):
    """A stored object is not what was stored."""

    code = "evidence.digest_mismatch"
    status = 500


def evidence_key(sha256: str) -> str:
    """Return the storage key of an evidence object."""
    return f"evidence/{sha256[:2]}/{sha256}"


def quarantine_key(sha256: str) -> str:
    """Return the storage key under which refused bytes are kept."""
    return f"quarantine/{sha256[:2]}/{sha256}"


def read_evidence(storage: Storage, sha256: str) -> bytes:
    """Read an object and check its digest.

    Raises:
        NotFoundError: it is not there (``storage.missing``).
        EvidenceDamagedError: its bytes were altered (``evidence.digest_mismatch``).
    """
    data = storage.get(evidence_key(sha256))
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EvidenceDamagedError(
            f"stored evidence {sha256} was altered",
            hint="compare with the device's copy or the backup; keep the disk for examination",
        )
    return data
