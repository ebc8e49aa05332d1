"""Secrets a node makes for itself: 32 random bytes in a file only its owner can read, made once, by one process."""

import os
import secrets
from pathlib import Path
from uuid import uuid4

from fines_api.kit.errors import ConfigurationError

_BYTES = 32


def load_or_create_secret(path: Path) -> bytes:
    """Return the secret in the file; the first caller makes it, whoever races with it gets the same.

    Raises:
        ConfigurationError: the file is not a secret of this kind (``secret.invalid``).
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.{uuid4().hex}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(partial, path)
        except FileExistsError:
            pass  # another process was first: its secret is the one
        finally:
            partial.unlink()
    data = path.read_bytes()
    if len(data) != _BYTES:
        raise ConfigurationError(
            f"{path} does not hold {_BYTES} bytes", hint="restore the file from the backup", code="secret.invalid"
        )
    return data
