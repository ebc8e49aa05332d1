"""Named durability steps, where a test can stop the process as a power cut would.

``RUBEZH_CRASH_AT=7`` kills the process with SIGKILL at the seventh step it passes,
``RUBEZH_CRASH_AT=journal.committed:2`` at the second step of that name.  Unset, in every real installation, a step
costs one dictionary look-up.
"""

import os
import signal
from collections import Counter

STEPS = (
    "journal.created",
    "replay.begun",
    "evidence.written",
    "evidence.synced",
    "evidence.renamed",
    "evidence.durable",
    "journal.inserted",
    "journal.committed",
    "head.written",
    "head.synced",
    "head.renamed",
    "head.durable",
    "replay.finished",
    "delivery.object_sent",
    "delivery.events_sent",
    "delivery.settled",
    "retention.deleted",
)

_passed: Counter[str] = Counter()


def step(name: str) -> None:
    """Say that a durability step was reached; the process ends here if it was told to."""
    wanted = os.environ.get("RUBEZH_CRASH_AT")
    if not wanted:
        return
    _passed[name] += 1
    is_here = wanted == f"{name}:{_passed[name]}" or wanted == str(_passed.total())
    if is_here:
        os.kill(os.getpid(), signal.SIGKILL)
