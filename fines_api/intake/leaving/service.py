"""Delete pictures from storage when the last passage that named them let them go.

Three steps, each committed for itself, so that a kill between any two loses nothing: passages let pictures go in the
transaction that takes their events; whatever something else refers to is spared; then the books let go, and after them
the storage.  Intake that is told of such a picture keeps it while the books note it, and asks for it again afterwards.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from fines_api.db import Session
from fines_api.intake.leaving.repository import LeavingRepository
from fines_api.kit.evidence import evidence_key
from fines_api.kit.storage import StorageLockedError
from fines_api.node import Node

_CHUNK = 500
_SPARED_AT_ONCE = 5000
TRY_AGAIN_AFTER = timedelta(days=30)
"""How long a picture that storage holds locked is left alone."""


@dataclass(frozen=True)
class Deleted:
    """How many pictures are gone, and how many storage refused to let go."""

    deleted: int = 0
    refused: int = 0

    def __add__(self, other: "Deleted") -> "Deleted":
        return Deleted(self.deleted + other.deleted, self.refused + other.refused)


class LeavingPictures:
    """Pictures on their way out, in one transaction."""

    def __init__(self, session: Session, node: Node) -> None:
        self._node = node
        self._pictures = LeavingRepository(session)

    def let_go(self, digests: Iterable[str]) -> int:
        """Note pictures whose passages let them go; returns how many."""
        now = self._node.clock.now()
        return sum(self._pictures.add(chunk, now) for chunk in _chunks(digests))

    def wait_for_intake(self) -> None:
        """Return when every batch that was under way has ended: what they named is in the passages then."""
        self._pictures.wait_for_intake()

    def are_any(self) -> bool:
        """Tell whether the books note a picture that is to leave."""
        return self._pictures.count() > 0

    def spare(self, digests: Iterable[str]) -> None:
        """Let pictures stay that something refers to, and every candidate's package."""
        for chunk in _chunks(digests):
            self._pictures.spare(chunk)
        self._pictures.spare_packages()

    def strike(self) -> int:
        """Take some from the books, and return how many; 0: none is left."""
        return self._pictures.strike(_CHUNK)

    def delete_struck(self) -> Deleted:
        """Delete some from storage; none deleted and none refused: none is left.

        Raises:
            UnavailableError: storage does not answer; what was not deleted is tried again by the next run.
        """
        now = self._node.clock.now()
        gone, refused = [], []
        for digest in self._pictures.struck(_CHUNK, now - TRY_AGAIN_AFTER):
            try:
                self._node.storage.delete(evidence_key(digest))
                gone.append(digest)
            except StorageLockedError:
                refused.append(digest)
        self._pictures.spare(gone)
        self._pictures.refused(refused, now)
        return Deleted(len(gone), len(refused))


def _chunks(digests: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(digests)
    while chunk := list(islice(rest, _SPARED_AT_ONCE)):
        yield chunk
