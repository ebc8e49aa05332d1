"""What a message from another region must prove before anything in it is believed.  Pure: no clock, no database.

Only the owner of an entry may write it, a hit may come only from the region that saw it, that a match was wrong may be
said by either of the two, and the subject a message came by, its signer and its own words must name the same region.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError

from fines_api.kit.errors import InvalidError
from fines_api.regions.schemas import HEARTBEAT_PAYLOAD_TYPE, Heartbeat
from recognition.contracts import (
    REGION_PAYLOAD_TYPE,
    DsseEnvelope,
    EvidenceError,
    HotlistEntryRecord,
    RegionClearanceRecord,
    RegionHitRecord,
    RegionMessage,
    RegionMessageKind,
)
from recognition.evidence import VerifyingKey, canonical_bytes, open_envelope, sha256_hex

HOT_STREAM = "hot"
MAX_MESSAGE_BYTES = 900_000
MAX_IMAGE_BASE64 = 64 * 1024 * 4 // 3 + 4
_HIT_TOKENS = 3


class RefusedError(InvalidError):
    """The message is not believed; it goes to quarantine with this code."""

    code = "regions.refused"


@dataclass(frozen=True)
class Address:
    """Who says something in which of its streams."""

    sender_region: str
    stream: str

    @property
    def subject(self) -> str:
        """The hub's subject: ``hot.<sender>`` or ``hit.<owner>.<sender>``, so the hub can check who publishes."""
        return f"{self.stream}.{self.sender_region}"


@dataclass(frozen=True)
class BelievedMessage:
    """A message whose sender is proven, and the digest of what was signed."""

    message: RegionMessage
    payload_sha256: str


def hit_stream(owner_region: str) -> str:
    """Return the stream of hits for one owner."""
    return f"hit.{owner_region}"


def parse_subject(subject: str) -> Address:
    """Read the sender and its stream from the hub's subject.

    Raises:
        RefusedError: no such subject (``regions.malformed``).
    """
    tokens = subject.split(".")
    is_known = (tokens[0] == HOT_STREAM and len(tokens) == _HIT_TOKENS - 1) or (
        tokens[0] == "hit" and len(tokens) == _HIT_TOKENS
    )
    if not is_known:
        raise RefusedError(f"subject {subject!r}", code="regions.malformed")
    return Address(sender_region=tokens[-1], stream=".".join(tokens[:-1]))


def believe(subject: str, data: bytes, peers: Mapping[str, VerifyingKey]) -> BelievedMessage:
    """Check size, sender, signature and digest of one message.

    Raises:
        RefusedError: ``regions.malformed``, ``regions.too_large``, ``regions.unknown_peer``,
            ``regions.signature_invalid``, ``regions.sender_mismatch`` or ``regions.digest_mismatch``.
    """
    address = parse_subject(subject)
    payload = _signed_payload(data, REGION_PAYLOAD_TYPE, address.sender_region, peers)
    try:
        message = RegionMessage.model_validate_json(payload)
    except ValidationError as error:
        raise RefusedError(f"not a region message: {error}", code="regions.malformed") from error
    if (message.sender_region, message.stream) != (address.sender_region, address.stream):
        raise RefusedError(
            f"{message.stream}.{message.sender_region} came by {subject}",
            code="regions.sender_mismatch",
        )
    if sha256_hex(canonical_bytes(message.body)) != message.body_sha256:
        raise RefusedError("the body is not what its digest says", code="regions.digest_mismatch")
    return BelievedMessage(message, sha256_hex(payload))


def believe_heartbeat(subject: str, data: bytes, peers: Mapping[str, VerifyingKey]) -> Heartbeat:
    """Check the sender and signature of a heartbeat, which comes by ``beat.<sender>``.

    Raises:
        RefusedError: as for messages.
    """
    sender = subject.removeprefix("beat.")
    payload = _signed_payload(data, HEARTBEAT_PAYLOAD_TYPE, sender, peers)
    try:
        heartbeat = Heartbeat.model_validate_json(payload)
    except ValidationError as error:
        raise RefusedError(f"not a heartbeat: {error}", code="regions.malformed") from error
    if heartbeat.sender_region != sender:
        raise RefusedError(f"{heartbeat.sender_region} came by {subject}", code="regions.sender_mismatch")
    return heartbeat


