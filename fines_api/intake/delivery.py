"""What a batch delivers: envelopes opened, places in the chain read, signatures checked run by run; pure."""

import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from fines_api.intake.policy import MAX_EVENT_BYTES, chain_position
from fines_api.kit.errors import InvalidError
from recognition.contracts import EVENT_PAYLOAD_TYPE, CandidateEvent, DsseEnvelope, EventType, PassageEvent
from recognition.evidence import VerifyingKey, pre_authentication_encoding, sha256_hex

_CANONICAL_PLACE = re.compile(rb'"rubezhepoch":(\d{1,18}),"rubezhprev":"([0-9a-f]{64})","rubezhseq":([1-9]\d{0,17}),')
_ZERO = rb"\u0000"
_PASSAGE = TypeAdapter(PassageEvent)
_CANDIDATE = TypeAdapter(CandidateEvent)
_IS_CANDIDATE = re.compile(rb'"type"\s*:\s*"' + re.escape(EventType.CANDIDATE_SEALED.encode()) + rb'"')


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One event's place: device, epoch, sequence number, its digest and the digest of the one before."""

    device_id: str
    epoch: int
    seq: int
    sha256: str
    previous: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """One event as it came: what was signed, byte for byte, by which keys it claims to be, and its place in a chain."""

    link: ChainLink
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]

    @property
    def place(self) -> tuple[int, int]:
        """Epoch and sequence number."""
        return self.link.epoch, self.link.seq


def open_delivery(device_id: str, raw: Any) -> Delivered:
    """Open one envelope; its signature is not looked at.  An event without a place in a chain gets place (0, 0).

    Raises:
        InvalidError: it is no envelope of an event, or too large (``intake.malformed``, ``intake.too_large``).
    """
    try:
        envelope = DsseEnvelope.model_validate(raw)
        if len(envelope.payload) > MAX_EVENT_BYTES:
            raise InvalidError(f"the event has more than {MAX_EVENT_BYTES} bytes", code="intake.too_large")
        payload = binascii.a2b_base64(envelope.payload, strict_mode=True)
        signatures = tuple((one.keyid, binascii.a2b_base64(one.sig, strict_mode=True)) for one in envelope.signatures)
    except ValidationError as error:
        raise InvalidError(f"not a DSSE envelope: {reasons(error)}", code="intake.malformed") from error
    except (binascii.Error, ValueError) as error:
        raise InvalidError("the envelope is not valid base64", code="evidence.malformed") from error
    if envelope.payloadType != EVENT_PAYLOAD_TYPE:
        raise InvalidError(
            f"payload type {envelope.payloadType!r}, not {EVENT_PAYLOAD_TYPE!r}", code="evidence.malformed"
        )
    epoch, seq, previous = _place(payload) or (0, 0, "")
    return Delivered(ChainLink(device_id, epoch, seq, sha256_hex(payload), previous), payload, signatures)


def authentic(events: Sequence[Delivered], keys: Iterable[VerifyingKey]) -> set[int]:
    """Tell which events, by their number in the sequence, one of the keys signed.

    The signature of an event speaks for the event before it too, whose digest it names: of a run in which each names
    the one before, the last signature is checked, and only where it does not hold the one before is looked at.
    """
    known = {key.key_id: key for key in keys}
    proven: set[int] = set()
    for run in _runs(events):
        end = len(run)
        while end and not _is_signed(events[run[end - 1]], known):
            end -= 1
        proven.update(run[:end])
    return proven


def read_event(event: Delivered) -> PassageEvent | CandidateEvent:
    """Read what an event says.

    Raises:
        ValidationError: it is no event this centre knows.
        InvalidError: it claims two places (``intake.position``), or holds a zero character (``intake.unstorable``).
    """
    if _ZERO in event.payload:
        raise InvalidError("the event holds a zero character, which no text column can", code="intake.unstorable")
    is_candidate = _IS_CANDIDATE.search(event.payload) is not None
    read = (_CANDIDATE if is_candidate else _PASSAGE).validate_json(event.payload)
    if (read.rubezhepoch, read.rubezhseq, read.rubezhprev) != (*event.place, event.link.previous):
        raise InvalidError("the event names more than one place in its chain", code="intake.position")
    return read


def reasons(error: ValidationError) -> str:
    """Say what is wrong, in a line."""
    return "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()[:5])


def signature_by(event: Delivered, key_ids: frozenset[str]) -> tuple[str, bytes]:
    """Return the key id and signature to keep: one that claims a known key, else the first."""
    return next((one for one in event.signatures if one[0] in key_ids), event.signatures[0])


def _place(payload: bytes) -> tuple[int, int, str] | None:
    """Read the place where canonical JSON has it, without reading the rest; else read all of it."""
    start = payload.rfind(b'"rubezhepoch":')
    found = _CANONICAL_PLACE.match(payload, start) if start >= 0 else None
    if found is None:
        return chain_position(payload)
    epoch, previous, seq = found.groups()
    return int(epoch), int(seq), previous.decode()


def _runs(events: Sequence[Delivered]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in sorted(range(len(events)), key=lambda at: events[at].place):
        last = events[runs[-1][-1]].link if runs else None
        link = events[number].link
        if last and (link.epoch, link.seq, link.previous) == (last.epoch, last.seq + 1, last.sha256):
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _is_signed(event: Delivered, keys: dict[str, VerifyingKey]) -> bool:
    signed = pre_authentication_encoding(EVENT_PAYLOAD_TYPE, event.payload)
    return any(key.is_signature(signature, signed) for key in keys.values() for _, signature in event.signatures)
