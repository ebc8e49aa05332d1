"""When evidence may leave the device: only after the centre's signed receipt, oldest first; never before.

The safety period lets a centre that was restored from a backup ask again.  A full quota shortens it, and nothing else.
"""

from dataclasses import dataclass
from datetime import timedelta

from camera_agent.clock import Clock
from camera_agent.outbox.journal import Journal, milliseconds

SAFETY_PERIOD = timedelta(days=7)
DEFAULT_QUOTA_BYTES = 20 * 1024**3

# Delivered blobs that no undelivered event refers to, oldest receipt first.
_RELEASED = """
SELECT b.sha256, max(e.settled_ms) AS settled_ms FROM event_blobs b JOIN events e USING (seq)
WHERE b.deleted_ms IS NULL GROUP BY b.sha256
HAVING sum(e.status != 'accepted' OR e.receipt_id IS NULL) = 0 AND settled_ms <= ?
ORDER BY settled_ms, b.sha256
"""


@dataclass(frozen=True)
class Released:
    """What one pass of retention removed."""

    files: int
    freed_bytes: int
    early_files: int


class Retention:
    """Deletes delivered evidence of one journal."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        *,
        safety_period: timedelta = SAFETY_PERIOD,
        quota_bytes: int = DEFAULT_QUOTA_BYTES,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._safety_period = safety_period
        self._quota_bytes = quota_bytes

    def release(self) -> Released:
        """Delete what is past the safety period, then, over quota, delivered evidence still inside it."""
        now = self._clock.now()
        files, freed_bytes = self._delete(milliseconds(now - self._safety_period), stop_after_bytes=None)
        excess_bytes = self._journal.evidence.size_bytes() - self._quota_bytes
        if excess_bytes <= 0:
            return Released(files, freed_bytes, 0)
        early_files, early_bytes = self._delete(milliseconds(now), stop_after_bytes=excess_bytes)
        return Released(files + early_files, freed_bytes + early_bytes, early_files)

    def _delete(self, settled_before_ms: int, *, stop_after_bytes: int | None) -> tuple[int, int]:
        files = freed_bytes = 0
        for row in self._journal.connection.execute(_RELEASED, (settled_before_ms,)).fetchall():
            if stop_after_bytes is not None and freed_bytes >= stop_after_bytes:
                break
            freed_bytes += self._journal.evidence.delete(row["sha256"])
            files += 1
            with self._journal.transaction() as connection:
                connection.execute(
                    "UPDATE event_blobs SET deleted_ms = ? WHERE sha256 = ?",
                    (milliseconds(self._clock.now()), row["sha256"]),
                )
        return files, freed_bytes
