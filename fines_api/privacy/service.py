"""What others may ask of this room: a plate's pseudonyms while the law lets it be found, and what the runs did."""

from collections.abc import Iterable
from datetime import date

from fines_api.db import Session
from fines_api.node import Node
from fines_api.privacy.keys import DayKeys
from fines_api.privacy.repository import RunRepository
from fines_api.privacy.schemas import MAX_LIST, RunInfo
from recognition.contracts import PlateKey


class PrivacyService:
    """Minimised passages of one region."""

    def __init__(self, session: Session, node: Node) -> None:
        self._session = session
        self._node = node

    def pseudonyms_of(self, key: PlateKey, days: Iterable[date]) -> dict[date, str]:
        """Return what stands in place of a plate's text on days, of those whose key still is there.

        Country and type stay beside it in the clear; whoever searches compares them as they are.

        Raises:
            ConfigurationError: a key does not open (``privacy.key_lost``).
        """
        return DayKeys(self._session, self._node).pseudonyms_of(key.plate, days)

    def runs(self, limit: int = MAX_LIST) -> list[RunInfo]:
        """List what the runs did, newest first."""
        return [RunInfo.model_validate(row) for row in RunRepository(self._session).newest(min(limit, MAX_LIST))]
