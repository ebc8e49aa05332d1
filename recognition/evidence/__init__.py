"""Facts to proof: canonical bytes, device signatures, sealed packages, and verification by anyone offline."""

from recognition.evidence.canonical import canonical_bytes, sha256_hex
from recognition.evidence.dsse import open_envelope, pre_authentication_encoding, sign_envelope
from recognition.evidence.keys import SigningKey, VerifyingKey
from recognition.evidence.package import SealedPackage, seal, verify_package

__all__ = [
    "SealedPackage",
    "SigningKey",
    "VerifyingKey",
    "canonical_bytes",
    "open_envelope",
    "pre_authentication_encoding",
    "seal",
    "sha256_hex",
    "sign_envelope",
    "verify_package",
]