def entry_of(message: RegionMessage) -> HotlistEntryRecord:
    """Return the entry of a message, if its sender owns it.

    Raises:
        RefusedError: ``regions.malformed`` or ``regions.wrong_owner``.
    """
    if message.kind is not RegionMessageKind.HOTLIST_ENTRY or message.stream != HOT_STREAM:
        raise RefusedError(f"{message.kind} in stream {message.stream}", code="regions.malformed")
    try:
        record = HotlistEntryRecord.model_validate(message.body)
    except ValidationError as error:
        raise RefusedError(f"not an entry: {error}", code="regions.malformed") from error
    if record.owner_region != message.sender_region:
        raise RefusedError(
            f"region {message.sender_region} wrote an entry of region {record.owner_region}",
            code="regions.wrong_owner",
        )
    return record


def hit_of(message: RegionMessage, own_region: str) -> RegionHitRecord:
    """Return the hit of a message, if it is for us and its sender is the region that saw the vehicle.

    Raises:
        RefusedError: ``regions.malformed``, ``regions.wrong_owner`` or ``regions.too_large``.
    """
    if message.kind is not RegionMessageKind.HIT or message.stream != hit_stream(own_region):
        raise RefusedError(f"{message.kind} in stream {message.stream}", code="regions.malformed")
    try:
        record = RegionHitRecord.model_validate(message.body)
    except ValidationError as error:
        raise RefusedError(f"not a hit: {error}", code="regions.malformed") from error
    if (record.owner_region, record.seen_region) != (own_region, message.sender_region):
        raise RefusedError(
            f"region {message.sender_region} reports a hit seen in {record.seen_region} for {record.owner_region}",
            code="regions.wrong_owner",
        )
    if any(len(image) > MAX_IMAGE_BASE64 for image in record.images.values()):
        raise RefusedError("an image is over 64 KiB", code="regions.too_large")
    return record


def clearance_of(message: RegionMessage, own_region: str) -> RegionClearanceRecord:
    """Return the clearance of a message: told to every region by the entry's owner, or to us by who saw the vehicle.

    Raises:
        RefusedError: ``regions.malformed`` or ``regions.wrong_owner``.
    """
    is_to_all = message.stream == HOT_STREAM
    if message.kind is not RegionMessageKind.CLEARANCE or not (is_to_all or message.stream == hit_stream(own_region)):
        raise RefusedError(f"{message.kind} in stream {message.stream}", code="regions.malformed")
    try:
        record = RegionClearanceRecord.model_validate(message.body)
    except ValidationError as error:
        raise RefusedError(f"not a clearance: {error}", code="regions.malformed") from error
    from_owner = is_to_all and record.owner_region == message.sender_region
    saw_it = (record.owner_region, record.seen_region, record.said_by) == (
        own_region, message.sender_region, message.sender_region,
    )  # fmt: skip
    if not (from_owner if is_to_all else saw_it):
        raise RefusedError(
            f"region {message.sender_region} clears a hit seen in {record.seen_region} for {record.owner_region}",
            code="regions.wrong_owner",
        )
    return record


def plain(text: str) -> str:
    """Cut a text from outside to what a text column can hold."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "�")[:2000]


def describe_age(age_s: float | None) -> str:
    """Write an age for people: ``00:07`` (minutes:seconds), from one hour on ``3 h 05 min``."""
    if age_s is None:
        return "—"
    minutes, seconds = divmod(max(0, int(age_s)), 60)
    if minutes < 60:  # noqa: PLR2004 - minutes of an hour
        return f"{minutes:02d}:{seconds:02d}"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def _signed_payload(data: bytes, payload_type: str, sender: str, peers: Mapping[str, VerifyingKey]) -> bytes:
    if len(data) > MAX_MESSAGE_BYTES:
        raise RefusedError(f"{len(data)} bytes", code="regions.too_large")
    key = peers.get(sender)
    if key is None:
        raise RefusedError(
            f"no key for region {sender!r}",
            code="regions.unknown_peer",
            hint="exchange keys with that region and add it to the peers file",
        )
    try:
        return open_envelope(DsseEnvelope.model_validate_json(data), payload_type, [key])
    except ValidationError as error:
        raise RefusedError(f"not a signed envelope: {error}", code="regions.malformed") from error
    except EvidenceError as error:
        is_forged = error.code == "evidence.signature_invalid"
        code = "regions.signature_invalid" if is_forged else "regions.malformed"
        raise RefusedError(str(error), code=code) from error
