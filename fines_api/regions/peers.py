"""Who the other regions are: a TOML file with the PEM public key of each, exchanged between authorities beforehand."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from fines_api.kit.errors import ConfigurationError
from fines_api.kit.settings import Settings
from recognition.contracts import EvidenceError
from recognition.evidence import VerifyingKey


def load_peers(settings: Settings) -> Mapping[str, VerifyingKey]:
    """Read the peers' keys by region code; empty when the region is alone.

    Raises:
        ConfigurationError: the file is missing or no key file, or names this region itself (``regions.peers``).
    """
    path = settings.peers_path
    if path is None:
        return {}
    peers = {region: _key(path, region, pem) for region, pem in _read(path).items()}
    if settings.region in peers:
        raise _wrong(path, f"region {settings.region} is named as its own peer")
    return peers


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _wrong(path, str(error)) from error


def _key(path: Path, region: str, pem: object) -> VerifyingKey:
    if not isinstance(pem, str):
        raise _wrong(path, f"region {region}: not a text")
    try:
        return VerifyingKey.from_pem(pem)
    except EvidenceError as error:
        raise _wrong(path, f"region {region}: {error}") from error


def _wrong(path: Path, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"peers file {path}: {problem}",
        hint='one line for each other region, like 50 = """-----BEGIN PUBLIC KEY-----…"""; see RUBEZH_PEERS_PATH',
        code="regions.peers",
    )
