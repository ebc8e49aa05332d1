"""Limits of the door, and what must agree between a candidate and the manifest that proves it: pure rules."""

from typing import Any

from pydantic_core import from_json

from fines_api.kit.errors import InvalidError
from recognition.contracts import EventHead, EvidenceManifest, ViolationCandidate

MAX_EVIDENCE_BYTES = 64 * 1024 * 1024
MAX_BATCH_BYTES = 16 * 1024 * 1024
MAX_EVENT_BYTES = 512 * 1024
MAX_BATCH_EVENTS = 500
KEPT_RAW_BYTES = 64 * 1024
MAX_SEQUENCE = 2**63 - 1

_MAGIC = {
    "application/zip": b"PK\x03\x04",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
}


class EvidenceNotHereError(InvalidError):
    """What the event names has not arrived: send the evidence, then the event again."""

    code = "evidence.missing"


def evidence_fault(data: bytes, media_type: str) -> str | None:
    """Tell what is wrong with bytes that claim a media type, or ``None``."""
    magic = _MAGIC.get(media_type)
    if magic is None:
        return f"media type {media_type[:40]!r} is not taken; send one of {', '.join(_MAGIC)}"
    return None if data.startswith(magic) else f"the bytes are no {media_type}"


def split_batch(body: bytes) -> list[Any]:
    """Split the body of a batch into its events without judging any of them.

    Raises:
        InvalidError: not ``{"events": [...]}`` with 1 to 500 events (``intake.batch``).
    """
    try:
        parsed = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidError(f"not JSON: {error}", code="intake.batch") from error
    events = parsed.get("events") if isinstance(parsed, dict) else None
    if not isinstance(events, list) or not 1 <= len(events) <= MAX_BATCH_EVENTS:
        raise InvalidError(f'send {{"events": [...]}} with 1 to {MAX_BATCH_EVENTS} events', code="intake.batch")
    return events


def chain_position(payload: bytes) -> tuple[int, int, str] | None:
    """Read epoch, sequence number and previous hash of a signed event that is otherwise no event, if it has them."""
    try:
        parsed = from_json(payload)
    except ValueError:
        return None
    if not isinstance(parsed, dict):
        return None
    epoch, seq, previous = (parsed.get(name) for name in ("rubezhepoch", "rubezhseq", "rubezhprev"))
    if not (type(epoch) is int and type(seq) is int and isinstance(previous, str)):
        return None
    is_sane = 0 <= epoch <= MAX_SEQUENCE and 1 <= seq <= MAX_SEQUENCE and len(previous) == len("0" * 64)
    return (epoch, seq, previous) if is_sane else None


def check_source(event: EventHead, named_device: str, device_id: str) -> None:
    """Check that the event, and the device its data name, speak for the device that signed it and sent it.

    Raises:
        InvalidError: they do not (``intake.wrong_device``).
    """
    if event.source != f"urn:rubezh:device:{device_id}" or named_device != device_id:
        raise InvalidError(f"the event does not speak for device {device_id}", code="intake.wrong_device")


def check_agreement(candidate: ViolationCandidate, manifest: EvidenceManifest, package_bytes: int) -> None:
    """Check that the signed manifest says what the candidate claims, field by field.

    Raises:
        InvalidError: they differ (``intake.manifest_disagrees``); the message names the fields.
    """
    read = manifest.plate_read
    pairs = {
        "candidate_id": (candidate.candidate_id, manifest.candidate_id),
        "passage_id": (candidate.passage_id, manifest.passage_id),
        "device_id": (candidate.device_id, manifest.device_id),
        "site_id": (candidate.site_id, manifest.site_id),
        "site_version": (candidate.site_version, manifest.site_version),
        "rule": (candidate.rule, manifest.rule),
        "occurred_at": (candidate.occurred_at, manifest.occurred_at),
        "plate": (candidate.plate.plate, read.plate),
        "plate_region": (candidate.plate.plate_region, read.plate_region),
        "plate_type": (candidate.plate.plate_type, read.plate_type),
        "measurement": (candidate.measurement, manifest.measurement),
        "limit_kmh": (candidate.limit_kmh, manifest.limit_kmh),
        "excess_kmh": (candidate.excess_kmh, manifest.excess_kmh),
        "facts": (candidate.facts, manifest.facts),
        "package_bytes": (candidate.package_bytes, package_bytes),
    }
    differing = [name for name, (claimed, proven) in pairs.items() if claimed != proven]
    if differing:
        raise InvalidError(f"candidate and manifest differ in {', '.join(differing)}", code="intake.manifest_disagrees")
