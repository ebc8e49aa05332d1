"""``camera-agent deliver``: bring the outbox to the centre."""

import random
from pathlib import Path
from typing import Annotated

import typer

from camera_agent.cli.frame import plain_errors, say_summary, stop_on_signal
from camera_agent.clock import SystemClock

_EXIT_ALARM = 3


def deliver(
    state: Annotated[Path, typer.Option(help="folder of this device's key, journal and evidence")],
    centre: Annotated[str | None, typer.Option(help="address of the centre; default: the enrolled one")] = None,
    once: Annotated[bool, typer.Option("--once", help="end when nothing waits any more")] = False,
    patience: Annotated[
        float, typer.Option(help="with --once: seconds to wait for a centre that takes nothing")
    ] = 60.0,
) -> None:
    """Deliver what was recorded; exit 3 when the centre refused something or evidence was altered on this disk."""
    with plain_errors(), stop_on_signal() as stop:
        from camera_agent.control import DeviceState
        from camera_agent.pipeline.delivery import open_uploader

        clock, rng = SystemClock(), random.Random()  # noqa: S311 - jitter
        device = DeviceState(state)
        with open_uploader(device, device.enrolled(), clock, centre) as uploader:
            if once:
                uploader.drain(stop, clock, rng, patience)
            else:
                uploader.run(stop, clock, rng)
        say_summary(vars(uploader.report))
        if uploader.report.damaged or uploader.report.quarantined:
            typer.echo("some evidence was refused or altered: see camera-agent status", err=True)
            raise typer.Exit(_EXIT_ALARM)
