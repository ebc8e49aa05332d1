"""Keys of the days' pseudonyms at rest: AES-256-GCM under a secret of this node, bound to the day they are for."""

import secrets
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fines_api.kit.errors import ConfigurationError
from fines_api.kit.secret import load_or_create_secret

_NONCE_BYTES = 12


class DaySealer:
    """Closes and opens day keys with the secret in a file, made at the first use."""

    def __init__(self, path: Path) -> None:
        """Read or make the secret.

        Raises:
            ConfigurationError: the file is no secret of this node (``secret.invalid``).
        """
        self._path = path
        self._cipher = AESGCM(load_or_create_secret(path))

    def close(self, key: bytes, day: date) -> bytes:
        """Encrypt a key so that only this node opens it, and only for this day."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, key, day.isoformat().encode())

    def open(self, sealed: bytes, day: date) -> bytes:
        """Decrypt a day's key.

        Raises:
            ConfigurationError: another secret closed it, or for another day (``privacy.key_lost``).
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], day.isoformat().encode())
        except InvalidTag as error:
            raise ConfigurationError(
                f"the pseudonym key of {day} does not open with {self._path}",
                hint="restore the file from the backup; without it the day's pseudonyms lead nowhere",
                code="privacy.key_lost",
            ) from error
