"""How a device is doing: what waits, what the centre refused, what was altered, how full the disk is."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from camera_agent.clock import Clock
from camera_agent.control.state import DeviceState
from camera_agent.errors import DeviceError
from camera_agent.outbox import Journal

_HEALTH_IS_OLD_S = 30.0


@dataclass(frozen=True)
class Alarm:
    """One event that a person must look at."""

    seq: int
    status: str
    code: str | None
    detail: str | None


@dataclass(frozen=True)
class DeviceStatus:
    """The state of one device's outbox and pipeline."""

    device_id: str
    region: str | None
    centre_url: str | None
    events: dict[str, int]
    oldest_waiting_s: float | None
    last_receipt_at: datetime | None
    evidence_bytes: int
    free_bytes: int
    unfinished_replays: int
    alarms: tuple[Alarm, ...]
    health: dict[str, object] | None
    is_running: bool

    @property
    def is_alarmed(self) -> bool:
        """Whether evidence was altered, lost or refused, or the camera's picture is not what it should be."""
        sight = self.health or {}
        return bool(self.alarms) or (self.is_running and bool(sight.get("frozen") or sight.get("covered")))


def read_status(state: DeviceState, clock: Clock) -> DeviceStatus:
    """Read everything from the state folder, without the running pipeline's help.

    Raises:
        DeviceError: nothing was ever recorded here (``device.no_state``).
        OutboxError: the journal is damaged (``journal.corrupt``).
    """
    identity = state.identity()
    if not (state.folder / "journal.sqlite3").exists() and not (state.folder / "journal.head").exists():
        raise DeviceError(
            f"no agent has recorded anything in {state.folder}",
            code="device.no_state",
            hint="give the folder that camera-agent run or replay was given as --state",
        )
    device_id = identity.device_id if identity else Journal.device_of(state.folder)
    journal = state.journal(device_id, clock)
    try:
        health = state.read_health()
        return DeviceStatus(
            device_id=device_id,
            region=identity.region if identity else None,
            centre_url=identity.centre_url if identity else None,
            events=_counts(journal),
            oldest_waiting_s=_oldest_s(journal, clock),
            last_receipt_at=_last_receipt(journal),
            evidence_bytes=journal.evidence.size_bytes(),
            free_bytes=shutil.disk_usage(state.folder).free,
            unfinished_replays=_value(journal, "SELECT count(*) FROM replays WHERE finished = 0") or 0,
            alarms=_alarms(journal),
            health=health,
            is_running=_is_fresh(health, clock),
        )
    finally:
        journal.close()


def fresh_health(state: DeviceState, clock: Clock) -> dict[str, object] | None:
    """Return the running pipeline's word on its health; None where nothing runs."""
    health = state.read_health()
    return health if _is_fresh(health, clock) else None


def _counts(journal: Journal) -> dict[str, int]:
    rows = journal.connection.execute("SELECT status, count(*) FROM events GROUP BY status")
    return {"pending": 0, "accepted": 0, "quarantined": 0, "damaged": 0} | {str(row[0]): int(row[1]) for row in rows}


def _value(journal: Journal, query: str) -> int | None:
    row = journal.connection.execute(query).fetchone()
    return None if row is None or row[0] is None else int(row[0])


def _oldest_s(journal: Journal, clock: Clock) -> float | None:
    oldest_ms = _value(journal, "SELECT min(recorded_ms) FROM events WHERE status = 'pending'")
    return None if oldest_ms is None else round(clock.now().timestamp() - oldest_ms / 1000, 3)


def _last_receipt(journal: Journal) -> datetime | None:
    received_ms = _value(journal, "SELECT max(received_ms) FROM receipts")
    return None if received_ms is None else datetime.fromtimestamp(received_ms / 1000, UTC)


def _alarms(journal: Journal) -> tuple[Alarm, ...]:
    query = (
        "SELECT seq, status, code, detail FROM events WHERE status IN ('quarantined', 'damaged')"
        " OR (status = 'pending' AND attempts >= 5) ORDER BY seq LIMIT 100"
    )
    return tuple(
        Alarm(row["seq"], row["status"], row["code"], row["detail"]) for row in journal.connection.execute(query)
    )


def _is_fresh(health: dict[str, Any] | None, clock: Clock) -> bool:
    if health is None:
        return False
    try:
        said_at = datetime.fromisoformat(str(health["at"]))
    except (KeyError, ValueError):
        return False
    return 0.0 <= (clock.now() - said_at).total_seconds() < _HEALTH_IS_OLD_S
