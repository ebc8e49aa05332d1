"""Pictures of a hit as they travel between regions: small JPEGs in base64."""

import base64
import binascii
from collections.abc import Mapping

from fines_api.kit.errors import InvalidError
from fines_api.kit.evidence import evidence_key, read_evidence
from fines_api.kit.storage import Storage
from recognition.contracts import ImageRole
from recognition.evidence import sha256_hex

_MAX_BYTES = 64 * 1024
_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"


def media_type_of(data: bytes) -> str:
    """Tell what kind of picture it is."""
    return "image/png" if data.startswith(_PNG) else "image/jpeg"


def encoded_pictures(storage: Storage, digests: Mapping[str, str]) -> dict[str, str]:
    """Return those pictures that are small enough to travel, by role."""
    found = {role: read_evidence(storage, digest) for role, digest in digests.items()}
    return {
        role: base64.b64encode(data).decode()
        for role, data in found.items()
        if len(data) <= _MAX_BYTES and data.startswith(_JPEG)
    }


def keep_pictures(storage: Storage, encoded: Mapping[str, str]) -> dict[str, str]:
    """Keep pictures another region sent; returns their digests by role.

    Raises:
        InvalidError: a picture is no small JPEG (``hotlist.remote_hit``).
    """
    return {role: _keep(storage, role, text) for role, text in encoded.items()}


def _keep(storage: Storage, role: str, encoded: str) -> str:
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidError("a picture is not base64", code="hotlist.remote_hit") from error
    if role not in set(ImageRole) or not data.startswith(_JPEG) or len(data) > _MAX_BYTES:
        raise InvalidError("a picture is not a small JPEG", code="hotlist.remote_hit")
    digest = sha256_hex(data)
    storage.put(evidence_key(digest), data, "image/jpeg")
    return digest
