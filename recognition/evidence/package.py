"""The evidence package: a stored (uncompressed) zip whose signed manifest names every file by digest.

Same items and key give the same bytes: entries are sorted, carry a fixed date and are not compressed.
``manifest.dsse.json`` is the first entry.
"""

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from recognition.contracts import (
    MANIFEST_PAYLOAD_TYPE,
    DsseEnvelope,
    EvidenceError,
    EvidenceItem,
    EvidenceManifest,
    EvidenceRole,
)
from recognition.evidence.canonical import canonical_bytes, sha256_hex
from recognition.evidence.dsse import open_envelope, sign_envelope
from recognition.evidence.keys import SigningKey, VerifyingKey

MANIFEST_PATH = "manifest.dsse.json"
MAX_PACKAGE_BYTES = 256 * 1024 * 1024
MAX_ITEMS = 64
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


@dataclass(frozen=True)
class SealedPackage:
    """A sealed package: its bytes, the SHA-256 of them, and the manifest inside."""

    data: bytes
    sha256: str
    manifest: EvidenceManifest


def seal(manifest: EvidenceManifest, files: Mapping[str, bytes], key: SigningKey) -> SealedPackage:
    """Check the files against the manifest, sign it, and pack both.

    Raises:
        EvidenceError: a file is missing, left over or differs from its digest, or the plate's own frame is absent.
    """
    _check_items(manifest, files)
    envelope = sign_envelope(canonical_bytes(manifest), MANIFEST_PAYLOAD_TYPE, key)
    data = _pack(canonical_bytes(envelope), files)
    return SealedPackage(data=data, sha256=sha256_hex(data), manifest=manifest)


def verify_package(data: bytes, keys: Iterable[VerifyingKey]) -> tuple[EvidenceManifest, dict[str, bytes]]:
    """Open a package and check signature, completeness and every digest; needs no network.

    Returns:
        The manifest and the files by path.

    Raises:
        EvidenceError: ``evidence.malformed``, ``evidence.signature_invalid``, ``evidence.digest_mismatch``,
            ``evidence.incomplete`` or ``evidence.too_large``.
    """
    if len(data) > MAX_PACKAGE_BYTES:
        raise EvidenceError(f"package of {len(data)} bytes", code="evidence.too_large")
    try:
        files = _read_zip(data)
        signed = files.pop(MANIFEST_PATH)
        envelope = DsseEnvelope.model_validate_json(signed)
    except KeyError as error:
        raise EvidenceError(f"no {MANIFEST_PATH} in the package", code="evidence.malformed") from error
    except (zipfile.BadZipFile, ValidationError, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise EvidenceError(f"not an evidence package: {error}", code="evidence.malformed") from error
    payload = open_envelope(envelope, MANIFEST_PAYLOAD_TYPE, keys)
    try:
        manifest = EvidenceManifest.model_validate_json(payload)
    except ValidationError as error:
        raise EvidenceError(f"manifest: {error}", code="evidence.malformed") from error
    _check_items(manifest, files)
    if _pack(signed, files) != data:
        raise EvidenceError("the archive is not byte for byte as sealed", code="evidence.malformed")
    return manifest, files


def describe_item(path: str, data: bytes, role: EvidenceRole, media_type: str) -> EvidenceItem:
    """Return the manifest line of a file that belongs to no single frame."""
    return EvidenceItem(path=path, role=role, sha256=sha256_hex(data), size_bytes=len(data), media_type=media_type)


def _pack(signed_manifest: bytes, files: Mapping[str, bytes]) -> bytes:
    """Return the one archive these files make: manifest first, then by path, stored, with a fixed date."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, content in [(MANIFEST_PATH, signed_manifest), *sorted(files.items())]:
            entry = zipfile.ZipInfo(path, _ZIP_DATE)
            entry.create_system = _UNIX
            archive.writestr(entry, content)
    return buffer.getvalue()


def _read_zip(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if len(entries) > MAX_ITEMS or len({entry.filename for entry in entries}) != len(entries):
            raise EvidenceError("too many or doubled entries", code="evidence.malformed")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise EvidenceError("entries must be stored, not compressed", code="evidence.malformed")
        try:
            return {entry.filename: archive.read(entry) for entry in entries}
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            # A flipped flag makes an entry "encrypted" or of an unknown kind, which zipfile says in errors of its own.
            raise EvidenceError(f"a file was altered: {error}", code="evidence.digest_mismatch") from error


def _check_items(manifest: EvidenceManifest, files: Mapping[str, bytes]) -> None:
    named = {item.path: item for item in manifest.items}
    if set(named) != set(files) or len(named) != len(manifest.items):
        wrong = sorted(set(named) ^ set(files))
        raise EvidenceError(f"files and manifest differ: {wrong}", code="evidence.incomplete")
    for path, item in named.items():
        if sha256_hex(files[path]) != item.sha256:
            raise EvidenceError(f"{path} is not the file that was sealed", code="evidence.digest_mismatch")
    read = manifest.plate_read
    if not any(i.role is EvidenceRole.PLATE_FRAME and i.frame_sequence == read.frame_sequence for i in manifest.items):
        raise EvidenceError(
            f"frame {read.frame_sequence}, which the plate was read from, is not in the package",
            code="evidence.incomplete",
        )
