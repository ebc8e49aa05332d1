"""DSSE v1 envelopes (secure-systems-lab/dsse, protocol.md): what was signed is what is sent, byte for byte."""

import base64
import binascii
from collections.abc import Iterable

from recognition.contracts import DsseEnvelope, DsseSignature, EvidenceError
from recognition.evidence.keys import SigningKey, VerifyingKey


def pre_authentication_encoding(payload_type: str, payload: bytes) -> bytes:
    """Return ``DSSEv1 SP LEN(type) SP type SP LEN(body) SP body``."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def sign_envelope(payload: bytes, payload_type: str, key: SigningKey) -> DsseEnvelope:
    """Wrap and sign the payload with one key."""
    signature = key.sign(pre_authentication_encoding(payload_type, payload))
    return DsseEnvelope(
        payloadType=payload_type,
        payload=base64.b64encode(payload).decode(),
        signatures=(DsseSignature(keyid=key.verifying.key_id, sig=base64.b64encode(signature).decode()),),
    )


def open_envelope(envelope: DsseEnvelope, payload_type: str, keys: Iterable[VerifyingKey]) -> bytes:
    """Return the payload if one of the keys signed it.

    Raises:
        EvidenceError: other payload type or bad base64 (``evidence.malformed``), or no trusted
            signature (``evidence.signature_invalid``).
    """
    if envelope.payloadType != payload_type:
        raise EvidenceError(f"payload type {envelope.payloadType!r}, not {payload_type!r}", code="evidence.malformed")
    try:
        payload = base64.b64decode(envelope.payload, validate=True)
        signatures = [base64.b64decode(signature.sig, validate=True) for signature in envelope.signatures]
    except (binascii.Error, ValueError) as error:
        raise EvidenceError("the envelope is not valid base64", code="evidence.malformed") from error
    signed = pre_authentication_encoding(payload_type, payload)
    if any(key.is_signature(signature, signed) for key in keys for signature in signatures):
        return payload
    raise EvidenceError(
        "no signature by a trusted key",
        code="evidence.signature_invalid",
        hint="check that the device is enrolled and its key was not replaced",
    )
