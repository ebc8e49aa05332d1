"""Subscribers' secrets at rest: AES-256-GCM under a secret of this node, bound to the row they belong to."""

import secrets
from pathlib import Path
from uuid import UUID

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
            ConfigurationError: the file is no secret of this node.
        """
        self._path = path
        self._cipher = AESGCM(load_or_create_secret(path))

    def close(self, secret: str, owner: UUID) -> bytes:
        """Encrypt a secret so that only this node opens it, and only for this row."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), owner.bytes)

    def open(self, sealed: bytes, owner: UUID) -> str:
        """Decrypt a row's secret.

        Raises:
            ConfigurationError: another key closed it, or for another row (``news.secret_lost``).
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], owner.bytes).decode()
        except InvalidTag as error:
            raise ConfigurationError(
                f"a subscriber's secret does not open with {self._path}",
                hint="restore the file from the backup, or give the subscription a new secret",
                code="news.secret_lost",
            ) from error
