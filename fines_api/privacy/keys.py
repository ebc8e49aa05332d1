"""One random key a day for pseudonyms, until it is destroyed and the day's plates are beyond anybody's reach."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fines_api.db import Session
from fines_api.kit.ids import uuid7
from fines_api.kit.sealing import Sealer
from fines_api.node import Node
from fines_api.passages.pseudonym import pseudonym
from fines_api.privacy.repository import KeyRepository
from fines_api.privacy.tables import PseudonymKeyRow

_BYTES = 32
_SECRET_FILE = "pseudonyms.secret"  # noqa: S105 - the file's name, not a secret


@dataclass(frozen=True)
class DayKey:
    """A day's key; without an id nobody keeps it."""

    key_id: UUID | None
    key: bytes


class DayKeys:
    """Keys of this node's days."""

    def __init__(self, session: Session, node: Node) -> None:
        self._node = node
        self._keys = KeyRepository(session)
        self._sealer = Sealer(node.settings.data_dir / _SECRET_FILE)

    def of(self, day: date) -> DayKey:
        """Return the key of a day, made now where there is none.

        A passage that comes when its day's key is destroyed gets a pseudonym nobody can compute again.

        Raises:
            ConfigurationError: the key does not open (``secret.lost``).
        """
        row = self._keys.get(day)
        if row is not None and row.sealed is None:
            return DayKey(None, secrets.token_bytes(_BYTES))
        if row is not None and row.sealed is not None:
            return DayKey(row.key_id, self._sealer.open(row.sealed, _name(day)))
        now, made = self._node.clock.now(), secrets.token_bytes(_BYTES)
        row = PseudonymKeyRow(
            day=day, key_id=uuid7(now), sealed=self._sealer.close(made, _name(day)), made_at=now, destroyed_at=None
        )
        self._keys.add(row)
        return DayKey(row.key_id, made)

    def pseudonyms_of(self, plate: str, days: Iterable[date]) -> dict[date, str]:
        """Return what a plate is called on those of the days that have a key."""
        rows = [row for row in self._keys.of(days) if row.sealed is not None]
        return {row.day: pseudonym(self._sealer.open(row.sealed, _name(row.day)), plate) for row in rows if row.sealed}

    def standing(self) -> list[date]:
        """Return the days whose key is there, oldest first."""
        return self._keys.standing()

    def destroy(self, day: date) -> UUID | None:
        """Destroy a day's key and return its id; ``None`` when that was done before."""
        return self._keys.destroy(day, self._node.clock.now())


def _name(day: date) -> bytes:
    return day.isoformat().encode()
