"""One value, one sequence of bytes: RFC 8785 (JSON Canonicalization Scheme)."""

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785

from recognition.contracts import Contract, EvidenceError


def canonical_bytes(value: Contract | Mapping[str, Any]) -> bytes:
    """Return the RFC 8785 bytes of a wire type or a JSON object.

    Raises:
        EvidenceError: the value holds something JSON cannot say exactly (NaN, an integer over 2**53).
    """
    plain = value.model_dump(mode="json", by_alias=True) if isinstance(value, Contract) else dict(value)
    try:
        return rfc8785.dumps(plain)
    except rfc8785.CanonicalizationError as error:
        raise EvidenceError(f"not canonical JSON: {error}", code="evidence.not_canonical") from error


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of the bytes, lower-case hex."""
    return hashlib.sha256(data).hexdigest()
