"""Ed25519 keys (RFC 8032) as PEM files; the key id is the SHA-256 of the public key's DER, 32 hex digits."""

import hashlib
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from recognition.contracts import EvidenceError

_KEY_ID_DIGITS = 32


@dataclass(frozen=True)
class VerifyingKey:
    """The public half: checks signatures, knows its key id."""

    public: Ed25519PublicKey

    @classmethod
    def from_pem(cls, pem: str) -> Self:
        """Read a PEM public key.

        Raises:
            EvidenceError: the text is not an Ed25519 public key (``key.invalid``).
        """
        try:
            key = serialization.load_pem_public_key(pem.encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise EvidenceError("not a PEM public key", code="key.invalid") from error
        if not isinstance(key, Ed25519PublicKey):
            raise EvidenceError("not an Ed25519 public key", code="key.invalid")
        return cls(key)

    @property
    def pem(self) -> str:
        """The key as PEM text."""
        return self.public.public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo,
        ).decode()

    @property
    def key_id(self) -> str:
        """First 32 hex digits of the SHA-256 of the DER form."""
        der = self.public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()[:_KEY_ID_DIGITS]

    def is_signature(self, signature: bytes, data: bytes) -> bool:
        """Tell whether the signature over the data was made with the private half."""
        try:
            self.public.verify(signature, data)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class SigningKey:
    """The private half; never leaves the process that loaded it."""

    private: Ed25519PrivateKey

    @classmethod
    def generate(cls) -> Self:
        """Make a new key from the system's random source."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes, source: str = "the text") -> Self:
        """Read an unencrypted PEM private key; ``source`` names it in errors.

        Raises:
            EvidenceError: it is no Ed25519 private key (``key.invalid``).
        """
        try:
            private = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise EvidenceError(f"{source} is not a PEM private key", code="key.invalid") from error
        if not isinstance(private, Ed25519PrivateKey):
            raise EvidenceError(f"{source} is not an Ed25519 key", code="key.invalid")
        return cls(private)

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """Read the PEM file, or make the key and write it durably, readable by its owner only.

        Callers that race all get the first one's.

        Raises:
            EvidenceError: the file exists and is not an Ed25519 private key (``key.invalid``).
        """
        if not path.exists():
            key = cls.generate()
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.partial")
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(key.private_pem)
                    file.flush()
                    os.fsync(file.fileno())
                with suppress(FileExistsError):
                    os.link(partial, path)  # of programs that start together, the first one's key is everybody's
            finally:
                partial.unlink()
        return cls.from_pem(path.read_bytes(), str(path))

    @property
    def private_pem(self) -> bytes:
        """The private key as unencrypted PKCS#8 PEM."""
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def verifying(self) -> VerifyingKey:
        """The public half."""
        return VerifyingKey(self.private.public_key())

    def sign(self, data: bytes) -> bytes:
        """Return the 64-byte signature of the data."""
        return self.private.sign(data)
