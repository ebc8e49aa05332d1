from pathlib import Path

import pytest

from fines_api.kit.errors import ConfigurationError
from fines_api.kit.sealing import Sealer


def test_a_sealed_secret_opens_for_what_it_belongs_to_only(tmp_path: Path) -> None:
    sealer = Sealer(tmp_path / "news.key")
    sealed = sealer.close(b"whsec_abc", b"row 1")
    assert b"whsec" not in sealed
    assert sealed != sealer.close(b"whsec_abc", b"row 1")
    assert Sealer(tmp_path / "news.key").open(sealed, b"row 1") == b"whsec_abc"
    changed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for keeper, what, row in (
        (sealer, sealed, b"row 2"),
        (sealer, changed, b"row 1"),
        (Sealer(tmp_path / "other.key"), sealed, b"row 1"),
    ):
        with pytest.raises(ConfigurationError, match=r"secret\.lost"):
            keeper.open(what, row)
