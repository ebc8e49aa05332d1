from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fines_api.kit.errors import ConfigurationError
from fines_api.kit.secret import load_or_create_secret


def test_racing_processes_get_one_secret_that_only_the_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.key"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: load_or_create_secret(path), range(32)))
    assert len(found) == 1
    assert len(found.pop()) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["a.key"]


def test_a_damaged_secret_is_refused_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(b"short")
    with pytest.raises(ConfigurationError, match="32 bytes"):
        load_or_create_secret(path)
    assert path.read_bytes() == b"short"
