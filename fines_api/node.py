"""One running region node: what endpoints and jobs are given instead of globals."""

from dataclasses import dataclass

from fines_api.db import Database
from fines_api.kit.clock import Clock
from fines_api.kit.settings import Settings
from fines_api.kit.storage import Storage
from recognition.evidence import SigningKey


@dataclass(frozen=True)
class Node:
    """Settings, database, evidence storage, clock and signing key of this region."""

    settings: Settings
    database: Database
    storage: Storage
    clock: Clock
    key: SigningKey
