from pathlib import Path

import pytest

from fines_api.kit.errors import ConfigurationError
from fines_api.kit.settings import Settings
from fines_api.regions.peers import load_peers
from recognition.evidence import SigningKey


def _settings(folder: Path, text: str | None) -> Settings:
    path = folder / "peers.toml"
    if text is not None:
        path.write_text(text)
    return Settings(region="77", data_dir=folder, peers_path=path)


def test_a_region_without_a_peers_file_is_alone(tmp_path: Path) -> None:
    assert load_peers(Settings(region="77", data_dir=tmp_path)) == {}


def test_each_peer_has_its_key(tmp_path: Path) -> None:
    key = SigningKey.generate().verifying
    assert load_peers(_settings(tmp_path, f'50 = """{key.pem}"""')) == {"50": key}


@pytest.mark.parametrize(
    "text",
    [None, "50 = ", "50 = 1", '50 = "no key"', f'77 = """{SigningKey.generate().verifying.pem}"""'],
    ids=["missing", "no TOML", "no text", "no key", "itself"],
)
def test_a_wrong_file_is_one_clear_error(tmp_path: Path, text: str | None) -> None:
    with pytest.raises(ConfigurationError, match=r"regions\.peers.*peers\.toml") as caught:
        load_peers(_settings(tmp_path, text))
    assert "fix:" in str(caught.value)
