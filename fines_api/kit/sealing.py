"""Secrets at rest in the database: AES-256-GCM under a secret of this node, each bound to what it belongs to."""

import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fines_api.kit.errors import ConfigurationError
from fines_api.kit.secret import load_or_create_secret

_NONCE_BYTES = 12


class Sealer:
    """Closes and opens secrets with the key in a file, made at the first use."""

    def __init__(self, path: Path) -> None:
        """Read or make the key.

        Raises:
            ConfigurationError: the file is no secret of this node (``secret.invalid``).
        """
        self._path = path
        self._cipher = AESGCM(load_or_create_secret(path))

    def close(self, secret: bytes, belongs_to: bytes) -> bytes:
        """Encrypt a secret so that only this node opens it, and only for what it belongs to."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, belongs_to)

    def open(self, sealed: bytes, belongs_to: bytes) -> bytes:
        """Decrypt a secret.

        Raises:
            ConfigurationError: another key closed it, or for something else (``secret.lost``).
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], belongs_to)
        except InvalidTag as error:
            raise ConfigurationError(
                f"a secret in the database does not open with {self._path}",
                hint="restore the file from the backup; what it closed is lost without it",
                code="secret.lost",
            ) from error
