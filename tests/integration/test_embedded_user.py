"""The embedded PostgreSQL serves two users of one machine, each with a lock of its own."""

import os
import stat
from pathlib import Path

import pytest

from fines_api.db import embedded
from fines_api.kit.errors import ConfigurationError

pytestmark = pytest.mark.integration


def test_the_runtime_folder_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", "")
    embedded._own_runtime_folder()
    runtime = Path(os.environ["XDG_RUNTIME_DIR"])
    assert runtime.parent == tmp_path
    assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
    assert (runtime / "python_PostgresServer").is_dir()


def test_a_runtime_folder_that_cannot_be_had_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / f"rubezh-runtime-{os.getuid()}").write_text("in the way")
    monkeypatch.setattr(embedded.tempfile, "gettempdir", lambda: str(tmp_path))
    with pytest.raises(ConfigurationError, match="not this user's own folder"):
        embedded._own_runtime_folder()
