"""``camera-agent status``: how this device is doing."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from camera_agent.cli.frame import plain_errors, say_summary
from camera_agent.clock import SystemClock

_EXIT_ALARM = 3


def status(
    state: Annotated[Path, typer.Option(help="folder of this device's key, journal and evidence")],
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Say what waits, what the centre refused, what was altered; exit 3 when a person must look."""
    with plain_errors():
        from camera_agent.control import DeviceState
        from camera_agent.control.receivers import receiver_words
        from camera_agent.control.status import read_status

        found = read_status(DeviceState(state), SystemClock())
        told = receiver_words(found.health) if found.is_running else {}
        if as_json:
            facts = asdict(found) | {"is_alarmed": found.is_alarmed}
            typer.echo(json.dumps(facts, default=str, ensure_ascii=False))
        else:
            say_summary(
                {
                    "device": found.device_id,
                    "centre": f"{found.centre_url} (region {found.region})" if found.centre_url else "not enrolled",
                    "running": "yes" if found.is_running else "no",
                    **found.events,
                    "oldest": f"{found.oldest_waiting_s:.0f} s"
                    if found.oldest_waiting_s is not None
                    else "nothing waits",
                    "receipt": found.last_receipt_at or "none yet",
                    "evidence": f"{found.evidence_bytes / 1024**2:.1f} MiB, {found.free_bytes / 1024**3:.1f} GiB free",
                    "replays": f"{found.unfinished_replays} unfinished",
                    **{name.removeprefix("signal_"): words for name, (_, words) in told.items()},
                }
            )
            for alarm in found.alarms:
                typer.echo(f"ALARM event {alarm.seq} {alarm.status}: {alarm.code} {alarm.detail or ''}".rstrip())
        if found.is_alarmed:
            raise typer.Exit(_EXIT_ALARM)
