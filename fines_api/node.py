"""One running region node: what endpoints and jobs are given instead of globals."""

from dataclasses import dataclass, field

from fines_api.db import Database, open_database
from fines_api.kit.clock import Clock, SystemClock
from fines_api.kit.memory import Memory
from fines_api.kit.settings import Settings
from fines_api.kit.storage import Storage, open_storage
from recognition.evidence import SigningKey


@dataclass(frozen=True)
class Node:
    """Settings, database, evidence storage, clock, signing key and what this process remembers of the region."""

    settings: Settings
    database: Database
    storage: Storage
    clock: Clock
    key: SigningKey
    memory: Memory = field(default_factory=Memory, compare=False)

    def close(self) -> None:
        """Let go of database connections."""
        self.database.dispose()


def open_node(settings: Settings) -> Node:
    """Open everything one region needs; nothing is migrated here.

    Raises:
        ConfigurationError: the embedded database cannot start.
        EvidenceError: the region's key file is not a key.
        UnavailableError: the database or the S3 server does not answer.
    """
    return Node(
        settings=settings,
        database=open_database(settings),
        storage=open_storage(settings),
        clock=SystemClock(),
        key=SigningKey.load_or_create(settings.region_key),
    )
